//! Where the answer stands in a response: one choice, asked for by its name at every door.

use std::borrow::Cow;
use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::boxed::{BOX, joined};
use crate::{extract_boxed, normal};

/// Closes the thinking trace of a response.
const END_THINK: &str = "</think>";
/// Opens it.
const THINK: &str = "<think>";

/// Which part of a response may hold the answer, and in which form.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Extraction {
    /// The last `\boxed{…}` after the last `</think>`, with the boxes that a comma, an "and" or an "or" joins to it. A response cut
    /// short while thinking has no answer.
    #[default]
    AfterThinking,
    /// The last `\boxed{…}` of the whole response, and without one its last formula or number: so does the code
    /// published with the paper, where a trace cut short can score through a number in the thinking.
    WholeResponse,
    /// What the response states anywhere outside its thinking: boxes joined by a comma or "and", what follows `####`, a bare
    /// answer, what follows "the answer is", else the last formula or number. For responses of models that were asked for no box.
    Stated,
}

impl Extraction {
    /// Every choice.
    pub const ALL: [Extraction; 3] = [
        Extraction::AfterThinking,
        Extraction::WholeResponse,
        Extraction::Stated,
    ];

    /// The name in files and on the command line.
    pub const fn name(self) -> &'static str {
        match self {
            Extraction::AfterThinking => "after-thinking",
            Extraction::WholeResponse => "whole-response",
            Extraction::Stated => "stated",
        }
    }
}

/// A name that no extraction has.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UnknownExtraction(pub String);

impl fmt::Display for UnknownExtraction {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names = Extraction::ALL.map(Extraction::name).join(" ");
        write!(
            f,
            "unknown extraction {:?}; expected one of: {names}",
            self.0
        )
    }
}

impl std::error::Error for UnknownExtraction {}

impl FromStr for Extraction {
    type Err = UnknownExtraction;

    fn from_str(name: &str) -> Result<Self, UnknownExtraction> {
        let found = Extraction::ALL
            .into_iter()
            .find(|choice| choice.name() == name);
        found.ok_or_else(|| UnknownExtraction(name.to_owned()))
    }
}

/// The answer that `response` gives, as it is written there; none where it gives none.
pub fn extract(response: &str, extraction: Extraction) -> Option<Cow<'_, str>> {
    match extraction {
        Extraction::AfterThinking => joined(outside_thinking(response)?, &BOX),
        Extraction::WholeResponse => extract_boxed(response)
            .map(Cow::Borrowed)
            .or_else(|| unboxed(response)),
        Extraction::Stated => stated(said(response)?),
    }
}

/// What a response says apart from its thinking; all of it where there is none.
pub(crate) fn said(response: &str) -> Option<&str> {
    if response.contains(THINK) || response.contains(END_THINK) {
        outside_thinking(response)
    } else {
        Some(response)
    }
}

/// What follows the last block of thinking. One that begins after that and does not end is cut off.
fn outside_thinking(response: &str) -> Option<&str> {
    let after = after_thinking(response)?;
    let after = after.rsplit_once(END_THINK).map_or(after, |(_, rest)| rest);
    Some(after.split_once(THINK).map_or(after, |(said, _)| said))
}

/// What follows the first `</think>` after the first `<think>`, or the first `</think>` where nothing opens the thinking; without the
/// line break that belongs to the mark. None where the thinking is not closed.
pub fn after_thinking(response: &str) -> Option<&str> {
    let body = response
        .split_once(THINK)
        .map_or(response, |(_, rest)| rest);
    let (_, after) = body.split_once(END_THINK)?;
    Some(after.strip_prefix('\n').unwrap_or(after))
}

#[cfg(feature = "mathematics")]
use crate::mathematics::stated;

/// The boxes, or else what [`unboxed`] finds.
#[cfg(not(feature = "mathematics"))]
fn stated(text: &str) -> Option<Cow<'_, str>> {
    joined(text, &BOX).or_else(|| unboxed(text))
}

/// What a text without a box gives as its answer, wherever that stands: a formula or a number, in short the last one.
#[cfg(feature = "mathematics")]
pub(crate) fn unboxed(text: &str) -> Option<Cow<'_, str>> {
    // A word or a formula that cannot be read must not hide a number.
    stated(text)
        .filter(|answer| crate::mathematics::is_read(answer))
        .or_else(|| last_number(text).map(Cow::Borrowed))
}

/// The same in little code.
#[cfg(not(feature = "mathematics"))]
pub(crate) fn unboxed(text: &str) -> Option<Cow<'_, str>> {
    crate::plain::last_formula_or_number(text).map(Cow::Borrowed)
}

/// The last run of digits, points, commas and bars, with its sign.
pub(crate) fn last_number(text: &str) -> Option<&str> {
    let end = text.rfind(|c| normal::ascii(c).is_ascii_digit())?;
    let end = end + text[end..].chars().next()?.len_utf8();
    let number = |c: char| matches!(normal::ascii(c), '0'..='9' | '.' | ',' | '/');
    let head = &text[..end];
    let start = head.trim_end_matches(number).len();
    let sign = head[..start]
        .chars()
        .next_back()
        .filter(|&c| normal::ascii(c) == '-');
    let start = start - sign.map_or(0, char::len_utf8);
    Some(head[start..].trim_start_matches(['.', ',', '/']))
}
