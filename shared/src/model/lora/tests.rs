use burn::backend::Flex;
use burn::tensor::Device;
use explang_run::config::{AdamWConfig, LoraSection, LoraTarget};

use super::*;
use crate::learn::{AdamW, Learner, supervised};
use crate::likelihood::{Sequence, response_log_probs};
use crate::model::{Architecture, Cache, Memory, ModelConfig, ModelPreset, Packing};
use crate::parallel::Inline;

const VOCAB: usize = 40;

fn config(architecture: Architecture) -> ModelConfig {
    ModelConfig {
        architecture,
        ..ModelConfig::of(ModelPreset::Pico, VOCAB)
    }
}

/// Weights away from those of a fresh adapter: every factor counts.
struct Spread(u64);

impl Weights for Spread {
    type Error = std::convert::Infallible;

    fn get(&mut self, name: &str, shape: &[usize]) -> Result<TensorData, Self::Error> {
        let path: Vec<u64> = name.bytes().map(u64::from).collect();
        let stream = random::derive(self.0, &path);
        let values: Vec<f32> = (0..shape.iter().product::<usize>() as u64)
            .map(|i| 0.2 * random::normal(stream, i))
            .collect();
        Ok(TensorData::new(values, shape))
    }
}

/// A decoder with an adapter that was drawn: targets, ranks and scales differ from seed to seed and from module to module.
fn drawn(seed: u64, device: &Device) -> Decoder {
    let family = [Architecture::Qwen3, Architecture::Llama][seed as usize % 2];
    let model = Decoder::random(&config(family), seed, device);
    let shape = |module: &str| {
        let path: Vec<u64> = module.bytes().map(u64::from).collect();
        let stream = random::derive(seed, &path);
        let draw = |i: u64, most: usize| (random::uniform(stream, i) * most as f32) as usize;
        (draw(0, 3) > 0).then(|| (1 + draw(1, 9), 1.0 + draw(2, 20) as f64))
    };
    let Ok(model) = model.with_adapters(shape, &mut Spread(seed));
    model
}

/// Two sequences.
fn tokens() -> (Vec<u32>, Packing) {
    let tokens = (0..17).map(|i| (i * 7 + 3) % VOCAB as u32).collect();
    (tokens, Packing::new([9, 8]))
}

fn logits(model: &Decoder) -> Vec<f32> {
    let (tokens, packing) = tokens();
    let hidden = model.hidden(&tokens, &packing);
    model.logits(hidden).into_data().iter::<f32>().collect()
}

fn worst(a: &[f32], b: &[f32]) -> f32 {
    assert_eq!(a.len(), b.len());
    let differences = a.iter().zip(b).map(|(a, b)| (a - b).abs());
    differences.fold(0.0, f32::max)
}

#[test]
fn an_adapter_counts_where_many_sequences_are_sampled_and_where_one_is() {
    for seed in 0..6 {
        let device = [Device::flex(), Device::flex().autodiff()][seed as usize / 2 % 2].clone();
        let model = drawn(seed, &device);
        let expected = logits(&model);
        for sampled in [
            model.for_sampling().into_owned(),
            model.clone().for_one_sequence(),
        ] {
            let (tokens, packing) = tokens();
            let mut cache = Cache::new(&model, 2, 9);
            let hidden = sampled.extend(&tokens, &packing, &mut cache);
            let found = sampled.logits(hidden).into_data();
            let found: Vec<f32> = found.iter::<f32>().collect();
            assert!(worst(&found, &expected) < 1e-4);
        }
    }
}

