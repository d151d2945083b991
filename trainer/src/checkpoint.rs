//! A checkpoint is a Hugging Face folder: `config.json`, `model.safetensors`, `tokenizer.json`, `generation_config.json`.

use std::path::{Path, PathBuf};

use burn::tensor::Device;
use explang::model::{ConfigError, Decoder, ModelConfig, Precision, WeightsError};
use explang::tokenizer::{END_OF_TEXT, PAD, Tokenizer, TokenizerError};
use serde_json::json;

/// A folder that is no checkpoint, or one that does not fit together.
#[derive(Debug, thiserror::Error)]
pub enum CheckpointError {
    /// A file cannot be read.
    #[error(
        "{path}: {source}; a checkpoint is a folder with config.json, model.safetensors and tokenizer.json"
    )]
    Io {
        /// The file.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// A file cannot be written.
    #[error("could not write {path}: {source}; check the free space and who may write there")]
    Write {
        /// The file.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// `config.json` is wrong.
    #[error("{path}: {source}")]
    Config {
        /// The folder.
        path: PathBuf,
        /// What is wrong.
        source: ConfigError,
    },
    /// The weights are wrong.
    #[error("{path}: {source}")]
    Weights {
        /// The file.
        path: PathBuf,
        /// What is wrong.
        source: WeightsError,
    },
    /// `tokenizer.json` is wrong.
    #[error("{path}: {source}")]
    Tokenizer {
        /// The folder.
        path: PathBuf,
        /// What is wrong.
        source: TokenizerError,
    },
    /// Tokenizer and model do not belong together.
    #[error(
        "{path}: tokenizer.json has {tokenizer} tokens, the model's embedding {model} rows; the files are of two checkpoints, \
         so copy them again from one"
    )]
    Vocabulary {
        /// The folder.
        path: PathBuf,
        /// Tokens of the tokenizer.
        tokenizer: usize,
        /// Rows of the embedding.
        model: usize,
    },
}

/// Reads a checkpoint onto `device`.
///
/// # Errors
/// When a file is missing, damaged, or of another checkpoint.
pub fn load(folder: &Path, device: &Device) -> Result<(Decoder, Tokenizer), CheckpointError> {
    let path = || folder.to_path_buf();
    let text = read(&folder.join("config.json"))?;
    let config = std::str::from_utf8(&text)
        .map_err(|e| ConfigError::Json(e.to_string()))
        .and_then(ModelConfig::from_json)
        .map_err(|source| CheckpointError::Config {
            path: path(),
            source,
        })?;
    let tokenizer =
        Tokenizer::from_json(&read(&folder.join("tokenizer.json"))?).map_err(|source| {
            CheckpointError::Tokenizer {
                path: path(),
                source,
            }
        })?;
    // An embedding may be padded to a round number of rows, but not to twice what it needs.
    let rows = tokenizer.vocab_size();
    if rows > config.vocab_size || rows < config.vocab_size / 2 {
        return Err(CheckpointError::Vocabulary {
            path: path(),
            tokenizer: rows,
            model: config.vocab_size,
        });
    }
    let file = folder.join("model.safetensors");
    let model = Decoder::from_safetensors(&config, &read(&file)?, device)
        .map_err(|source| CheckpointError::Weights { path: file, source })?;
    Ok((model, tokenizer))
}

/// Writes a checkpoint's files into an existing folder.
///
/// # Errors
/// When the disk refuses, or a weight is not finite.
pub fn save(
    folder: &Path,
    model: &Decoder,
    tokenizer: &Tokenizer,
    precision: Precision,
) -> Result<(), CheckpointError> {
    let weights = model
        .to_safetensors(precision)
        .map_err(|source| CheckpointError::Weights {
            path: folder.join("model.safetensors"),
            source,
        })?;
    let (end, pad) = (tokenizer.end_of_text(), tokenizer.pad());
    let generation = json!({
        "do_sample": true,
        "temperature": 1.0,
        "top_p": 1.0,
        "eos_token_id": end,
        "pad_token_id": pad,
    });
    let tokenizer_config = json!({
        "tokenizer_class": "PreTrainedTokenizerFast",
        "eos_token": END_OF_TEXT,
        "pad_token": PAD,
        "clean_up_tokenization_spaces": false,
        "model_max_length": model.config().max_positions,
    });
    write(
        &folder.join("config.json"),
        model.config().to_json(end, pad).as_bytes(),
    )?;
    write(
        &folder.join("generation_config.json"),
        format!("{generation:#}\n").as_bytes(),
    )?;
    write(
        &folder.join("tokenizer.json"),
        tokenizer.to_json().as_bytes(),
    )?;
    write(
        &folder.join("tokenizer_config.json"),
        format!("{tokenizer_config:#}\n").as_bytes(),
    )?;
    write(&folder.join("model.safetensors"), &weights)
}

/// Reads a file of a checkpoint.
///
/// # Errors
/// When the disk refuses.
pub fn read(path: &Path) -> Result<Vec<u8>, CheckpointError> {
    std::fs::read(path).map_err(|source| CheckpointError::Io {
        path: path.to_path_buf(),
        source,
    })
}

/// Writes a file of a checkpoint.
///
/// # Errors
/// When the disk refuses.
pub fn write(path: &Path, bytes: &[u8]) -> Result<(), CheckpointError> {
    std::fs::write(path, bytes).map_err(|source| CheckpointError::Write {
        path: path.to_path_buf(),
        source,
    })
}
