use std::ops::ControlFlow;

use burn::tensor::Device;
use explang_run::config::ModelPreset;

use super::*;
use crate::action::distribution;
use crate::generate::{Completion, Prompt, Sampling, generate};
use crate::model::{Architecture, CausalLm, Decoder, Precision};
use crate::tokenizer::Tokenizer;
use crate::{Language, random};

const SAMPLING: Sampling = Sampling {
    temperature: 1.0,
    top_p: 0.9,
    max_new_tokens: 12,
};

fn shapes(vocab: usize) -> Vec<ModelConfig> {
    let of = |architecture, tie_word_embeddings| ModelConfig {
        architecture,
        tie_word_embeddings,
        ..ModelConfig::of(ModelPreset::Pico, vocab)
    };
    let both = [Architecture::Qwen3, Architecture::Llama];
    (both.into_iter())
        .flat_map(|architecture| [of(architecture, true), of(architecture, false)])
        .collect()
}

pub(in crate::model) fn tokenizer() -> Tokenizer {
    let file = include_bytes!("../../../../checkpoints/quick/stages/sft/checkpoint/tokenizer.json");
    Tokenizer::from_json(file).unwrap()
}

pub(in crate::model) fn sampled(
    model: &impl CausalLm,
    tokenizer: &Tokenizer,
    sampling: Sampling,
) -> Vec<Completion> {
    let prompt = |at: u64| Prompt {
        tokens: (0..3 + 2 * at)
            .map(|i| (random::uniform(at, i) * 400.0) as u32)
            .collect(),
        forced_len: 0,
        streams: (0..=at).collect(),
    };
    let prompts: Vec<Prompt> = (0..4).map(prompt).collect();
    let go_on = |_: crate::generate::SampledToken<'_>| ControlFlow::Continue(());
    pollster::block_on(generate(model, tokenizer, &prompts, &sampling, go_on)).unwrap()
}

#[test]
fn it_samples_what_the_decoder_on_tensors_samples_bit_for_bit() {
    let tokenizer = tokenizer();
    for config in shapes(tokenizer.vocab_size()) {
        for precision in [Precision::F32, Precision::F16, Precision::BF16] {
            let random = Decoder::random(&config, 5, &Device::flex());
            let bytes = random.to_safetensors(precision).unwrap();
            let tensors = Decoder::from_safetensors(&config, &bytes, &Device::flex()).unwrap();
            let slices = SliceDecoder::from_safetensors(&config, &bytes).unwrap();
            assert_eq!(slices.config(), tensors.config());
            assert_eq!(
                sampled(&slices, &tokenizer, SAMPLING),
                sampled(&tensors, &tokenizer, SAMPLING)
            );
            let choose = |of: &Vec<u32>| {
                let slices = distribution(&slices, &tokenizer, of, &Language::ALL);
                let tensors = distribution(&tensors, &tokenizer, of, &Language::ALL);
                (pollster::block_on(slices), pollster::block_on(tensors))
            };
            let (slices, tensors) = choose(&vec![3, 9, 27]);
            assert_eq!(slices.unwrap(), tensors.unwrap());
        }
    }
}

#[test]
fn matrices_that_lie_row_by_row_give_nearly_the_same() {
    let config = ModelConfig::of(ModelPreset::Pico, 60);
    let bytes = Decoder::random(&config, 5, &Device::flex()).to_safetensors(Precision::F32);
    let bytes = bytes.unwrap();
    let logits = |panels: bool| {
        let mut tensors = NamedTensors::read(&bytes).unwrap();
        let model = SliceDecoder::laid_out(&config, &mut tensors, panels).unwrap();
        let (mut cache, mut logits) = (model.cache(2, 8), Vec::new());
        let first = Packing::new([3, 1]);
        model.read(&[4, 5, 6, 7], &first, &mut cache, &mut logits);
        model.read(&[8, 9], &Packing::new([1, 1]), &mut cache, &mut logits);
        logits
    };
    let (panels, rows) = (logits(true), logits(false));
    assert_eq!(panels.len(), 2 * config.vocab_size);
    let worst = panels.iter().zip(&rows).map(|(a, b)| (a - b).abs());
    assert!(worst.fold(0.0, f32::max) < 1e-5);
}

#[test]
fn what_no_decoder_can_be_read_from_is_refused_in_the_same_words() {
    let config = ModelConfig::of(ModelPreset::Pico, 60);
    let bytes = Decoder::random(&config, 5, &Device::flex()).to_safetensors(Precision::F32);
    let bytes = bytes.unwrap();
    let other = ModelConfig::of(ModelPreset::Pico, 61);
    let untied = ModelConfig {
        tie_word_embeddings: false,
        ..config.clone()
    };
    let mut spoilt = bytes.clone();
    let end = spoilt.len() - 4;
    spoilt[end..].copy_from_slice(&f32::NAN.to_le_bytes());
    for (config, bytes) in [
        (&config, &bytes[..bytes.len() - 9]),
        (&other, &bytes[..]),
        (&untied, &bytes[..]),
        (&config, &spoilt[..]),
        (&config, &[]),
    ] {
        let slices = SliceDecoder::from_safetensors(config, bytes).map(|_| ());
        let tensors = Decoder::from_safetensors(config, bytes, &Device::flex()).map(|_| ());
        assert!(slices.is_err());
        assert_eq!(slices, tensors);
    }
}
