//! What crosses crates: parity with published references, the pipeline end to end, what sampling promises, and how the repository is built.
//!
//! One program, so that what all of them need is linked once. What needs the program itself (`explang`) lies in `trainer/tests/`, the one
//! place where cargo tells a test where that program is.

// A test that panics fails, and that is all it should do.
#![allow(clippy::unwrap_used)]

mod action;
mod chat_templates;
mod crates;
mod docs;
mod generate;
mod gguf;
mod identify;
mod lora;
mod metrics;
mod objective;
mod parity;
mod peer;
mod pipeline;
mod places;
mod policy_step;
mod stage_names;
mod support;
