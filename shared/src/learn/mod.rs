//! How weights move: gradients over shards of a batch, AdamW, the schedule of the learning rate.
//!
//! Nothing here knows what is learned: [`supervised`] gives the loss of pretraining and SFT, [`crate::policy`] that of
//! reinforcement learning.

mod adamw;
mod gradient;
mod learner;
mod schedule;
pub mod supervised;

pub use adamw::{AdamW, AdamWConfig};
pub(crate) use gradient::values;
pub use learner::{Learner, Update};
pub use schedule::{Decay, Schedule};
