//! What the trainer and the page must agree on.
//!
//! A problem goes to a policy, which first *chooses the language it will think in*, then thinks in it,
//! then answers. This crate is the door to everything that both share: it holds the model and the learning, and re-exports the crates
//! that stand alone. It opens no file and no socket, reads no clock, and compiles to `wasm32-unknown-unknown` unchanged.

pub mod action;
pub mod generate;
pub mod learn;
pub mod likelihood;
pub mod model;
pub mod objective;
pub mod parallel;
pub mod policy;
pub mod prompt;
pub mod rollout;
pub mod text_stream;
pub mod tokenizer;

pub use explang_language::{self as language, Language};
pub use explang_named as named;
pub use explang_reward::{self as reward, identify, rows, transcript};
pub use explang_run as run;
pub use explang_tasks::{self as tasks, random};
pub use explang_verify as verify;
