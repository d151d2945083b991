//! What stages train on.

pub mod documents;
pub mod sample;

pub use documents::{Batches, Document};
