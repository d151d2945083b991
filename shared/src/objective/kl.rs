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

use burn::tensor::Tensor;
use serde::{Deserialize, Serialize};

/// How the divergence of a token is estimated.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum KlEstimator {
    /// log π − log π_ref.
    K1,
    /// (log π − log π_ref)² / 2.
    K2,
    /// exp(log π_ref − log π) − (log π_ref − log π) − 1.
    #[default]
    K3,
}

/// Where the divergence is paid.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum KlPlace {
    /// A term of the loss, of the policy that learns.
    #[default]
    Loss,
    /// Taken from a response's reward, summed over its tokens, of the policy that sampled.
    Reward,
    /// Taken from each token's advantage, summed from that token on, of the policy that sampled.
    Return,
}

impl KlEstimator {
    /// The estimate of each token, `[tokens]`, with its gradient by `log_probs [tokens]`.
    pub fn estimate(self, log_probs: Tensor<1>, reference: Tensor<1>) -> Tensor<1> {
        let gap = reference - log_probs;
        match self {
            KlEstimator::K1 => gap.neg(),
            KlEstimator::K2 => gap.powi_scalar(2) * 0.5,
            KlEstimator::K3 => gap.clone().exp() - gap - 1.0,
        }
    }

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

#[cfg(test)]
mod tests {
    use burn::tensor::{Device, TensorData};

    use super::*;

    #[test]
    fn values_and_gradients_by_hand() {
        // log π = −1, log π_ref = −0.5: g = 1/2.
        let e = 0.5f32.exp();
        for (estimator, value, gradient) in [
            (KlEstimator::K1, -0.5, 1.0),
            (KlEstimator::K2, 0.125, -0.5),
            (KlEstimator::K3, e - 1.5, 1.0 - e),
        ] {
            let device = Device::flex().autodiff();
            let tensor = |x: f32| Tensor::<1>::from_data(TensorData::new(vec![x], [1]), &device);
            let x = tensor(-1.0).require_grad();
            let y = estimator.estimate(x.clone(), tensor(-0.5));
            let got = x.grad(&y.backward()).unwrap().into_scalar::<f32>();
            assert!((got - gradient).abs() < 1e-6, "{estimator:?}: {got}");
            assert!((y.into_scalar::<f32>() - value).abs() < 1e-6);
            assert!((estimator.value(-1.0, -0.5) - f64::from(value)).abs() < 1e-6);
            let paid = penalties(estimator, 0.5, &[-1.0], &[-0.5]);
            assert!((paid[0] - 0.5 * value).abs() < 1e-6);
        }
    }
}
