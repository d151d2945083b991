//! Behaviours of the published code, each by its own name.

use explang_named::named;
use serde::{Deserialize, Serialize};

/// Behaviours of the published code that this project does not follow by default; true follows it.
///
/// Where both ways have names of their own, the choice is in [`Options`](super::Options): `scope`,
/// `answer_scope`, `truncated`, `detector`, `trace_text`.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Quirks {
    /// The tag may stand anywhere in the response. Otherwise the response must open with it.
    pub unanchored_format: bool,
    /// Any line is a tag, `xx` and the empty one too. Otherwise it names a language of the pool.
    pub any_tag: bool,
    /// The format does not ask for `</think>`.
    pub unclosed_format: bool,
    /// The thinking trace ends with the first `</think>`. Otherwise it is all thinking, to the last one, and language that is hidden in a
    /// second `<think>` counts.
    pub first_trace: bool,
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
        first_trace: false,
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
        first_trace: true,
        undefined_diversity: true,
        count_noncompliant: true,
        credit_noncompliant: true,
        untagged_language: true,
        score_empty: true,
    };

    /// Those that are named, and no other.
    pub fn of(named: &[Quirk]) -> Self {
        let mut quirks = Quirks::NONE;
        for quirk in named {
            *quirks.place(*quirk) = true;
        }
        quirks
    }

    /// The names of those that are followed, in the order of [`Quirk::ALL`].
    pub fn named(mut self) -> Vec<Quirk> {
        let followed = |quirk: &Quirk| *self.place(*quirk);
        Quirk::ALL.into_iter().filter(followed).collect()
    }

    fn place(&mut self, quirk: Quirk) -> &mut bool {
        match quirk {
            Quirk::UnanchoredFormat => &mut self.unanchored_format,
            Quirk::AnyTag => &mut self.any_tag,
            Quirk::UnclosedFormat => &mut self.unclosed_format,
            Quirk::FirstTrace => &mut self.first_trace,
            Quirk::UndefinedDiversity => &mut self.undefined_diversity,
            Quirk::CountNoncompliant => &mut self.count_noncompliant,
            Quirk::CreditNoncompliant => &mut self.credit_noncompliant,
            Quirk::UntaggedLanguage => &mut self.untagged_language,
            Quirk::ScoreEmpty => &mut self.score_empty,
        }
    }
}

/// The name of one of the [`Quirks`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Quirk {
    /// [`Quirks::unanchored_format`].
    UnanchoredFormat,
    /// [`Quirks::any_tag`].
    AnyTag,
    /// [`Quirks::unclosed_format`].
    UnclosedFormat,
    /// [`Quirks::first_trace`].
    FirstTrace,
    /// [`Quirks::undefined_diversity`].
    UndefinedDiversity,
    /// [`Quirks::count_noncompliant`].
    CountNoncompliant,
    /// [`Quirks::credit_noncompliant`].
    CreditNoncompliant,
    /// [`Quirks::untagged_language`].
    UntaggedLanguage,
    /// [`Quirks::score_empty`].
    ScoreEmpty,
}

named!(Quirk, "quirk of the published code", {
    UnanchoredFormat => "unanchored_format",
    AnyTag => "any_tag",
    UnclosedFormat => "unclosed_format",
    FirstTrace => "first_trace",
    UndefinedDiversity => "undefined_diversity",
    CountNoncompliant => "count_noncompliant",
    CreditNoncompliant => "credit_noncompliant",
    UntaggedLanguage => "untagged_language",
    ScoreEmpty => "score_empty",
});
