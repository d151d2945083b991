//! Where examples come from.

use explang_language::Language;

use crate::{Example, Solved, Split};

/// Yields examples. The same stream always yields the same example, on every platform: a batch depends on the seed and its place
/// alone, and nothing is stored between two draws.
pub trait Source: Send + Sync {
    /// The example that `stream` names on one side of the held-out split; asked in `asked_in` where the source has it in that
    /// language.
    fn draw(&self, stream: u64, split: Split, asked_in: Language) -> Example;

    /// `count` held-out examples in a fixed order, asked in `asked_in` where the source has them in that language: distinct as long as there
    /// are enough of them, and the same ones in every language. The first of a longer list are the shorter list.
    fn held_out(&self, stream: u64, count: usize, asked_in: Language) -> Vec<Example>;

    /// The training example of `stream` with its reasoning in `language`; none where the source has no reasoning in it.
    fn solved(&self, stream: u64, asked_in: Language, language: Language) -> Option<Solved>;
}
