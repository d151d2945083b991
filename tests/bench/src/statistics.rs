//! What several rounds come to.

use std::io::Write;

use anyhow::bail;

/// The middle value; the mean of the middle two where their number is even; none of no values.
pub(crate) fn median(values: &[f64]) -> Option<f64> {
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    let upper = sorted.get(sorted.len() / 2)?;
    let lower = sorted.get((sorted.len() - 1) / 2)?;
    Some((lower + upper) / 2.0)
}

/// A median with its range.
#[derive(Debug, Clone, Copy, PartialEq, serde::Serialize)]
pub(crate) struct Spread {
    /// The median.
    pub(crate) median: f64,
    /// The least value.
    pub(crate) min: f64,
    /// The greatest value.
    pub(crate) max: f64,
}

impl Spread {
    /// Of our rounds over the peer's, round by round: what slowed both in a round cancels. None without a common round.
    pub(crate) fn of_ratios(ours: &[f64], theirs: &[f64]) -> Option<Self> {
        let ratios: Vec<f64> = ours.iter().zip(theirs).map(|(a, b)| a / b).collect();
        Spread::of(&ratios)
    }

    /// Of some values; none of no values.
    pub(crate) fn of(values: &[f64]) -> Option<Self> {
        Some(Spread {
            median: median(values)?,
            min: values.iter().copied().fold(f64::INFINITY, f64::min),
            max: values.iter().copied().fold(f64::NEG_INFINITY, f64::max),
        })
    }
}

/// What was found in rounds, in turns: ours and a peer's, in units a second.
#[derive(Debug, Default)]
pub(crate) struct Rates {
    pub(crate) ours: Vec<f64>,
    theirs: Vec<f64>,
}

impl Rates {
    /// Adds a round.
    pub(crate) fn add(&mut self, ours: f64, theirs: f64) {
        self.ours.push(ours);
        self.theirs.push(theirs);
    }

    /// Writes the medians in tokens a second and their ratio with its range; the ratio.
    pub(crate) fn report(
        &self,
        what: &str,
        peer: &str,
        out: &mut impl Write,
    ) -> anyhow::Result<f64> {
        let Some(ratio) = Spread::of_ratios(&self.ours, &self.theirs) else {
            bail!("there was no round");
        };
        writeln!(
            out,
            "{what}: {:.1} tokens/s, {peer} {:.1}; ratio {:.2} ({:.2}–{:.2})",
            median(&self.ours).unwrap_or_default(),
            median(&self.theirs).unwrap_or_default(),
            ratio.median,
            ratio.min,
            ratio.max
        )?;
        Ok(ratio.median)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_middle_value_is_the_median() {
        assert_eq!(median(&[3.0, 1.0, 2.0]), Some(2.0));
        assert_eq!(median(&[1.0, 2.0]), Some(1.5));
        assert_eq!(median(&[]), None);
    }

    #[test]
    fn ratios_are_taken_round_by_round() {
        let spread = Spread::of_ratios(&[10.0, 30.0, 20.0], &[10.0, 10.0, 40.0]).unwrap();
        assert_eq!((spread.median, spread.min, spread.max), (1.0, 0.5, 3.0));
        assert_eq!(Spread::of_ratios(&[1.0], &[]), None);
    }
}
