//! The policy loss of GRPO (Shao et al. 2024, arXiv 2402.03300, equation 3; the clipping is PPO's, arXiv 1707.06347).
//!
//! For a response token with advantage A: `-min(ρ A, clip(ρ, 1 - ε_low, 1 + ε_high) A) + β k3`, where
//! `ρ = exp(log π - log π_old)` and `k3 = exp(log π_ref - log π) - (log π_ref - log π) - 1` (Schulman's low-variance
//! estimator of the KL divergence, never negative). The batch's loss is the mean over all its response tokens.

use burn::tensor::{Device, Tensor, TensorData};
use serde::{Deserialize, Serialize};

/// Constants of the loss.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct PolicyLoss {
    /// ε below: the ratio is clipped at `1 - clip_low`.
    pub clip_low: f32,
    /// ε above: the ratio is clipped at `1 + clip_high`.
    pub clip_high: f32,
    /// β: weight of the k3 divergence from the reference policy.
    pub kl: f32,
}

/// What is known of each response token before the update, all of length `[tokens]`.
#[derive(Debug, Clone, Copy)]
pub struct TokenTargets<'a> {
    /// Log-probability when it was sampled.
    pub old: &'a [f32],
    /// Advantage of its response.
    pub advantages: &'a [f32],
    /// Log-probability under the reference policy; needed where `kl > 0`.
    pub reference: Option<&'a [f32]>,
    /// 1 for a token that counts, 0 for a masked one.
    pub mask: &'a [f32],
}

/// Sums over the tokens of a (part of a) batch; divide by `tokens` for means.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct PolicyStats {
    /// Tokens that count.
    pub tokens: f64,
    /// Sum of the policy term.
    pub policy: f64,
    /// Sum of k3.
    pub kl: f64,
    /// Tokens whose gradient the lower clip stops.
    pub clipped_low: f64,
    /// Tokens whose gradient the upper clip stops.
    pub clipped_high: f64,
    /// Largest ρ, and largest 1 / ρ.
    pub ratio_max: f64,
}

impl PolicyStats {
    /// Joins the statistics of two parts.
    pub fn merge(self, other: Self) -> Self {
        PolicyStats {
            tokens: self.tokens + other.tokens,
            policy: self.policy + other.policy,
            kl: self.kl + other.kl,
            clipped_low: self.clipped_low + other.clipped_low,
            clipped_high: self.clipped_high + other.clipped_high,
            ratio_max: self.ratio_max.max(other.ratio_max),
        }
    }
}

impl PolicyLoss {
    /// The *sum* over tokens of the loss as a scalar `[1]`; the caller divides by the tokens of the whole batch, so that a
    /// batch may be split. `log_probs [tokens]` carries the gradient.
    pub fn sum(&self, log_probs: Tensor<1>, targets: &TokenTargets<'_>) -> Tensor<1> {
        let device = log_probs.device();
        let constant = |values: &[f32]| column(values, &device);
        let mask = constant(targets.mask);
        let advantages = constant(targets.advantages);
        let ratio = (log_probs.clone() - constant(targets.old)).exp();
        let clipped = ratio
            .clone()
            .clamp(1.0 - self.clip_low, 1.0 + self.clip_high);
        let gain = (ratio * advantages.clone()).min_pair(clipped * advantages);
        let mut loss = gain.neg();
        if let Some(reference) = targets.reference.filter(|_| self.kl != 0.0) {
            let gap = constant(reference) - log_probs;
            let k3 = gap.clone().exp() - gap - 1.0;
            loss = loss + k3 * self.kl;
        }
        (loss * mask).sum()
    }

    /// What the loss did, from the log-probabilities' values.
    pub fn stats(&self, log_probs: &[f32], targets: &TokenTargets<'_>) -> PolicyStats {
        let mut stats = PolicyStats::default();
        for (i, &log_prob) in log_probs.iter().enumerate() {
            if targets.mask[i] == 0.0 {
                continue;
            }
            let (ratio, advantage) = (
                f64::from(log_prob - targets.old[i]).exp(),
                f64::from(targets.advantages[i]),
            );
            let (low, high) = (
                1.0 - f64::from(self.clip_low),
                1.0 + f64::from(self.clip_high),
            );
            stats.tokens += 1.0;
            stats.policy -= (ratio * advantage).min(ratio.clamp(low, high) * advantage);
            stats.clipped_low += f64::from(u8::from(ratio < low && advantage < 0.0));
            stats.clipped_high += f64::from(u8::from(ratio > high && advantage > 0.0));
            stats.ratio_max = stats.ratio_max.max(ratio.max(1.0 / ratio));
            if let Some(reference) = targets.reference {
                let gap = f64::from(reference[i] - log_prob);
                stats.kl += gap.exp() - gap - 1.0;
            }
        }
        stats
    }
}

