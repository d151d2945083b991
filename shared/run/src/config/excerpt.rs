//! What the page uses of `run.toml`. The whole reader, with all its sections and sentences, would add 80 kB to a first visit.

use explang_tasks::Mixture;
use serde::{Deserialize, Serialize};

use super::ConfigError;

/// The part of a configuration that a model is asked by; the other keys are passed over.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Excerpt {
    /// Kinds of problems that the model was trained on.
    pub tasks: Mixture,
    /// As in [`Config`](super::Config).
    #[serde(default)]
    pub asked_in_all: f64,
    /// Section `[rl]`.
    pub rl: RlExcerpt,
}

/// The part of section `[rl]`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct RlExcerpt {
    /// Longest response, in tokens.
    pub max_new_tokens: usize,
}

impl Excerpt {
    /// Reads the text of a run's configuration, which was checked when the run began; `path` is for messages.
    ///
    /// # Errors
    /// When the text is not TOML, or lacks one of these keys.
    pub fn parse(path: &str, text: &str) -> Result<Self, ConfigError> {
        toml::from_str(text).map_err(|error| ConfigError::Invalid {
            path: path.to_owned(),
            line: None,
            what: error.message().to_owned(),
        })
    }
}
