//! What the trainer and the browser demo must agree on.
//!
//! A problem goes to a policy, which first *chooses the language it will think in*, then thinks in it,
//! then answers. This crate holds everything both products share; it opens no file and no socket, reads
//! no clock, and compiles to `wasm32-unknown-unknown` unchanged.

pub mod language;

pub use language::Language;
