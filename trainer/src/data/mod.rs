//! What stages train on.

pub mod documents;

pub use documents::{Batches, Document};
