//! Responses that another program sampled, as JSON lines: the same lines come out with their reward.
//!
//! A line is an object with `response` and `ground_truth` (a text or a number). Lines with the same `batch` are scored
//! together, all lines where there is none; in a batch, lines with the same `prompt` are a group, and a line without a prompt is a
//! group of its own. Both may be any JSON value. `truncated`, true or false, says whether the response was cut short; without it,
//! it was not. Other members are handed through.

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
    /// When it is no object with the members that scoring needs.
    pub fn parse(line: usize, text: &str) -> Result<Self, RowError> {
        let json = |what: String| RowError::Json { line, what };
        let members = match serde_json::from_str(text) {
            Ok(Value::Object(members)) => members,
            Ok(other) => return Err(json(format!("it holds {}", kind(&other)))),
            Err(error) if is_nan(text, &error) => return Err(RowError::NotANumber { line }),
            Err(error) => return Err(json(in_line(&error))),
        };
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
        let ground_truth = match members.get("ground_truth") {
            Some(Value::String(text)) => text.clone(),
            Some(Value::Number(number)) => number.to_string(),
            _ => {
                return Err(RowError::Member {
                    line,
                    member: "ground_truth",
                    expected: "text or number",
                });
            }
        };
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

const fn kind(value: &Value) -> &'static str {
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
mod tests {
    use super::*;
    use crate::{Preset, Scope, Truncated};
    use explang_language::Language;
    use serde_json::json;

    /// Names the language that the text spells out.
    struct ByCode;

    impl Identify for ByCode {
        fn identify(&self, text: &str) -> Option<Language> {
            text.trim().parse().ok()
        }
    }

    fn line(tag: &str, trace: &str, answer: &str) -> String {
        format!(
            "<lang_select>\n{tag}\n</lang_select>\n<think>\n{trace}\n</think>\n\\boxed{{{answer}}}"
        )
    }

    fn rows(values: &[Value]) -> Vec<Row> {
        let parsed = values
            .iter()
            .enumerate()
            .map(|(i, v)| Row::parse(i + 1, &v.to_string()));
        parsed.collect::<Result<_, _>>().unwrap()
    }

    fn reward(variant: &str, scope: Scope) -> Reward {
        let mut reward = Reward::named(variant, Preset::Paper).unwrap();
        reward.options.scope = scope;
        reward
    }

    #[test]
    fn a_prompt_makes_a_group_and_a_batch_keeps_rows_apart() {
        let right = line("zh", "zh", "7");
        let wrong = line("zh", "zh", "8");
        let rows = rows(&[
            json!({"response": right, "ground_truth": 7, "prompt": ["p", 1], "id": 3}),
            json!({"response": wrong, "ground_truth": "7", "prompt": ["p", 1]}),
            json!({"response": wrong, "ground_truth": "7", "prompt": ["p", 2]}),
            json!({"response": wrong, "ground_truth": "7"}),
            json!({"response": wrong, "ground_truth": "7", "prompt": ["p", 1], "batch": "b"}),
        ]);
        let pass = |scope| -> Vec<f64> {
            let scored = score(&rows, &reward("exploit", scope), &ByCode);
            scored
                .iter()
                .map(|row| row["pass_at_k"].as_f64().unwrap())
                .collect()
        };
        assert_eq!(pass(Scope::Group), [1.0, 1.0, 0.0, 0.0, 0.0]);
        assert_eq!(pass(Scope::Batch), [1.0, 1.0, 1.0, 1.0, 0.0]);
        let first = &score(&rows, &reward("exploit", Scope::Group), &ByCode)[0];
        assert_eq!(
            (first["tag"].as_str(), first["detected"].as_str()),
            (Some("zh"), Some("zh"))
        );
        assert_eq!(
            (first["id"].as_u64(), first["reward"].as_f64()),
            (Some(3), Some(1.9))
        );
    }

    #[test]
    fn an_undefined_reward_is_null() {
        let rows = rows(&[json!({"response": line("zh", "en", "7"), "ground_truth": "7"})]);
        let official = Reward::named("explore", Preset::Official).unwrap();
        let scored = score(&rows, &official, &ByCode);
        assert!(scored[0]["reward"].is_null() && scored[0]["diversity"].is_null());
        assert_eq!(
            score(&rows, &reward("explore", Scope::Group), &ByCode)[0]["diversity"],
            0.0
        );
    }

    #[test]
    fn a_row_says_that_its_response_was_cut_short() {
        let right = line("zh", "zh", "7");
        let rows = rows(&[
            json!({"response": right, "ground_truth": "7", "truncated": true}),
            json!({"response": right, "ground_truth": "7", "truncated": false}),
            json!({"response": right, "ground_truth": "7", "truncated": null}),
            json!({"response": right, "ground_truth": "7"}),
        ]);
        let mut reward = reward("naive", Scope::Group);
        for (choice, wanted, masked) in [
            (Truncated::Keep, 1.6, None),
            (Truncated::Penalise, 0.0, None),
            (Truncated::Mask, 1.6, Some(true)),
        ] {
            reward.options.truncated = choice;
            let scored = score(&rows, &reward, &ByCode);
            for (row, wanted) in scored.iter().zip([wanted, 1.6, 1.6, 1.6]) {
                let reward = row["reward"].as_f64().unwrap();
                assert!((reward - wanted).abs() < 1e-12, "{choice:?}: {reward}");
            }
            assert_eq!(scored[0].get("masked").and_then(Value::as_bool), masked);
            assert!(scored[1..].iter().all(|row| !row.contains_key("masked")));
        }
    }

    #[test]
    fn a_bad_line_is_named_in_one_sentence() {
        for (text, sentence) in [
            (
                "[1]",
                "line 4 is not a JSON object: it holds a list; write one a line, with `response` and `ground_truth`",
            ),
            (
                r#"{"ground_truth": "7"}"#,
                "line 4: `response` is missing or not a text; add it as text",
            ),
            (
                r#"{"response": "x", "ground_truth": true}"#,
                "line 4: `ground_truth` is missing or not a text or number; add it as text or number",
            ),
            (
                r#"{"response": "x", "ground_truth": "7", "truncated": "yes"}"#,
                "line 4: `truncated` is a text; write true or false, or leave it out where the response was not cut short",
            ),
            (
                r#"{"response": "四", "ground_truth": "7", "official": {"explore": NaN, "exploit": 1}}"#,
                "line 4 holds a bare `NaN`, which JSON does not have; write null for a score that is undefined",
            ),
        ] {
            assert_eq!(Row::parse(4, text).unwrap_err().to_string(), sentence);
        }
        let error = Row::parse(2, "{").unwrap_err().to_string();
        assert!(
            error.starts_with("line 2 is not a JSON object: EOF"),
            "{error}"
        );
    }
}
