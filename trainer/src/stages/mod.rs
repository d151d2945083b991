//! The stages, one file each, readable from top to bottom like the paper's section.

pub mod distil;
mod driver;
pub mod pipeline;
pub mod pretrain;
pub mod rl;
pub mod sft;
mod skipped;
mod start;
mod step;
mod tokenizer;

pub use driver::Session;
