//! How weights move: gradients over shards of a batch, AdamW.
//!
//! Nothing here knows what is learned: [`supervised`] gives the loss of pretraining and SFT, [`crate::policy`] that of
//! reinforcement learning.

mod adamw;
mod gradient;
mod learner;
pub mod supervised;

pub use adamw::AdamW;
pub(crate) use gradient::values;
pub use learner::{Learner, Update};
