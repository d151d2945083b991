//! The losses of [`explang_objective::policy`] as tensors, with their gradients.

use burn::tensor::{Device, IndexingUpdateOp, Int, Tensor, TensorData};
use explang_objective::policy::owners;
use explang_objective::{KlEstimator, PolicyLoss, Surrogate, TokenTargets};

/// The weighted *sum* over tokens of the loss as a scalar `[1]`; the caller divides by the divisor of the whole batch, so
/// that a batch may be split between responses. `log_probs [tokens]` carries the gradient.
pub fn policy_loss(
    loss: &PolicyLoss,
    log_probs: Tensor<1>,
    targets: &TokenTargets<'_>,
) -> Tensor<1> {
    let device = log_probs.device();
    let constant = |values: &[f32]| column(values, &device);
    let weights = constant(targets.weights);
    let advantages = constant(targets.advantages);
    let log_ratio = log_probs.clone() - constant(targets.old);
    let ratio = over_responses(loss, log_ratio, targets).exp();
    let clipped = ratio
        .clone()
        .clamp(1.0 - loss.clip_low, 1.0 + loss.clip_high);
    let mut losses = match loss.surrogate {
        Surrogate::Clip => {
            let mut gain = (ratio * advantages.clone()).min_pair(clipped * advantages);
            if let Some(c) = loss.dual_clip {
                gain = gain.max_pair(constant(&floor(targets.advantages, c)));
            }
            gain.neg()
        }
        Surrogate::Cispo => (clipped.detach() * advantages * log_probs.clone()).neg(),
    };
    if let Some(reference) = targets.reference.filter(|_| loss.kl != 0.0) {
        let divergence = kl_estimate(loss.kl_estimator, log_probs, constant(reference));
        losses = losses + divergence * loss.kl;
    }
    (losses * weights).sum()
}

/// The logarithm of the ratio of each token, `[tokens]`, from that of the tokens' own.
fn over_responses(
    loss: &PolicyLoss,
    log_ratio: Tensor<1>,
    targets: &TokenTargets<'_>,
) -> Tensor<1> {
    let Some(shares) = loss.shares(targets) else {
        return log_ratio;
    };
    let device = log_ratio.device();
    let owners: Vec<i32> = owners(targets.lengths).map(|owner| owner as i32).collect();
    let tokens = owners.len();
    let owners = Tensor::<1, Int>::from_data(TensorData::new(owners, [tokens]), &device);
    let parts = log_ratio * column(&shares, &device);
    Tensor::zeros([targets.lengths.len()], &device)
        .select_assign(0, owners.clone(), parts, IndexingUpdateOp::Add)
        .select(0, owners)
}

/// The least that a token may gain under dual clipping.
pub(super) fn floor(advantages: &[f32], c: f32) -> Vec<f32> {
    let least = |&a: &f32| if a < 0.0 { c * a } else { f32::MIN };
    advantages.iter().map(least).collect()
}

fn column(values: &[f32], device: &Device) -> Tensor<1> {
    Tensor::from_data(
        TensorData::new(values.to_vec(), [values.len()]),
        &device.clone().inner(),
    )
    .to_device(device)
}

/// The estimate of each token, `[tokens]`, with its gradient by `log_probs [tokens]`.
pub fn kl_estimate(
    estimator: KlEstimator,
    log_probs: Tensor<1>,
    reference: Tensor<1>,
) -> Tensor<1> {
    let gap = reference - log_probs;
    match estimator {
        KlEstimator::K1 => gap.neg(),
        KlEstimator::K2 => gap.powi_scalar(2) * 0.5,
        KlEstimator::K3 => gap.clone().exp() - gap - 1.0,
    }
}
