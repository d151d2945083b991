//! On the first graphics processor there is: Mesa's software one will do (`bash tests/device --software`).

use burn::tensor::Device;
use explang_run::config::ModelPreset;

use super::*;
use crate::Language;
use crate::action::distribution;
use crate::generate::{Completion, Sampling};
use crate::model::slices::tests::{sampled, tokenizer};
use crate::model::{AHEAD, Architecture, CacheRows, ComingRow, Decoder, Precision, SliceDecoder};
use crate::random;

fn gpu() -> Gpu {
    pollster::block_on(Gpu::open()).expect("a graphics processor, or Mesa's software one")
}

/// The same model on slices and on the graphics processor.
fn both(config: &ModelConfig, gpu: &Gpu) -> (SliceDecoder, ShaderDecoder) {
    let random = Decoder::random(config, 5, &Device::flex());
    let bytes = random.to_safetensors(Precision::F32).unwrap();
    let slices = SliceDecoder::from_safetensors(config, &bytes).unwrap();
    let shaders = ShaderDecoder::from_safetensors(config, &bytes, gpu).unwrap();
    (slices, shaders)
}

/// Both families, tied or not, heads narrower and wider than a group has lanes, widths that fill no group.
fn shapes(vocab: usize) -> Vec<ModelConfig> {
    let pico = ModelConfig::of(ModelPreset::Pico, vocab);
    let odd = ModelConfig {
        architecture: Architecture::Llama,
        hidden_size: 60,
        intermediate_size: 100,
        num_heads: 3,
        num_kv_heads: 1,
        head_dim: 72,
        tie_word_embeddings: false,
        ..pico.clone()
    };
    let untied = ModelConfig {
        tie_word_embeddings: false,
        ..pico.clone()
    };
    vec![pico, untied, odd]
}

fn logits<M: CausalLm>(
    model: &M,
    tokens: &[u32],
    lengths: &[usize],
    cache: &mut M::Cache,
) -> Vec<f32> {
    let mut logits = Vec::new();
    let packing = Packing::new(lengths.to_vec());
    pollster::block_on(model.next_logits(tokens, &packing, cache, &mut logits)).unwrap();
    logits
}

fn worst(a: &[f32], b: &[f32]) -> f32 {
    assert_eq!(a.len(), b.len());
    a.iter()
        .zip(b)
        .map(|(a, b)| (a - b).abs())
        .fold(0.0, f32::max)
}

/// Reads the same in both, with rows that end, are forked and join; returns the greatest difference of a logit.
fn walk(slices: &SliceDecoder, shaders: &ShaderDecoder) -> f32 {
    fn one<M: CausalLm>(model: &M) -> Vec<Vec<f32>> {
        let vocab = model.config().vocab_size as u64;
        let tokens = |n: usize, stream: u64| -> Vec<u32> {
            (0..n as u64)
                .map(|i| (random::uniform(stream, i) * vocab as f32) as u32)
                .collect()
        };
        let mut cache = model.cache(3, 40);
        let mut seen = vec![logits(model, &tokens(12, 1), &[5, 1, 6], &mut cache)];
        seen.push(logits(model, &tokens(3, 2), &[1; 3], &mut cache));
        // Longer than the first caches' room: their slots grow. Beyond the lanes of a group.
        let mut other = model.cache(1, 150);
        seen.push(logits(model, &tokens(130, 3), &[130], &mut other));
        let mut fork = other.fork(0);
        other.keep(&[0, 0, 0]);
        cache.keep(&[2, 0, 2]);
        cache.append(other);
        seen.push(logits(model, &tokens(6, 4), &[1; 6], &mut cache));
        seen.push(logits(model, &tokens(1, 5), &[1], &mut fork));
        cache.keep(&[5, 1]);
        seen.push(logits(model, &tokens(2, 6), &[1; 2], &mut cache));
        seen
    }
    let pairs = one(slices).into_iter().zip(one(shaders));
    pairs.map(|(a, b)| worst(&a, &b)).fold(0.0, f32::max)
}

#[test]
fn it_computes_what_slices_compute() {
    let gpu = gpu();
    for config in shapes(300) {
        let (slices, shaders) = both(&config, &gpu);
        let worst = walk(&slices, &shaders);
        assert!(worst < 2e-5, "{worst} in {config:?}");
        // Slots are given back: a second walk needs no more of them.
        let before = shaders.0.pool.borrow().buffer().size();
        assert!(walk(&slices, &shaders) < 2e-5);
        assert_eq!(shaders.0.pool.borrow().buffer().size(), before);
    }
}

