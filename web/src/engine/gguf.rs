//! A model in a GGUF file. On the processor, matrices in blocks of few bits stay in them.

use explang::model::gguf::{Gguf, GgufError};
use explang::model::{CausalLm, ModelConfig};
use explang::run::Stage;
use explang::tasks::{Spec, Weighted};
use explang::tokenizer::{Beside, Tokenizer};

use super::session::{OpenError, Session};
use crate::protocol::Training;

/// Longest response of a model of which nothing is known, in tokens.
const LONGEST: usize = 128;

/// A file that cannot be opened.
#[derive(Debug, thiserror::Error)]
pub enum FileError {
    /// It is no GGUF file, damaged, or holds what the decoder is not for.
    #[error(transparent)]
    Gguf(#[from] GgufError),
    /// Its tokenizer cannot be used, does not belong to its model, or the device is not for such a model.
    #[error(transparent)]
    Open(#[from] OpenError),
}

/// Opens a file, whose model `build` makes of its shape and weights.
///
/// # Errors
/// When it is no GGUF file, is damaged, or holds what the decoder is not for.
pub fn open<M: CausalLm>(
    file: &[u8],
    stage: Stage,
    build: impl FnOnce(&ModelConfig, &mut Gguf<'_>) -> Result<M, FileError>,
) -> Result<Session<M>, FileError> {
    let mut gguf = Gguf::read(file)?;
    let small = gguf.small_files()?;
    let beside = Beside::read(
        &small.generation_config,
        &small.config,
        &small.tokenizer_config,
    );
    let tokenizer = Tokenizer::from_files(small.tokenizer.as_bytes(), &beside);
    let tokenizer = tokenizer.map_err(OpenError::from)?;
    let config = gguf.config().clone();
    Session::of(&config, tokenizer, stage, || build(&config, &mut gguf))
}

/// What is known of its training: nothing. Every kind of problem is offered.
pub fn training() -> Training {
    let even = |spec| Weighted { spec, weight: 1 };
    Training {
        tasks: Spec::all().map(even).collect(),
        max_new_tokens: LONGEST,
        asked_in_all: 1.0,
    }
}
