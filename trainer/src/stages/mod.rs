//! The stages, one file each, readable from top to bottom like the paper's section.

pub mod distil;
mod driver;
pub mod evaluate;
pub mod pipeline;
mod policy_experience;
mod policy_metrics;
mod policy_rollouts;
pub mod policy_step;
pub mod pretrain;
pub mod rl;
pub mod sft;
mod skipped;
pub mod supervised;

pub use driver::Session;