#[test]
fn it_samples_the_same_tokens_and_waits_once_in_many() {
    let (gpu, tokenizer) = (gpu(), tokenizer());
    let vocab = tokenizer.vocab_size();
    for config in shapes(vocab) {
        let (slices, shaders) = both(&config, &gpu);
        for (temperature, top_p) in [(0.0, 1.0), (1.0, 1.0), (0.7, 0.9), (1.0, 0.5)] {
            let sampling = Sampling {
                temperature,
                top_p,
                max_new_tokens: 49,
            };
            let before = gpu.work();
            let here = sampled(&shaders, &tokenizer, sampling);
            let work = gpu.work();
            let there = sampled(&slices, &tokenizer, sampling);
            let tokens =
                |done: &[Completion]| done.iter().map(|c| c.tokens.clone()).collect::<Vec<_>>();
            assert_eq!(tokens(&here), tokens(&there), "{temperature} {top_p}");
            // Random weights never end a text: 49 steps, of which the first reads the prompts.
            let reads = work.reads - before.reads;
            assert!(
                reads <= 1 + 48 / 8,
                "{reads} readings at {temperature} {top_p}"
            );
            let dispatches = work.dispatches - before.dispatches;
            // A token that is drawn otherwise by rounding costs what was computed after it.
            let most = (49 + AHEAD as u64) * (3 + 6 * config.num_layers as u64);
            assert!(dispatches <= most, "{dispatches} of {most}");
        }
        let prompt = [3, 9, 27];
        let here = distribution(&shaders, &tokenizer, &prompt, &Language::ALL);
        let there = distribution(&slices, &tokenizer, &prompt, &Language::ALL);
        let (here, there) = (
            pollster::block_on(here).unwrap(),
            pollster::block_on(there).unwrap(),
        );
        for ((_, a), (_, b)) in here.probabilities.iter().zip(&there.probabilities) {
            assert!((a - b).abs() < 1e-5, "{a} {b}");
        }
    }
}

#[test]
fn a_vocabulary_of_qwen3_takes_few_bytes_and_as_few_readings() {
    let (gpu, vocab) = (gpu(), 151_936);
    let (slices, shaders) = both(&ModelConfig::of(ModelPreset::Pico, vocab), &gpu);
    fn greedy(model: &impl CausalLm) -> Vec<u32> {
        let mut drawn = Vec::new();
        let mut cache = model.cache(1, 40);
        let mut after = logits(model, &[7, 8, 9], &[3], &mut cache);
        for left in (0..=AHEAD).rev() {
            let best = after
                .iter()
                .enumerate()
                .max_by(|a, b| a.1.total_cmp(b.1).then(b.0.cmp(&a.0)));
            drawn.push(best.unwrap().0 as u32);
            let row = ComingRow {
                stream: 0,
                drawn: drawn.len() as u64,
                left,
            };
            model.foresee(&mut cache, || Coming {
                temperature: 0.0,
                top_p: 1.0,
                rows: vec![row],
            });
            if left > 0 {
                after = logits(model, &drawn[drawn.len() - 1..], &[1], &mut cache);
            }
        }
        drawn
    }
    let before = gpu.work();
    assert_eq!(greedy(&shaders), greedy(&slices));
    // The prompt, and all that follows.
    assert_eq!(gpu.work().reads - before.reads, 2);
    // AHEAD rows of logits, one of masses, and the rest in less than a row.
    let row = 4 * vocab as u64;
    let bytes = shaders.working_bytes();
    assert!(
        bytes < (AHEAD as u64 + 2) * row,
        "{} rows",
        bytes as f64 / row as f64
    );
}

#[test]
fn what_it_has_no_room_for_is_refused() {
    let gpu = gpu();
    let wide = ModelConfig {
        hidden_size: 4096,
        num_layers: 1,
        ..ModelConfig::of(ModelPreset::Pico, 60)
    };
    let bytes = Decoder::random(&wide, 5, &Device::flex()).to_safetensors(Precision::F32);
    let refused = ShaderDecoder::from_safetensors(&wide, &bytes.unwrap(), &gpu).unwrap_err();
    assert_eq!(
        refused.to_string(),
        "on a graphics processor a model may have 3584 features, this one has 4096; use the processor"
    );
    let long = ModelConfig {
        max_positions: 1 << 20,
        num_heads: 512,
        num_kv_heads: 512,
        head_dim: 2,
        ..ModelConfig::of(ModelPreset::Pico, 60)
    };
    let (_, shaders) = both(&long, &gpu);
    // 2 · 2^20 · 1024 numbers a layer: 8 GiB.
    let mut cache = shaders.cache(1, long.max_positions);
    let (mut unread, packing) = (Vec::new(), Packing::new([1]));
    let read = shaders.next_logits(&[1], &packing, &mut cache, &mut unread);
    let refused = pollster::block_on(read).unwrap_err().to_string();
    assert!(
        refused.contains("MiB for keys and values, and it gives at most"),
        "{refused}"
    );
    // It goes on afterwards.
    drop(cache);
    let mut cache = shaders.cache(1, 8);
    assert_eq!(logits(&shaders, &[4, 5], &[2], &mut cache).len(), 60);
}
