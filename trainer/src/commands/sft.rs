//! `explang sft`: supervised fine-tuning of a run's pretrained model.

use clap::Args;

use explang::run::Stage;

use super::stage::StageArguments;

/// Arguments of `explang sft`.
#[derive(Debug, Args)]
pub(crate) struct Arguments {
    #[command(flatten)]
    stage: StageArguments,
}

impl Arguments {
    pub(crate) fn run(self) -> anyhow::Result<()> {
        self.stage.run(&[Stage::Sft.name()], &[Stage::Sft])
    }
}
