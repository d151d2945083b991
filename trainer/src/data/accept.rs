//! Which of a teacher's responses are kept: those whose trace is in the language that was asked for and whose answer verifies.
//!
//! A row is a line of a server's batch output, joined with the problems by `custom_id`, or has `prompt`, `ground_truth`, `language` and
//! `response` itself. Left out: asking again for what was not kept, and balancing languages.

use std::collections::{BTreeMap, HashMap};

use explang::Language;
use explang::named::Unknown;
use explang::run::Mode;
use explang::tasks::Kind;
use explang::transcript::{END_THINK, OPENING, THINK, forced_prefix};
use serde::Serialize;
use serde_json::Value;

use super::problems::Problem;
use super::teacher::{first_words, of_custom_id};
use crate::eval::judge::{Judge, Sample};
use crate::rows::{Members, RowsError, RowsFile, reasoning, response_text};

/// The columns that are read.
pub const COLUMNS: [&str; 6] = [
    "prompt",
    "ground_truth",
    "language",
    "response",
    "truncated",
    "custom_id",
];

/// What one row of a file holds.
#[derive(Debug, Clone, PartialEq)]
pub enum Answered {
    /// Responses, to be judged.
    Responses(Vec<Sample>),
    /// The server says that the request failed.
    Failed,
}

/// Reads rows; knows the problems that batch output is joined with.
#[derive(Debug)]
pub struct Reading<'a> {
    file: RowsFile<'a>,
    problems: HashMap<usize, &'a Problem>,
}

impl<'a> Reading<'a> {
    /// Rows of `file`; `problems` are those that the requests were made from, if any.
    pub fn new(file: RowsFile<'a>, problems: &'a [Problem]) -> Self {
        Reading {
            file,
            problems: problems.iter().map(|of| (of.line, of)).collect(),
        }
    }

    /// The responses of a row.
    ///
    /// # Errors
    /// When the row holds none that can be judged.
    pub fn row(&self, line: usize, row: Members) -> Result<Answered, RowsError> {
        match row.get("custom_id") {
            Some(Value::String(name)) => self.batch(line, name, &row),
            _ => Ok(Answered::Responses(vec![self.plain(line, row)?])),
        }
    }

    fn plain(&self, line: usize, row: Members) -> Result<Sample, RowsError> {
        let language = self
            .file
            .optional(line, &row, "language", "a code", Value::as_str)?;
        let language = language.ok_or_else(|| {
            let what = "`language` is missing; write the code of the language that was asked for";
            self.file.bad_member(line, what.into())
        })?;
        let language = language.parse().map_err(|unknown: Unknown| {
            let what = unknown.to_string();
            self.file.bad_member(line, what)
        })?;
        if row.get("prompt").is_none_or(Value::is_null) {
            let what = "`prompt` is missing; write what the model was asked";
            return Err(self.file.bad_member(line, what.into()));
        }
        let read = self.file.response_row(line, row)?;
        let row = read.members();
        let truncated = row.get("truncated").and_then(Value::as_bool);
        let prompt = row.get("prompt").cloned().unwrap_or_default();
        Ok(sample(
            prompt,
            read.ground_truth(),
            language,
            read.response(),
            truncated,
        ))
    }

    /// A line of batch output: each choice is a response.
    fn batch(&self, line: usize, name: &str, row: &Members) -> Result<Answered, RowsError> {
        let bad = |what: String| self.file.bad_member(line, what);
        let (of, language) = of_custom_id(name).ok_or_else(|| {
            bad(format!(
                "`custom_id` is `{}`; requests of `explang data prompts` are named like 12-zh",
                explang::named::brief(name, 60)
            ))
        })?;
        let problem = self.problems.get(&of).ok_or_else(|| {
            bad(match self.problems.is_empty() {
                true => "it is the output of a batch; give the problems with --problems".to_owned(),
                false => format!("there is no problem on line {of}; give the file that the requests were made from"),
            })
        })?;
        let response = row.get("response").unwrap_or(&Value::Null);
        let failed = row.get("error").is_some_and(|error| !error.is_null());
        if failed
            || response["status_code"]
                .as_u64()
                .is_some_and(|code| code != 200)
        {
            return Ok(Answered::Failed);
        }
        let choices = response["body"]["choices"].as_array();
        let choices = choices
            .filter(|choices| !choices.is_empty())
            .ok_or_else(|| {
                bad("`response` has no `body` with `choices`; give a server's batch output".into())
            })?;
        let samples = choices.iter().map(|choice| -> Result<Sample, RowsError> {
            let said = choice.get("message").or_else(|| choice.get("text"));
            let text = said.and_then(response_text).ok_or_else(|| {
                bad(
                    "a choice has neither `message` nor `text`; give a server's batch output"
                        .into(),
                )
            })?;
            // A server that cuts the trace out gives what follows the forced words, and marks it as a whole trace.
            let begun = reasoning(&choice["message"]);
            let begun =
                begun.filter(|trace| !trace.trim_start().starts_with(first_words(language)));
            let text = match (begun, text.strip_prefix(THINK)) {
                (Some(_), Some(rest)) => rest.trim_start_matches('\n').to_owned(),
                _ => text,
            };
            let truncated = choice["finish_reason"]
                .as_str()
                .map(|reason| reason == "length");
            Ok(sample(
                problem.prompt.clone(),
                &problem.ground_truth,
                language,
                &text,
                truncated,
            ))
        });
        Ok(Answered::Responses(samples.collect::<Result<_, _>>()?))
    }
}

