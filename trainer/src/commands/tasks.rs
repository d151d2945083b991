//! `explang tasks`: samples of the embedded tasks.

use std::fs::File;
use std::io::{BufWriter, Write, stdout};
use std::path::PathBuf;

use anyhow::Context;
use clap::Args;
use explang::Language;
use explang::tasks::{Family, Spec, Split, Style};
use explang_trainer::data::sample::{TaskSample, draw};

use super::arguments::KindArguments;
use super::choice::choice;

/// Arguments of `explang tasks`.
#[derive(Debug, Args)]
pub(crate) struct Arguments {
    /// Show the kinds of problems and how many there are of each.
    #[arg(long, conflicts_with_all = ["out", "count", "language"])]
    list: bool,
    #[command(flatten)]
    kind: KindArguments,
    /// Language of the reasoning; all seventeen in turn, if not given.
    #[arg(long)]
    language: Option<Language>,
    /// Language of the question.
    #[arg(long, default_value = "en")]
    asked_in: Language,
    /// Number of samples.
    #[arg(long, default_value_t = 5)]
    count: u64,
    /// Side of the held-out split.
    #[arg(long, value_parser = choice::<Split>(), default_value = "train")]
    split: Split,
    /// Seed; sample i depends on it and on i alone.
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// Write JSON lines into this file; `-` is standard output.
    #[arg(long)]
    out: Option<PathBuf>,
}

impl Arguments {
    pub(crate) fn run(self) -> anyhow::Result<()> {
        if self.list {
            return list();
        }
        match &self.out {
            None => self.print(stdout().lock()),
            Some(path) if path.as_os_str() == "-" => self.write(stdout().lock()),
            Some(path) => {
                let file = File::create(path)
                    .with_context(|| format!("{} cannot be written", path.display()))?;
                self.write(BufWriter::new(file))
            }
        }
    }

    fn samples(&self) -> anyhow::Result<impl Iterator<Item = anyhow::Result<TaskSample>> + '_> {
        let mixture = self.kind.mixture()?;
        Ok((0..self.count).map(move |number| {
            let problem = draw(&mixture, self.split, self.seed, number);
            // The cast keeps the remainder, which is below 17.
            let turn = Language::ALL[(number % Language::ALL.len() as u64) as usize];
            let language = self.language.unwrap_or(turn);
            Ok(TaskSample::new(problem, self.asked_in, language)?)
        }))
    }

    fn write(&self, mut out: impl Write) -> anyhow::Result<()> {
        for sample in self.samples()? {
            serde_json::to_writer(&mut out, &sample?).map_err(std::io::Error::from)?;
            out.write_all(b"\n")?;
        }
        Ok(out.flush()?)
    }

    fn print(&self, mut out: impl Write) -> anyhow::Result<()> {
        for sample in self.samples()? {
            let sample = sample?;
            let language = sample.language;
            writeln!(
                out,
                "── {}/{}/{} · {language} {}",
                sample.family,
                sample.style,
                sample.level,
                language.english_name()
            )?;
            writeln!(out, "{}\n{}", sample.question, sample.transcript)?;
            if language != Language::En {
                writeln!(out, "({})", sample.gloss)?;
            }
            writeln!(out)?;
        }
        Ok(())
    }
}

fn list() -> anyhow::Result<()> {
    let mut out = stdout().lock();
    let columns = ["kind", "problems", "distinct", "held out"];
    let [kind, problems, distinct, held] = columns;
    writeln!(out, "{kind:<22} {problems:<42} {distinct:>9} {held:>9}")?;
    for family in Family::ALL {
        for level in 1..=family.levels() {
            // Both styles have the same problems.
            let (mut distinct, mut held_out) = (0u32, 0u32);
            for problem in Spec::new(family, Style::Steps, level)?.problems() {
                distinct += 1;
                held_out += u32::from(problem.split() == Split::HeldOut);
            }
            let description = family.level_description(level);
            let name = format!("{family}/*/{level}");
            writeln!(
                out,
                "{name:<22} {description:<42} {distinct:>9} {held_out:>9}"
            )?;
        }
    }
    writeln!(
        out,
        "\n* is steps or breath: the same problems, reasoned in steps or in one breath."
    )?;
    Ok(())
}
