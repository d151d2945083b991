//! The page's state: what its address says, the engine that answers, and the answers; the learner, and what it has learned.

pub mod address;
#[cfg(feature = "views")]
pub mod client;
#[cfg(feature = "views")]
pub mod fetch;
#[cfg(feature = "views")]
pub mod learning;
#[cfg(feature = "views")]
pub mod live;
#[cfg(feature = "views")]
mod wire;
