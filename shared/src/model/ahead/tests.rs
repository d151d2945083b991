use std::borrow::Cow;
use std::ops::ControlFlow;

use burn::tensor::Device;
use explang_run::config::ModelPreset;

use super::*;
use crate::generate::{Completion, Prompt, SampledToken, Sampling, generate};
use crate::model::cache::Cache;
use crate::model::device::reads;
use crate::model::slices::tests::tokenizer;
use crate::model::{CausalLm, ComingRow, ModelConfig, Precision};

/// A decoder that is read as if its device were not the processor.
#[derive(Debug, Clone)]
struct Apart(Decoder);

impl CausalLm for Apart {
    type Cache = Cache;

    fn config(&self) -> &ModelConfig {
        self.0.config()
    }

    fn for_sampling(&self) -> Cow<'_, Self> {
        Cow::Borrowed(self)
    }

    fn by_rows(&self) -> bool {
        false
    }

    fn cache(&self, rows: usize, capacity: usize) -> Cache {
        Cache::rectangles(&self.0, rows, capacity)
    }

    fn foresee(&self, cache: &mut Cache, coming: impl FnOnce() -> Coming) {
        self.0.foresee(cache, coming);
    }

    async fn next_logits(
        &self,
        tokens: &[u32],
        packing: &Packing,
        cache: &mut Cache,
        logits: &mut Vec<f32>,
    ) -> Result<(), Unread> {
        self.0.next_logits(tokens, packing, cache, logits).await
    }
}

fn sampled(model: &impl CausalLm, sampling: &Sampling) -> Vec<Completion> {
    let tokenizer = tokenizer();
    let prompts: Vec<Prompt> = [3, 9, 1]
        .iter()
        .enumerate()
        .map(|(i, &len)| Prompt {
            tokens: (0..len).map(|t| 2 + t + i as u32).collect(),
            forced_len: 0,
            streams: (0..3).map(|j| 10 * i as u64 + j).collect(),
        })
        .collect();
    let go_on = |_: SampledToken<'_>| ControlFlow::Continue(());
    pollster::block_on(generate(model, &tokenizer, &prompts, sampling, go_on)).unwrap()
}

#[test]
fn the_tokens_are_those_of_the_processor_and_the_host_waits_once_in_many() {
    let vocab = tokenizer().vocab_size();
    let model = Decoder::random(
        &ModelConfig::of(ModelPreset::Pico, vocab),
        5,
        &Device::flex(),
    );
    for (temperature, top_p, ahead) in [
        (1.0, 1.0, true),
        (0.0, 1.0, true),
        (0.7, 1.0, true),
        (1.0, 0.9, false),
    ] {
        let sampling = Sampling {
            temperature,
            top_p,
            max_new_tokens: 40,
        };
        let expected = sampled(&model, &sampling);
        let before = reads();
        let found = sampled(&Apart(model.clone()), &sampling);
        let waits = reads() - before;
        let tokens = |all: &[Completion]| {
            all.iter()
                .map(|made| made.tokens.clone())
                .collect::<Vec<_>>()
        };
        assert_eq!(tokens(&found), tokens(&expected));
        let longest = found.iter().map(|made| made.tokens.len()).max().unwrap() as u64;
        // One for the prompts.
        let most = if ahead {
            1 + longest.div_ceil(8)
        } else {
            1 + longest
        };
        assert!(waits <= most, "{waits} readings for {longest} tokens");
    }
}

/// Products, keys and values in a short format, as off the CPU; all else on this processor.
#[test]
fn in_a_short_format_logits_are_those_of_f32_but_for_its_rounding() {
    let config = ModelConfig::of(ModelPreset::Pico, 60);
    let model = Decoder::random(&config, 5, &Device::flex());
    let tokens = |step: usize| (0..3).map(move |row| ((7 * step + 11 * row) % 60) as u32);
    let logits = |model: &Apart| -> Vec<f32> {
        let mut cache = model.cache(3, 20);
        let packing = Packing::new([1; 3]);
        let mut all = Vec::new();
        for step in 0..20 {
            let mut logits = Vec::new();
            let tokens: Vec<u32> = tokens(step).collect();
            let next = model.next_logits(&tokens, &packing, &mut cache, &mut logits);
            pollster::block_on(next).unwrap();
            all.extend(logits);
        }
        all
    };
    let exact = logits(&Apart(model.clone()));
    let largest = exact.iter().fold(0.0f32, |a, b| a.max(b.abs()));
    for precision in [Precision::F16, Precision::BF16] {
        let rounded = model.clone().computing_in(precision).rounded();
        let found = logits(&Apart(rounded));
        let apart = exact.iter().zip(&found).map(|(a, b)| (a - b).abs());
        let apart = f64::from(apart.fold(0.0, f32::max) / largest);
        assert!(apart < 8.0 * precision.rounding(), "{precision}: {apart}");
        // It was computed in that format.
        assert!(apart > 0.1 * precision.rounding(), "{precision}: {apart}");
    }
}

