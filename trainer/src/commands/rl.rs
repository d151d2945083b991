//! `explang rl`: reinforcement learning from a run's SFT model.

use clap::Args;
use explang::named::Unknown;
use explang::run::Stage;

use super::stage::StageArguments;

/// Arguments of `explang rl`.
#[derive(Debug, Args)]
pub(crate) struct Arguments {
    #[command(flatten)]
    stage: StageArguments,
    /// The phase: explore, exploit, or control (both phases with one language forced); explore and then exploit, if not given.
    #[arg(long, value_parser = phase)]
    phase: Option<Stage>,
}

/// What `--phase` names: a phase by its stage, and the control by its last one.
const PHASES: [Stage; 3] = [Stage::Explore, Stage::Exploit, Stage::Control];

fn phase(name: &str) -> Result<Stage, Unknown> {
    let found = PHASES.into_iter().find(|stage| stage.name() == name);
    found.ok_or_else(|| Unknown {
        what: "phase",
        word: name.to_owned(),
        names: PHASES.map(Stage::name).to_vec(),
    })
}

impl Arguments {
    pub(crate) fn run(self) -> anyhow::Result<()> {
        let stages: &[Stage] = match self.phase {
            None => &[Stage::Explore, Stage::Exploit],
            Some(Stage::Explore) => &[Stage::Explore],
            Some(Stage::Exploit) => &[Stage::Exploit],
            Some(_) => &[Stage::ControlExplore, Stage::Control],
        };
        let mut command = vec!["rl"];
        if let Some(phase) = self.phase {
            command.extend(["--phase", phase.name()]);
        }
        self.stage.run(&command, stages)
    }
}
