//! Scales and axes of charts.

use plotters::coord::ranged1d::Ranged;
use plotters::coord::types::RangedCoordf64;

/// A scale from a range of values to a width of 100 %.
#[derive(Clone)]
pub struct Scale(RangedCoordf64);

/// How finely the scale is drawn: parts of the whole width.
const PARTS: i32 = 100_000;

impl Scale {
    /// The scale of `from..to`.
    pub fn new(from: f64, to: f64) -> Scale {
        Scale((from..to).into())
    }

    /// Where a value stands, in percent of the width; values outside stand at the edge.
    pub fn percent(&self, value: f64) -> f64 {
        let at = self.0.map(&value, (0, PARTS));
        100.0 * f64::from(at.clamp(0, PARTS)) / f64::from(PARTS)
    }

    /// Round values for an axis, at most so many.
    pub fn ticks(&self, most: usize) -> Vec<f64> {
        self.0.key_points(most)
    }
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
}
