//! `explang rl`: reinforcement learning from a run's SFT model.

use clap::{Args, ValueEnum};

use explang::run::Stage;

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
        let stages: &[Stage] = match self.phase {
            None => &[Stage::Explore, Stage::Exploit],
            Some(Phase::Explore) => &[Stage::Explore],
            Some(Phase::Exploit) => &[Stage::Exploit],
            Some(Phase::Control) => &[Stage::ControlExplore, Stage::Control],
        };
        let mut command = vec!["rl"];
        if let (Some(_), Some(result)) = (self.phase, stages.last()) {
            command.extend(["--phase", result.name()]);
        }
        self.stage.run(&command, stages)
    }
}
