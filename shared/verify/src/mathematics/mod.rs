//! Answers read as mathematics: trees (`read`), compared (`same`) by value (`value`), and shown again (`show`).

mod choice;
mod decision;
mod find;
pub(crate) mod node;
pub(crate) mod read;
pub(crate) mod same;
mod show;
mod units;
mod value;

pub use decision::{Comparison, compare};
pub(crate) use decision::{equal, verify};
pub(crate) use find::stated;

/// Whether the text can be read as mathematics.
pub(crate) fn is_read(text: &str) -> bool {
    read::read(text).usual.is_some()
}
