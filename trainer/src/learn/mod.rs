//! How weights move: gradients over shards of a batch, AdamW, the schedule of the learning rate.

pub mod adamw;
pub(crate) mod gradient;
pub mod learner;
pub mod schedule;

pub use adamw::AdamW;
pub use learner::{Learner, Update};
pub use schedule::Schedule;
