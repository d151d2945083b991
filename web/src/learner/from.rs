//! What a training starts from.

use std::collections::BTreeMap;

use crate::kept::{Kept, OPTIMIZER, START};

/// What a training starts from: the files of a checkpoint, and its run's `run.toml`.
#[derive(Debug, Clone)]
pub struct From {
    /// `run.toml` of the run that it is of.
    pub run: String,
    /// The files by their names; `config.json`, `tokenizer.json` and `model.safetensors` have to be there.
    pub files: BTreeMap<String, Vec<u8>>,
}

impl From {
    /// The model that a training came to: another one can start from it, with a new optimizer.
    pub fn learned(kept: Kept) -> Self {
        let Kept {
            config, mut files, ..
        } = kept;
        files.remove(OPTIMIZER);
        files.remove(START);
        From { run: config, files }
    }
}