#[test]
fn a_fresh_adapter_changes_nothing_and_is_drawn_as_peft_draws_it() {
    let lora = |rank, targets: &[LoraTarget]| LoraSection {
        rank,
        alpha: 16.0,
        targets: targets.to_vec(),
    };
    let plain = Decoder::random(&config(Architecture::Qwen3), 3, &Device::flex());
    for (rank, targets) in [(1, &LoraTarget::ALL[..]), (8, &LoraTarget::ALL[2..5])] {
        let model = plain.clone().with_lora(&lora(rank, targets), 5);
        assert_eq!(logits(&model), logits(&plain));
        let layers = plain.config().num_layers;
        assert_eq!(model.adapters().len(), layers * targets.len());
        let weights = model.adapter_weights();
        assert_eq!(weights.len(), 2 * layers * targets.len());
        for (name, data) in &weights {
            let values: Vec<f32> = data.iter::<f32>().collect();
            if name.ends_with(".lora_B.weight") {
                assert!(values.iter().all(|v| *v == 0.0), "{name}");
                continue;
            }
            let [found, input] = data.shape()[..] else {
                panic!("{name}: {:?}", data.shape());
            };
            assert_eq!(found, rank, "{name}");
            // Uniform over ±1/√in: its variance is a third of the square of its bound.
            let bound = (input as f32).powf(-0.5);
            assert!(values.iter().all(|v| v.abs() <= bound), "{name}");
            let variance = values.iter().map(|v| v * v).sum::<f32>() / values.len() as f32;
            let expected = bound * bound / 3.0;
            assert!((variance / expected - 1.0).abs() < 0.4, "{name}");
        }
        let again = plain.clone().with_lora(&lora(rank, targets), 5);
        assert_eq!(again.adapter_weights(), weights);
        let other = plain.clone().with_lora(&lora(rank, targets), 6);
        assert_ne!(other.adapter_weights(), weights);
    }
}

#[test]
fn a_merged_adapter_computes_what_it_computes_beside_its_weights() {
    for seed in 0..6 {
        let model = drawn(seed, &Device::flex());
        let adapted = logits(&model);
        let merged = model.merged();
        assert!(merged.adapters().is_empty());
        assert!(worst(&logits(&merged), &adapted) < 1e-4, "{seed}");
        let sampling = model.for_sampling();
        assert!(worst(&logits(&sampling), &adapted) < 1e-4, "{seed}");
        let base = logits(&model.clone().without_adapters());
        assert!(worst(&base, &adapted) > 1e-2, "{seed}: the adapter counts");
        // Weights without an adapter are the base's, bit for bit.
        let (merged, whole) = (merged.named_weights(), model.named_weights());
        let adapted: Vec<String> = model.adapters().into_iter().map(|(name, _)| name).collect();
        for (name, data) in &merged {
            let module = name.strip_suffix(".weight").unwrap();
            let changed = adapted.iter().any(|name| name == module);
            assert_eq!(*data != whole[name], changed, "{seed}: {name}");
        }
    }
}

#[test]
fn gradients_of_the_factors_are_those_of_the_merged_weight() {
    let device = Device::flex().autodiff();
    let loss = |model: &Decoder, memory: Memory| {
        let tokens = [5, 9, 11, 2, 8, 30, 1];
        let sequence = Sequence {
            tokens: &tokens,
            prompt_len: 2,
        };
        response_log_probs(model, &[sequence], 0, memory)
            .sum()
            .backward()
    };
    for seed in 0..4 {
        let mut model = drawn(seed, &device);
        // Computed once, and a second time in the backward pass.
        let memory = Memory {
            recompute_layers: seed > 1,
            log_prob_rows: seed as usize,
            ..Memory::default()
        };
        let found = loss(&model, memory);
        let mut merged = model.merged().train().set_require_grad(true);
        let whole = loss(&merged, Memory::default());
        let weights = merged.projections().into_iter();
        for ((module, linear), (_, merged)) in model.projections().into_iter().zip(weights) {
            assert!(linear.weight.val().grad(&found).is_none(), "{module}");
            let Some(adapter) = &linear.adapter else {
                continue;
            };
            let gradient = merged.weight.val().grad(&whole).unwrap() * adapter.scale();
            let (a, b) = (adapter.a.val().inner(), adapter.b.val().inner());
            let expected = [
                b.transpose().matmul(gradient.clone()),
                gradient.matmul(a.transpose()),
            ];
            for (factor, expected) in [&adapter.a, &adapter.b].into_iter().zip(expected) {
                let values = |t: Tensor<2>| t.into_data().iter::<f32>().collect::<Vec<_>>();
                let found = values(factor.val().grad(&found).unwrap());
                let size = expected.clone().abs().max().into_scalar::<f32>();
                let far = worst(&found, &values(expected));
                assert!(far <= 1e-3 * size.max(1e-3), "{module}: {far} of {size}");
            }
        }
    }
}

