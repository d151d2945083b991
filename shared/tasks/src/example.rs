//! A question with its reference answer.

use std::fmt;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::random::mix;

/// Names a kind of problem, such as `sums/steps` or `algebra`: what choices and accuracies are grouped by.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Kind(Arc<str>);

impl Kind {
    /// The kind with this name.
    pub fn new(name: &str) -> Self {
        Kind(name.into())
    }

    /// Its name.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The name's part before the first `/` (the family) and the part after it (the style; empty without a `/`).
    pub fn family_and_style(&self) -> (&str, &str) {
        self.0.split_once('/').unwrap_or((&self.0, ""))
    }
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}

/// A question and its reference answer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Example {
    /// Stable across runs and platforms: equal examples have equal numbers, so that stages and runs can be paired.
    pub id: u64,
    /// The kind of problem.
    pub kind: Kind,
    /// Difficulty from 1 within its kind; 0 where the source knows none.
    pub level: usize,
    /// The question as it is put to the model, without template or line break.
    pub question: String,
    /// The reference answer, boxed or not.
    pub answer: String,
}

impl Example {
    /// An example whose number is a hash of kind, question and answer.
    pub fn new(kind: Kind, level: usize, question: String, answer: String) -> Self {
        let texts = [kind.as_str(), &question, &answer];
        let id = texts
            .into_iter()
            .fold(0, |id, text| mix(id ^ fnv1a(text.as_bytes())));
        Example {
            id,
            kind,
            level,
            question,
            answer,
        }
    }
}

/// An example with its reasoning in one language: what supervised stages learn from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Solved {
    /// The example.
    pub example: Example,
    /// The thinking trace, without tag or marks.
    pub trace: String,
}

/// The 64-bit FNV-1a hash (Fowler, Noll and Vo).
pub(crate) fn fnv1a(bytes: &[u8]) -> u64 {
    bytes.iter().fold(0xcbf2_9ce4_8422_2325, |hash, &byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_hash_is_the_published_one() {
        assert_eq!(fnv1a(b""), 0xcbf2_9ce4_8422_2325);
        assert_eq!(fnv1a(b"foobar"), 0x8594_4171_f739_67e8);
    }

    #[test]
    fn every_part_of_an_example_counts_in_its_number() {
        let of = |kind: &str, question: &str, answer: &str| {
            Example::new(Kind::new(kind), 1, question.to_owned(), answer.to_owned()).id
        };
        let ids = [
            of("a", "b", "c"),
            of("x", "b", "c"),
            of("a", "x", "c"),
            of("a", "b", "x"),
            of("ab", "", "c"),
        ];
        assert!((1..ids.len()).all(|i| !ids[..i].contains(&ids[i])));
        assert_eq!(ids[0], of("a", "b", "c"));
    }

    #[test]
    fn a_kind_without_a_style_has_an_empty_one() {
        assert_eq!(
            Kind::new("sums/steps").family_and_style(),
            ("sums", "steps")
        );
        assert_eq!(Kind::new("algebra").family_and_style(), ("algebra", ""));
    }
}
