//! The program `explang` as a process: its command line, and runs that are killed.

// A test that panics fails, and that is all it should do.
#![allow(clippy::unwrap_used)]

mod command_line;
mod program;
mod resume;
