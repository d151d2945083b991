//! `explang score`: JSON lines in, reward components out.

use std::io::{BufRead, BufWriter, Write, stdin, stdout};

use anyhow::Context;
use clap::{Args, ValueEnum};
use explang::identify::LinguaDetector;
use explang::reward::{Preset, Reward, Scope};
use explang_trainer::scoring::{Row, score};

/// Arguments of `explang score`.
///
/// Reads JSON lines with `response`, `ground_truth` and optionally `prompt` (rows with the same value are a group) and `batch`
/// (rows that are scored together) on standard input, and writes each back with `tag`, `detected`, the components and `reward`.
#[derive(Debug, Args)]
pub(crate) struct Arguments {
    /// Name of the reward variant.
    #[arg(long, default_value = "exploit")]
    variant: String,
    /// `paper`: the rules as they are meant; `official`: the published code's, with its quirks.
    #[arg(long, default_value = "paper")]
    preset: Preset,
    /// Over which responses languages are compared; the preset's choice, if not given.
    #[arg(long, value_enum)]
    scope: Option<ScopeName>,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum ScopeName {
    /// The responses to the same prompt.
    Group,
    /// All responses of the batch.
    Batch,
}

impl Arguments {
    pub(crate) fn run(self) -> anyhow::Result<()> {
        let mut reward = Reward::named(&self.variant, self.preset)?;
        match self.scope {
            Some(ScopeName::Group) => reward.options.scope = Scope::Group,
            Some(ScopeName::Batch) => reward.options.scope = Scope::Batch,
            None => {}
        }
        let mut rows = Vec::new();
        for (number, line) in stdin().lock().lines().enumerate() {
            let line = line.with_context(|| format!("line {} cannot be read", number + 1))?;
            if !line.trim().is_empty() {
                rows.push(Row::parse(number + 1, &line)?);
            }
        }
        let detector = LinguaDetector::new(&reward.options.pool);
        let mut out = BufWriter::new(stdout().lock());
        for row in score(&rows, &reward, &detector) {
            serde_json::to_writer(&mut out, &row).map_err(std::io::Error::from)?;
            out.write_all(b"\n")?;
        }
        Ok(out.flush()?)
    }
}
