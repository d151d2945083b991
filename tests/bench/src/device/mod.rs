//! `explang-bench device`: a device's numbers beside the processor's, as rows of one Markdown table.
//!
//! `known` computes loss, gradient and logits of a checkpoint on both; `runs` reads two runs of reinforcement learning. `bash tests/device`
//! calls one after the other.

mod known;
mod runs;

use std::fmt;
use std::io::{Write, stdout};
use std::path::PathBuf;

use anyhow::ensure;
use clap::{Args, Subcommand};
use explang::model::Precision;
use explang_trainer::device::DeviceName;

/// Arguments of `explang-bench device`.
///
/// Prints rows of a Markdown table. Fails where a number of the device lies too far from the processor's.
#[derive(Debug, Args)]
pub(crate) struct Arguments {
    #[command(subcommand)]
    what: What,
}

#[derive(Debug, Subcommand)]
enum What {
    /// Loss, gradient and logits of a checkpoint.
    Known {
        /// Folder of the checkpoint.
        #[arg(long, default_value = "checkpoints/quick/stages/sft/checkpoint")]
        checkpoint: PathBuf,
        /// The device: one of those of `explang devices`.
        #[arg(long, default_value = "wgpu")]
        device: DeviceName,
        /// What its products compute in; the processor's are in f32.
        #[arg(long, default_value_t)]
        precision: Precision,
    },
    /// Two runs that explored and exploited with the same configuration.
    Runs {
        /// Folder of the processor's run.
        cpu: PathBuf,
        /// Folder of the device's run.
        device: PathBuf,
    },
}

impl Arguments {
    pub(crate) fn run(self) -> anyhow::Result<()> {
        let (rows, heading) = match self.what {
            What::Known {
                checkpoint,
                device,
                precision,
            } => (known::rows(&checkpoint, device, precision)?, true),
            What::Runs { cpu, device } => (runs::rows(&cpu, &device)?, false),
        };
        let mut out = stdout().lock();
        if heading {
            writeln!(
                out,
                "| | processor | device | within |\n| --- | --- | --- | --- |"
            )?;
        }
        for row in &rows {
            writeln!(out, "{row}")?;
        }
        let failed: Vec<&str> = rows
            .iter()
            .filter(|row| !row.good)
            .map(|row| row.name)
            .collect();
        ensure!(
            failed.is_empty(),
            "too far from the processor's: {}",
            failed.join(", ")
        );
        Ok(())
    }
}

/// A row of the table.
#[derive(Debug, Clone, PartialEq)]
struct Row {
    /// What was computed.
    name: &'static str,
    /// The processor's number, with its unit.
    cpu: String,
    /// The device's.
    device: String,
    /// How far the two may lie apart, or may not; empty where nothing is asked.
    within: String,
    /// True where they do not.
    good: bool,
}

impl fmt::Display for Row {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mark = if self.good { "" } else { " **FAILED**" };
        write!(
            f,
            "| {} | {} | {} | {}{mark} |",
            self.name, self.cpu, self.device, self.within
        )
    }
}
