//! Where examples come from.

use explang_language::Language;

use crate::{Example, Solved, Split, random};

/// Names one draw of a stage, in two ways: a source that makes its examples up goes by `stream`, one that has a list of them by `order` and
/// `index`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Place {
    /// A random number of this draw.
    pub stream: u64,
    /// Names the order in which the list is gone through, the same for all draws of a sequence.
    pub order: u64,
    /// Place in the sequence, from 0: an epoch is as many as the list is long, and has each of its examples once.
    pub index: u64,
}

impl From<u64> for Place {
    /// A single draw, which belongs to no sequence.
    fn from(stream: u64) -> Self {
        Place {
            stream,
            order: stream,
            index: 0,
        }
    }
}

/// Yields examples. The same place always yields the same example, on every platform: a batch depends on the seed and its place
/// alone, and nothing is stored between two draws.
pub trait Source: Send + Sync {
    /// The example that `place` names on one side of the held-out split; asked in `asked_in` where the source has it in that
    /// language.
    fn draw(&self, place: Place, split: Split, asked_in: Language) -> Example;

    /// `count` held-out examples in a fixed order, asked in `asked_in` where the source has them in that language: distinct as long as there
    /// are enough of them, and the same ones in every language. The first of a longer list are the shorter list.
    fn held_out(&self, stream: u64, count: usize, asked_in: Language) -> Vec<Example>;

    /// The training example of `place` with its reasoning in `language`; none where the source has no reasoning in it.
    fn solved(&self, place: Place, asked_in: Language, language: Language) -> Option<Solved>;
}

/// The language that the problem of `stream` is asked in: with probability `in_all` one of the seventeen, each alike, and English
/// otherwise. It says nothing about the problem.
pub fn question_language(stream: u64, in_all: f64) -> Language {
    let draw = |index| f64::from(random::uniform(random::derive(stream, &[QUESTION]), index));
    if draw(0) < in_all {
        Language::ALL[(draw(1) * Language::ALL.len() as f64) as usize]
    } else {
        Language::En
    }
}

/// Part of the path of the stream of question languages.
const QUESTION: u64 = 0x6173_6B65;

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;

    #[test]
    fn questions_are_in_english_or_in_all_languages_alike() {
        assert!((0..1000).all(|stream| question_language(stream, 0.0) == Language::En));
        let mut counts = BTreeMap::<Language, usize>::new();
        for stream in 0..17_000 {
            *counts.entry(question_language(stream, 0.5)).or_default() += 1;
        }
        let english = counts.remove(&Language::En).unwrap_or_default();
        assert!(
            (8700..9300).contains(&english),
            "{english} of 17,000 in English, half and a 34th wanted"
        );
        assert_eq!(counts.len(), 16);
        assert!(
            counts.values().all(|count| (400..600).contains(count)),
            "{counts:?}"
        );
    }
}