fn column(values: &[f32], device: &Device) -> Tensor<1> {
    Tensor::from_data(
        TensorData::new(values.to_vec(), [values.len()]),
        &device.clone().inner(),
    )
    .to_device(device)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Value of the loss and its gradient by the log-probabilities.
    fn run(loss: PolicyLoss, log_probs: &[f32], targets: &TokenTargets<'_>) -> (f32, Vec<f32>) {
        let device = Device::flex().autodiff();
        let data = TensorData::new(log_probs.to_vec(), [log_probs.len()]);
        let x = Tensor::<1>::from_data(data, &device).require_grad();
        let y = loss.sum(x.clone(), targets);
        let grads = y.backward();
        let gradient = x.grad(&grads).unwrap().into_data().iter::<f32>().collect();
        (y.into_scalar::<f32>(), gradient)
    }

    const LOSS: PolicyLoss = PolicyLoss {
        clip_low: 0.2,
        clip_high: 0.28,
        kl: 0.0,
    };

    #[test]
    fn on_policy_the_gradient_is_minus_the_advantage() {
        let targets = TokenTargets {
            old: &[-1.0, -2.0],
            advantages: &[0.5, -3.0],
            reference: None,
            mask: &[1.0, 1.0],
        };
        let (value, gradient) = run(LOSS, &[-1.0, -2.0], &targets);
        assert!((value - 2.5).abs() < 1e-6);
        assert!((gradient[0] + 0.5).abs() < 1e-6 && (gradient[1] - 3.0).abs() < 1e-6);
    }

    #[test]
    fn the_clip_stops_gradients_only_where_the_step_has_gone_far_enough() {
        // Ratios 1.5, 1.5, 0.5, 0.5.
        let log_probs = [1.5f32.ln(), 1.5f32.ln(), 0.5f32.ln(), 0.5f32.ln()];
        let targets = TokenTargets {
            old: &[0.0; 4],
            advantages: &[1.0, -1.0, 1.0, -1.0],
            reference: None,
            mask: &[1.0; 4],
        };
        let (value, gradient) = run(LOSS, &log_probs, &targets);
        // -(1.28) - (-1.5) - 0.5 - (-0.8)
        assert!((value - 0.52).abs() < 1e-5, "{value}");
        let expected = [0.0, 1.5, -0.5, 0.0];
        for (g, e) in gradient.iter().zip(expected) {
            assert!((g - e).abs() < 1e-5, "{gradient:?}");
        }
        let stats = LOSS.stats(&log_probs, &targets);
        assert_eq!(
            (stats.clipped_low, stats.clipped_high, stats.tokens),
            (1.0, 1.0, 4.0)
        );
        assert!((stats.policy - 0.52).abs() < 1e-5 && (stats.ratio_max - 2.0).abs() < 1e-5);
    }

    #[test]
    fn k3_is_its_formula_and_a_mask_takes_a_token_out() {
        let loss = PolicyLoss { kl: 0.1, ..LOSS };
        let targets = TokenTargets {
            old: &[-1.0, -1.0],
            advantages: &[0.0, 9.0],
            reference: Some(&[-0.5, 7.0]),
            mask: &[1.0, 0.0],
        };
        let (value, gradient) = run(loss, &[-1.0, -1.0], &targets);
        let k3 = 0.5f32.exp() - 0.5 - 1.0;
        assert!((value - 0.1 * k3).abs() < 1e-6);
        // d k3 / d log π = 1 - exp(log π_ref - log π).
        assert!((gradient[0] - 0.1 * (1.0 - 0.5f32.exp())).abs() < 1e-6);
        assert_eq!(gradient[1], 0.0);
        assert!((loss.stats(&[-1.0, -1.0], &targets).kl - f64::from(k3)).abs() < 1e-6);
    }
}
