use super::*;
use crate::likelihood::{Sequence, response_log_probs};
use crate::model::{Memory, ModelConfig, ModelPreset, Precision};
use crate::parallel::Inline;
use burn::tensor::Device;
use std::sync::atomic::{AtomicUsize, Ordering};

/// The flat gradient of a loss times `factor`, and how often the loss was asked for.
fn in_format(precision: Precision, factor: f32, scale: Option<f32>) -> (Vec<f32>, usize) {
    let config = ModelConfig::of(ModelPreset::Pico, 40);
    let model = Decoder::random(&config, 1, &Device::flex().autodiff());
    let model = model.computing_in(precision);
    let tokens: Vec<u32> = (0..12).map(|i| (i * 7) % 40).collect();
    let asked = AtomicUsize::new(0);
    let loss = async |model: &Decoder, (): &()| {
        asked.fetch_add(1, Ordering::Relaxed);
        let sequence = Sequence {
            tokens: &tokens,
            prompt_len: 2,
        };
        let log_probs = response_log_probs(model, &[sequence], 0, Memory::default());
        (log_probs.mean() * -factor, ())
    };
    let shards = [vec![()]];
    let found = pollster::block_on(async {
        match scale {
            None => gradients(&model, &shards, &Inline, &loss).await,
            Some(scale) => scaled(&model, &shards, &Inline, &loss, scale).await,
        }
    });
    let flat = found.flat.into_iter();
    let flat = flat.flat_map(|g| g.into_data().iter::<f32>().collect::<Vec<_>>());
    (flat.collect(), asked.into_inner())
}

fn apart(exact: &[f32], found: &[f32]) -> f64 {
    let squares = |of: &mut dyn Iterator<Item = f32>| of.map(|x| f64::from(x).powi(2)).sum();
    let difference: f64 = squares(&mut exact.iter().zip(found).map(|(a, b)| a - b));
    let exact: f64 = squares(&mut exact.iter().copied());
    (difference / exact).sqrt()
}

#[test]
fn in_f16_small_gradients_are_kept_and_large_ones_tried_again() {
    // As small as those of a large batch: f16 itself would lose them.
    let (exact, once) = in_format(Precision::F32, 1e-4, None);
    let (found, again) = in_format(Precision::F16, 1e-4, None);
    let (lost, _) = in_format(Precision::F16, 1e-4, Some(1.0));
    assert_eq!((once, again), (1, 1));
    let limit = 16.0 * Precision::F16.rounding();
    assert!(apart(&exact, &found) < limit, "{}", apart(&exact, &found));
    assert!(
        apart(&exact, &lost) > 4.0 * limit,
        "{}",
        apart(&exact, &lost)
    );
    // So large that the first factor is too much.
    let (exact, _) = in_format(Precision::F32, 1e3, None);
    let (found, tries) = in_format(Precision::F16, 1e3, None);
    assert!(tries > 1 && apart(&exact, &found) < limit, "{tries}");
    // Too large whatever the factor: told as it is, so that the step is left out.
    let (found, tries) = in_format(Precision::F16, 1e9, None);
    assert!(
        tries == 4 && found.iter().any(|x| !x.is_finite()),
        "{tries}"
    );
}

#[test]
fn shards_and_parts_add_up_to_the_batch() {
    let device = Device::flex().autodiff();
    let model = Decoder::random(&ModelConfig::of(ModelPreset::Pico, 40), 1, &device);
    let rows: Vec<Vec<u32>> = (0..6)
        .map(|i| (0..5 + i).map(|j| (i * 7 + j * 3) % 40).collect())
        .collect();
    let loss = async |model: &Decoder, part: &Vec<usize>| {
        let scored: Vec<Sequence<'_>> = part
            .iter()
            .map(|&i| Sequence {
                tokens: &rows[i],
                prompt_len: 2,
            })
            .collect();
        (
            response_log_probs(model, &scored, 0, Memory::default())
                .sum()
                .neg(),
            (),
        )
    };
    let run = |shards: &[Vec<Vec<usize>>]| -> Vec<f32> {
        let found = pollster::block_on(gradients(&model, shards, &Inline, &loss));
        (found.flat.into_iter())
            .flat_map(|g| g.into_data().iter::<f32>().collect::<Vec<_>>())
            .collect()
    };
    let whole = run(&[vec![(0..6).collect()]]);
    assert!(whole.iter().any(|g| g.abs() > 0.1));
    for shards in [
        vec![vec![vec![0, 3]], vec![vec![1, 4]], vec![vec![2, 5]]],
        vec![vec![vec![5, 0], vec![2]], vec![vec![1], vec![3], vec![4]]],
    ] {
        let found = run(&shards);
        let pairs = whole.iter().zip(&found);
        let worst = pairs.map(|(a, b)| (a - b).abs()).fold(0.0, f32::max);
        assert!(worst < 1e-4, "{worst}");
    }
}

#[test]
fn the_norm_is_over_all_gradients_and_a_frozen_parameter_has_none() {
    let device = Device::flex().autodiff();
    let mut model = Decoder::random(&ModelConfig::of(ModelPreset::Pico, 40), 1, &device);
    let all = flatten(&model, model.model.norm.weight.val().sum().backward());
    // The gradient of a sum is one everywhere, and the other parameters took no part.
    let norm = pollster::block_on(global_norm(&all));
    assert!((norm - (64f64).sqrt()).abs() < 1e-6, "{norm}");
    model.model.norm.weight = model.model.norm.weight.set_require_grad(false);
    let gain = model.model.embed_tokens.weight.val().sum();
    assert_eq!(flatten(&model, gain.backward()).len(), all.len() - 1);
}
