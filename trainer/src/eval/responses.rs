//! Responses that another program sampled, evaluated as those of a checkpoint are.
//!
//! Left out: the exact choice π(language | problem), which only a model can tell, and what follows from it (transfer, the choice at another
//! temperature).

use std::collections::{BTreeMap, BTreeSet, HashMap};

use explang::Language;
use explang::named::Named;
use explang::run::responses::{PairedMode, Pairs, ResponsesSummary};
use explang::run::{Mode, Record};
use explang::tasks::Kind;
use serde_json::Value;

use super::compare::{accuracy_difference, comparison, win_tie_lose};
use super::judge::{Judged, Sample};
use super::metrics::Options;
use super::record::Evaluation;
use super::summary::stage_summary;
use crate::rows::{Members, RowsError, RowsFile};

/// The columns that are read. The first two are needed.
pub const COLUMNS: [&str; 10] = [
    "response",
    "ground_truth",
    "prompt",
    "truncated",
    "mode",
    "forced",
    "kind",
    "level",
    "tokens",
    "sample",
];

/// The columns that a row needs, for messages.
const NEEDED: &str = "`response` and `ground_truth`";

/// The kind of a row that names none.
const ALL: &str = "all";

/// Numbers of problems: rows with the same `prompt` are about one problem, in whichever file they are. A row without a prompt is about a
/// problem of its own.
#[derive(Debug, Clone, Default)]
pub struct Problems {
    numbers: HashMap<String, usize>,
    next: usize,
}

impl Problems {
    fn number(&mut self, prompt: Option<String>) -> usize {
        let new = self.next;
        let number = match prompt {
            Some(prompt) => *self.numbers.entry(prompt).or_insert(new),
            None => new,
        };
        self.next += usize::from(number == new);
        number
    }
}

/// The samples of a file.
///
/// # Errors
/// With the first row that cannot be used, or when there is none.
pub fn samples(file: RowsFile<'_>, problems: &mut Problems) -> Result<Vec<Sample>, RowsError> {
    let mut seen: HashMap<(usize, Mode, Option<Language>, String), usize> = HashMap::new();
    file.all(NEEDED, |line, members| {
        let (sample, number) = sample(file, line, members, problems)?;
        if let Some(number) = number {
            let key = (sample.problem, sample.mode, sample.forced, number);
            if let Some(before) = seen.insert(key, line) {
                let what = format!(
                    "it repeats `sample` of line {before}, with the same `prompt`, `mode` and `forced`; number the samples of a prompt, or leave `sample` out"
                );
                return Err(file.bad_member(line, what));
            }
        }
        Ok(sample)
    })
}

/// The sample of one row, and what it is numbered by among those of its prompt.
fn sample(
    file: RowsFile<'_>,
    line: usize,
    members: Members,
    problems: &mut Problems,
) -> Result<(Sample, Option<String>), RowsError> {
    let row = file.response_row(line, members)?;
    let members = row.members();
    let text =
        |member: &str, wanted: &str| file.optional(line, members, member, wanted, Value::as_str);
    let number = |member: &str| file.optional(line, members, member, "a whole number", whole);
    let mode = match text("mode", "self, en, multi or ood")? {
        None => Mode::SelfChosen,
        Some(name) => named(file, line, name)?,
    };
    let forced = match text("forced", "the code of a language")? {
        None => None,
        Some(code) => Some(named(file, line, code)?),
    };
    let forced = forced_in(mode, forced).map_err(|what| file.bad_member(line, what))?;
    let truncated = members.get("truncated").and_then(Value::as_bool);
    let prompt = row.key("prompt");
    let sample = Sample {
        // The number among samples says something only where the prompt is known.
        problem: problems.number(prompt.clone()),
        kind: Kind::new(text("kind", "a text")?.unwrap_or(ALL)),
        level: number("level")?.unwrap_or(0),
        mode,
        forced,
        response: row.response().to_owned(),
        ground_truth: row.ground_truth().to_owned(),
        thinking_tokens: number("tokens")?,
        truncated,
        prompt: members.get("prompt").cloned().unwrap_or_default(),
    };
    Ok((sample, prompt.and(row.key("sample"))))
}

/// A count, also as Parquet tools write one that may be missing: 12.0.
fn whole(value: &Value) -> Option<usize> {
    let number = value.as_f64()?;
    // Above 2^53 a float does not tell whole numbers apart; nobody counts so far.
    (number.fract() == 0.0 && (0.0..9e15).contains(&number)).then_some(number as usize)
}

fn named<T: Named>(file: RowsFile<'_>, line: usize, name: &str) -> Result<T, RowsError> {
    explang::named::parse(name).map_err(|unknown| file.bad_member(line, unknown.to_string()))
}

