//! `explang distil`: a smaller student of a run's RL policy and SFT checkpoint.

use clap::Args;

use explang::run::Stage;

use super::stage::StageArguments;

/// Arguments of `explang distil`.
#[derive(Debug, Args)]
pub(crate) struct Arguments {
    #[command(flatten)]
    stage: StageArguments,
}

impl Arguments {
    pub(crate) fn run(self) -> anyhow::Result<()> {
        self.stage.run(&[Stage::Distil.name()], &[Stage::Distil])
    }
}
