//! The program `explang` as a process: its command line, runs that are killed, and pages that are served.

// A test that panics fails, and that is all it should do.
#![allow(clippy::unwrap_used)]

mod archive;
mod bad_input;
mod client;
mod command_line;
mod contents;
mod data;
mod devices;
#[cfg(unix)]
mod disk;
mod export;
mod files;
mod generate;
mod kills;
#[cfg(unix)]
mod lora;
mod non_finite;
mod program;
mod responses;
mod resume;
mod runs;
mod score;
mod serve;
mod serve_run;
#[cfg(unix)]
mod signals;
mod teacher;
mod tokenizers;
#[cfg(unix)]
mod twin;
mod verify;
