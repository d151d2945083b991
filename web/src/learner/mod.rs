//! The learner: reinforcement learning of the language choice in the visitor's browser, for view 8.
//!
//! A step is `explang::policy`'s, the trainer's own: rollouts are sampled, rewarded and learned from, nothing is replayed. What differs from the
//! trainer is what one thread of a browser asks for: smaller batches, a lighter detector of the thinking's language, and answers compared as
//! numbers, times and lists, without the mathematics.
//!
//! [`options`] turns what the visitor chose into the options of a step, [`session`] takes steps, [`measure`] looks at the model between them. They know
//! no browser and are tested natively. The rest listens to the page.

pub mod error;
pub mod from;
mod group;
pub mod measure;
pub mod options;
pub mod session;

#[cfg(target_arch = "wasm32")]
mod control;
#[cfg(target_arch = "wasm32")]
mod start;
#[cfg(target_arch = "wasm32")]
mod tell;
#[cfg(target_arch = "wasm32")]
pub mod worker;
