//! Where the training of a stage is: `position.json` beside the checkpoint that it resumes from, `stage.json` in the one that it ended with.

use serde::{Deserialize, Serialize};

/// `position.json`: where a stage is.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Position {
    /// The next step, from 0.
    pub step: usize,
    /// Bytes of `metrics.jsonl` up to it.
    pub metrics: u64,
    /// Bytes of `samples.jsonl` up to it.
    pub samples: u64,
    /// Seconds of training so far.
    pub seconds: f64,
}

/// `stage.json`: what is known of a finished stage.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct StageInfo {
    /// Seconds of training.
    pub seconds: f64,
}