/// The language that is forced in a mode, or why the two contradict each other.
fn forced_in(mode: Mode, forced: Option<Language>) -> Result<Option<Language>, String> {
    match (mode, forced) {
        (Mode::SelfChosen, None) => Ok(None),
        (Mode::English, None | Some(Language::En)) => Ok(Some(Language::En)),
        (Mode::Multi, Some(language)) if language.seen() => Ok(forced),
        (Mode::Unseen, Some(language)) if !language.seen() => Ok(forced),
        (Mode::SelfChosen, Some(language)) => Err(format!(
            "`forced` is {language} in mode self, in which the model chooses; write `mode`: {}",
            if language.seen() {
                "multi, or en"
            } else {
                "ood"
            }
        )),
        (Mode::English, Some(language)) => Err(format!(
            "`forced` is {language} in mode en; write en, or `mode`: {}",
            if language.seen() { "multi" } else { "ood" }
        )),
        (Mode::Multi | Mode::Unseen, None) => Err(format!(
            "`forced` is missing in mode {mode}; write the code of the language that was forced"
        )),
        (Mode::Multi, Some(language)) => Err(format!(
            "`forced` is {language}, which is unseen; write `mode`: ood"
        )),
        (Mode::Unseen, Some(language)) => Err(format!(
            "`forced` is {language}, which is seen; write `mode`: multi"
        )),
    }
}

/// What somebody who reads the figures should know of how the rows were counted; one sentence each.
pub fn notes(judged: &[Judged], options: &Options) -> Vec<String> {
    let mut notes = Vec::new();
    let unnamed = judged
        .iter()
        .filter(|of| of.sample.prompt.is_null())
        .count();
    let records = || judged.iter().map(|of| &of.record);
    if unnamed > 0 {
        notes.push(format!(
            "{unnamed} of {} rows have no `prompt`; each counts as a problem of its own",
            judged.len()
        ));
    }
    for mode in Mode::ALL {
        let mut counts: BTreeMap<usize, usize> = BTreeMap::new();
        for record in records().filter(|record| record.mode == mode) {
            *counts.entry(record.problem).or_default() += 1;
        }
        if let (Some(fewest), Some(most)) = (counts.values().min(), counts.values().max())
            && fewest < most
        {
            let k = options.pass_k.unwrap_or(*fewest).clamp(1, *fewest);
            notes.push(format!(
                "mode {mode}: problems have {fewest} to {most} samples; pass@k takes k = {k} for all, estimated from all samples of each"
            ));
        }
    }
    let forced = || records().filter(|record| record.forced.is_some());
    if forced().next().is_some() && forced().all(|record| record.tag.is_none()) {
        notes.push(
            "no forced response has a tag, so compliance compares the trace with `forced`; if the engine returned only what follows a forced \
             prefix, put the prefix back in front of `response`"
                .to_owned(),
        );
    }
    notes
}

/// The figures of the responses, and of a baseline beside them.
pub fn summary(
    responses: (String, Vec<Record>),
    baseline: Option<(String, Vec<Record>)>,
    options: &Options,
) -> ResponsesSummary {
    let figures = |records: &[Record]| {
        let evaluation = Evaluation {
            records: records.to_vec(),
            choices: Vec::new(),
        };
        stage_summary(&evaluation, None, 1.0, options)
    };
    let (name, ours) = responses;
    let mut summary = ResponsesSummary {
        name,
        version: env!("CARGO_PKG_VERSION").to_owned(),
        responses: figures(&ours),
        ..ResponsesSummary::default()
    };
    if let Some((name, theirs)) = baseline {
        summary.baseline_name = Some(name);
        summary.baseline = Some(figures(&theirs));
        summary.comparison = comparison(&ours, &theirs, options);
        summary.pairs = Some(pairs(&ours, &theirs, options));
    }
    summary
}

fn pairs(ours: &[Record], theirs: &[Record], options: &Options) -> Pairs {
    let problems = |records: &[Record]| -> BTreeSet<usize> {
        records.iter().map(|record| record.problem).collect()
    };
    let (of_ours, of_theirs) = (problems(ours), problems(theirs));
    let paired = |mode| {
        let (ours, theirs) = ((ours, mode), (theirs, mode));
        let paired = PairedMode {
            difference: accuracy_difference(ours, theirs, options)?,
            win_tie_lose: win_tie_lose(ours, theirs),
        };
        Some((mode, paired))
    };
    Pairs {
        responses: of_ours.len(),
        baseline: of_theirs.len(),
        both: of_ours.intersection(&of_theirs).count(),
        modes: Mode::ALL.into_iter().filter_map(paired).collect(),
    }
}

#[cfg(test)]
mod tests;
