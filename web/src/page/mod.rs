//! The page's state: what its address says, the engine that answers, and the answers.

pub mod address;
pub mod client;
pub mod fetch;
pub mod live;