/// `cargo test -p explang --features wgpu ahead`
#[cfg(feature = "wgpu")]
#[test]
fn a_graphics_card_gives_the_tokens_of_the_processor() {
    let vocab = tokenizer().vocab_size();
    let config = ModelConfig::of(ModelPreset::Pico, vocab);
    let device = crate::model::device::card();
    let [here, there] = [Device::flex(), device].map(|device| Decoder::random(&config, 5, &device));
    for (temperature, top_p) in [(1.0, 1.0), (0.0, 1.0), (1.0, 0.9)] {
        let sampling = Sampling {
            temperature,
            top_p,
            max_new_tokens: 40,
        };
        let before = reads();
        let found = sampled(&there, &sampling);
        let waits = reads() - before;
        let tokens =
            |all: &[Completion]| -> Vec<_> { all.iter().map(|made| made.tokens.clone()).collect() };
        assert_eq!(tokens(&found), tokens(&sampled(&here, &sampling)));
        println!("{waits} readings at temperature {temperature}, top-p {top_p}");
    }
}

#[test]
fn sums_so_far_are_the_sums() {
    for width in [1, 255, 256, 257, 1000] {
        let numbers: Vec<f32> = (0..2 * width).map(|i| ((i * 37) % 11) as f32).collect();
        let x = TensorData::new(numbers.clone(), [2, width]);
        let sums = sums_so_far(Tensor::from_data(x, &Device::flex()));
        let sums: Vec<f32> = sums.into_data().iter::<f32>().collect();
        for (sums, numbers) in sums.chunks(width).zip(numbers.chunks(width)) {
            let mut sum = 0.0;
            for (found, number) in sums.iter().zip(numbers) {
                sum += number;
                assert_eq!(*found, sum, "of {width}");
            }
        }
    }
}

#[test]
fn what_was_drawn_otherwise_is_dropped() {
    let model = Apart(Decoder::random(
        &ModelConfig::of(ModelPreset::Pico, 60),
        5,
        &Device::flex(),
    ));
    let one = Packing::new([1, 1]);
    let coming = || Coming {
        temperature: 0.0,
        top_p: 1.0,
        rows: vec![
            ComingRow {
                stream: 1,
                drawn: 0,
                left: 9
            };
            2
        ],
    };
    let mut logits = Vec::new();
    let mut read = |cache: &mut Cache, tokens: &[u32], packing: &Packing, foresee: bool| {
        if foresee {
            model.foresee(cache, coming);
        }
        pollster::block_on(model.next_logits(tokens, packing, cache, &mut logits)).unwrap();
        logits.clone()
    };
    let prompt = (Packing::padded([3, 2]), [4, 5, 6, 7, 8, 0]);
    let [mut cache, mut alone] = [(); 2].map(|()| model.cache(2, 30));
    for cache in [&mut cache, &mut alone] {
        read(cache, &prompt.1, &prompt.0, false);
    }
    let best = |logits: &[f32]| -> Vec<u32> {
        let row = |row: &[f32]| (0..60).max_by(|&a, &b| row[a].total_cmp(&row[b])).unwrap() as u32;
        logits.chunks(60).map(row).collect()
    };
    let mut tokens = vec![9, 10];
    for step in 0..12 {
        let found = read(&mut cache, &tokens, &one, true);
        let expected = read(&mut alone, &tokens, &one, false);
        let worst = found
            .iter()
            .zip(&expected)
            .map(|(a, b)| (a - b).abs())
            .fold(0.0, f32::max);
        assert!(worst < 1e-6, "{worst} in step {step}");
        tokens = best(&expected);
        // Now and then it goes on with another token than the device drew.
        if step % 5 == 3 {
            tokens[1] = (tokens[1] + 1) % 60;
        }
        // Rows change places in the middle of what is known ahead.
        if step == 6 {
            for cache in [&mut cache, &mut alone] {
                cache.keep(&[1, 0]);
            }
            tokens.reverse();
        }
    }
}
