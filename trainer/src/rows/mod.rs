//! JSON lines that are scored here and elsewhere.

mod agreement;

pub use agreement::{Agreement, Difference, agreement};
