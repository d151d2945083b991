//! `explang score`: JSON lines in, reward components out.

use std::io::{BufWriter, Write, stdin, stdout};

use anyhow::{Context, bail};
use clap::Args;
use explang::identify::Identifier;
use explang::reward::{Detector, Preset, Quirk, Quirks, Reward, Scope, TraceText, Truncated};
use explang::rows::{Row, score};
use explang::verify::Extraction;
use explang_trainer::lines::lines;

use super::choice::{choice, extraction};

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
    #[arg(long, default_value = "paper", value_parser = choice::<Preset>())]
    preset: Preset,
    /// Over which responses languages are compared; the preset's choice, if not given.
    #[arg(long, value_parser = choice::<Scope>())]
    scope: Option<Scope>,
    /// Which part of a response may hold the answer; the preset's choice, if not given.
    #[arg(long, value_parser = extraction())]
    answer_scope: Option<Extraction>,
    /// Which languages the detector of the thinking's language may name; the seen ones, if not given, for either preset.
    #[arg(long, value_parser = choice::<Detector>())]
    detector: Option<Detector>,
    /// Which detector that is: `lingua` is the more precise one, `whatlang` the faster one.
    #[arg(long, value_parser = choice::<Identifier>())]
    identifier: Option<Identifier>,
    /// What of a trace the language is read from: its prose without TeX and code, or the whole of it; the preset's choice, if not given.
    #[arg(long, value_parser = choice::<TraceText>())]
    trace_text: Option<TraceText>,
    /// What becomes of a row that is `truncated`; kept, if not given.
    #[arg(long, value_parser = choice::<Truncated>())]
    truncated: Option<Truncated>,
    /// Behaviours of the published code to follow, and no other, with commas between; `none` follows none. The preset's, if not given.
    #[arg(long, value_name = "NAMES")]
    quirks: Option<String>,
}

impl Arguments {
    pub(crate) fn run(self) -> anyhow::Result<()> {
        let mut reward = Reward::named(&self.variant, self.preset)?;
        let options = &mut reward.options;
        options.scope = self.scope.unwrap_or(options.scope);
        options.answer_scope = self.answer_scope.unwrap_or(options.answer_scope);
        // Not the preset's choice: whatever the preset, this command has always asked among the seen ones.
        options.detector = self.detector.unwrap_or(Detector::Seen);
        options.identifier = self.identifier.unwrap_or(options.identifier);
        options.trace_text = self.trace_text.unwrap_or(options.trace_text);
        options.truncated = self.truncated.unwrap_or(options.truncated);
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
        let detector = reward.options.identifier()?;
        let mut out = BufWriter::new(stdout().lock());
        for row in score(&rows, &reward, &*detector) {
            serde_json::to_writer(&mut out, &row).map_err(std::io::Error::from)?;
            out.write_all(b"\n")?;
        }
        Ok(out.flush()?)
    }
}
