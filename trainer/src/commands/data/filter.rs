//! `explang data filter`: the responses of a teacher that are worth learning from.

use std::io::{Write, stderr, stdout};
use std::path::PathBuf;

use anyhow::{Context, bail};
use clap::Args;
use explang::Language;
use explang::identify::LinguaDetector;
use explang::parallel::in_order;
use explang::run::config::Layout;
use explang_trainer::data::accept::{Accepted, Answered, COLUMNS, Reading, Verdict, verdict};
use explang_trainer::data::sft_row::{SftFormat, row};
use explang_trainer::eval::judge::{Judge, Sample};
use explang_trainer::eval::record::write_records;
use explang_trainer::progress::tell;
use explang_trainer::report::accepted;
use explang_trainer::rows::{Columns, RowsError, RowsFile};
use explang_trainer::threads::Threads;

use super::super::choice::choice;
use super::super::device::DeviceArguments;
use super::{read_problems, writer};

/// Responses that are judged at a time.
const BATCH: usize = 1024;
/// Malformed rows that are told one by one.
const TOLD: usize = 20;

/// Arguments of `explang data filter`.
#[derive(Debug, Args)]
pub(crate) struct Arguments {
    /// Responses, JSON lines or Parquet: the output of a batch, or rows with `prompt`, `ground_truth`, `language` and `response`.
    responses: PathBuf,
    /// The problems that the requests of a batch were made from: the file, and the columns, that `explang data prompts` was given.
    #[arg(long, value_name = "FILE")]
    problems: Option<PathBuf>,
    /// Columns of the responses that are named otherwise, such as `response=output`.
    #[arg(long, value_name = "OURS=THEIRS,…")]
    columns: Option<Columns>,
    /// Columns of the problems that are named otherwise.
    #[arg(long, value_name = "OURS=THEIRS,…", requires = "problems")]
    problem_columns: Option<Columns>,
    /// The layout of the problems, where `explang data prompts` was given one.
    #[arg(long, value_parser = choice::<Layout>(), requires = "problems")]
    problem_layout: Option<Layout>,
    /// Form of the rows: prompt-completion (lists of messages), text (prompt and completion as texts) or messages.
    #[arg(long, default_value = "prompt-completion", value_parser = choice::<SftFormat>())]
    format: SftFormat,
    /// Write the rows into this file, and the accept rates to standard output; `-` writes the rows to standard output and the rates to
    /// standard error. Without it only the rates are written.
    #[arg(long)]
    out: Option<PathBuf>,
    /// Print the accept rates as JSON.
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    device: DeviceArguments,
}

impl Arguments {
    pub(crate) fn run(self) -> anyhow::Result<()> {
        let columns = self.columns.clone().unwrap_or_default();
        columns.check(&COLUMNS).context("--columns")?;
        let of_problems = self.problem_columns.clone().unwrap_or_default();
        let problems = match &self.problems {
            Some(path) => {
                read_problems(path, self.problem_layout, &of_problems, "--problem-columns")?
            }
            None => Vec::new(),
        };
        let file = RowsFile {
            path: &self.responses,
            columns: &columns,
        };
        let reading = Reading::new(file, &problems);
        let rows = file.rows()?;
        let mut out = match &self.out {
            Some(path) => Some(writer(Some(path))?),
            None => None,
        };
        let detector = LinguaDetector::new(&Language::ALL);
        let judge = Judge::new(&detector, None)?;
        let mut counts = Accepted::default();
        let mut waiting: Vec<Sample> = Vec::new();
        for row in rows {
            let (line, row) = row?;
            counts.rows += 1;
            let read = row.map_err(|source| file.bad_row(source));
            match read.and_then(|row| reading.row(line, row)) {
                Ok(Answered::Responses(samples)) => waiting.extend(samples),
                Ok(Answered::Failed) => counts.failed += 1,
                Err(error) => malformed(&mut counts, &error),
            }
            if waiting.len() >= BATCH {
                let batch = std::mem::take(&mut waiting);
                self.judge(&judge, &batch, &mut counts, out.as_mut())?;
            }
        }
        self.judge(&judge, &waiting, &mut counts, out.as_mut())?;
        if let Some(out) = &mut out {
            out.flush()?;
        }
        if counts.malformed > TOLD {
            tell(&format!(
                "{} more rows are malformed",
                counts.malformed - TOLD
            ));
        }
        if counts.by_language.is_empty() {
            let path = self.responses.display();
            match counts.rows {
                0 => bail!("{path} is empty; write responses to it"),
                rows => bail!(
                    "{path} holds no response: of {rows} rows {} are malformed, and {} requests failed",
                    counts.malformed,
                    counts.failed
                ),
            }
        }
        let text = match self.json {
            true => serde_json::to_string_pretty(&counts)?,
            false => accepted::table(&counts),
        };
        if self
            .out
            .as_deref()
            .is_some_and(|path| path.as_os_str() == "-")
        {
            writeln!(stderr(), "{text}")?;
        } else {
            writeln!(stdout(), "{text}")?;
        }
        Ok(())
    }

    /// Judges responses, writes those that are kept and counts all.
    fn judge(
        &self,
        judge: &Judge<'_>,
        samples: &[Sample],
        counts: &mut Accepted,
        mut out: Option<&mut Box<dyn Write>>,
    ) -> anyhow::Result<()> {
        let work = async |sample: &Sample| verdict(judge, sample);
        let threads = Threads(self.device.cores());
        let verdicts = pollster::block_on(in_order(&threads, samples, work));
        for (sample, verdict) in samples.iter().zip(verdicts) {
            let Some(language) = sample.forced else {
                continue;
            };
            counts
                .by_language
                .entry(language)
                .or_default()
                .count(verdict);
            if let (Verdict::Kept, Some(out)) = (verdict, &mut out) {
                let row = row(self.format, &sample.prompt, &sample.response);
                write_records(out, [&row])?;
            }
        }
        Ok(())
    }
}

fn malformed(counts: &mut Accepted, error: &RowsError) {
    counts.malformed += 1;
    if counts.malformed <= TOLD {
        tell(&error.to_string());
    }
}
