//! `explang-bench score`: our scores beside the published code's.

mod agreement;

use std::fs::File;
use std::io::{BufReader, Write, stdout};
use std::path::{Path, PathBuf};

use anyhow::{Context, ensure};
use clap::Args;
use explang::identify::LinguaDetector;
use explang::reward::{Detector, Options, Preset, Quirk, Quirks, Scope};
use explang::rows::Row;
use explang::verify::Extraction;
use explang_trainer::lines::lines;

use agreement::agreement;

/// Arguments of `explang-bench score`.
///
/// Compares the scores of all variants with those that the member `official` of each row holds. Fails where one differs.
#[derive(Debug, Args)]
pub(crate) struct Arguments {
    /// JSON lines as `explang score` reads them, with the published scores of each variant in `official`.
    #[arg(long)]
    cases: PathBuf,
    /// Behaviours of the published code to follow, and no others, with commas between; all that it has, if not given.
    #[arg(long, value_name = "NAMES", value_delimiter = ',')]
    quirks: Option<Vec<Quirk>>,
    /// Over which responses languages are compared; the published code's, if not given.
    #[arg(long)]
    scope: Option<Scope>,
    /// Which part of a response may hold the answer; the published code's, if not given.
    #[arg(long)]
    answer_scope: Option<Extraction>,
}

impl Arguments {
    pub(crate) fn run(self) -> anyhow::Result<()> {
        let mut options = Options::of(Preset::Official);
        options.scope = self.scope.unwrap_or(options.scope);
        options.answer_scope = self.answer_scope.unwrap_or(options.answer_scope);
        // As `explang score` does: the seen languages alone.
        options.detector = Detector::Seen;
        if let Some(quirks) = &self.quirks {
            options.quirks = Quirks::of(quirks);
        }
        let rows = rows(&self.cases)?;
        ensure!(
            !rows.is_empty(),
            "{} is empty, so there is nothing to agree with",
            self.cases.display()
        );
        let detector = LinguaDetector::new(options.detector.languages());
        let found = agreement(&rows, "official", Preset::Official, &options, &detector)
            .with_context(|| self.cases.display().to_string())?;
        writeln!(stdout(), "{found}")?;
        ensure!(
            found.differing.is_empty(),
            "{} of {} rows are scored otherwise here",
            found.differing.len(),
            found.rows
        );
        Ok(())
    }
}

/// The rows of a file.
fn rows(path: &Path) -> anyhow::Result<Vec<Row>> {
    let file = File::open(path).with_context(|| format!("{} cannot be read", path.display()))?;
    lines(BufReader::new(file))
        .map(|line| {
            let (number, text) = line?;
            Ok(Row::parse(number, &text)?)
        })
        .collect::<anyhow::Result<_>>()
        .with_context(|| path.display().to_string())
}
