//! Any bytes are the weights of a small model, or its optimizer's state, or are refused with one line, without memory beyond their own size.

#![no_main]

use std::sync::LazyLock;

use burn::tensor::Device;
use explang::learn::AdamW;
use explang::model::{Decoder, ModelConfig, ModelPreset, Precision};
use explang::run::config::AdamWConfig;
use explang_trainer::checkpoint::tensors;
use libfuzzer_sys::fuzz_target;

/// The smallest shape there is.
static SHAPE: LazyLock<ModelConfig> = LazyLock::new(|| ModelConfig {
    hidden_size: 2,
    intermediate_size: 1,
    num_layers: 1,
    num_heads: 1,
    num_kv_heads: 1,
    head_dim: 2,
    max_positions: 2,
    ..ModelConfig::of(ModelPreset::Pico, 2)
});

thread_local! {
    /// A model of that shape, for the optimizer's state.
    static MODEL: Decoder = Decoder::from_safetensors(
        &SHAPE,
        include_bytes!("../seeds/safetensors/whole"),
        &Device::flex(),
    )
    .expect("the seed is a model");
}

fuzz_target!(|bytes: &[u8]| {
    let one_line = |said: String| {
        assert!(
            !said.contains(char::is_control) && said.len() < 1000,
            "{said:?}"
        );
    };
    match tensors::read(bytes) {
        Ok(tensors) => {
            for tensor in tensors {
                let _ = tensor.size();
            }
        }
        Err(error) => one_line(error.to_string()),
    }
    MODEL.with(|model| {
        if let Err(error) = AdamW::from_safetensors(AdamWConfig::default(), model, bytes) {
            one_line(error.to_string());
        }
    });
    match Decoder::from_safetensors(&SHAPE, bytes, &Device::flex()) {
        Ok(model) => {
            let written = model
                .to_safetensors(Precision::F32)
                .expect("every weight is finite");
            let again = Decoder::from_safetensors(&SHAPE, &written, &Device::flex());
            let again = again.expect("what was written can be read");
            assert_eq!(again.named_weights(), model.named_weights());
        }
        Err(error) => one_line(error.to_string()),
    }
});
