//! A line of `choices.jsonl`: which language a policy would choose for one problem.

use std::collections::BTreeMap;

use explang_language::Language;
use serde::{Deserialize, Serialize};

/// The exact distribution of the language action for one held-out problem, π(language | problem) at temperature 1.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Choice {
    /// Number of the problem. A problem that is asked in several languages has one number, the same as in `evaluation.jsonl`.
    pub problem: usize,
    /// Family of the problem, such as `sums`.
    pub family: String,
    /// Style that the problem asks for, such as `steps`.
    pub style: String,
    /// Difficulty level of the problem.
    pub level: usize,
    /// Problems of this level are trained on.
    pub trained_level: bool,
    /// The language of the question.
    pub asked_in: Language,
    /// Probability of each language of the pool; they sum to 1.
    pub probabilities: BTreeMap<Language, f32>,
    /// Probability that the model gives to the whole pool once it has opened a tag.
    pub mass: f32,
}

impl Choice {
    /// Family and style of the problem, such as `sums/steps`.
    pub fn kind(&self) -> String {
        format!("{}/{}", self.family, self.style)
    }
}
