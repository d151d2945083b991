//! What the trainer and the page must agree on.
//!
//! A problem goes to a policy, which first *chooses the language it will think in*, then thinks in it,
//! then answers. This crate holds everything both share; it opens no file and no socket, reads
//! no clock, and compiles to `wasm32-unknown-unknown` unchanged.

pub mod action;
pub mod generate;
pub mod identify;
pub mod language;
pub mod likelihood;
pub mod message;
pub mod model;
pub mod objective;
pub mod random;
pub mod reward;
pub mod tasks;
pub mod text_stream;
pub mod tokenizer;
pub mod transcript;
pub mod verify;

pub use language::Language;
