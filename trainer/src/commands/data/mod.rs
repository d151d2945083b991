//! `explang data`: data for other engines.

mod filter;
mod prompts;
mod verl;

use std::fs::File;
use std::io::{BufWriter, Write, stdout};
use std::path::{Path, PathBuf};

use anyhow::Context;
use clap::{Args, Subcommand};
use explang::run::config::Layout;
use explang_trainer::data::problems::{self, Problem};
use explang_trainer::data::{dataset, layout};
use explang_trainer::progress::tell;
use explang_trainer::rows::{Columns, RowsFile};

use super::choice::choice;

/// Arguments of `explang data`.
#[derive(Debug, Args)]
pub(crate) struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Requests to a teacher: each problem in each language, with the language's first words forced after `<think>`.
    Prompts(prompts::Arguments),
    /// Keep the responses whose language and answer both check, as rows for SFT in TRL.
    Filter(filter::Arguments),
    /// Problems as the Parquet file that verl trains on.
    Verl(verl::Arguments),
}

impl Arguments {
    pub(crate) fn run(self) -> anyhow::Result<()> {
        match self.command {
            Command::Prompts(arguments) => arguments.run(),
            Command::Filter(arguments) => arguments.run(),
            Command::Verl(arguments) => arguments.run(),
        }
    }
}

/// A file of problems.
#[derive(Debug, Clone, Args)]
struct ProblemArguments {
    /// JSON lines or Parquet, a problem a row: `prompt` (a text, or messages) and `ground_truth`.
    problems: PathBuf,
    /// Columns that the file names otherwise, such as `prompt=problem,ground_truth=answer`.
    #[arg(long, value_name = "OURS=THEIRS,…")]
    columns: Option<Columns>,
    /// Layout of a data set, whose columns are then read, `question` and `answer` under other names by --columns: gsm8k, mgsm, openr1, verl or
    /// plain. Rows that cannot be used are left out and counted.
    #[arg(long, value_parser = choice::<Layout>())]
    layout: Option<Layout>,
}

impl ProblemArguments {
    fn read(&self) -> anyhow::Result<Vec<Problem>> {
        let columns = self.columns.clone().unwrap_or_default();
        read_problems(&self.problems, self.layout, &columns, "--columns")
    }
}

/// The problems of a file; `option` is what its columns are named by, for messages.
fn read_problems(
    path: &Path,
    layout: Option<Layout>,
    columns: &Columns,
    option: &'static str,
) -> anyhow::Result<Vec<Problem>> {
    let Some(layout) = layout else {
        columns.check(&problems::COLUMNS).context(option)?;
        return Ok(problems::problems(RowsFile { path, columns })?);
    };
    columns.check(&layout::COLUMNS).context(option)?;
    let (problems, tally) = dataset::problems(path, layout, columns)?;
    for line in tally.told(path) {
        tell(&line);
    }
    Ok(problems)
}

/// Where rows go: a file, or standard output.
fn writer(out: Option<&Path>) -> anyhow::Result<Box<dyn Write>> {
    Ok(match out {
        Some(path) if path.as_os_str() != "-" => {
            let file = File::create(path)
                .with_context(|| format!("{} cannot be written", path.display()))?;
            Box::new(BufWriter::new(file))
        }
        _ => Box::new(BufWriter::new(stdout().lock())),
    })
}
