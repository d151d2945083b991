use burn::tensor::{Device, TensorData};

use super::*;
use crate::likelihood::{Direction, Sequence, response_kl, response_log_probs};
use crate::model::{Architecture, Decoder, Memory, ModelConfig, ModelPreset};

/// A random decoder with a head of its own or a tied one, and logits that differ.
fn decoder(architecture: Architecture, tied: bool, seed: u64) -> Decoder {
    let config = ModelConfig {
        architecture,
        tie_word_embeddings: tied,
        ..ModelConfig::of(ModelPreset::Pico, 60)
    };
    let mut model = Decoder::random(&config, seed, &Device::flex().autodiff());
    let larger = |gain: Tensor<1>| Tensor::from_inner(gain.inner() * 2.0).require_grad();
    model.model.norm.weight = model.model.norm.weight.map(larger);
    model
}

/// Sequences of unequal length, the last without a response.
fn rows() -> Vec<Vec<u32>> {
    let lengths = [9usize, 4, 13, 3];
    let row = |(i, n): (usize, &usize)| (0..*n).map(|j| ((i * 7 + j * 3) % 60) as u32).collect();
    lengths.iter().enumerate().map(row).collect()
}

/// The values of a function of the decoder, and the gradient of their weighted sum by everything that learns.
fn probe(
    model: &Decoder,
    run: impl Fn(&Decoder, &[Sequence<'_>]) -> Tensor<1>,
) -> (Vec<f32>, Vec<Vec<f32>>) {
    struct Found(burn::tensor::Gradients, Vec<Vec<f32>>);
    impl ModuleVisitor for Found {
        fn visit_float<const D: usize>(&mut self, param: &Param<Tensor<D>>) {
            let value = param.val();
            if value.is_require_grad() {
                let gradient = value.grad(&self.0).expect("every parameter takes part");
                self.1.push(gradient.into_data().iter::<f32>().collect());
            }
        }
    }
    let rows = rows();
    let sequences: Vec<Sequence<'_>> = rows
        .iter()
        .map(|tokens| Sequence {
            tokens,
            prompt_len: 3,
        })
        .collect();
    let out = run(model, &sequences);
    let weights: Vec<f32> = (0..out.dims()[0]).map(|i| (i as f32).sin()).collect();
    let weights = TensorData::new(weights, [out.dims()[0]]);
    let sum = (out.clone() * Tensor::from_data(weights, &out.device())).sum();
    let mut found = Found(sum.backward(), Vec::new());
    model.visit(&mut found);
    (out.into_data().iter::<f32>().collect(), found.1)
}

fn assert_same(a: &(Vec<f32>, Vec<Vec<f32>>), b: &(Vec<f32>, Vec<Vec<f32>>)) {
    assert!(a.0.iter().any(|x| x.abs() > 0.01));
    assert_eq!(a.1.len(), b.1.len());
    let pairs = std::iter::once((&a.0, &b.0)).chain(a.1.iter().zip(&b.1));
    for (a, b) in pairs {
        assert_eq!(a.len(), b.len());
        let worst = |numbers: &mut dyn Iterator<Item = f32>| numbers.fold(0.0, f32::max);
        let largest = worst(&mut a.iter().map(|a| a.abs())).max(1.0);
        let difference = worst(&mut a.iter().zip(b).map(|(a, b)| (a - b).abs()));
        assert!(difference < 1e-6 * largest, "{difference} of {largest}");
    }
}

/// All that may be chosen, beside the default.
fn choices() -> impl Iterator<Item = Memory> {
    let rows = [0, 1, 5, 1000].into_iter();
    let all = rows.flat_map(|log_prob_rows| {
        [false, true].map(|recompute_layers| Memory {
            recompute_layers,
            log_prob_rows,
            ..Memory::default()
        })
    });
    all.filter(|memory| *memory != Memory::default())
}

#[test]
fn log_probabilities_and_gradients_are_those_of_the_whole() {
    for architecture in [Architecture::Qwen3, Architecture::Llama] {
        for tied in [true, false] {
            let model = decoder(architecture, tied, 1);
            let run = |memory| probe(&model, |model, s| response_log_probs(model, s, 0, memory));
            let whole = run(Memory::default());
            for memory in choices() {
                assert_same(&whole, &run(memory));
            }
        }
    }
}

#[test]
fn divergences_and_gradients_are_those_of_the_whole() {
    let student = decoder(Architecture::Qwen3, true, 1);
    let teacher = decoder(Architecture::Qwen3, true, 2).valid();
    for direction in [Direction::Forward, Direction::Reverse] {
        let run = |memory| {
            probe(&student, |student, s| {
                response_kl(student, &teacher, s, 0, memory, direction)
            })
        };
        let whole = run(Memory::default());
        for memory in choices() {
            assert_same(&whole, &run(memory));
        }
    }
}

/// As with an adapter: the first layer's input does not learn, and of each layer one matrix does.
#[test]
fn only_what_learns_has_a_gradient() {
    let mut model = decoder(Architecture::Qwen3, true, 1).no_grad();
    for layer in &mut model.model.layers {
        let weight = layer.mlp.down_proj.weight.clone();
        layer.mlp.down_proj.weight = weight.set_require_grad(true);
    }
    let run = |memory| probe(&model, |model, s| response_log_probs(model, s, 0, memory));
    let whole = run(Memory::default());
    assert_eq!(whole.1.len(), model.config().num_layers);
    for memory in choices() {
        assert_same(&whole, &run(memory));
    }
}

#[test]
fn without_a_graph_nothing_is_recorded() {
    let model = decoder(Architecture::Qwen3, true, 1);
    let (plain, frozen) = (model.valid(), model.clone().no_grad());
    let row = [5, 9, 11, 2, 8];
    let sequence = [Sequence {
        tokens: &row,
        prompt_len: 2,
    }];
    for memory in choices() {
        let found =
            [&plain, &frozen, &model].map(|model| response_log_probs(model, &sequence, 0, memory));
        assert!(!found[1].is_tracked() && found[2].is_tracked());
        let [a, b, c] = found.map(|x| x.into_data().iter::<f32>().collect::<Vec<_>>());
        assert_eq!(b, c);
        // Without autodiff a product of few rows adds up in another order.
        let pairs = a.iter().zip(&b);
        assert!(
            pairs.map(|(a, b)| (a - b).abs()).all(|d| d < 1e-6),
            "{a:?} {b:?}"
        );
    }
}
