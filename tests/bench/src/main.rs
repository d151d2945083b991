//! ExpLang measured beside other programs, from the repository's root:
//!
//! ```text
//! cargo run --release -p explang-bench -- verify --cases shared/verify/data/math-equality/cases.jsonl
//! cargo run --release -p explang-bench -- score --cases shared/reward/data/reward-parity/batches.jsonl
//! cargo run --release -p explang-bench -- speed --peer .venv/bin/python
//! cargo run --release -p explang-bench -- grpo --peer .venv/bin/python
//! cargo run --release -p explang-bench -- products
//! bash tests/long smollm2
//! ```

mod device;
mod grpo;
mod learn;
mod line_process;
mod peer;
mod products;
mod same;
mod score;
mod smollm2;
mod speed;
mod statistics;
mod verify;

use std::process::ExitCode;

use clap::{Parser, Subcommand};
use explang_trainer::allocator::keep_freed_memory;

/// Measure ExpLang beside other programs.
#[derive(Debug, Parser)]
#[command(name = "explang-bench", version)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Verdicts beside known ones, and their speed beside Python's math-verify.
    Verify(verify::Arguments),
    /// Scores of every reward variant beside those of the published code.
    Score(score::Arguments),
    /// Tokens a second of training and sampling, alone or beside PyTorch.
    Speed(speed::Arguments),
    /// Seconds of a whole GRPO step, alone or beside TRL.
    Grpo(grpo::Arguments),
    /// A large model's products, in each format that its matrices stay in.
    Products(products::Arguments),
    /// SmolLM2-135M-Instruct from its GGUF file and from a folder, beside `transformers`.
    Smollm2(smollm2::Arguments),
    /// The page's learner, natively: the course of a training, and what a browser's steps are held against.
    Learn(learn::Arguments),
    /// Two runs side by side: every tensor and value, but what the clock decides.
    Same(same::Arguments),
    /// A device's numbers beside the processor's; `bash tests/device` calls this.
    Device(device::Arguments),
}

fn main() -> ExitCode {
    // As `explang` does.
    keep_freed_memory();
    let result = match Cli::parse().command {
        Command::Verify(arguments) => arguments.run(),
        Command::Score(arguments) => arguments.run(),
        Command::Speed(arguments) => arguments.run(),
        Command::Grpo(arguments) => arguments.run(),
        Command::Products(arguments) => arguments.run(),
        Command::Smollm2(arguments) => arguments.run(),
        Command::Learn(arguments) => arguments.run(),
        Command::Same(arguments) => arguments.run(),
        Command::Device(arguments) => arguments.run(),
    };
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::CommandFactory;

    #[test]
    fn the_arguments_of_every_command_are_consistent() {
        Cli::command().debug_assert();
    }
}
