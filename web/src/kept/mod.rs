//! What a browser keeps of the training of view 8.
//!
//! [`record`] is its form: a head and a record a file, each with its hash. [`store`] puts the records into IndexedDB, all in one transaction, so that
//! a tab that is closed leaves no half of a save. [`archive`] packs a training into one file for the visitor's disk. [`record`], [`error`] and
//! [`archive`] know no browser and are tested natively; [`store`] works in a page and in a worker.

pub mod archive;
pub mod error;
pub mod record;
pub mod store;

pub use error::{KeptError, Refused, SaveError};
pub use record::{Earlier, Head, Kept};

/// The model's configuration.
pub const CONFIG: &str = "config.json";
/// Its tokenizer.
pub const TOKENIZER: &str = "tokenizer.json";
/// How other programs use the tokenizer.
pub const TOKENIZER_CONFIG: &str = "tokenizer_config.json";
/// How other programs end a response.
pub const GENERATION_CONFIG: &str = "generation_config.json";
/// The model's weights.
pub const WEIGHTS: &str = "model.safetensors";
/// The optimizer's state, without which a training that goes on would take other steps.
pub const OPTIMIZER: &str = "optimizer.safetensors";
/// The weights that the training started from, as they came: the beginning can be gone back to, and a divergence is paid from there.
pub const START: &str = "start.safetensors";
/// A line of metrics a step.
pub const METRICS: &str = "metrics.jsonl";
/// The configuration of the run that the training started from.
pub const RUN: &str = "run.toml";

/// The files of the model, which other programs open.
pub const MODEL: [&str; 5] = [
    CONFIG,
    TOKENIZER,
    TOKENIZER_CONFIG,
    GENERATION_CONFIG,
    WEIGHTS,
];
