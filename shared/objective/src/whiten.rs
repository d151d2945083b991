//! Whitening: advantages brought to mean 0 and deviation 1 over the whole batch.
//!
//! `(a − mean a) / (std a + ε)`, as REINFORCE++ (arXiv 2501.03262, "global advantage normalization") and the last step of
//! GDPO (arXiv 2601.05242) have it.
//!
//! # Who does which
//! - Over tokens, so that a long response counts as often as it has tokens: `reinforce++` and `reinforce++-baseline` in verl
//!   (`masked_whiten`, divisor n − 1, 1e-8 under the root) and OpenRLHF (divisor n, variance at least 1e-8); GDPO's own code
//!   for verl.
//! - Over responses, each counted once: GDPO in TRL (`normalize_then_sum`) and in its own code for TRL; RLOO in TRL with
//!   `normalize_advantages` (divisor n − 1, ε = 1e-4).
//!
//! Here the divisor and ε are those of [`AdvantageOptions`], and ε is added to the root.

use super::advantage::{AdvantageOptions, all_the_same, deviation};

/// Whitens `values` in place; values that are all the same become 0.
pub(super) fn whiten(values: &mut [f64], options: &AdvantageOptions) {
    if all_the_same(values.iter().copied()) {
        values.fill(0.0);
        return;
    }
    let mean = values.iter().sum::<f64>() / values.len() as f64;
    let unit = deviation(values, mean, options);
    for value in values {
        *value = (*value - mean) / unit;
    }
}

#[cfg(test)]
mod tests {
    use super::super::advantage::Deviation;
    use super::*;

    #[test]
    fn by_hand() {
        // Mean 2; squares 1 1 1 1 + 0: 4, over 4 or over 5.
        let mut options = AdvantageOptions {
            epsilon: 0.0,
            ..AdvantageOptions::default()
        };
        let mut values = [1.0, 3.0, 1.0, 3.0, 2.0];
        whiten(&mut values, &options);
        assert_eq!(values, [-1.0, 1.0, -1.0, 1.0, 0.0]);
        options.deviation = Deviation::Population;
        options.epsilon = 1.0 - 0.8f64.sqrt();
        let mut values = [1.0, 3.0, 1.0, 3.0, 2.0];
        whiten(&mut values, &options);
        for (value, wanted) in values.iter().zip([-1.0, 1.0, -1.0, 1.0, 0.0]) {
            assert!((value - wanted).abs() < 1e-12, "{values:?}");
        }
    }

    #[test]
    fn values_that_agree_become_nothing_and_none_stay_none() {
        let options = AdvantageOptions {
            epsilon: 0.0,
            ..AdvantageOptions::default()
        };
        for mut values in [vec![0.1 + 0.2, 0.3], vec![7.0], vec![]] {
            whiten(&mut values, &options);
            assert!(values.iter().all(|&value| value == 0.0), "{values:?}");
        }
    }
}
