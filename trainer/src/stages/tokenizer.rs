//! The tokenizer of a run.

use std::path::Path;

use explang::random;
use explang::run::Config;
use explang::run::config::ModelSection;
use explang::tokenizer::Tokenizer;

use super::driver::kept;
use crate::checkpoint;
use crate::data::documents::tokenizer_texts;
use crate::locate::locate;
use crate::run::folder::RunFolder;

/// The run's tokenizer, in its folder.
pub(super) const FILE: &str = "tokenizer.json";
/// Part of the path of the tokenizer's stream.
const STREAM: u64 = 0x746F_6B65;
/// Pages that the tokenizer is trained on: some six hundred a language.
const PAGES: usize = 17 * 600;

/// The tokenizer of the checkpoint that a run begins with, or the run's own, trained now where it has none yet.
pub(super) fn of_run(config: &Config, folder: &RunFolder) -> anyhow::Result<Tokenizer> {
    let path = folder.join(FILE);
    let vocab_size = match &config.model {
        ModelSection::From(path) => {
            let located = locate(Path::new(path), None)?;
            return Ok(checkpoint::tokenizer(&located.checkpoint)?);
        }
        ModelSection::New { vocab_size, .. } => *vocab_size,
    };
    if path.exists() {
        // The checkpoint that was put into the run's folder knows its stop tokens.
        let beside = kept(folder.path()).unwrap_or_else(|| folder.path().to_owned());
        return Ok(checkpoint::tokenizer_beside(&path, &beside)?);
    }
    let Some(tasks) = &config.tasks else {
        anyhow::bail!(
            "problems of files have no texts that a tokenizer could be trained on; begin with a checkpoint, by `from` in section [model]"
        );
    };
    let stream = random::derive(config.seed, &[STREAM]);
    let texts = tokenizer_texts(tasks, stream, PAGES);
    let tokenizer = Tokenizer::train(texts, vocab_size)?;
    folder.write(FILE, tokenizer.to_json().as_bytes())?;
    Ok(tokenizer)
}
