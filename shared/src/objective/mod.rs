//! What the policy is trained on: advantages from rewards, and losses from advantages.

pub mod advantage;
pub mod policy;
