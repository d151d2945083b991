//! What stages train on, here and in other engines.

pub mod accept;
pub mod dataset;
pub mod documents;
pub mod layout;
pub mod paths;
pub mod problems;
pub mod sample;
pub mod sft_row;
pub mod tagged;
pub mod tally;
pub mod teacher;
pub mod verl;

pub use documents::{Batches, Document};

use std::path::Path;
use std::sync::Arc;

use explang::prompt::PromptFormat;
use explang::run::Config;
use explang::run::config::ModelSection;
use explang::tasks::Source;
use explang::tokenizer::Tokenizer;

use crate::checkpoint;
use crate::locate::locate;
use crate::progress::tell;

/// What a run asks: the embedded tasks, or problems of files. Of these, questions are left out that leave no room for the longest response in
/// the model's positions; what becomes of the files' rows is told.
///
/// # Errors
/// When the configuration names no kind of problem, or a file cannot be used.
pub fn source(
    config: &Config,
    tokenizer: &Tokenizer,
    format: &PromptFormat,
) -> anyhow::Result<Arc<dyn Source>> {
    if let Some(tasks) = &config.tasks {
        return Ok(Arc::new(tasks.clone()));
    }
    let Some(data) = &config.data else {
        anyhow::bail!("the configuration has neither `tasks` nor [data]");
    };
    let positions = positions(&config.model);
    let fits = |question: &str| {
        // One that cannot be put to the model is reported as it is asked.
        let prompt = || format.tokens(tokenizer, question, "").ok();
        let longest = |positions: usize| positions.saturating_sub(config.rl.max_new_tokens);
        positions.is_none_or(|most| prompt().is_none_or(|of| of.tokens.len() <= longest(most)))
    };
    let (problems, files) = dataset::read(data, &fits)?;
    for line in files.iter().flat_map(dataset::DataFile::told) {
        tell(&line);
    }
    Ok(Arc::new(problems))
}

/// Whether the files that a run learns from can be read, so that a mistaken path leaves no run behind.
///
/// # Errors
/// With the first that cannot.
pub fn check(config: &Config) -> anyhow::Result<()> {
    if let Some(data) = &config.data {
        dataset::check(data)?;
    }
    match config.sft.as_ref().and_then(|sft| sft.rows.as_ref()) {
        Some(rows) => Ok(tagged::TaggedRows::check(Path::new(rows))?),
        None => Ok(()),
    }
}

/// Positions of the model that a run begins with; none where its shape cannot be read.
fn positions(model: &ModelSection) -> Option<usize> {
    match model {
        ModelSection::New { preset, .. } => Some(preset.shape().max_positions),
        ModelSection::From(path) => {
            let checkpoint = locate(Path::new(path), None).ok()?.checkpoint;
            Some(checkpoint::config(&checkpoint).ok()?.max_positions)
        }
    }
}
