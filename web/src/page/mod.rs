//! The page's state: what its address says, the engine that answers, and the answers; the learner, and what it has learned.

pub mod address;
pub mod client;
pub mod fetch;
pub mod learning;
pub mod live;
mod wire;
