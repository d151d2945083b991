use burn::tensor::{Device, Tensor, TensorData};

use super::loss::floor;
use super::*;

/// Value of the loss and its gradient by the log-probabilities.
fn run(loss: PolicyLoss, log_probs: &[f32], targets: &TokenTargets<'_>) -> (f32, Vec<f32>) {
    let device = Device::flex().autodiff();
    let data = TensorData::new(log_probs.to_vec(), [log_probs.len()]);
    let x = Tensor::<1>::from_data(data, &device).require_grad();
    let y = policy_loss(&loss, x.clone(), targets);
    let grads = y.backward();
    let gradient = x.grad(&grads).unwrap().into_data().iter::<f32>().collect();
    (y.into_scalar::<f32>(), gradient)
}

const LOSS: PolicyLoss = PolicyLoss {
    surrogate: Surrogate::Clip,
    ratio: Ratio::Token,
    clip_low: 0.2,
    clip_high: 0.28,
    dual_clip: None,
    kl: 0.0,
    kl_estimator: KlEstimator::K3,
};

#[test]
fn on_policy_the_gradient_is_minus_the_advantage() {
    let targets = TokenTargets {
        old: &[-1.0, -2.0],
        advantages: &[0.5, -3.0],
        reference: None,
        weights: &[1.0, 1.0],
        lengths: &[2],
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
        weights: &[1.0; 4],
        lengths: &[4],
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
        weights: &[1.0, 0.0],
        lengths: &[2],
    };
    let (value, gradient) = run(loss, &[-1.0, -1.0], &targets);
    let k3 = 0.5f32.exp() - 0.5 - 1.0;
    assert!((value - 0.1 * k3).abs() < 1e-6);
    // d k3 / d log π = 1 - exp(log π_ref - log π).
    assert!((gradient[0] - 0.1 * (1.0 - 0.5f32.exp())).abs() < 1e-6);
    assert_eq!(gradient[1], 0.0);
    assert!((loss.stats(&[-1.0, -1.0], &targets).kl - f64::from(k3)).abs() < 1e-6);
}

/// Log-probabilities whose ratios to `old` 0 are `ratios`.
fn logs<const N: usize>(ratios: [f32; N]) -> [f32; N] {
    ratios.map(f32::ln)
}

fn close(gradient: &[f32], expected: &[f32]) {
    assert_eq!(gradient.len(), expected.len());
    for (g, e) in gradient.iter().zip(expected) {
        assert!((g - e).abs() < 1e-5, "{gradient:?} is not {expected:?}");
    }
}

#[test]
fn a_weight_scales_a_token_and_its_gradient() {
    let targets = TokenTargets {
        old: &[0.0; 3],
        advantages: &[1.0, 1.0, -2.0],
        reference: None,
        weights: &[0.5, 0.5, 1.0],
        lengths: &[2, 1],
    };
    let (value, gradient) = run(LOSS, &logs([1.0, 1.1, 0.9]), &targets);
    assert!((value - (-1.05 + 1.8)).abs() < 1e-6, "{value}");
    close(&gradient, &[-0.5, -0.55, 1.8]);
    // Statistics count tokens.
    let stats = LOSS.stats(&logs([1.0, 1.1, 0.9]), &targets);
    assert!((stats.policy - (-2.1 + 1.8)).abs() < 1e-6 && stats.tokens == 3.0);
}

#[test]
fn the_floor_of_dual_clipping_grows_with_the_disadvantage() {
    assert_eq!(floor(&[-2.0, 0.5], 3.0), [-6.0, f32::MIN]);
}

#[test]
fn dual_clipping_ends_what_a_ratio_counts_against_a_response() {
    let loss = PolicyLoss {
        dual_clip: Some(3.0),
        ..LOSS
    };
    let targets = TokenTargets {
        old: &[0.0; 4],
        advantages: &[-1.0, -1.0, 1.0, 0.0],
        reference: None,
        weights: &[1.0; 4],
        lengths: &[4],
    };
    // 4 counts as 3 where the advantage is negative; where it is positive the upper clip has long acted.
    let log_probs = logs([4.0, 2.0, 4.0, 4.0]);
    let (value, gradient) = run(loss, &log_probs, &targets);
    assert!((value - (3.0 + 2.0 - 1.28)).abs() < 1e-5, "{value}");
    close(&gradient, &[0.0, 2.0, 0.0, 0.0]);
    let stats = loss.stats(&log_probs, &targets);
    assert_eq!((stats.clipped_dual, stats.clipped_high), (1.0, 1.0));
    assert!((stats.policy - 3.72).abs() < 1e-5);
}

