//! Any bytes are a model in a GGUF file, or are refused with one line, without memory beyond what the file itself holds.

#![no_main]

use burn::tensor::Device;
use explang::model::Decoder;
use explang::model::gguf::Gguf;
use explang::tokenizer::Tokenizer;
use libfuzzer_sys::fuzz_target;

fn open(bytes: &[u8]) -> Result<(), String> {
    let mut gguf = Gguf::read(bytes).map_err(|e| e.to_string())?;
    let files = gguf.small_files().map_err(|e| e.to_string())?;
    Tokenizer::from_json(files.tokenizer.as_bytes()).map_err(|e| e.to_string())?;
    let config = gguf.config().clone();
    Decoder::from_weights(&config, &mut gguf, &Device::flex()).map_err(|e| e.to_string())?;
    Ok(())
}

fuzz_target!(|bytes: &[u8]| {
    if let Err(said) = open(bytes) {
        assert!(
            !said.contains(char::is_control) && said.len() < 1000,
            "{said:?}"
        );
    }
});
