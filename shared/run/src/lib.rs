//! What a run leaves: the types of every file in its folder, each defined once, for the programs that write it and for those that read it.
//!
//! | file | type |
//! | --- | --- |
//! | `run.toml` | [`Config`] |
//! | `run.json` | [`RunInfo`] |
//! | `metrics.jsonl`, a line | [`Line`] |
//! | `summary.json` | [`Summary`]; of `explang eval --responses`, [`ResponsesSummary`] |
//! | `stages/<stage>/evaluation.jsonl`, a line | [`Record`] |
//! | `stages/<stage>/choices.jsonl`, a line | [`Choice`] |
//! | `stages/<stage>/checkpoint/stage.json` | [`StageInfo`] |
//! | `stages/<stage>/resume/position.json` | [`Position`] |
//! | `manifest.json` of an exported run | [`Manifest`] |
//! | `run/state.json` of `explang serve` | [`RunState`] |
//!
//! [`Stage`] lists the stages of a run. Members that a type does not know are passed over, except in `run.toml`, which people write.
//! Nothing here opens a file, reads a clock or computes with tensors; it compiles to `wasm32-unknown-unknown` unchanged.

mod choice;
pub mod config;
mod excerpt;
pub mod figures;
mod info;
pub mod manifest;
pub mod metrics;
mod not_finite;
mod position;
mod record;
pub mod responses;
mod stage;
pub mod state;
pub mod summary;

pub use choice::Choice;
pub use config::{Config, ConfigError};
pub use excerpt::{IntervalsExcerpt, ModeExcerpt, StageExcerpt, SummaryExcerpt};
pub use figures::{Estimate, Intervals, ModeSummary, WinTieLose};
pub use info::{RunInfo, Stamp};
pub use manifest::Manifest;
pub use metrics::{
    ChoiceCounts, DistilMetrics, LanguageFigures, Line, LineError, Metrics, PolicyMetrics, Seconds,
    SkippedStep, SupervisedMetrics,
};
pub use not_finite::NotFinite;
pub use position::{Position, StageInfo};
pub use record::{Mode, Record};
pub use responses::ResponsesSummary;
pub use stage::Stage;
pub use state::RunState;
pub use summary::{AgainstEnglish, Comparison, SelectionSource, StageSummary, Summary};
