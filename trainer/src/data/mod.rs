//! What stages train on, here and in other engines.

pub mod accept;
pub mod documents;
pub mod problems;
pub mod sample;
pub mod sft_row;
pub mod teacher;
pub mod verl;

pub use documents::{Batches, Document};
