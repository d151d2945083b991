//! `explang score`: JSON lines in, reward components out.

use std::io::{BufWriter, Write, stdin, stdout};

use anyhow::{Context, bail, ensure};
use clap::{Args, ValueEnum};
use explang::identify::LinguaDetector;
use explang::reward::{Detector, Preset, Quirk, Quirks, Reward, Scope, Truncated};
use explang::verify::AnswerScope;
use explang_trainer::lines::lines;
use explang_trainer::scoring::{Row, agreement, score};

/// What the lines are read from, for messages.
const INPUT: &str = "standard input";

/// Arguments of `explang score`.
///
/// Reads JSON lines with `response`, `ground_truth` and optionally `prompt` (rows with the same value are a group) and `batch`
/// (rows that are scored together) and `truncated` (true where the response was cut short) on standard input, and writes each back
/// with `tag`, `detected`, the components and `reward`.
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
    /// Which part of a response may hold the answer; the preset's choice, if not given.
    #[arg(long, value_enum)]
    answer_scope: Option<AnswerScopeName>,
    /// Which languages the detector of the thinking's language may name; the seen ones, if not given, for either preset.
    #[arg(long, value_enum)]
    detector: Option<DetectorName>,
    /// What becomes of a row that is `truncated`; kept, if not given.
    #[arg(long, value_enum)]
    truncated: Option<TruncatedName>,
    /// Behaviours of the published code to follow, and no other, with commas between; `none` follows none. The preset's, if not given.
    #[arg(long, value_name = "NAMES")]
    quirks: Option<String>,
    /// Instead of writing the rows, compare the scores of all variants with those that the member `official` of each row holds.
    #[arg(long, conflicts_with = "variant")]
    compare: bool,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum ScopeName {
    /// The responses to the same prompt.
    Group,
    /// All responses of the batch.
    Batch,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum AnswerScopeName {
    /// After the thinking.
    AfterThinking,
    /// Anywhere.
    WholeResponse,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum DetectorName {
    /// The 13 seen ones, as the published reward.
    Seen,
    /// All 17, as the published evaluation, and as `[rl]` where it is not told otherwise.
    All,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum TruncatedName {
    /// Scored like any other.
    Keep,
    /// Its reward is 0.
    Penalise,
    /// It takes no part in the statistics of its scope, and is written with `masked`.
    Mask,
}

impl Arguments {
    pub(crate) fn run(self) -> anyhow::Result<()> {
        let mut reward = Reward::named(&self.variant, self.preset)?;
        match self.scope {
            Some(ScopeName::Group) => reward.options.scope = Scope::Group,
            Some(ScopeName::Batch) => reward.options.scope = Scope::Batch,
            None => {}
        }
        match self.answer_scope {
            Some(AnswerScopeName::AfterThinking) => {
                reward.options.answer_scope = AnswerScope::AfterThinking;
            }
            Some(AnswerScopeName::WholeResponse) => {
                reward.options.answer_scope = AnswerScope::WholeResponse;
            }
            None => {}
        }
        // Not the preset's choice: whatever the preset, this command has always asked among the seen ones.
        reward.options.detector = match self.detector {
            Some(DetectorName::All) => Detector::All,
            Some(DetectorName::Seen) | None => Detector::Seen,
        };
        match self.truncated {
            Some(TruncatedName::Keep) => reward.options.truncated = Truncated::Keep,
            Some(TruncatedName::Penalise) => reward.options.truncated = Truncated::Penalise,
            Some(TruncatedName::Mask) => reward.options.truncated = Truncated::Mask,
            None => {}
        }
        if let Some(names) = &self.quirks {
            let names = names
                .split(',')
                .map(str::trim)
                .filter(|name| *name != "none");
            let followed: Vec<Quirk> = names.map(str::parse).collect::<Result<_, _>>()?;
            reward.options.quirks = Quirks::of(&followed);
        }
        let mut rows = Vec::new();
        for line in lines(stdin().lock()) {
            let (number, line) = line.context(INPUT)?;
            rows.push(Row::parse(number, &line).context(INPUT)?);
        }
        if rows.is_empty() {
            bail!("{INPUT} is empty; write JSON lines with `response` and `ground_truth` to it");
        }
        let detector = LinguaDetector::new(reward.options.detector.languages());
        if self.compare {
            let found = agreement(&rows, "official", self.preset, &reward.options, &detector)?;
            println!("{found}");
            ensure!(
                found.differing.is_empty(),
                "{} of {} rows are scored otherwise here",
                found.differing.len(),
                found.rows
            );
            return Ok(());
        }
        let mut out = BufWriter::new(stdout().lock());
        for row in score(&rows, &reward, &detector) {
            serde_json::to_writer(&mut out, &row).map_err(std::io::Error::from)?;
            out.write_all(b"\n")?;
        }
        Ok(out.flush()?)
    }
}
