//! What a checkpoint from elsewhere holds beside its weights, kept word for word.

use std::path::{Path, PathBuf};

use super::CheckpointError;
use crate::files::{self, FileError};

/// What a stage of a run writes beside its checkpoint for itself.
const OURS: [&str; 2] = ["stage.json", "position.json"];

/// The ends of the names of weights, in all formats in which the hub has them, and of their indices.
const WEIGHTS: [&str; 11] = [
    ".safetensors",
    ".safetensors.index.json",
    ".bin",
    ".bin.index.json",
    ".pt",
    ".pth",
    ".ckpt",
    ".gguf",
    ".h5",
    ".msgpack",
    ".onnx",
];

/// The files of a checkpoint's folder that are not weights, in the order of their names: configuration, tokenizer, chat template, licence and
/// whatever else lies there. Left out: folders, hidden files, and what a run writes for itself.
///
/// # Errors
/// When the folder cannot be listed.
pub(super) fn listed(folder: &Path) -> Result<Vec<PathBuf>, FileError> {
    let failed = |source| FileError::of("list", folder, source);
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).map_err(failed)? {
        let path = entry.map_err(failed)?.path();
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        let weights = WEIGHTS.iter().any(|end| name.ends_with(end));
        // A link counts as what it leads to: the hub's cache is made of links.
        if path.is_file() && !weights && !name.starts_with('.') && !OURS.contains(&&*name) {
            found.push(path);
        }
    }
    found.sort_unstable();
    Ok(found)
}

/// Copies what the checkpoint in `from` holds beside its weights into the folder `to`, word for word.
///
/// # Errors
/// When the disk refuses.
pub(super) fn keep(from: &Path, to: &Path) -> Result<(), CheckpointError> {
    for file in listed(from)? {
        files::copy(&file, &to.join(file.file_name().unwrap_or_default()))?;
    }
    Ok(())
}
