//! What an update did to the tokens it learned from, as sums that parts of a batch can be joined by.

use super::kl::KlEstimator;
use super::policy::{PolicyLoss, Ratio, Surrogate, TokenTargets, owners};

/// Sums over the tokens of a (part of a) batch; divide by `tokens` for means.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct PolicyStats {
    /// Tokens that count.
    pub tokens: f64,
    /// Sum of the policy term, each token once whatever its weight.
    pub policy: f64,
    /// Sum of k3, the divergence from the reference, whatever estimator is paid for.
    pub kl: f64,
    /// Largest k3 of a token.
    pub kl_max: f64,
    /// Sum of ρ − 1 − log ρ of the token's own ratio: the divergence of the learning policy from the one that sampled.
    pub drift: f64,
    /// Largest ρ − 1 − log ρ of a token.
    pub drift_max: f64,
    /// Tokens at the lower limit: of `clip` those whose gradient it stops, of `cispo` those whose weight it raises.
    pub clipped_low: f64,
    /// Tokens at the upper limit: of `clip` those whose gradient it stops, of `cispo` those whose weight it lowers.
    pub clipped_high: f64,
    /// Tokens whose gradient the dual clip stops.
    pub clipped_dual: f64,
    /// Largest ratio, and largest 1 / ratio, of the kind that the loss uses.
    pub ratio_max: f64,
}

impl PolicyStats {
    /// Joins the statistics of two parts.
    pub fn merge(self, other: Self) -> Self {
        PolicyStats {
            tokens: self.tokens + other.tokens,
            policy: self.policy + other.policy,
            kl: self.kl + other.kl,
            kl_max: self.kl_max.max(other.kl_max),
            drift: self.drift + other.drift,
            drift_max: self.drift_max.max(other.drift_max),
            clipped_low: self.clipped_low + other.clipped_low,
            clipped_high: self.clipped_high + other.clipped_high,
            clipped_dual: self.clipped_dual + other.clipped_dual,
            ratio_max: self.ratio_max.max(other.ratio_max),
        }
    }
}

impl PolicyLoss {
    /// What the loss did, from the log-probabilities' values, `[tokens]`.
    pub fn stats(&self, log_probs: &[f32], targets: &TokenTargets<'_>) -> PolicyStats {
        let mut stats = PolicyStats::default();
        let gaps: Vec<f64> = log_probs
            .iter()
            .zip(targets.old)
            .map(|(new, old)| f64::from(new - old))
            .collect();
        let log_ratios = self.log_ratios(&gaps, targets);
        for (i, &log_prob) in log_probs.iter().enumerate() {
            if targets.weights[i] == 0.0 {
                continue;
            }
            stats.tokens += 1.0;
            let drift = gaps[i].exp_m1() - gaps[i];
            stats.drift += drift;
            stats.drift_max = stats.drift_max.max(drift);
            let ratio = log_ratios[i].exp();
            stats.ratio_max = stats.ratio_max.max(ratio.max(1.0 / ratio));
            self.surrogate_stats(ratio, targets.advantages[i], log_prob, &mut stats);
            if let Some(reference) = targets.reference {
                let kl = KlEstimator::K3.value(log_prob, reference[i]);
                stats.kl += kl;
                stats.kl_max = stats.kl_max.max(kl);
            }
        }
        stats
    }

    fn surrogate_stats(&self, ratio: f64, advantage: f32, log_prob: f32, stats: &mut PolicyStats) {
        let advantage = f64::from(advantage);
        let (low, high) = (
            1.0 - f64::from(self.clip_low),
            1.0 + f64::from(self.clip_high),
        );
        let clipped = ratio.clamp(low, high);
        let count = |condition: bool| f64::from(u8::from(condition));
        match self.surrogate {
            Surrogate::Clip => {
                let mut gain = (ratio * advantage).min(clipped * advantage);
                if let Some(c) = self.dual_clip.filter(|_| advantage < 0.0) {
                    let floor = f64::from(c) * advantage;
                    stats.clipped_dual += count(gain < floor);
                    gain = gain.max(floor);
                }
                stats.policy -= gain;
                stats.clipped_low += count(ratio < low && advantage < 0.0);
                stats.clipped_high += count(ratio > high && advantage > 0.0);
            }
            Surrogate::Cispo => {
                stats.policy -= clipped * advantage * f64::from(log_prob);
                stats.clipped_low += count(ratio < low);
                stats.clipped_high += count(ratio > high);
            }
        }
    }

