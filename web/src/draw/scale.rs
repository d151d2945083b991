//! Scales and axes of charts.

use plotters::coord::combinators::{IntoLogRange, LogCoord};
use plotters::coord::ranged1d::Ranged;
use plotters::coord::types::RangedCoordf64;
use plotters::data::float::pretty_print_float;

/// A scale from a range of values to a width, or a height, of 100 %.
#[derive(Debug, Clone, PartialEq)]
pub struct Scale {
    from: f64,
    to: f64,
    logarithmic: bool,
}

/// How finely the scale is drawn: parts of the whole width.
const PARTS: i32 = 100_000;

/// A range narrower than this share of its values has no ticks that could be told apart.
const NARROWEST: f64 = 1e-6;

impl Scale {
    /// The scale of `from..to`.
    pub fn new(from: f64, to: f64) -> Scale {
        Scale {
            from,
            to,
            logarithmic: false,
        }
    }

    /// The scale that ends at the round values around `values`, with at most `most` ticks; 0 to 1 where there are none.
    pub fn around(values: impl IntoIterator<Item = f64>, most: usize) -> Scale {
        let Some((from, to)) = ends(values) else {
            return Scale::new(0.0, 1.0);
        };
        let inner = Scale::new(from, to);
        // One tick less: an end may need one more.
        let step = match inner.ticks(most.saturating_sub(1).max(2)).as_slice() {
            [first, second, ..] => second - first,
            _ => to - from,
        };
        Scale::new(
            round(round(from / step).floor() * step),
            round(round(to / step).ceil() * step),
        )
    }

    /// The same with a logarithmic scale, which shows large and small values alike. All values must be above 0.
    pub fn logarithmic(values: impl IntoIterator<Item = f64>) -> Scale {
        let (from, to) =
            ends(values.into_iter().filter(|&value| value > 0.0)).unwrap_or((0.1, 1.0));
        let (from, to) = (from.max(f64::MIN_POSITIVE), to.max(f64::MIN_POSITIVE));
        let power = |value: f64| 10_f64.powf(value.log10().floor());
        // Outwards to 1, 2 or 5 times a power of ten.
        let steps = [1.0, 2.0, 5.0, 10.0];
        let below = steps.into_iter().rfind(|step| step * power(from) <= from);
        let above = steps.into_iter().find(|step| step * power(to) >= to);
        Scale {
            from: round(below.unwrap_or(1.0) * power(from)),
            to: round(above.unwrap_or(10.0) * power(to)),
            logarithmic: true,
        }
    }

    /// Where it begins and ends.
    pub fn ends(&self) -> (f64, f64) {
        (self.from, self.to)
    }

    /// Whether large and small values are shown alike.
    pub fn is_logarithmic(&self) -> bool {
        self.logarithmic
    }

    /// Where a value stands, in percent of the width; values outside stand at the edge.
    pub fn percent(&self, value: f64) -> f64 {
        let at = if self.logarithmic {
            self.log().map(&value, (0, PARTS))
        } else {
            self.linear().map(&value, (0, PARTS))
        };
        100.0 * f64::from(at.clamp(0, PARTS)) / f64::from(PARTS)
    }

    /// Round values for an axis, at most so many.
    pub fn ticks(&self, most: usize) -> Vec<f64> {
        if self.logarithmic {
            let ticks: Vec<f64> = self.log().key_points(most);
            return ticks.into_iter().map(round).collect();
        }
        self.linear().key_points(most)
    }

    fn linear(&self) -> RangedCoordf64 {
        (self.from..self.to).into()
    }

    fn log(&self) -> LogCoord<f64> {
        (self.from..self.to).log_scale().into()
    }
}

/// A tick as people read it: no more decimals than it needs.
pub fn tick_text(tick: f64) -> String {
    pretty_print_float(round(tick), false).replace('-', "−")
}

/// The least and the greatest of the finite values, set apart where they are all but the same.
fn ends(values: impl IntoIterator<Item = f64>) -> Option<(f64, f64)> {
    let finite = values.into_iter().filter(|value| value.is_finite());
    let (from, to) = finite.fold(None, |ends: Option<(f64, f64)>, value| {
        let (from, to) = ends.unwrap_or((value, value));
        Some((from.min(value), to.max(value)))
    })?;
    let large = from.abs().max(to.abs());
    if to - from > NARROWEST * large {
        return Some((from, to));
    }
    Some(if large == 0.0 {
        (0.0, 1.0)
    } else {
        (from - 0.1 * large, to + 0.1 * large)
    })
}

/// Without the last digits, in which a product of decimals may be off.
fn round(value: f64) -> f64 {
    if value == 0.0 || !value.is_finite() {
        return value;
    }
    let digits = 10_f64.powi(12 - value.abs().log10().ceil() as i32);
    let rounded = (value * digits).round() / digits;
    if rounded.is_finite() { rounded } else { value }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_keep_their_proportion_and_ticks_are_round() {
        let scale = Scale::new(0.0, 100.0);
        for value in [0.0, 0.1, 33.0, 100.0] {
            assert!((scale.percent(value) - value).abs() < 0.01, "{value}");
        }
        assert!((scale.percent(140.0) - 100.0).abs() < 0.01);
        assert_eq!(scale.ticks(6), [0.0, 20.0, 40.0, 60.0, 80.0, 100.0]);
    }

    #[test]
    fn a_scale_around_values_ends_at_round_ones() {
        let scale = Scale::around([28.3, 34.9, 31.0], 5);
        assert_eq!(scale.ends(), (28.0, 36.0));
        assert_eq!(scale.ticks(5), [28.0, 30.0, 32.0, 34.0, 36.0]);
        let scale = Scale::around([0.0, 2.508], 4);
        assert_eq!(
            (scale.ends(), scale.ticks(4)),
            ((0.0, 3.0), vec![0.0, 1.0, 2.0, 3.0])
        );
        assert_eq!(Scale::around([-0.04, 0.05], 5).ends(), (-0.05, 0.05));
        // 1.1 / 0.1 is a little more than 11.
        assert_eq!(Scale::around([0.9, 1.1], 6).ends(), (0.9, 1.1));
    }

    #[test]
    fn no_value_and_one_value_have_a_scale_too() {
        assert_eq!(Scale::around([], 5).ends(), (0.0, 1.0));
        assert_eq!(
            Scale::around([f64::NAN, f64::INFINITY], 5).ends(),
            (0.0, 1.0)
        );
        assert_eq!(Scale::around([0.0; 3], 5).ends(), (0.0, 1.0));
        let (from, to) = Scale::around([1e12, 1e12 + 1e-4], 5).ends();
        assert!(from < 1e12 && to > 1e12);
        assert_eq!(Scale::around([30.0], 5).ends(), (26.0, 34.0));
    }

    #[test]
    fn a_logarithmic_scale_shows_large_and_small_alike() {
        let scale = Scale::logarithmic([7.6, 0.088, 0.0]);
        assert_eq!(scale.ends(), (0.05, 10.0));
        assert_eq!(scale.ticks(4), [0.1, 1.0, 10.0]);
        let scale = Scale::logarithmic([0.1, 10.0]);
        assert!((scale.percent(1.0) - 50.0).abs() < 0.01);
        assert!(scale.percent(0.0).abs() < 0.01);
        assert_eq!(Scale::logarithmic([]).ends(), (0.1, 1.0));
    }

    #[test]
    fn ticks_are_written_with_the_decimals_they_need() {
        let written = [0.0, 0.1 + 0.2, -2.0, 1000.0, 0.05].map(tick_text);
        assert_eq!(written, ["0", "0.3", "−2", "1000", "0.05"]);
    }
}
