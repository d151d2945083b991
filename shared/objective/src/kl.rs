//! Estimates of the divergence from the reference policy, and where they are paid.
//!
//! Of a token that π sampled, with `g = log π_ref − log π` (Schulman, "Approximating KL Divergence", 2020):
//!
//! | estimator | value | its gradient as a loss term, in the mean |
//! | --- | --- | --- |
//! | `k1` | −g | 0: as a loss it does nothing but add noise; in the reward it is right |
//! | `k2` | g² / 2 | that of the divergence |
//! | `k3` | exp(g) − g − 1, never negative | that of the divergence the other way round |
//!
//! # Who does which
//! - In the loss: GRPO (arXiv 2402.03300) and this project's default, k3; TRL's GRPO, k3; verl with `use_kl_loss`,
//!   `low_var_kl`, which is k3, by default; OpenRLHF with `kl.use_loss`; REINFORCE++ with baseline (arXiv 2501.03262), k2.
//! - Taken from the reward of the whole response before advantages: TRL's RLOO, k1; verl with `use_kl_in_reward`, k1 by
//!   default; RLOO (arXiv 2402.14740) and RLHF before it.
//! - Taken from each token's return: REINFORCE++ and OpenRLHF without `kl.use_loss`, k1.
//!
//! verl limits g to ±20 and k3 to 10, OpenRLHF every estimate to ±10; here nothing is cut off. DAPO has no such term.

use explang_named::named;

/// How the divergence of a token is estimated.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
pub enum KlEstimator {
    /// log π − log π_ref.
    K1,
    /// (log π − log π_ref)² / 2.
    K2,
    /// exp(log π_ref − log π) − (log π_ref − log π) − 1.
    #[default]
    K3,
}

named!(KlEstimator, "KL estimator", { K1 => "k1", K2 => "k2", K3 => "k3" });

/// Where the divergence is paid.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
pub enum KlPlace {
    /// A term of the loss, of the policy that learns.
    #[default]
    Loss,
    /// Taken from a response's reward, summed over its tokens, of the policy that sampled.
    Reward,
    /// Taken from each token's advantage, summed from that token on, of the policy that sampled.
    Return,
}

named!(KlPlace, "place of the KL divergence", { Loss => "loss", Reward => "reward", Return => "return" });

impl KlEstimator {
    /// The estimate of one token, from log-probabilities in nats.
    pub fn value(self, log_prob: f32, reference: f32) -> f64 {
        let gap = f64::from(reference - log_prob);
        match self {
            KlEstimator::K1 => -gap,
            KlEstimator::K2 => gap * gap * 0.5,
            KlEstimator::K3 => gap.exp() - gap - 1.0,
        }
    }
}

/// The penalty β k of every token of a response that was sampled with `log_probs`; both have the response's length.
pub fn penalties(
    estimator: KlEstimator,
    weight: f32,
    log_probs: &[f32],
    reference: &[f32],
) -> Vec<f32> {
    let pairs = log_probs.iter().zip(reference);
    pairs
        .map(|(&log_prob, &reference)| weight * estimator.value(log_prob, reference) as f32)
        .collect()
}