#[test]
fn cispo_weighs_every_token_and_stops_none() {
    let loss = PolicyLoss {
        surrogate: Surrogate::Cispo,
        clip_low: 10.0,
        clip_high: 0.2,
        ..LOSS
    };
    let targets = TokenTargets {
        old: &[-3.0, -1.0, -2.0],
        advantages: &[2.0, -1.0, 0.5],
        reference: None,
        weights: &[1.0; 3],
        lengths: &[1, 2],
    };
    // Ratios 2 (counts as 1.2), 1/2 and 1.
    let log_probs = [-3.0 + 2f32.ln(), -1.0 + 0.5f32.ln(), -2.0];
    let (value, gradient) = run(loss, &log_probs, &targets);
    let wanted = -1.2 * 2.0 * log_probs[0] + 0.5 * log_probs[1] - 0.5 * log_probs[2];
    assert!((value - wanted).abs() < 1e-5, "{value} is not {wanted}");
    close(&gradient, &[-2.4, 0.5, -0.5]);
    let stats = loss.stats(&log_probs, &targets);
    assert_eq!((stats.clipped_low, stats.clipped_high), (0.0, 1.0));
    assert!((stats.policy - f64::from(wanted)).abs() < 1e-5);
    let two_sided = PolicyLoss {
        clip_low: 0.2,
        ..loss
    };
    close(&run(two_sided, &log_probs, &targets).1, &[-2.4, 0.8, -0.5]);
    assert_eq!(two_sided.stats(&log_probs, &targets).clipped_low, 1.0);
}

#[test]
fn gspo_has_one_ratio_a_response() {
    let loss = PolicyLoss {
        ratio: Ratio::SequenceMean,
        clip_low: 0.3,
        clip_high: 0.4,
        ..LOSS
    };
    let targets = TokenTargets {
        old: &[0.0; 5],
        advantages: &[1.0, 1.0, -2.0, -2.0, 1.0],
        reference: None,
        // One over the length: a mean over each response.
        weights: &[0.5, 0.5, 0.5, 0.5, 1.0],
        lengths: &[2, 2, 1],
    };
    // Geometric means: sqrt(2 · 0.5) = 1, sqrt(0.9 · 0.4) = 0.6, and 1.5.
    let log_probs = logs([2.0, 0.5, 0.9, 0.4, 1.5]);
    let (value, gradient) = run(loss, &log_probs, &targets);
    // -1 · 1; -min(0.6 · -2, 0.7 · -2) = 1.4, clipped; -1.4, clipped.
    assert!((value - (-1.0 + 1.4 - 1.4)).abs() < 1e-5, "{value}");
    // Of the first: -A s / |o| each. A single token would have been clipped at 2.
    close(&gradient, &[-0.5, -0.5, 0.0, 0.0, 0.0]);
    let stats = loss.stats(&log_probs, &targets);
    assert_eq!((stats.clipped_low, stats.clipped_high), (2.0, 1.0));
    assert!((stats.ratio_max - 1.0 / 0.6).abs() < 1e-5, "{stats:?}");
    assert!((stats.policy - (-2.0 + 2.8 - 1.4)).abs() < 1e-5);
}

#[test]
fn a_response_as_one_action_has_the_product_of_its_ratios() {
    let loss = PolicyLoss {
        ratio: Ratio::SequenceProduct,
        ..LOSS
    };
    let targets = TokenTargets {
        old: &[0.0; 4],
        advantages: &[3.0; 4],
        reference: None,
        weights: &[0.5, 0.5, 0.0, 1.0],
        // The masked token is in no ratio.
        lengths: &[3, 1],
    };
    let log_probs = logs([1.1, 1.1, 9.0, 1.0]);
    let (value, gradient) = run(loss, &log_probs, &targets);
    assert!((value + 3.63 + 3.0).abs() < 1e-5, "{value}");
    close(&gradient, &[-3.63, -3.63, 0.0, -3.0]);
    assert!((loss.stats(&log_probs, &targets).ratio_max - 1.21).abs() < 1e-5);
}

#[test]
fn maxima_and_drift_by_hand() {
    let targets = TokenTargets {
        old: &[0.0, 0.0, 0.0],
        advantages: &[0.0; 3],
        reference: Some(&[0.0, 0.0, 5.0]),
        weights: &[1.0, 1.0, 0.0],
        lengths: &[3],
    };
    let stats = LOSS.stats(&logs([2.0, 0.5, 7.0]), &targets);
    let ln2 = 2f64.ln();
    assert!((stats.drift - (1.0 - ln2 + (-0.5 + ln2))).abs() < 1e-6);
    assert!((stats.drift_max - (1.0 - ln2)).abs() < 1e-6);
    // k3 of g = ∓ ln 2: 1/2 + ln 2 - 1 and 2 - ln 2 - 1.
    assert!((stats.kl - 0.5).abs() < 1e-6 && (stats.kl_max - (1.0 - ln2)).abs() < 1e-6);
    let joined = stats.merge(stats);
    assert_eq!((joined.tokens, joined.kl_max), (4.0, stats.kl_max));
    assert_eq!(joined.drift, 2.0 * stats.drift);
}

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
        let y = kl_estimate(estimator, x.clone(), tensor(-0.5));
        let got = x.grad(&y.backward()).unwrap().into_scalar::<f32>();
        assert!((got - gradient).abs() < 1e-6, "{estimator:?}: {got}");
        assert!((y.into_scalar::<f32>() - value).abs() < 1e-6);
        assert!((estimator.value(-1.0, -0.5) - f64::from(value)).abs() < 1e-6);
        let paid = kl::penalties(estimator, 0.5, &[-1.0], &[-0.5]);
        assert!((paid[0] - 0.5 * value).abs() < 1e-6);
    }
}
