//! The choices around a variant: where the paper, its published code and good sense differ.

use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::language::Language;
use crate::verify::AnswerScope;

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
/// this one cannot. Its reward used a detector of the thirteen seen languages: the caller brings the
/// detector.
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

/// Behaviours of the published code that this project does not follow by default; true follows it.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Quirks {
    /// The tag may stand anywhere in the response. Otherwise the response must open with it.
    pub unanchored_format: bool,
    /// Any line is a tag, `xx` and the empty one too. Otherwise it names a language of the pool.
    pub any_tag: bool,
    /// The format does not ask for `</think>`.
    pub unclosed_format: bool,
    /// Where no response of the scope complies, diversity is 0/0 and so is every reward that weighs it: NaN.
    /// Otherwise it is 0.
    pub undefined_diversity: bool,
    /// n_L counts all responses that chose L. Otherwise only the compliant ones.
    pub count_noncompliant: bool,
    /// Pass@k and accuracy of a language are earned by, and paid to, responses that do not comply too.
    pub credit_noncompliant: bool,
    /// Untagged responses are a language of their own. Otherwise they earn no share of a language. Without
    /// effect unless `credit_noncompliant`: an untagged response never complies.
    pub untagged_language: bool,
    /// An empty response is scored like any other untagged one. Otherwise its reward is 0, and it takes no
    /// part in the statistics.
    pub score_empty: bool,
}

impl Quirks {
    /// None: the default.
    pub const NONE: Quirks = Quirks {
        unanchored_format: false,
        any_tag: false,
        unclosed_format: false,
        undefined_diversity: false,
        count_noncompliant: false,
        credit_noncompliant: false,
        untagged_language: false,
        score_empty: false,
    };

    /// All: the published code.
    pub const OFFICIAL: Quirks = Quirks {
        unanchored_format: true,
        any_tag: true,
        unclosed_format: true,
        undefined_diversity: true,
        count_noncompliant: true,
        credit_noncompliant: true,
        untagged_language: true,
        score_empty: true,
    };
}
