//! `explang eval --responses`: responses that another program sampled.

use std::io::{Write, stdout};
use std::path::{Path, PathBuf};

use anyhow::Context;
use clap::Args;
use explang::Language;
use explang::identify::LinguaDetector;
use explang::run::Record;
use explang::verify::Extraction;
use explang_trainer::eval::judge::{Judge, Judged};
use explang_trainer::eval::metrics::Options;
use explang_trainer::eval::record::write_records;
use explang_trainer::eval::responses::{COLUMNS, Problems, notes, samples, summary};
use explang_trainer::progress::tell;
use explang_trainer::report::modes;
use explang_trainer::rows::{Columns, RowsFile};
use explang_trainer::run::atomic::write_atomically;

use super::choice::extraction;

/// Which responses, and how they are read.
#[derive(Debug, Clone, Args)]
pub(crate) struct ResponsesArguments {
    /// Evaluate the responses in this file (JSON lines or Parquet) instead of a checkpoint. A row has `response` and `ground_truth`, and
    /// optionally `prompt`, `truncated`, `mode` (self, if missing), `forced`, `kind`, `level`, `tokens` and `sample`.
    #[arg(long, value_name = "FILE", conflicts_with_all = ["checkpoint", "stage"])]
    responses: PathBuf,
    /// Responses of another model, in the same form, to compare with: problem by problem, paired by `prompt`.
    #[arg(long, value_name = "FILE", requires = "responses")]
    baseline: Option<PathBuf>,
    /// Columns that the files name otherwise: `response=output,ground_truth=gts,prompt=input` reads a dump of verl.
    #[arg(long, value_name = "OURS=THEIRS,…", requires = "responses")]
    columns: Option<Columns>,
    /// Which part of a response may hold the answer; what follows the thinking, if not given.
    #[arg(long, value_parser = extraction(), requires = "responses")]
    answer_scope: Option<Extraction>,
    /// The k of pass@k; the number of samples of the problem that has the fewest, if not given or larger.
    #[arg(long, value_name = "K", requires = "responses", value_parser = clap::value_parser!(u32).range(1..))]
    pass_k: Option<u32>,
}

impl ResponsesArguments {
    pub(crate) fn run(&self, threads: usize, out: Option<&Path>, json: bool) -> anyhow::Result<()> {
        let columns = self.columns.clone().unwrap_or_default();
        columns.check(&COLUMNS).context("--columns")?;
        let options = Options {
            pass_k: self.pass_k.map(|k| k as usize),
            ..Options::default()
        };
        let detector = LinguaDetector::new(&Language::ALL);
        let judge = Judge::new(&detector, self.answer_scope)?;
        let mut problems = Problems::default();
        let mut judged = |path: &Path| -> anyhow::Result<Vec<Judged>> {
            let columns = &columns;
            let samples = samples(RowsFile { path, columns }, &mut problems)?;
            Ok(judge.judged(samples, threads))
        };
        let responses = judged(&self.responses)?;
        let baseline = self.baseline.as_deref().map(judged).transpose()?;
        for (path, judged) in [
            (Some(&self.responses), Some(&responses)),
            (self.baseline.as_ref(), baseline.as_ref()),
        ] {
            if let (Some(path), Some(judged)) = (path, judged) {
                for note in notes(judged, &options) {
                    tell(&format!("{}: {note}", path.display()));
                }
            }
        }
        let named = |path: &Path, judged: &[Judged]| -> (String, Vec<Record>) {
            let records = judged.iter().map(|of| of.record.clone());
            (path.display().to_string(), records.collect())
        };
        let against = self.baseline.as_deref().zip(baseline.as_deref());
        let summary = summary(
            named(&self.responses, &responses),
            against.map(|(path, judged)| named(path, judged)),
            &options,
        );
        if let Some(folder) = out {
            std::fs::create_dir_all(folder)
                .with_context(|| format!("{} cannot be created", folder.display()))?;
            write(folder, "responses.jsonl", &responses)?;
            if let Some(baseline) = &baseline {
                write(folder, "baseline.jsonl", baseline)?;
            }
            let mut bytes = serde_json::to_vec_pretty(&summary)?;
            bytes.push(b'\n');
            write_atomically(&folder.join("summary.json"), &bytes)?;
        }
        let mut out = stdout().lock();
        if json {
            writeln!(out, "{}", serde_json::to_string_pretty(&summary)?)?;
        } else {
            writeln!(out, "{}", modes::responses(&summary))?;
        }
        Ok(())
    }
}

fn write(folder: &Path, name: &str, judged: &[Judged]) -> anyhow::Result<()> {
    let mut bytes = Vec::new();
    write_records(&mut bytes, judged)?;
    Ok(write_atomically(&folder.join(name), &bytes)?)
}
