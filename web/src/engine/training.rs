//! What a run's `run.toml` says of its training.

use explang::tasks::Weighted;
use serde::Deserialize;

use crate::protocol::Training;

/// A configuration that cannot be used.
#[derive(Debug, thiserror::Error)]
#[error("run.toml cannot be read: {0}")]
pub struct TrainingError(#[from] toml::de::Error);

#[derive(Deserialize)]
struct RunToml {
    tasks: Vec<Weighted>,
    rl: Rl,
}

#[derive(Deserialize)]
struct Rl {
    max_new_tokens: usize,
}

/// Reads `run.toml`; what the page has no use for is passed over.
///
/// # Errors
/// When it is no TOML, or lacks its tasks or its longest response.
pub fn read(text: &str) -> Result<Training, TrainingError> {
    let run: RunToml = toml::from_str(text)?;
    Ok(Training {
        tasks: run.tasks,
        max_new_tokens: run.rl.max_new_tokens,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_committed_run_is_read() {
        let text = include_str!("../../../checkpoints/quick/run.toml");
        let training = read(text).unwrap();
        let kinds: Vec<String> = training.tasks.iter().map(|t| t.spec.to_string()).collect();
        assert_eq!(kinds, ["sums/steps/3", "sums/breath/4"]);
        assert!(training.max_new_tokens > 10);
        let error = read("[rl]\nmax_new_tokens = 3").unwrap_err().to_string();
        assert!(error.contains("tasks"), "{error}");
    }
}
