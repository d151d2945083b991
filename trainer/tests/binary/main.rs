//! The program `explang` as a process: its command line, and runs that are killed.

mod command_line;
mod program;
mod resume;
