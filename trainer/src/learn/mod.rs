//! How weights move: gradients over shards of a batch, AdamW.

pub mod adamw;
pub(crate) mod gradient;
pub mod learner;

pub use adamw::AdamW;
pub use learner::{Learner, Update};
