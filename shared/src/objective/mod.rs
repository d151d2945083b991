//! What the policy is trained on: advantages from rewards, and losses from advantages.
//!
//! A batch goes through these steps; [`named`] has the sets of choices that the field has names for.
//!
//! 1. [`dynamic`]: groups from which nothing can be learned may be replaced;
//! 2. [`overlong`]: the end of the budget may cost;
//! 3. [`advantage`], [`gdpo`]: how much better a response is than others;
//! 4. [`credit`], [`whiten`]: what each of its tokens is credited with;
//! 5. [`policy`], [`kl`]: the loss of a token, and its gradient;
//! 6. [`normaliser`]: the loss of a mini-batch;
//! 7. [`stats`]: what an update did.

pub mod advantage;
pub mod credit;
pub mod dynamic;
pub mod gdpo;
pub mod kl;
pub mod named;
pub mod normaliser;
pub mod overlong;
pub mod policy;
pub mod stats;
pub mod whiten;
