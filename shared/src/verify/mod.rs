//! Is this answer mathematically the reference?
//!
//! An answer is read into a tree (`read`), and two trees are compared (`same`): numbers as exact fractions, expressions by their
//! value at several points, exactly where they are rational and else to fifty digits with a bound of the error (`value`). Text that
//! is nothing that the reader knows is compared as normalised text (`normal`). `docs/verify.md` has the rules in full, with those
//! cases that could be decided otherwise and why they are decided as they are.
//!
//! Nothing here panics, whatever the text, and the work is bounded: the length of what is read, the depth of its brackets, the
//! size of exact numbers, and what one comparison may spend. An answer beyond a bound counts as wrong, unless it is written
//! like the reference.

mod boxed;
#[cfg(feature = "mathematics")]
mod decision;
#[cfg(feature = "mathematics")]
mod find;
#[cfg(feature = "mathematics")]
mod node;
mod normal;
#[cfg(any(test, not(feature = "mathematics")))]
mod plain;
#[cfg(feature = "mathematics")]
mod read;
#[cfg(feature = "mathematics")]
mod same;
#[cfg(feature = "mathematics")]
mod show;
#[cfg(feature = "mathematics")]
mod units;
#[cfg(feature = "mathematics")]
mod value;

pub use boxed::extract_boxed;
#[cfg(feature = "mathematics")]
pub use decision::{Comparison, compare};

use std::borrow::Cow;

use serde::{Deserialize, Serialize};

use crate::transcript::Parsed;

/// Which part of a response may hold the answer.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum AnswerScope {
    /// The last `\boxed{…}` after `</think>`. A response cut short while thinking has no answer.
    #[default]
    AfterThinking,
    /// The last `\boxed{…}` of the whole response, and without one its last formula or number: so does the code
    /// published with the paper, where a trace cut short can score through a number in the thinking.
    WholeResponse,
}

/// Whether `answer` and `reference` (without `\boxed`) say the same thing; symmetric, and false where
/// either is empty.
///
/// Without the feature `mathematics` only numbers, times and lists of such are compared by value, all else as text.
pub fn equal(answer: &str, reference: &str) -> bool {
    #[cfg(feature = "mathematics")]
    return decision::equal(answer, reference);
    #[cfg(not(feature = "mathematics"))]
    return plain::equal(answer, reference);
}

/// Whether the final answer of a whole `response` equals `reference`, which may itself be boxed.
pub fn verify(response: &str, reference: &str, scope: AnswerScope) -> bool {
    let answer = match scope {
        AnswerScope::AfterThinking => Parsed::of(response)
            .answer
            .and_then(extract_boxed)
            .map(Cow::Borrowed),
        AnswerScope::WholeResponse => extract_boxed(response)
            .map(Cow::Borrowed)
            .or_else(|| unboxed(response)),
    };
    let reference = extract_boxed(reference).unwrap_or(reference);
    answer.is_some_and(|answer| equal(&answer, reference))
}

/// What a text without a box gives as its answer, wherever that stands: a formula or a number, in short the last one.
#[cfg(feature = "mathematics")]
fn unboxed(text: &str) -> Option<Cow<'_, str>> {
    // A word or a formula that is nothing known must not hide a number.
    find::stated(text)
        .filter(|answer| read::read(answer).usual.is_some())
        .or_else(|| last_number(text).map(Cow::Borrowed))
}

/// The same in little code.
#[cfg(not(feature = "mathematics"))]
fn unboxed(text: &str) -> Option<Cow<'_, str>> {
    plain::stated(text).map(Cow::Borrowed)
}

/// The last run of digits, points, commas and bars, with its sign.
fn last_number(text: &str) -> Option<&str> {
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

#[cfg(all(test, feature = "mathematics"))]
mod tests;
