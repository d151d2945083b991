//! One file a command, thin: arguments in, library calls, words out.

mod arguments;
mod choice;
mod data;
mod device;
mod devices;
mod distil;
mod dry_run;
mod eval;
mod export;
mod generate;
mod inspect;
mod pretrain;
mod responses;
mod rl;
mod run;
mod score;
mod serve;
mod sft;
mod stage;
mod tasks;
mod verify;

use clap::{Parser, Subcommand};

/// Train and study models that choose the language they think in.
#[derive(Debug, Parser)]
#[command(name = "explang", version)]
pub(crate) struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// A whole pipeline from a preset or a TOML file.
    Run(run::Arguments),
    /// Begin a run: traces in all seventeen languages, untagged.
    Pretrain(pretrain::Arguments),
    /// Go on with a run: tagged traces in the thirteen seen languages.
    Sft(sft::Arguments),
    /// Go on with a run: explore, exploit, or the control.
    Rl(rl::Arguments),
    /// Go on with a run: a smaller student of the RL policy.
    Distil(distil::Arguments),
    /// Evaluate a checkpoint on held-out problems, or responses that another program sampled.
    Eval(eval::Arguments),
    /// Answer a prompt: the distribution over thinking languages, then the transcript as it is written.
    Generate(generate::Arguments),
    /// Show or write samples of the embedded tasks.
    Tasks(tasks::Arguments),
    /// Make data for other engines: teacher prompts, filtered traces, verl's Parquet.
    Data(data::Arguments),
    /// Score responses: JSON lines in, reward components out.
    Score(score::Arguments),
    /// Compare answers with references mathematically: JSON lines in, verdicts out.
    Verify(verify::Arguments),
    /// Show what a run or a checkpoint holds.
    Inspect(inspect::Arguments),
    /// Show the page in a browser, with a run on it, finished or in progress.
    Serve(serve::Arguments),
    /// Show what can be computed on: the processor and the graphics cards, with their known answers.
    Devices(devices::Arguments),
    /// Write a run in small: half-precision weights, no training state.
    Export(export::Arguments),
}

impl Cli {
    /// Runs the command.
    pub(crate) fn run(self) -> anyhow::Result<()> {
        let result = match self.command {
            Command::Data(arguments) => arguments.run(),
            Command::Run(arguments) => arguments.run(),
            Command::Pretrain(arguments) => arguments.run(),
            Command::Sft(arguments) => arguments.run(),
            Command::Rl(arguments) => arguments.run(),
            Command::Distil(arguments) => arguments.run(),
            Command::Eval(arguments) => arguments.run(),
            Command::Generate(arguments) => arguments.run(),
            Command::Tasks(arguments) => arguments.run(),
            Command::Score(arguments) => arguments.run(),
            Command::Verify(arguments) => arguments.run(),
            Command::Inspect(arguments) => arguments.run(),
            Command::Serve(arguments) => arguments.run(),
            Command::Devices(arguments) => arguments.run(),
            Command::Export(arguments) => arguments.run(),
        };
        match result {
            // A reader that has seen enough, such as `head`, is no failure.
            Err(error) if closed_pipe(&error) => Ok(()),
            result => result,
        }
    }
}

fn closed_pipe(error: &anyhow::Error) -> bool {
    let mut causes = error
        .chain()
        .filter_map(|cause| cause.downcast_ref::<std::io::Error>());
    causes.any(|cause| cause.kind() == std::io::ErrorKind::BrokenPipe)
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