    /// The logarithm of each token's ratio.
    fn log_ratios(&self, gaps: &[f64], targets: &TokenTargets<'_>) -> Vec<f64> {
        let Some(shares) = self.shares(targets) else {
            return gaps.to_vec();
        };
        debug_assert_ne!(self.ratio, Ratio::Token);
        let mut sums = vec![0.0; targets.lengths.len()];
        for ((owner, gap), share) in owners(targets.lengths).zip(gaps).zip(shares) {
            sums[owner] += gap * f64::from(share);
        }
        owners(targets.lengths).map(|owner| sums[owner]).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_are_joined_by_sums_and_maxima() {
        let part = |by: f64| PolicyStats {
            tokens: 2.0 * by,
            policy: 3.0 * by,
            kl: 5.0 * by,
            kl_max: 7.0 * by,
            drift: 11.0 * by,
            drift_max: 13.0 * by,
            clipped_low: 17.0 * by,
            clipped_high: 19.0 * by,
            clipped_dual: 23.0 * by,
            ratio_max: 29.0 * by,
        };
        let joined = part(1.0).merge(part(10.0));
        let wanted = PolicyStats {
            kl_max: 70.0,
            drift_max: 130.0,
            ratio_max: 290.0,
            ..part(11.0)
        };
        assert_eq!(joined, wanted);
        assert_eq!(part(10.0).merge(part(1.0)), wanted);
    }

    /// At a limit nothing is clipped yet.
    #[test]
    fn a_ratio_at_its_limit_is_not_clipped() {
        let clipped = |surrogate, ratio, advantage| {
            let loss = PolicyLoss {
                surrogate,
                clip_low: 0.5,
                clip_high: 0.5,
                dual_clip: (surrogate == Surrogate::Clip).then_some(2.0),
                ..PolicyLoss::default()
            };
            let mut stats = PolicyStats::default();
            loss.surrogate_stats(ratio, advantage, -1.0, &mut stats);
            [stats.clipped_low, stats.clipped_high, stats.clipped_dual]
        };
        for (surrogate, ratio, advantage, wanted) in [
            (Surrogate::Clip, 0.5, -1.0, [0.0, 0.0, 0.0]),
            (Surrogate::Clip, 0.25, -1.0, [1.0, 0.0, 0.0]),
            (Surrogate::Clip, 0.25, 0.0, [0.0, 0.0, 0.0]),
            (Surrogate::Clip, 0.25, 1.0, [0.0, 0.0, 0.0]),
            (Surrogate::Clip, 1.5, 1.0, [0.0, 0.0, 0.0]),
            (Surrogate::Clip, 1.75, 1.0, [0.0, 1.0, 0.0]),
            (Surrogate::Clip, 1.75, 0.0, [0.0, 0.0, 0.0]),
            (Surrogate::Clip, 2.0, -1.0, [0.0, 0.0, 0.0]),
            (Surrogate::Clip, 2.5, -1.0, [0.0, 0.0, 1.0]),
            (Surrogate::Cispo, 0.5, 1.0, [0.0, 0.0, 0.0]),
            (Surrogate::Cispo, 0.25, 1.0, [1.0, 0.0, 0.0]),
            (Surrogate::Cispo, 1.5, -1.0, [0.0, 0.0, 0.0]),
            (Surrogate::Cispo, 1.75, -1.0, [0.0, 1.0, 0.0]),
        ] {
            assert_eq!(
                clipped(surrogate, ratio, advantage),
                wanted,
                "{surrogate:?} {ratio} {advantage}"
            );
        }
    }
}