fn sample(
    prompt: Value,
    ground_truth: &str,
    language: Language,
    text: &str,
    truncated: Option<bool>,
) -> Sample {
    Sample {
        problem: 0,
        kind: Kind::new("all"),
        level: 0,
        prompt,
        mode: Mode::forcing(language),
        forced: Some(language),
        response: tagged(language, text),
        ground_truth: ground_truth.to_owned(),
        thinking_tokens: None,
        truncated,
    }
}

/// The response as a policy is to write it: tag, trace, answer. A server gives what follows the prefix, or all of it.
fn tagged(language: Language, text: &str) -> String {
    let from_mark = text.trim_start();
    if from_mark.starts_with(OPENING) {
        return from_mark.to_owned();
    }
    let thinking = match from_mark.strip_prefix(THINK) {
        Some(thinking) => thinking.trim_start_matches('\n').to_owned(),
        None => format!("{}{text}", first_words(language)),
    };
    format!("{}{thinking}", forced_prefix(language))
}

/// What becomes of a response. Each is counted once.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// Kept.
    Kept,
    /// It met the token limit, or its thinking never ended.
    Unfinished,
    /// The trace is in another language; the answer is right.
    Language,
    /// The answer is wrong; the language is right.
    Answer,
    /// Both are wrong.
    Both,
}

/// Judges a response.
pub fn verdict(judge: &Judge<'_>, sample: &Sample) -> Verdict {
    if sample.truncated == Some(true) || !sample.response.contains(END_THINK) {
        return Verdict::Unfinished;
    }
    let record = judge.record(sample);
    match (
        record.compliant && record.tag == sample.forced,
        record.correct,
    ) {
        (true, true) => Verdict::Kept,
        (false, true) => Verdict::Language,
        (true, false) => Verdict::Answer,
        (false, false) => Verdict::Both,
    }
}

/// Responses in one language by what became of them; they add up to `responses`.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct Counts {
    /// All.
    pub responses: usize,
    /// [`Verdict::Kept`].
    pub kept: usize,
    /// [`Verdict::Unfinished`].
    pub unfinished: usize,
    /// [`Verdict::Language`].
    pub wrong_language: usize,
    /// [`Verdict::Answer`].
    pub wrong_answer: usize,
    /// [`Verdict::Both`].
    pub wrong_both: usize,
}

impl Counts {
    /// Counts one response.
    pub fn count(&mut self, verdict: Verdict) {
        self.responses += 1;
        let of = match verdict {
            Verdict::Kept => &mut self.kept,
            Verdict::Unfinished => &mut self.unfinished,
            Verdict::Language => &mut self.wrong_language,
            Verdict::Answer => &mut self.wrong_answer,
            Verdict::Both => &mut self.wrong_both,
        };
        *of += 1;
    }

    /// Counts those of another language too.
    pub fn add(&mut self, other: &Counts) {
        let Counts {
            responses,
            kept,
            unfinished,
            wrong_language,
            wrong_answer,
            wrong_both,
        } = other;
        self.responses += responses;
        self.kept += kept;
        self.unfinished += unfinished;
        self.wrong_language += wrong_language;
        self.wrong_answer += wrong_answer;
        self.wrong_both += wrong_both;
    }

    /// Kept responses over all; `None` where there is none.
    pub fn rate(&self) -> Option<f64> {
        (self.responses > 0).then(|| self.kept as f64 / self.responses as f64)
    }
}

/// What became of a file.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Accepted {
    /// Rows of the file: those with responses, `malformed` and `failed` ones.
    pub rows: usize,
    /// Rows that could not be read.
    pub malformed: usize,
    /// Requests that failed at the server.
    pub failed: usize,
    /// Responses by the language that was asked for. A row may have several.
    pub by_language: BTreeMap<Language, Counts>,
}

#[cfg(test)]
mod tests;
