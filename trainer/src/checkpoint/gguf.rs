//! A GGUF file as a checkpoint: the files of the folder that it was made from, and its weights.

use std::path::Path;

use burn::tensor::Device;
use explang::model::gguf::{Gguf, GgufError, SmallFiles};
use explang::model::{Decoder, ModelConfig, WeightForm, Weights};
use explang::tokenizer::{Beside, Tokenizer};

use super::mapped::Mapped;
use super::tensors::{StoredTensor, norm};
use super::{CheckpointError, TOKENIZER_FILE};
use crate::files;

/// Opens a file onto `device`, its matrices in `form`.
pub(super) fn whole(
    path: &Path,
    form: WeightForm,
    device: &Device,
) -> Result<(Decoder, Tokenizer), CheckpointError> {
    let mapped = map(path)?;
    let gguf = Gguf::read(mapped.bytes()).map_err(failed(path))?;
    let tokenizer = tokenizer_of(&gguf.small_files().map_err(failed(path))?, path)?;
    let config = gguf.config().clone();
    if !tokenizer.fits(config.vocab_size) {
        return Err(CheckpointError::Vocabulary {
            path: path.to_owned(),
            tokenizer: tokenizer.vocab_size(),
            model: config.vocab_size,
        });
    }
    let mut weights = gguf.on_moved(|part| mapped.release(part));
    let model = Decoder::from_weights_in(form, &config, &mut weights, device);
    Ok((model.map_err(failed(path))?, tokenizer))
}

/// The tokenizer of a file.
pub(super) fn tokenizer(path: &Path) -> Result<Tokenizer, CheckpointError> {
    tokenizer_of(&small_files(path)?, path)
}

/// Shape and constants of a file's model.
pub(super) fn config(path: &Path) -> Result<ModelConfig, CheckpointError> {
    let mapped = map(path)?;
    let gguf = Gguf::read(mapped.bytes()).map_err(failed(path))?;
    Ok(gguf.config().clone())
}

/// The small files of the folder that a file was made from.
pub(crate) fn small_files(path: &Path) -> Result<SmallFiles, CheckpointError> {
    let mapped = map(path)?;
    let files = Gguf::read(mapped.bytes()).and_then(|gguf| gguf.small_files());
    files.map_err(failed(path))
}

/// Writes these into the folder `to`.
pub(super) fn keep(path: &Path, to: &Path) -> Result<(), CheckpointError> {
    let kept = small_files(path)?;
    for (name, text) in [
        ("config.json", &kept.config),
        ("generation_config.json", &kept.generation_config),
        (TOKENIZER_FILE, &kept.tokenizer),
        ("tokenizer_config.json", &kept.tokenizer_config),
    ] {
        files::write(&to.join(name), text.as_bytes())?;
    }
    Ok(())
}

/// The tensors of a file, in the order of their names in `transformers`.
pub(super) fn stored_tensors(path: &Path) -> Result<Vec<StoredTensor>, CheckpointError> {
    let mapped = map(path)?;
    let mut gguf = Gguf::read(mapped.bytes()).map_err(failed(path))?;
    let mut stored: Vec<StoredTensor> = gguf
        .tensors()
        .map(|(name, format, shape)| StoredTensor {
            name,
            dtype: format,
            shape: shape.to_vec(),
            norm: None,
        })
        .collect();
    for tensor in &mut stored {
        let values = gguf
            .get(&tensor.name, &tensor.shape)
            .map_err(failed(path))?;
        tensor.norm = Some(norm(&values));
    }
    stored.sort_by(|a, b| a.name.cmp(&b.name));
    Ok(stored)
}

fn tokenizer_of(files: &SmallFiles, path: &Path) -> Result<Tokenizer, CheckpointError> {
    let beside = Beside::read(
        &files.generation_config,
        &files.config,
        &files.tokenizer_config,
    );
    let tokenizer = Tokenizer::from_files(files.tokenizer.as_bytes(), &beside);
    tokenizer.map_err(|source| CheckpointError::Tokenizer {
        path: path.to_owned(),
        source,
    })
}

fn map(path: &Path) -> Result<Mapped, CheckpointError> {
    Mapped::open(path).map_err(|source| CheckpointError::Io {
        path: path.to_owned(),
        source,
    })
}

fn failed(path: &Path) -> impl Fn(GgufError) -> CheckpointError {
    let path = path.to_owned();
    move |source| CheckpointError::Gguf {
        path: path.clone(),
        source,
    }
}
