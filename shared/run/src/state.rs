//! `run/state.json` of `explang serve`: where a run is.

use explang_named::named;
use serde::{Deserialize, Serialize};

use crate::config::Config;
use crate::info::RunInfo;
use crate::stage::Stage;

/// Where a run is. `C` is its configuration; who has no use for it reads it as [`serde::de::IgnoredAny`].
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct RunState<C = Config> {
    /// What the run is.
    pub info: RunInfo,
    /// The resolved configuration.
    pub config: C,
    /// The stages that the configuration has, in their order.
    pub stages: Vec<StageState>,
    /// `metrics.jsonl`.
    pub metrics: LinesState,
    /// `samples.jsonl`.
    pub samples: LinesState,
    /// There is a `summary.json`.
    pub summary: bool,
}

/// Where a stage is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StageState {
    /// Which stage.
    pub name: Stage,
    /// Whether it has begun or ended.
    pub state: Progress,
    /// Steps that have been logged.
    pub steps: usize,
    /// Most steps that there can be; a stage may reach its aim earlier.
    pub planned: usize,
    /// The newest checkpoint that can be loaded.
    pub checkpoint: Option<CheckpointState>,
}

/// How far a stage is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Progress {
    /// It has not begun.
    Waiting,
    /// It has begun. Whether somebody is working on it now, the time of the last metrics tells.
    Running,
    /// It has left its checkpoint.
    Done,
}

named!(Progress, "progress", { Waiting => "waiting", Running => "running", Done => "done" });

/// A checkpoint that can be loaded.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CheckpointState {
    /// Where its files are, from the root of the server.
    pub path: String,
    /// Changes when the checkpoint does; the answers with its files bear it as their `ETag`.
    pub version: String,
}

/// What is known of a file of JSON lines.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct LinesState {
    /// Length in bytes.
    pub bytes: u64,
    /// When it was last written: milliseconds since 1970.
    pub written: Option<u64>,
}

#[cfg(test)]
mod tests {
    use serde::de::IgnoredAny;
    use serde_json::json;

    use super::*;
    use crate::config::PRESETS;

    #[test]
    fn a_state_is_read_with_its_configuration_and_without() {
        let (name, smoke) = PRESETS[0];
        let state = json!({
            "info": {"format": 1, "name": name, "seed": 1, "version": "0.1.0", "created": "2026-01-01T00:00:00Z", "config_hash": "0"},
            "config": Config::parse(name, smoke).unwrap(),
            "stages": [
                {"name": "sft", "state": "done", "steps": 100, "planned": 100, "checkpoint": {"path": "run/stages/sft/checkpoint", "version": "a"}},
                {"name": "control-explore", "state": "running", "steps": 3, "planned": 30, "checkpoint": null},
                {"name": "distil", "state": "waiting", "steps": 0, "planned": 90, "checkpoint": null},
            ],
            "metrics": {"bytes": 10, "written": 1_700_000_000_000u64},
            "samples": {"bytes": 0, "written": null},
            "summary": false,
            "later": [1],
        });
        let whole: RunState = serde_json::from_value(state.clone()).unwrap();
        let stages: Vec<_> = whole
            .stages
            .iter()
            .map(|stage| (stage.name, stage.state))
            .collect();
        assert_eq!(
            stages,
            [
                (Stage::Sft, Progress::Done),
                (Stage::ControlExplore, Progress::Running),
                (Stage::Distil, Progress::Waiting)
            ]
        );
        let mut written = serde_json::to_value(&whole).unwrap();
        written["later"] = json!([1]);
        assert_eq!(written, state);
        let short: RunState<IgnoredAny> = serde_json::from_value(state).unwrap();
        assert_eq!(
            (short.info, short.stages, short.metrics),
            (whole.info, whole.stages, whole.metrics)
        );
    }
}
