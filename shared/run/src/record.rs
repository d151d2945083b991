//! A line of `evaluation.jsonl`: one evaluated sample.

use explang_language::Language;
use explang_named::named;
use serde::{Deserialize, Serialize};

/// How the thinking language of an evaluated sample was decided.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Mode {
    /// The model chose the language itself.
    SelfChosen,
    /// English was forced.
    English,
    /// Each seen language was forced in turn.
    Multi,
    /// Each unseen language was forced in turn ("out of distribution").
    Unseen,
}

named!(Mode, "mode", {
    SelfChosen => "self",
    English => "en",
    Multi => "multi",
    Unseen => "ood",
});

impl Mode {
    /// The mode in which `language` is one of those that are forced in turn.
    pub const fn forcing(language: Language) -> Self {
        if language.seen() {
            Mode::Multi
        } else {
            Mode::Unseen
        }
    }
}

/// One evaluated sample: a response to a problem, judged.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Record {
    /// Number of the problem, unique within the evaluation set. The same number in two stages' records
    /// must be the same problem: paired comparisons rely on it.
    pub problem: usize,
    /// Family of the problem, such as `sums`.
    pub family: String,
    /// Style that the problem asks for, such as `steps`; empty where a kind has no style.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub style: String,
    /// Difficulty level of the problem, from 1; 0 where it is unknown.
    #[serde(default)]
    pub level: usize,
    /// How the thinking language was decided.
    pub mode: Mode,
    /// The language forced on the sample; `None` in self mode.
    pub forced: Option<Language>,
    /// The language of the tag that the response carries, forced or chosen; `None` when it has no tag of the pool.
    pub tag: Option<Language>,
    /// The language detected in the thinking trace.
    pub detected: Option<Language>,
    /// The detected language is the one that the sample counts under ([`Record::language`]).
    pub compliant: bool,
    /// The final answer equals the reference.
    pub correct: bool,
    /// Length of the thinking trace, in tokens; `None` where nobody counted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub thinking_tokens: Option<usize>,
    /// The response met the token limit before it ended; `None` where nobody said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub truncated: Option<bool>,
}

impl Record {
    /// The language that the sample counts under: the forced one, else the one chosen.
    pub fn language(&self) -> Option<Language> {
        match self.mode {
            Mode::SelfChosen => self.tag,
            _ => self.forced,
        }
    }

    /// Family and style of the problem, such as `sums/steps`, or a family that has no style; choices and accuracies are grouped by it.
    pub fn kind(&self) -> String {
        match self.style.as_str() {
            "" => self.family.clone(),
            style => format!("{}/{style}", self.family),
        }
    }

    /// True when the sample's language is one that SFT and RL show; `None` when it has no language.
    pub fn seen(&self) -> Option<bool> {
        self.language().map(Language::seen)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sample_counts_under_the_forced_language_or_the_chosen_one() {
        let record = |mode, forced, tag| Record {
            problem: 0,
            family: "sums".into(),
            style: "steps".into(),
            level: 1,
            mode,
            forced,
            tag,
            detected: tag,
            compliant: true,
            correct: true,
            thinking_tokens: Some(10),
            truncated: Some(false),
        };
        let forced = record(Mode::Unseen, Some(Language::Sw), Some(Language::En));
        assert_eq!(forced.language(), Some(Language::Sw));
        assert_eq!(forced.seen(), Some(false));
        let chosen = record(Mode::SelfChosen, None, Some(Language::De));
        assert_eq!(chosen.language(), Some(Language::De));
        assert_eq!(chosen.seen(), Some(true));
        assert_eq!(record(Mode::SelfChosen, None, None).seen(), None);
        assert_eq!(chosen.kind(), "sums/steps");
        let mut plain = chosen;
        plain.style.clear();
        assert_eq!(plain.kind(), "sums");
    }
}
