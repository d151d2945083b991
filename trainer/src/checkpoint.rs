//! A checkpoint is a Hugging Face folder: `config.json`, `model.safetensors`, `tokenizer.json`, `generation_config.json`.

use std::path::{Path, PathBuf};

use burn::tensor::Device;
use explang::model::{ConfigError, Decoder, ModelConfig, Precision, WeightsError};
use explang::tokenizer::{Tokenizer, TokenizerError};
use serde_json::json;

use crate::adapter::{self, AdapterError};
use crate::checkpoint_tensors::{self, StoredTensor, metadata, with_metadata};
use crate::files::{self, FileError, sha256};

/// The tokenizer's file.
const TOKENIZER_FILE: &str = "tokenizer.json";

/// The entry of `model.safetensors` that says with which tokenizer the weights were saved: the SHA-256 of its file.
const TOKENIZER_ENTRY: &str = "tokenizer_sha256";

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
    #[error(transparent)]
    File(#[from] FileError),
    /// The adapter is wrong, or its base is not there.
    #[error(transparent)]
    Adapter(#[from] AdapterError),
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
    /// The tokenizer is not the one that the weights were saved with.
    #[error(
        "{tokenizer} is not the tokenizer that {weights} was saved with; the files are of two checkpoints, so copy them again \
         from one"
    )]
    Swapped {
        /// The tokenizer's file.
        tokenizer: PathBuf,
        /// The weights' file.
        weights: PathBuf,
    },
    /// A run and its checkpoint have different tokenizers.
    #[error(
        "{checkpoint} and {run} are two tokenizers, but a run and its checkpoints have one; put back the file that was replaced"
    )]
    OtherTokenizer {
        /// The checkpoint's file.
        checkpoint: PathBuf,
        /// The run's file.
        run: PathBuf,
    },
}

/// Reads a checkpoint onto `device`: a whole one, or an adapter on its base.
///
/// # Errors
/// When a file is missing, damaged, or of another checkpoint.
pub fn load(folder: &Path, device: &Device) -> Result<(Decoder, Tokenizer), CheckpointError> {
    let Some(base) = adapter::base_of(folder)? else {
        return load_whole(folder, device);
    };
    let (model, tokenizer) = load_whole(&base, device)?;
    Ok((adapter::load(model, folder)?, tokenizer))
}

fn load_whole(folder: &Path, device: &Device) -> Result<(Decoder, Tokenizer), CheckpointError> {
    let path = || folder.to_path_buf();
    let text = read(&folder.join("config.json"))?;
    let config = std::str::from_utf8(&text)
        .map_err(|e| ConfigError::Json(e.to_string()))
        .and_then(ModelConfig::from_json)
        .map_err(|source| CheckpointError::Config {
            path: path(),
            source,
        })?;
    let (text, tokenizer) = read_tokenizer(folder)?;
    if !tokenizer.fits(config.vocab_size) {
        return Err(CheckpointError::Vocabulary {
            path: path(),
            tokenizer: tokenizer.vocab_size(),
            model: config.vocab_size,
        });
    }
    let file = folder.join("model.safetensors");
    let weights = read(&file)?;
    let model = Decoder::from_safetensors(&config, &weights, device).map_err(|source| {
        CheckpointError::Weights {
            path: file.clone(),
            source,
        }
    })?;
    // Checkpoints from elsewhere do not say it. The file may have been laid out anew, or be of another version of the library.
    if let Some(saved) = metadata(&weights, TOKENIZER_ENTRY)
        && saved != sha256(&text)
        && saved != sha256(tokenizer.to_json().as_bytes())
    {
        return Err(CheckpointError::Swapped {
            tokenizer: folder.join(TOKENIZER_FILE),
            weights: file,
        });
    }
    Ok((model, tokenizer))
}

/// The tokenizer of a checkpoint; of an adapter that of its base.
///
/// # Errors
/// When its file is missing or damaged.
pub fn tokenizer(folder: &Path) -> Result<Tokenizer, CheckpointError> {
    let base = adapter::base_of(folder)?;
    Ok(read_tokenizer(base.as_deref().unwrap_or(folder))?.1)
}

/// The tokenizer of a checkpoint, and the text of its file.
fn read_tokenizer(folder: &Path) -> Result<(Vec<u8>, Tokenizer), CheckpointError> {
    let text = read(&folder.join(TOKENIZER_FILE))?;
    let tokenizer = Tokenizer::from_json(&text).map_err(|source| CheckpointError::Tokenizer {
        path: folder.to_path_buf(),
        source,
    })?;
    Ok((text, tokenizer))
}

