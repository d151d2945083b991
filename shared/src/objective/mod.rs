//! The objectives of [`explang_objective`], and their losses on tensors.

mod loss;

pub use explang_objective::*;
pub use loss::{kl_estimate, policy_loss};

#[cfg(test)]
mod tests;
