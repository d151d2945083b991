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
