//! `explang export`: a run in small, to hand on.

use std::io::{Write, stdout};
use std::path::PathBuf;

use clap::Args;
use explang_trainer::export::export;

/// Arguments of `explang export`.
#[derive(Debug, Args)]
pub(crate) struct Arguments {
    /// The run's folder.
    run: PathBuf,
    /// The folder to write; what stands there is replaced.
    #[arg(long)]
    out: PathBuf,
}

impl Arguments {
    pub(crate) fn run(self) -> anyhow::Result<()> {
        export(&self.run, &self.out)?;
        Ok(writeln!(stdout(), "Written to {}.", self.out.display())?)
    }
}
