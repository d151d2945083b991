//! The choices around a variant: where the paper, its published code and good sense differ.

use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::language::Language;
use crate::verify::AnswerScope;

use super::Quirks;

/// Over which responses languages are compared.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Scope {
    /// The responses to the same prompt: what a group-normalised advantage can tell apart.
    #[default]
    Group,
    /// All responses of the batch. At realistic sizes some response in each language is right, so that
    /// pass@k is nearly constant within a group and cancels in its advantages.
    Batch,
}

/// What becomes of a response cut short by its token budget.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Truncated {
    /// Scored like any other, as published.
    #[default]
    Keep,
    /// Its reward is 0, whatever its components.
    Penalise,
    /// It takes part neither in learning nor in the statistics of its scope.
    Mask,
}

/// Named sets of choices.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Preset {
    /// The paper's weights, and the rules as they are meant: group scope, no quirk, never NaN.
    #[default]
    Paper,
    /// The published code's weights, and all its quirks.
    Official,
}

/// A name that no preset has.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is no reward preset; choose one of: paper official")]
pub struct UnknownPreset(pub String);

impl FromStr for Preset {
    type Err = UnknownPreset;

    fn from_str(name: &str) -> Result<Self, UnknownPreset> {
        match name {
            "paper" => Ok(Preset::Paper),
            "official" => Ok(Preset::Official),
            _ => Err(UnknownPreset(name.to_owned())),
        }
    }
}

/// Every choice beside the weights. The default is [`Preset::Paper`]'s.
///
/// Two traits of the published code have no switch here. A verifier that ran out of time scored 0 there:
/// this one has a budget of work instead of a clock, and what it cannot decide scores 0 as well. Its reward
/// used a detector of the thirteen seen languages: the caller brings the detector.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Options {
    /// Over which responses languages are compared.
    pub scope: Scope,
    /// Which part of a response may hold the answer.
    pub answer_scope: AnswerScope,
    /// What becomes of a response cut short.
    pub truncated: Truncated,
    /// The languages that a tag may name; by default those seen in training.
    pub pool: Vec<Language>,
    /// Behaviours of the published code, each by itself.
    pub quirks: Quirks,
}

impl Default for Options {
    fn default() -> Self {
        Options::of(Preset::Paper)
    }
}

impl Options {
    /// The choices of a preset.
    pub fn of(preset: Preset) -> Self {
        let official = preset == Preset::Official;
        Options {
            scope: if official { Scope::Batch } else { Scope::Group },
            answer_scope: if official {
                AnswerScope::WholeResponse
            } else {
                AnswerScope::AfterThinking
            },
            truncated: Truncated::Keep,
            pool: Language::SEEN.to_vec(),
            quirks: if official {
                Quirks::OFFICIAL
            } else {
                Quirks::NONE
            },
        }
    }
}
