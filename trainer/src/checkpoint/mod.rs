//! A checkpoint is a Hugging Face folder: `config.json`, weights as safetensors in one file or in shards, `tokenizer.json`, and what lies
//! beside them; or a GGUF file, which holds all of it.

mod error;
pub(crate) mod gguf;
mod mapped;
mod open;
mod origin;
mod save;
pub mod tensors;
pub(crate) mod weights;

use std::path::Path;

use burn::tensor::Device;
use explang::model::{Decoder, ModelConfig, Precision, WeightForm};
use explang::tokenizer::Tokenizer;

use self::weights::WeightFiles;
use crate::adapter;
use crate::files;

pub use error::CheckpointError;
pub use save::save;
pub use tensors::stored_tensors;

/// The tokenizer's file.
const TOKENIZER_FILE: &str = "tokenizer.json";

/// The entry of `model.safetensors` that says with which tokenizer the weights were saved: the SHA-256 of its file.
const TOKENIZER_ENTRY: &str = "tokenizer_sha256";

/// Opens what `path` names onto `device`: a whole checkpoint, or an adapter on its base.
///
/// # Errors
/// When a file is missing, damaged, or of another checkpoint.
pub fn load(path: &Path, device: &Device) -> Result<(Decoder, Tokenizer), CheckpointError> {
    load_in(WeightForm::F32, path, device)
}

/// [`load`] with matrices in `form`, which on a CPU may be blocks of few bits: for a model that is sampled from or evaluated, and does not
/// learn. What an adapter adds is in f32.
///
/// # Errors
/// Those of [`load`].
pub fn load_in(
    form: WeightForm,
    path: &Path,
    device: &Device,
) -> Result<(Decoder, Tokenizer), CheckpointError> {
    let Some(base) = adapter::base_of(path)? else {
        return open::whole(path, form, device);
    };
    let (model, tokenizer) = open::whole(&base, form, device)?;
    Ok((adapter::load(model, path)?, tokenizer))
}

/// Shape and constants of the model in a folder or GGUF file; of an adapter those of its base. The weights need not be there.
///
/// # Errors
/// When its configuration is missing or cannot be run.
pub fn config(path: &Path) -> Result<ModelConfig, CheckpointError> {
    let base = adapter::base_of(path)?;
    let path = base.as_deref().unwrap_or(path);
    match path.is_file() {
        true => gguf::config(path),
        false => open::config(path),
    }
}

/// Opens the model of a folder that may have no tokenizer.
///
/// # Errors
/// When a file is missing, damaged, or of another checkpoint.
pub fn load_model(folder: &Path, device: &Device) -> Result<Decoder, CheckpointError> {
    WeightFiles::open(folder)?.decoder(WeightForm::F32, &open::config(folder)?, device)
}

/// The tokenizer of a checkpoint; of an adapter that of its base.
///
/// # Errors
/// When its file is missing or damaged.
pub fn tokenizer(folder: &Path) -> Result<Tokenizer, CheckpointError> {
    let base = adapter::base_of(folder)?;
    let folder = base.as_deref().unwrap_or(folder);
    if folder.is_file() {
        return gguf::tokenizer(folder);
    }
    tokenizer_beside(&folder.join(TOKENIZER_FILE), folder)
}

/// The tokenizer in `file`, with what the files of the folder `beside` say of it.
///
/// # Errors
/// When a file is missing or damaged.
pub(crate) fn tokenizer_beside(file: &Path, beside: &Path) -> Result<Tokenizer, CheckpointError> {
    open::tokenizer(file, beside).map(|(tokenizer, _)| tokenizer)
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
            checkpoint: folder.join(TOKENIZER_FILE),
            run: run.to_path_buf(),
        });
    }
    Ok(model)
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

/// True where a folder holds a checkpoint, a whole one or an adapter; and of a file, which whoever opens it sees to be one or not.
pub fn is_checkpoint(folder: &Path) -> bool {
    folder.is_file() || folder.join("config.json").exists() || adapter::is_adapter(folder)
}

/// Reads a file that a checkpoint must have.
fn read(path: &Path) -> Result<Vec<u8>, CheckpointError> {
    files::read(path).map_err(|error| CheckpointError::Io {
        path: error.path,
        source: error.source,
    })
}

#[cfg(test)]
mod tests;
