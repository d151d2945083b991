//! The program `explang-bench` as a process.

// A test that panics fails, and that is all it should do.
#![allow(clippy::unwrap_used)]

mod program;
mod score;
mod verify;
