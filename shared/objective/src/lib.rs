//! What the policy is trained on: advantages from rewards, and losses from advantages.
//!
//! A batch goes through these steps; [`names`] has the sets of choices that the field has names for.
//!
//! 1. [`dynamic`]: groups from which nothing can be learned may be replaced;
//! 2. [`overlong`]: the end of the budget may cost;
//! 3. [`advantage`], [`gdpo`]: how much better a response is than others;
//! 4. [`credit`], [`whiten`]: what each of its tokens is credited with;
//! 5. [`policy`], [`kl`]: the loss of a token, and its gradient;
//! 6. [`normaliser`]: the loss of a mini-batch;
//! 7. [`stats`]: what an update did.
//!
//! Only the numbers are here: what a tensor library does with them, the loss with its gradient, is in `explang::objective`.

pub mod advantage;
pub mod credit;
pub mod dynamic;
pub mod gdpo;
pub mod kl;
pub mod names;
pub mod normaliser;
pub mod overlong;
pub mod policy;
pub mod stats;
pub mod whiten;

pub use advantage::{
    AdvantageError, AdvantageOptions, Advantages, Deviation, Estimator, GroupStats, NonFinite,
    Sample, Whiten, advantages,
};
pub use credit::{Batch, Credit};
pub use dynamic::{DynamicSampling, Varied};
pub use gdpo::Component;
pub use kl::{KlEstimator, KlPlace};
pub use names::{Objective, ObjectiveName};
pub use normaliser::Normaliser;
pub use overlong::Overlong;
pub use policy::{PolicyLoss, Ratio, Surrogate, TokenTargets};
pub use stats::PolicyStats;
