//! Is this answer mathematically the reference?
//!
//! An answer is read in two steps: its notation is brought to one spelling, then its value is read
//! exactly, without floating point. Today's values are rationals, clock times
//! and lists of them; **everything else is compared as normalised text**. So `0.5`, `\frac12` and `2/4`
//! are one number, `9:05` and `09:05` one time, but `\sqrt{18}` and `3\sqrt{2}`, `5^2` and `25`, `x+1` and
//! `1+x` count as different: surds, powers, algebra, sets, intervals as sets, mixed numbers, scientific
//! notation, percentages and units are not read. A comma is never a decimal mark. Numbers beyond `i128`
//! fall back to text. A rejected right answer is possible; an accepted wrong one should not be.
//!
//! No step can time out or panic, whatever the text: each is linear in its length.

mod boxed;
mod normal;
mod value;

pub use boxed::extract_boxed;

use serde::{Deserialize, Serialize};

use crate::transcript::Parsed;
use value::Value;

/// Which part of a response may hold the answer.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum AnswerScope {
    /// The last `\boxed{…}` after `</think>`. A response cut short while thinking has no answer.
    #[default]
    AfterThinking,
    /// The last `\boxed{…}` of the whole response, and without one its last number: so does the code
    /// published with the paper, where a trace cut short can score through a number in the thinking.
    WholeResponse,
}

/// Whether `answer` and `reference` (without `\boxed`) say the same thing; symmetric, and false where
/// either is empty.
pub fn equal(answer: &str, reference: &str) -> bool {
    let (answer, reference) = (normal::normalise(answer), normal::normalise(reference));
    !answer.is_empty() && Value::of(&answer) == Value::of(&reference)
}

/// Whether the final answer of a whole `response` equals `reference`, which may itself be boxed.
pub fn verify(response: &str, reference: &str, scope: AnswerScope) -> bool {
    let answer = match scope {
        AnswerScope::AfterThinking => Parsed::of(response).answer.and_then(extract_boxed),
        AnswerScope::WholeResponse => extract_boxed(response).or_else(|| last_number(response)),
    };
    let reference = extract_boxed(reference).unwrap_or(reference);
    answer.is_some_and(|answer| equal(answer, reference))
}

/// The last run of digits, points and commas, with its sign.
fn last_number(text: &str) -> Option<&str> {
    let end = text.rfind(|c| normal::ascii(c).is_ascii_digit())?;
    let end = end + text[end..].chars().next()?.len_utf8();
    let number = |c: char| matches!(normal::ascii(c), '0'..='9' | '.' | ',');
    let head = &text[..end];
    let start = head.trim_end_matches(number).len();
    let sign = head[..start]
        .chars()
        .next_back()
        .filter(|&c| normal::ascii(c) == '-');
    let start = start - sign.map_or(0, char::len_utf8);
    Some(head[start..].trim_start_matches(['.', ',']))
}

#[cfg(test)]
mod tests;
