//! `explang export`: a run in small, to hand on.

use std::io::{Write, stdout};
use std::path::PathBuf;

use clap::Args;
use explang::run::Stage;
use explang_trainer::export::export;

/// Arguments of `explang export`.
#[derive(Debug, Args)]
pub(crate) struct Arguments {
    /// The run's folder.
    run: PathBuf,
    /// The folder to write; what stands there is replaced.
    #[arg(long)]
    out: PathBuf,
    /// Only the checkpoints of these stages, separated by commas; of all that have ended, if not given.
    #[arg(long, value_delimiter = ',', value_parser = Stage::evaluated)]
    stages: Vec<Stage>,
}

impl Arguments {
    pub(crate) fn run(self) -> anyhow::Result<()> {
        export(&self.run, &self.out, &self.stages)?;
        Ok(writeln!(stdout(), "Written to {}.", self.out.display())?)
    }
}
