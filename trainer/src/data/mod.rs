//! What stages train on, here and in other engines.

pub mod accept;
pub mod documents;
pub mod problems;
pub mod sample;
pub mod sft_row;
pub mod teacher;
pub mod verl;

pub use documents::{Batches, Document};

use std::sync::Arc;

use explang::run::Config;
use explang::tasks::Source;

/// What a run asks.
///
/// # Errors
/// When the configuration names no kind of problem.
pub fn source(config: &Config) -> anyhow::Result<Arc<dyn Source>> {
    match &config.tasks {
        Some(tasks) => Ok(Arc::new(tasks.clone())),
        None => anyhow::bail!("the configuration has no `tasks`"),
    }
}
