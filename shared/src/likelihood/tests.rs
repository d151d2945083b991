use super::*;
use crate::model::{ModelConfig, ModelPreset};
use burn::tensor::Device;

#[test]
fn packed_sequences_have_the_loss_of_each_alone() {
    let model = Decoder::random(&ModelConfig::of(ModelPreset::Pico, 60), 1, &Device::flex());
    let row = |n: u32| (0..n).map(|i| (n * 5 + i * 3) % 60).collect();
    let rows: Vec<Vec<u32>> = [9, 3, 20, 4].into_iter().map(row).collect();
    let sequence = |tokens| Sequence {
        tokens,
        prompt_len: 3,
    };
    let sequences: Vec<Sequence<'_>> = rows.iter().map(|r| sequence(r)).collect();
    let tokens = sequences.iter().map(|s| s.response().len()).sum::<usize>() as f32;
    let log_prob = |sequences: &[Sequence<'_>], memory| {
        let log_probs = response_log_probs(&model, sequences, 0, memory);
        log_probs.sum().into_scalar::<f32>()
    };
    for log_prob_rows in [0, 2] {
        let memory = Memory {
            log_prob_rows,
            ..Memory::default()
        };
        let alone = sequences.iter().map(|s| log_prob(&[*s], memory));
        let difference = (log_prob(&sequences, memory) - alone.sum::<f32>()) / tokens;
        assert!(difference.abs() < 1e-6, "{difference}");
    }
}

#[test]
fn a_group_that_shares_its_prompt_has_the_loss_and_the_gradient_of_each_alone() {
    let device = Device::flex().autodiff();
    let model = Decoder::random(&ModelConfig::of(ModelPreset::Pico, 60), 1, &device);
    let row = |prompt: u32, prompt_len: u32, response: u32| -> Vec<u32> {
        let prompt = (0..prompt_len).map(move |i| (prompt * 7 + i * 3) % 60);
        prompt
            .chain((0..response).map(|i| (response * 11 + i) % 60))
            .collect()
    };
    let rows: Vec<(usize, Vec<u32>)> = [
        (1, 19, 5),
        (1, 19, 1),
        (1, 19, 23),
        (2, 4, 3),
        (1, 19, 4),
        (3, 19, 2),
        (3, 19, 6),
    ]
    .map(|(prompt, len, response)| (len as usize, row(prompt, len, response)))
    .into();
    let sequences: Vec<Sequence<'_>> = (rows.iter())
        .map(|(prompt_len, tokens)| Sequence {
            tokens,
            prompt_len: *prompt_len,
        })
        .collect();
    // A weight for each token, so that a gradient in the wrong place shows.
    let weighed = |sequences: &[Sequence<'_>], from: usize| {
        let log_probs = response_log_probs(&model, sequences, 0, Memory::default());
        let [tokens] = log_probs.dims();
        let weights: Vec<f32> = (from..from + tokens)
            .map(|i| (i as f32 * 0.7).sin())
            .collect();
        let weights = Tensor::<1>::from_data(weights.as_slice(), &device);
        (log_probs * weights).sum()
    };
    let gradient = |loss: &Tensor<1>| {
        let gradients = loss.backward();
        let layer = &model.model.layers[0];
        let weights = [
            &model.model.embed_tokens.weight,
            &layer.self_attn.q_proj.weight,
            &layer.self_attn.k_proj.weight,
            &layer.self_attn.v_proj.weight,
            &layer.mlp.up_proj.weight,
        ];
        weights.map(|weight| weight.val().grad(&gradients).unwrap())
    };
    let together = weighed(&sequences, 0);
    let (mut from, mut alone) = (0, None);
    for sequence in &sequences {
        let one = weighed(&[*sequence], from);
        from += sequence.response().len();
        alone = Some(match alone {
            None => one,
            Some(sum) => sum + one,
        });
    }
    let alone = alone.unwrap();
    let apart = (together.clone() - alone.clone())
        .into_scalar::<f32>()
        .abs();
    assert!(apart < 1e-4, "{apart}");
    for (found, expected) in gradient(&together).into_iter().zip(gradient(&alone)) {
        let norm = expected.clone().powi_scalar(2).sum().sqrt();
        let apart = (found - expected).powi_scalar(2).sum().sqrt() / norm;
        let apart = apart.into_scalar::<f32>();
        assert!(apart < 1e-5, "{apart}");
    }
}
