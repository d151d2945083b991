//! `explang sft`: supervised fine-tuning of a run's pretrained model.

use clap::Args;
use explang_trainer::eval::summary::StageName;

use super::stage::StageArguments;

/// Arguments of `explang sft`.
#[derive(Debug, Args)]
pub(crate) struct Arguments {
    #[command(flatten)]
    stage: StageArguments,
}

impl Arguments {
    pub(crate) fn run(self) -> anyhow::Result<()> {
        self.stage.run(&["sft"], &[StageName::Sft])
    }
}
