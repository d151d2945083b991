//! What a run says of its training: in `run.toml`, or in the `state.json` of `explang serve`.

use explang::run::config::Excerpt;
use explang::run::{ConfigError, RunState, Stage};

use crate::protocol::Training;

/// What the page uses of a run's configuration.
pub fn of(config: &Excerpt) -> Training {
    Training {
        tasks: config.tasks.parts().to_vec(),
        max_new_tokens: config.rl.max_new_tokens,
        asked_in_all: config.asked_in_all,
    }
}

/// Reads `run.toml`.
///
/// # Errors
/// When it is not a run's configuration.
pub fn read(text: &str) -> Result<Training, ConfigError> {
    Ok(of(&Excerpt::parse("run.toml", text)?))
}

/// The folder of a stage's newest checkpoint, below `run/`.
pub fn newest_checkpoint(state: &RunState<Excerpt>, stage: Stage) -> Option<&str> {
    let known = state.stages.iter().find(|of| of.name == stage)?;
    let path = known.checkpoint.as_ref()?.path.as_str();
    Some(path.strip_prefix("run/").unwrap_or(path))
}

#[cfg(test)]
mod tests {
    use explang::run::config::PRESETS;
    use explang::run::state::{CheckpointState, LinesState, Progress, StageState};
    use explang::run::{Config, RunInfo};

    use super::*;

    const COMMITTED: &str = include_str!("../../../checkpoints/wide/run.toml");

    #[test]
    fn the_committed_run_is_read() {
        let training = read(COMMITTED).unwrap();
        let wide = PRESETS.iter().find(|(name, _)| *name == "wide").unwrap().1;
        let wide = Config::parse("wide", wide).unwrap();
        assert_eq!(training.tasks, wide.tasks.unwrap().parts());
        assert_eq!(training.max_new_tokens, wide.rl.max_new_tokens);
        assert_eq!(training.asked_in_all, wide.asked_in_all);
        let error = read("[rl]\nmax_new_tokens = 3").unwrap_err().to_string();
        assert!(error.starts_with("run.toml"), "{error}");
    }

    #[test]
    fn a_served_run_names_the_checkpoints_that_it_has() {
        let stage = |name, state, checkpoint: Option<&str>| StageState {
            name,
            state,
            steps: 0,
            planned: 8,
            checkpoint: checkpoint.map(|path| CheckpointState {
                path: path.into(),
                version: "1-2".into(),
            }),
        };
        let state = RunState {
            info: RunInfo {
                format: 1,
                name: "quick".into(),
                seed: 1,
                version: "0".into(),
                created: String::new(),
                config_hash: String::new(),
            },
            config: Excerpt::parse("run.toml", COMMITTED).unwrap(),
            stages: vec![
                stage(Stage::Sft, Progress::Running, Some("run/stages/sft/resume")),
                stage(Stage::Exploit, Progress::Waiting, None),
            ],
            metrics: LinesState::default(),
            samples: LinesState::default(),
            summary: false,
        };
        let json = serde_json::to_vec(&state).unwrap();
        let read: RunState<Excerpt> = serde_json::from_slice(&json).unwrap();
        assert_eq!(read, state);
        assert_eq!(of(&read.config), of(&state.config));
        assert_eq!(
            newest_checkpoint(&read, Stage::Sft),
            Some("stages/sft/resume")
        );
        assert_eq!(newest_checkpoint(&read, Stage::Exploit), None);
        assert_eq!(newest_checkpoint(&read, Stage::Distil), None);
    }
}
