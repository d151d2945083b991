//! `run/state.json`: where a run that `explang serve` shows is.

use serde::Deserialize;

/// The members that are read.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct RunState {
    info: Info,
    /// The stages, in their order.
    #[serde(default)]
    pub stages: Vec<StageState>,
    #[serde(default)]
    metrics: Lines,
    /// There is a summary: the run has ended.
    #[serde(default)]
    pub summary: bool,
}

#[derive(Debug, Clone, PartialEq, Deserialize)]
struct Info {
    name: String,
}

#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
struct Lines {
    #[serde(default)]
    bytes: f64,
    #[serde(default)]
    written: Option<f64>,
}

/// Where a stage is.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct StageState {
    /// Its name in the log.
    pub name: String,
    /// Whether it has begun or ended.
    #[serde(default)]
    pub state: Progress,
    /// Steps that had been logged when this was told.
    #[serde(default)]
    pub steps: u32,
    /// Most steps that there can be.
    #[serde(default)]
    pub planned: u32,
    /// The newest checkpoint.
    #[serde(default)]
    checkpoint: Option<Checkpoint>,
}

#[derive(Debug, Clone, PartialEq, Deserialize)]
struct Checkpoint {}

/// How far a stage is.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Progress {
    /// It has not begun.
    #[default]
    Waiting,
    /// It has begun.
    Running,
    /// It has left its checkpoint.
    Done,
}

impl RunState {
    /// Reads the state; none where it is no such thing.
    pub fn read(json: &str) -> Option<RunState> {
        serde_json::from_str(json).ok()
    }

    /// The run's name.
    pub fn name(&self) -> &str {
        &self.info.name
    }

    /// Length of the log, in bytes.
    pub fn log_bytes(&self) -> f64 {
        self.metrics.bytes
    }

    /// When the log was last written: milliseconds since 1970.
    pub fn written(&self) -> Option<f64> {
        self.metrics.written
    }
}

impl StageState {
    /// Whether there is a checkpoint that can be loaded.
    pub fn has_checkpoint(&self) -> bool {
        self.checkpoint.is_some()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_state_is_read_and_what_is_not_used_is_passed_over() {
        let json = r#"{"info":{"name":"tiny","seed":1},"config":{"rl":{}},"summary":false,
            "stages":[{"name":"sft","state":"done","steps":100,"planned":100,"checkpoint":{"path":"run/stages/sft/checkpoint","version":"a"}},
                      {"name":"explore","state":"running","steps":3,"planned":30,"checkpoint":null},
                      {"name":"exploit","state":"waiting","steps":0,"planned":90,"checkpoint":null}],
            "metrics":{"bytes":10,"written":1700000000000},"samples":{"bytes":0,"written":null}}"#;
        let state = RunState::read(json).unwrap();
        assert_eq!(state.name(), "tiny");
        assert_eq!((state.log_bytes(), state.written()), (10.0, Some(1.7e12)));
        let seen: Vec<_> = state
            .stages
            .iter()
            .map(|stage| (stage.state, stage.steps, stage.has_checkpoint()))
            .collect();
        assert_eq!(
            seen,
            [
                (Progress::Done, 100, true),
                (Progress::Running, 3, false),
                (Progress::Waiting, 0, false)
            ]
        );
        assert_eq!(RunState::read("<!doctype html>"), None);
    }
}
