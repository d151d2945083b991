//! Opening a folder or a file.

use std::path::Path;

use burn::tensor::Device;
use explang::model::{ConfigError, Decoder, ModelConfig, WeightForm};
use explang::named::brief;
use explang::tokenizer::{Beside, Tokenizer};
use serde_json::Value;

use super::tensors::metadata;
use super::weights::WeightFiles;
use super::{CheckpointError, TOKENIZER_ENTRY, TOKENIZER_FILE, gguf, read};
use crate::files::sha256;

/// Opens a folder, or a GGUF file, its matrices in `form`: its configuration and tokenizer first, so that a mistake costs no time.
pub(super) fn whole(
    folder: &Path,
    form: WeightForm,
    device: &Device,
) -> Result<(Decoder, Tokenizer), CheckpointError> {
    if folder.is_file() {
        return gguf::whole(folder, form, device);
    }
    let path = || folder.to_path_buf();
    let config = config(folder)?;
    let (tokenizer, text) = tokenizer(&folder.join(TOKENIZER_FILE), folder)?;
    if let Some(tokens) = tokenizer.added_beyond(config.vocab_size) {
        return Err(CheckpointError::AddedTokens {
            path: path(),
            tokens: tokens
                .iter()
                .map(|t| format!("`{}`", brief(t, 40)))
                .collect(),
            rows: config.vocab_size,
        });
    }
    if !tokenizer.fits(config.vocab_size) {
        return Err(CheckpointError::Vocabulary {
            path: path(),
            tokenizer: tokenizer.vocab_size(),
            model: config.vocab_size,
        });
    }
    let weights = WeightFiles::open(folder)?;
    let model = weights.decoder(form, &config, device)?;
    // Checkpoints from elsewhere do not say it. The file may have been laid out anew, or be of another version of the library.
    let saved = weights
        .files()
        .find_map(|(_, bytes)| metadata(bytes, TOKENIZER_ENTRY));
    if let Some(saved) = saved
        && saved != sha256(&text)
        && saved != sha256(tokenizer.to_json().as_bytes())
    {
        return Err(CheckpointError::Swapped {
            tokenizer: folder.join(TOKENIZER_FILE),
            weights: weights.path().to_owned(),
        });
    }
    Ok((model, tokenizer))
}

/// Reads `config.json`.
pub(super) fn config(folder: &Path) -> Result<ModelConfig, CheckpointError> {
    let text = read(&folder.join("config.json"))?;
    std::str::from_utf8(&text)
        .map_err(|e| ConfigError::Json(e.to_string()))
        .and_then(ModelConfig::from_json)
        .map_err(|source| CheckpointError::Config {
            path: folder.to_path_buf(),
            source,
        })
}

/// Reads the tokenizer in `file`, with what the files of the folder `beside` say of it. Its text comes along.
pub(super) fn tokenizer(
    file: &Path,
    beside: &Path,
) -> Result<(Tokenizer, Vec<u8>), CheckpointError> {
    let text = read(file)?;
    let beside = Beside {
        generation_config: json(&beside.join("generation_config.json"))?,
        config: json(&beside.join("config.json"))?,
        tokenizer_config: json(&beside.join("tokenizer_config.json"))?,
    };
    let tokenizer = Tokenizer::from_files(&text, &beside);
    let tokenizer = tokenizer.map_err(|source| CheckpointError::Tokenizer {
        path: file.parent().unwrap_or(file).to_path_buf(),
        source,
    })?;
    Ok((tokenizer, text))
}

/// A JSON file that need not be there.
fn json(path: &Path) -> Result<Value, CheckpointError> {
    if !path.exists() {
        return Ok(Value::Null);
    }
    serde_json::from_slice(&read(path)?).map_err(|error| CheckpointError::Json {
        path: path.to_owned(),
        what: brief(&error.to_string(), 120),
    })
}
