//! What a run leaves: the types of every file in its folder, each defined once, for the programs that write it and for those that read it.
//!
//! | file | type |
//! | --- | --- |
//! | `run.toml` | [`Config`] |
//! | `metrics.jsonl`, a line | [`PolicyMetrics`], [`SupervisedMetrics`], [`DistilMetrics`] |
//!
//! Nothing here opens a file, reads a clock or computes with tensors; it compiles to `wasm32-unknown-unknown` unchanged.

pub mod config;
pub mod metrics;
mod not_finite;

pub use config::{Config, ConfigError};
pub use metrics::{
    ChoiceCounts, DistilMetrics, LanguageFigures, PolicyMetrics, Seconds, SupervisedMetrics,
};
pub use not_finite::NotFinite;