/// Reads a checkpoint of a run whose tokenizer is `tokenizer`, from its file `run`.
///
/// # Errors
/// Those of [`load`]; when the checkpoint has another tokenizer.
pub(crate) fn load_of_run(
    folder: &Path,
    tokenizer: &Tokenizer,
    run: &Path,
    device: &Device,
) -> Result<Decoder, CheckpointError> {
    let (model, theirs) = load(folder, device)?;
    if theirs.to_json() != tokenizer.to_json() {
        return Err(CheckpointError::OtherTokenizer {
            checkpoint: folder.join("tokenizer.json"),
            run: run.to_path_buf(),
        });
    }
    Ok(model)
}

/// The tensors of a checkpoint folder, by name; of an adapter's folder those of the adapter.
///
/// # Errors
/// When the file cannot be read or is damaged.
pub fn stored_tensors(folder: &Path) -> Result<Vec<StoredTensor>, CheckpointError> {
    let path = folder.join(match adapter::is_adapter(folder) {
        true => adapter::WEIGHTS,
        false => "model.safetensors",
    });
    let bytes = read(&path)?;
    checkpoint_tensors::read(&bytes).map_err(|source| CheckpointError::Weights { path, source })
}

/// How the weights of a whole checkpoint are stored: as its first tensor is.
///
/// # Errors
/// When the file cannot be read or is damaged.
pub(crate) fn precision(folder: &Path) -> Result<Precision, CheckpointError> {
    let first = stored_tensors(folder)?.into_iter().next();
    Ok(match first.as_ref().map(|tensor| tensor.dtype.as_str()) {
        Some("BF16") => Precision::BF16,
        Some("F16") => Precision::F16,
        _ => Precision::F32,
    })
}

/// True where a folder holds a checkpoint, a whole one or an adapter.
pub fn is_checkpoint(folder: &Path) -> bool {
    folder.join("config.json").exists() || adapter::is_adapter(folder)
}

/// Writes a whole checkpoint's files into an existing folder; an adapter is merged.
///
/// # Errors
/// When the disk refuses, or a weight is not finite.
pub fn save(
    folder: &Path,
    model: &Decoder,
    tokenizer: &Tokenizer,
    precision: Precision,
) -> Result<(), CheckpointError> {
    let tokenizer_text = tokenizer.to_json();
    let weights = model
        .merged()
        .to_safetensors(precision)
        .and_then(|bytes| {
            with_metadata(&bytes, TOKENIZER_ENTRY, &sha256(tokenizer_text.as_bytes()))
        })
        .map_err(|source| CheckpointError::Weights {
            path: folder.join("model.safetensors"),
            source,
        })?;
    let (end, pad) = (tokenizer.end_of_text(), tokenizer.pad());
    // One number where there is one, as most folders have it.
    let ends = match tokenizer.ends() {
        [end] => json!(end),
        several => json!(several),
    };
    let generation = json!({
        "do_sample": true,
        "temperature": 1.0,
        "top_p": 1.0,
        "eos_token_id": ends,
        "pad_token_id": pad,
    });
    let tokenizer_config = json!({
        "tokenizer_class": "PreTrainedTokenizerFast",
        "eos_token": tokenizer.token(end),
        "pad_token": tokenizer.token(pad),
        "clean_up_tokenization_spaces": false,
        "model_max_length": model.config().max_positions,
    });
    files::write(
        &folder.join("config.json"),
        model.config().to_json(end, pad).as_bytes(),
    )?;
    files::write(
        &folder.join("generation_config.json"),
        format!("{generation:#}\n").as_bytes(),
    )?;
    files::write(&folder.join("tokenizer.json"), tokenizer_text.as_bytes())?;
    files::write(
        &folder.join("tokenizer_config.json"),
        format!("{tokenizer_config:#}\n").as_bytes(),
    )?;
    Ok(files::write(&folder.join("model.safetensors"), &weights)?)
}

/// Reads a file that a checkpoint must have.
fn read(path: &Path) -> Result<Vec<u8>, CheckpointError> {
    files::read(path).map_err(|error| CheckpointError::Io {
        path: error.path,
        source: error.source,
    })
}
