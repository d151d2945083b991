//! What a run says of its training: in `run.toml`, or in the `state.json` of `explang serve`.

use explang::tasks::Weighted;
use serde::Deserialize;

use crate::protocol::{Stage, Training};

/// A configuration that cannot be used.
#[derive(Debug, thiserror::Error)]
#[error("run.toml cannot be read: {0}")]
pub struct TrainingError(#[from] toml::de::Error);

/// What is used of a run's configuration.
#[derive(Deserialize)]
struct Config {
    tasks: Vec<Weighted>,
    rl: Rl,
}

#[derive(Deserialize)]
struct Rl {
    max_new_tokens: usize,
}

impl From<Config> for Training {
    fn from(config: Config) -> Self {
        Training {
            tasks: config.tasks,
            max_new_tokens: config.rl.max_new_tokens,
        }
    }
}

/// Reads `run.toml`; what the page has no use for is passed over.
///
/// # Errors
/// When it is no TOML, or lacks its tasks or its longest response.
pub fn read(text: &str) -> Result<Training, TrainingError> {
    Ok(toml::from_str::<Config>(text)?.into())
}

/// A run that `explang serve` shows: `run/state.json`.
#[derive(Debug, Clone, PartialEq)]
pub struct RunState {
    /// How it trains.
    pub training: Training,
    /// Each stage's name with the folder of its newest checkpoint, below `run/`.
    pub checkpoints: Vec<(String, String)>,
}

#[derive(Deserialize)]
struct StateJson {
    config: Config,
    stages: Vec<StageJson>,
}

#[derive(Deserialize)]
struct StageJson {
    name: String,
    checkpoint: Option<CheckpointJson>,
}

#[derive(Deserialize)]
struct CheckpointJson {
    path: String,
}

impl RunState {
    /// Reads `state.json`.
    ///
    /// # Errors
    /// When it is none.
    pub fn read(json: &[u8]) -> Result<Self, serde_json::Error> {
        let state: StateJson = serde_json::from_slice(json)?;
        let stages = state.stages.into_iter();
        Ok(RunState {
            training: state.config.into(),
            checkpoints: stages
                .filter_map(|stage| {
                    let path = stage.checkpoint?.path;
                    let path = path.strip_prefix("run/").unwrap_or(&path).to_owned();
                    Some((stage.name, path))
                })
                .collect(),
        })
    }

    /// The folder of a stage's newest checkpoint, below `run/`.
    pub fn checkpoint(&self, stage: Stage) -> Option<&str> {
        let mut known = self.checkpoints.iter();
        known
            .find(|(name, _)| name == stage.name())
            .map(|(_, path)| path.as_str())
    }
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

    #[test]
    fn a_served_run_names_the_checkpoints_that_it_has() {
        let json = r#"{"info": {}, "config": {"tasks": [{"family": "sums", "style": "steps", "level": 3, "weight": 2}], "rl": {"max_new_tokens": 37, "prompts": 8}},
            "stages": [{"name": "sft", "state": "done", "checkpoint": {"path": "run/stages/sft/resume", "version": "1-2"}},
                       {"name": "exploit", "state": "waiting", "checkpoint": null}]}"#;
        let state = RunState::read(json.as_bytes()).unwrap();
        assert_eq!(state.training.max_new_tokens, 37);
        assert_eq!(state.checkpoint(Stage::Sft), Some("stages/sft/resume"));
        assert_eq!(state.checkpoint(Stage::Exploit), None);
    }
}
