//! One file a command, thin: arguments in, library calls, words out.

mod device;
mod run;

use clap::{Parser, Subcommand};

/// Train and study models that choose the language they think in.
#[derive(Debug, Parser)]
#[command(name = "explang", version, about)]
pub(crate) struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// A whole pipeline from a preset or a TOML file.
    Run(run::Arguments),
}

impl Cli {
    /// Runs the command.
    pub(crate) fn run(self) -> anyhow::Result<()> {
        match self.command {
            Command::Run(arguments) => arguments.run(),
        }
    }
}
