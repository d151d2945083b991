//! `explang data verl`: problems as verl's Parquet.

use std::path::PathBuf;

use anyhow::Context;
use clap::Args;
use explang_trainer::data::verl::{Labels, parquet};
use explang_trainer::run::atomic::write_atomically;

use super::ProblemArguments;

/// Arguments of `explang data verl`.
#[derive(Debug, Args)]
pub(crate) struct Arguments {
    #[command(flatten)]
    problems: ProblemArguments,
    /// The Parquet file to write, such as train.parquet.
    #[arg(long)]
    out: PathBuf,
    /// Column `data_source`: names the data set.
    #[arg(long, default_value = "explang")]
    data_source: String,
    /// Column `ability`.
    #[arg(long, default_value = "math")]
    ability: String,
    /// `reward_model.style`: rule, or model.
    #[arg(long, default_value = "rule")]
    style: String,
    /// `extra_info.split`.
    #[arg(long, default_value = "train")]
    split: String,
}

impl Arguments {
    pub(crate) fn run(self) -> anyhow::Result<()> {
        let labels = Labels {
            data_source: self.data_source,
            ability: self.ability,
            style: self.style,
            split: self.split,
        };
        let bytes = parquet(&self.problems.read()?, &labels).context("Parquet")?;
        Ok(write_atomically(&self.out, &bytes)?)
    }
}
