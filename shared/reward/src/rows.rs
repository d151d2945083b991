//! Responses that another program sampled, as JSON lines: the same lines come out with their reward.
//!
//! A line is an object with `response` and `ground_truth` (a text or a number). Lines with the same `batch` are scored
//! together, and so are all lines without one; in a batch, lines with the same `prompt` are a group, and a line without a
//! prompt is a group of its own. `batch` and `prompt` may be any JSON value. `truncated` says whether the response was cut short; it is
//! false by default. Other members are handed through.

use std::collections::HashMap;

use explang_named::brief;
use serde_json::{Map, Value};

use crate::identify::Identify;
use crate::{GroupId, Response, Reward, Scored};

/// A line that cannot be scored.
#[derive(Debug, thiserror::Error)]
pub enum RowError {
    /// It is no JSON object.
    #[error(
        "line {line} is not a JSON object: {what}; write one a line, with `response` and `ground_truth`"
    )]
    Json {
        /// Number of the line, from 1.
        line: usize,
        /// What is wrong with it.
        what: String,
    },
    /// It holds what Python writes for an undefined number.
    #[error(
        "line {line} holds a bare `NaN`, which JSON does not have; write null for a score that is undefined"
    )]
    NotANumber {
        /// Number of the line, from 1.
        line: usize,
    },
    /// `truncated` is neither true nor false.
    #[error(
        "line {line}: `truncated` is {found}; write true or false, or leave it out where the response was not cut short"
    )]
    Truncated {
        /// Number of the line, from 1.
        line: usize,
        /// What it is instead.
        found: &'static str,
    },
    /// A member is missing or of another type.
    #[error("line {line}: `{member}` is missing or not a {expected}; add it as {expected}")]
    Member {
        /// Number of the line, from 1.
        line: usize,
        /// The member.
        member: &'static str,
        /// What it should be.
        expected: &'static str,
    },
}

/// One line of the input.
#[derive(Debug, Clone, PartialEq)]
pub struct Row {
    line: usize,
    members: Map<String, Value>,
    response: String,
    ground_truth: String,
    truncated: bool,
}

impl Row {
    /// Reads a line; `line` is its number, from 1.
    ///
    /// # Errors
    /// When it is not an object with the members that scoring needs.
    pub fn parse(line: usize, text: &str) -> Result<Self, RowError> {
        Row::new(line, members(line, text)?)
    }

    /// The row of an object's members; `line` is the number of its line, from 1.
    ///
    /// # Errors
    /// When a member that scoring needs is missing or of another type.
    pub fn new(line: usize, members: Map<String, Value>) -> Result<Self, RowError> {
        let response = match members.get("response") {
            Some(Value::String(text)) => text.clone(),
            _ => {
                return Err(RowError::Member {
                    line,
                    member: "response",
                    expected: "text",
                });
            }
        };
        let ground_truth = ground_truth(line, &members)?;
        let truncated = match members.get("truncated") {
            None | Some(Value::Null) => false,
            Some(Value::Bool(truncated)) => *truncated,
            Some(other) => {
                let found = kind(other);
                return Err(RowError::Truncated { line, found });
            }
        };
        Ok(Row {
            line,
            members,
            response,
            ground_truth,
            truncated,
        })
    }

    /// Number of its line, from 1.
    pub const fn line(&self) -> usize {
        self.line
    }

    /// The whole response.
    pub fn response(&self) -> &str {
        &self.response
    }

    /// The reference answer.
    pub fn ground_truth(&self) -> &str {
        &self.ground_truth
    }

    /// All members of the line.
    pub const fn members(&self) -> &Map<String, Value> {
        &self.members
    }

    /// A member of the line as it was written.
    pub fn member(&self, name: &str) -> Option<&Value> {
        self.members.get(name)
    }

    /// A member as JSON text, by which rows are grouped; an explicit `null` counts as absent.
    pub fn key(&self, member: &str) -> Option<String> {
        let value = self.member(member).filter(|value| !value.is_null())?;
        Some(value.to_string())
    }

