//! `explang rl`: reinforcement learning from a run's SFT model.

use clap::{Args, ValueEnum};
use explang_trainer::eval::summary::StageName;

use super::stage::StageArguments;

/// Arguments of `explang rl`.
#[derive(Debug, Args)]
pub(crate) struct Arguments {
    #[command(flatten)]
    stage: StageArguments,
    /// The phase; explore and then exploit, if not given.
    #[arg(long, value_enum)]
    phase: Option<Phase>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Phase {
    /// Rare languages are paid.
    Explore,
    /// Languages that reach correct answers are paid.
    Exploit,
    /// Both phases with one language forced.
    Control,
}

impl Arguments {
    pub(crate) fn run(self) -> anyhow::Result<()> {
        let (command, stages): (&[&str], &[StageName]) = match self.phase {
            None => (&["rl"], &[StageName::Explore, StageName::Exploit]),
            Some(Phase::Explore) => (&["rl", "--phase", "explore"], &[StageName::Explore]),
            Some(Phase::Exploit) => (&["rl", "--phase", "exploit"], &[StageName::Exploit]),
            Some(Phase::Control) => (&["rl", "--phase", "control"], &[StageName::Control]),
        };
        self.stage.run(command, stages)
    }
}
