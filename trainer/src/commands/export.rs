//! `explang export`: a run in small, to hand on; or an adapter merged into its base.

use std::io::{Write, stdout};
use std::path::PathBuf;

use anyhow::bail;
use clap::Args;
use explang::model::Precision;
use explang::run::Stage;
use explang_trainer::export::{export, merge};
use explang_trainer::locate::locate;

/// Arguments of `explang export`.
#[derive(Debug, Args)]
pub(crate) struct Arguments {
    /// The run's folder; with --merge also that of an adapter.
    run: PathBuf,
    /// The folder to write; what stands there is replaced.
    #[arg(required_unless_present = "out")]
    to: Option<PathBuf>,
    /// The folder to write, as an option.
    #[arg(long, value_name = "TO", conflicts_with = "to")]
    out: Option<PathBuf>,
    /// Write one whole checkpoint instead: an adapter merged into its base, in the base's number format.
    #[arg(long)]
    merge: bool,
    /// Only the checkpoints of these stages, separated by commas; of all that have ended, if not given.
    #[arg(long, value_delimiter = ',', value_parser = Stage::evaluated)]
    stages: Vec<Stage>,
    /// How the weights are stored: f32, f16 or bf16. A bf16 file is as large as one in f16, keeps fewer digits, and is a fifth smaller once
    /// compressed for the web.
    #[arg(long, value_name = "FORMAT", default_value_t = Precision::F16, conflicts_with = "merge")]
    precision: Precision,
}

impl Arguments {
    pub(crate) fn run(self) -> anyhow::Result<()> {
        let Some(out) = self.out.or(self.to) else {
            bail!("give the folder to write");
        };
        match (self.merge, &self.stages[..]) {
            (false, stages) => export(&self.run, &out, stages, self.precision)?,
            (true, [] | [_]) => {
                let stage = self.stages.first().copied();
                merge(&locate(&self.run, stage)?.checkpoint, &out)?;
            }
            (true, _) => bail!("--merge writes one checkpoint; give one stage"),
        }
        Ok(writeln!(stdout(), "Written to {}.", out.display())?)
    }
}