#[test]
fn only_the_adapter_learns_and_its_optimizer_is_read_back_bit_for_bit() {
    let device = Device::flex().autodiff();
    let lora = LoraSection {
        rank: 4,
        alpha: 8.0,
        targets: LoraTarget::ALL.to_vec(),
    };
    let plain = Decoder::random(&config(Architecture::Llama), 3, &device);
    let base = plain.named_weights();
    let model = plain.with_lora(&lora, 5);
    let first = model.adapter_weights();
    let sizes: usize = first.values().map(TensorData::num_elements).sum();
    let adamw = AdamWConfig::default();
    let mut learner = Learner::new(model, adamw, 1.0);
    let tokens: Vec<u32> = (0..12).map(|i| (i * 5 + 1) % VOCAB as u32).collect();
    let sequences = [2, 5].map(|prompt_len| Sequence {
        tokens: &tokens,
        prompt_len,
    });
    let update = |learner: &mut Learner| {
        let made = supervised::update(learner, &Inline, &sequences, 0.02, 2, 0, Memory::default());
        pollster::block_on(made).loss
    };
    let losses: Vec<f64> = (0..4).map(|_| update(&mut learner)).collect();
    assert!(losses[3] < losses[0] - 0.1, "{losses:?}");
    let after = learner.model.adapter_weights();
    assert!(first.keys().eq(after.keys()));
    assert!(first.iter().all(|(name, data)| *data != after[name]));
    assert_eq!(
        learner.model.clone().without_adapters().named_weights(),
        base
    );
    // Two moments of each value, and the count of steps.
    let bytes = learner.optimizer.to_safetensors(&learner.model).unwrap();
    assert!(bytes.len() < 8 * sizes + 32_000, "{}", bytes.len());

    let shape = |_: &str| Some((4, 8.0));
    let read = learner.model.clone().with_adapters(shape, &mut Kept(after));
    let mut again = Learner::new(read.unwrap(), adamw, 1.0);
    again.optimizer = AdamW::from_safetensors(adamw, &again.model, &bytes).unwrap();
    assert_eq!(update(&mut learner), update(&mut again));
    assert_eq!(
        learner.model.adapter_weights(),
        again.model.adapter_weights()
    );
}

/// Factors that were read before.
struct Kept(BTreeMap<String, TensorData>);

impl Weights for Kept {
    type Error = String;

    fn get(&mut self, name: &str, _: &[usize]) -> Result<TensorData, String> {
        self.0.remove(name).ok_or_else(|| name.to_owned())
    }
}

#[test]
fn the_base_is_shared_and_not_copied() {
    let device = Device::flex().autodiff();
    let targets = vec![LoraTarget::Q, LoraTarget::Up];
    let lora = LoraSection {
        rank: 2,
        alpha: 4.0,
        targets,
    };
    let model = Decoder::random(&config(Architecture::Llama), 3, &device).with_lora(&lora, 5);
    // Where an adapted matrix and one without an adapter lie in memory.
    let places = |model: &Decoder| {
        let mlp = &model.valid().model.layers[1].mlp;
        [&mlp.up_proj, &mlp.down_proj].map(|linear| {
            let weight = linear.weight.val().try_into_primitive::<Flex>().unwrap();
            weight.as_slice::<f32>().unwrap().as_ptr()
        })
    };
    let here = places(&model);
    let reference = model.valid().without_adapters();
    let part = model.clone().fork(&device);
    let mut learner = Learner::new(model.clone(), AdamWConfig::default(), 1.0);
    let sequences = [Sequence {
        tokens: &[5, 9, 11, 2],
        prompt_len: 2,
    }];
    let memory = Memory::default();
    let update = supervised::update(&mut learner, &Inline, &sequences, 0.02, 1, 0, memory);
    assert_eq!(pollster::block_on(update).skipped, 0);
    for (what, other) in [
        ("reference", &reference),
        ("part of a batch", &part),
        ("step", &learner.model),
    ] {
        assert_eq!(places(other), here, "{what}");
    }
    let merged = places(&model.merged());
    assert!(merged[0] != here[0] && merged[1] == here[1]);
}