    /// The line with `tag`, `detected`, every component and `reward`, and `masked` where it is; what is not a number is `null`.
    fn with(&self, scored: &Scored) -> Map<String, Value> {
        let mut members = self.members.clone();
        members.insert("tag".into(), scored.tag.clone().into());
        let detected = scored.detected.map(|language| language.code());
        members.insert("detected".into(), detected.into());
        if let Ok(Value::Object(components)) = serde_json::to_value(scored.components) {
            members.extend(components);
        }
        members.insert("reward".into(), scored.reward.into());
        if scored.masked {
            members.insert("masked".into(), true.into());
        }
        members
    }
}

/// The members of a line; `line` is its number, from 1.
///
/// # Errors
/// When it is not a JSON object.
pub fn members(line: usize, text: &str) -> Result<Map<String, Value>, RowError> {
    let json = |what: String| RowError::Json { line, what };
    match serde_json::from_str(text) {
        Ok(Value::Object(members)) => Ok(members),
        Ok(other) => Err(json(format!("it holds {}", kind(&other)))),
        Err(error) if is_nan(text, &error) => Err(RowError::NotANumber { line }),
        Err(error) => Err(json(in_line(&error))),
    }
}

/// The reference answer among a line's members; `line` is its number, from 1.
///
/// # Errors
/// When it is missing, or neither text nor number.
pub fn ground_truth(line: usize, members: &Map<String, Value>) -> Result<String, RowError> {
    match members.get("ground_truth") {
        Some(Value::String(text)) => Ok(text.clone()),
        Some(Value::Number(number)) => Ok(number.to_string()),
        _ => Err(RowError::Member {
            line,
            member: "ground_truth",
            expected: "text or number",
        }),
    }
}

/// Scores the rows, batch by batch; the result is in their order.
pub fn score(rows: &[Row], reward: &Reward, detector: &dyn Identify) -> Vec<Map<String, Value>> {
    let mut batches: Vec<Vec<usize>> = Vec::new();
    let mut numbers: HashMap<Option<String>, usize> = HashMap::new();
    for (i, row) in rows.iter().enumerate() {
        let next = numbers.len();
        let batch = *numbers.entry(row.key("batch")).or_insert(next);
        if batch == batches.len() {
            batches.push(Vec::new());
        }
        batches[batch].push(i);
    }
    let mut written = vec![Map::new(); rows.len()];
    for batch in batches {
        let mut groups: HashMap<String, u64> = HashMap::new();
        let responses: Vec<Response<'_>> = batch
            .iter()
            .map(|&i| {
                // A row without a prompt gets a name that no prompt has: JSON text never starts with `#`.
                let name = rows[i].key("prompt").unwrap_or_else(|| format!("#{i}"));
                let next = groups.len() as u64;
                Response {
                    group: GroupId(*groups.entry(name).or_insert(next)),
                    text: &rows[i].response,
                    ground_truth: &rows[i].ground_truth,
                    truncated: rows[i].truncated,
                }
            })
            .collect();
        for (&i, scored) in batch.iter().zip(reward.score(&responses, detector)) {
            written[i] = rows[i].with(&scored);
        }
    }
    written
}

/// Whether the parser stopped at a bare `NaN`, as Python's `json.dumps` writes one.
fn is_nan(line: &str, error: &serde_json::Error) -> bool {
    // The column counts bytes, from 1.
    let place = error.column().saturating_sub(1);
    let rest = line.as_bytes().get(place..);
    rest.is_some_and(|rest| rest.starts_with(b"NaN"))
}

/// What the parser says of one line: it counts the lines within it.
pub fn in_line(error: &serde_json::Error) -> String {
    let text = error.to_string().replace(" at line 1 column", " at column");
    brief(&text, 200)
}

/// What a value is, for messages: `a text`.
pub const fn kind(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "a truth value",
        Value::Number(_) => "a number",
        Value::String(_) => "a text",
        Value::Array(_) => "a list",
        Value::Object(_) => "an object",
    }
}

#[cfg(test)]
mod tests;
