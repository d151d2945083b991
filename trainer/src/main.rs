//! The command line of the trainer.

mod commands;

use std::process::ExitCode;

use clap::Parser;
use explang::named::brief;
use explang_trainer::allocator::keep_freed_memory;
use explang_trainer::device::failure::caught;
use explang_trainer::progress::tell;
use explang_trainer::run::stop::stopped;

/// Longest part of a message, in characters.
const MESSAGE: usize = 1000;

fn main() -> ExitCode {
    keep_freed_memory();
    let cli = commands::Cli::parse();
    match caught(|| cli.run()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => match stopped(&error) {
            // What was asked for is no error; the exit code says that the work is not done.
            Some(stopped) => {
                tell(&error.to_string());
                ExitCode::from(stopped.exit_code())
            }
            None => {
                tell(&format!("error: {}", sentence(&error)));
                ExitCode::FAILURE
            }
        },
    }
}

/// The error and its causes in one line; a cause that the text names already is not repeated.
fn sentence(error: &anyhow::Error) -> String {
    error
        .chain()
        // What comes from a file can hold line breaks and be of any length.
        .map(|cause| brief(&cause.to_string(), MESSAGE))
        .fold(String::new(), |text, cause| match text.as_str() {
            "" => cause,
            _ if text.contains(&cause) => text,
            _ => format!("{text}: {cause}"),
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn causes_are_told_once() {
        let cause = std::io::Error::other("disk full");
        let error = anyhow::Error::new(cause)
            .context("x cannot be written: disk full")
            .context("saving");
        assert_eq!(sentence(&error), "saving: x cannot be written: disk full");
    }
}
