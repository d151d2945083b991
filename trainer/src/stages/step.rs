//! What a step of a stage gives back.

use explang::run::Metrics;
use serde_json::Value;

/// What a step gives back: its metrics and a line for people.
pub(super) struct Step {
    /// What is logged of it.
    pub(super) metrics: Metrics,
    /// For the progress display.
    pub(super) line: String,
    /// Tokens handled, for the rate.
    pub(super) tokens: usize,
    /// A transcript worth keeping in `samples.jsonl`.
    pub(super) sample: Option<Value>,
    /// The stage has reached its aim and ends with this step.
    pub(super) last: bool,
}
