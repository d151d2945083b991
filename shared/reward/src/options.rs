//! The choices around a variant: where the paper, its published code and good sense differ.

use explang_language::Language;
use explang_named::named;
use explang_verify::Extraction;
use serde::{Deserialize, Serialize};

use super::Quirks;
use crate::identify::{Identifier, Identify, NotBuilt};

/// Over which responses languages are compared.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
pub enum Scope {
    /// The responses to the same prompt: what a group-normalised advantage can tell apart.
    #[default]
    Group,
    /// All responses of the batch. At realistic sizes some response in each language is right, so that
    /// pass@k is nearly constant within a group and cancels in its advantages.
    Batch,
}

named!(Scope, "scope", { Group => "group", Batch => "batch" });

/// What becomes of a response cut short by its token budget.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
pub enum Truncated {
    /// Scored like any other, as published.
    #[default]
    Keep,
    /// Its reward is 0, whatever its components.
    Penalise,
    /// It takes part neither in learning nor in the statistics of its scope.
    Mask,
}

named!(Truncated, "choice for `truncated`", { Keep => "keep", Penalise => "penalise", Mask => "mask" });

/// Which languages the detector may name that is asked for the language of a thinking trace.
///
/// The published code has three: langdetect for its data, and lingua with the thirteen seen languages for its
/// reward and with all seventeen for its evaluation.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
pub enum Detector {
    /// The thirteen seen ones, as in the published reward. A trace in an unseen language is called one of
    /// them, and complies with a tag that names that one.
    Seen,
    /// All seventeen, as in the published evaluation. A trace in an unseen language is found to be that, and
    /// complies with no tag of the seen ones.
    #[default]
    All,
}

named!(Detector, "detector", { Seen => "seen", All => "all" });

impl Detector {
    /// The languages that it may name.
    pub const fn languages(self) -> &'static [Language] {
        match self {
            Detector::Seen => &Language::SEEN,
            Detector::All => &Language::ALL,
        }
    }
}

/// What of a thinking trace its language is read from.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
pub enum TraceText {
    /// Its prose: without TeX, code and tags. The script decides where it can, the detector among the languages in Latin script, by a
    /// sample of a long trace.
    #[default]
    Prose,
    /// All of it, as the detector takes it: so does the published code, which calls Chinese full of formulas Spanish.
    Whole,
}

named!(TraceText, "text of a trace", { Prose => "prose", Whole => "whole" });

/// Named sets of choices.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
pub enum Preset {
    /// The paper's weights, and the rules as they are meant: group scope, no quirk, never NaN.
    #[default]
    Paper,
    /// The published code's weights, and all its quirks.
    Official,
}

named!(Preset, "reward preset", { Paper => "paper", Official => "official" });

/// Every choice beside the weights. The default is [`Preset::Paper`]'s.
///
/// One trait of the published code has no switch, because it is followed always: a verifier that runs out of
/// time scores 0 there. This one has a budget of work instead of a clock, and an answer whose comparison is
/// over it earns v = 0.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Options {
    /// Over which responses languages are compared.
    pub scope: Scope,
    /// Which part of a response may hold the answer.
    pub answer_scope: Extraction,
    /// What becomes of a response cut short.
    pub truncated: Truncated,
    /// Which languages the detector may name. The caller brings the detector, and makes it of these.
    pub detector: Detector,
    /// Which detector [`Options::identifier`] makes.
    pub identifier: Identifier,
    /// What of a thinking trace its language is read from.
    pub trace_text: TraceText,
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
                Extraction::WholeResponse
            } else {
                Extraction::AfterThinking
            },
            truncated: Truncated::Keep,
            detector: if official {
                Detector::Seen
            } else {
                Detector::All
            },
            identifier: Identifier::Lingua,
            trace_text: if official {
                TraceText::Whole
            } else {
                TraceText::Prose
            },
            pool: Language::SEEN.to_vec(),
            quirks: if official {
                Quirks::OFFICIAL
            } else {
                Quirks::NONE
            },
        }
    }

    /// The detector that these options name, of the languages that they name.
    ///
    /// # Errors
    /// When the crate was built without that detector.
    pub fn identifier(&self) -> Result<Box<dyn Identify>, NotBuilt> {
        self.identifier.build(self.detector.languages())
    }
}
