//! `metrics.jsonl`: what every step of training did.
//!
//! A figure that a line lacks, or that was NaN or infinite when it was written (JSON has no such numbers), is NaN when it is read.

mod choices;
mod entropy;
mod line;
mod policy;
mod supervised;

pub use choices::ChoiceCounts;
pub use entropy::{entropy, information};
pub use line::{Line, LineError, Metrics, SkippedStep};
pub use policy::{LanguageFigures, PolicyMetrics, Seconds};
pub use supervised::{DistilMetrics, SupervisedMetrics};
