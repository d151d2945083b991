//! A line of `explang verify`: an answer and its reference.

use explang::verify::{Comparison, Extraction, compare};
use serde_json::{Map, Value};

use crate::lines::in_line;

/// What a line must look like, for whoever has to mend one.
const EXAMPLE: &str = r#"{"gold": "1/2", "answer": "so it is \\boxed{0.5}"}"#;

/// A line that cannot be read.
#[derive(Debug, thiserror::Error)]
pub enum PairError {
    /// It is not a JSON object.
    #[error("line {line} is not a JSON object: {what}; write one object a line, such as {EXAMPLE}")]
    Json {
        /// Number of the line, from 1.
        line: usize,
        /// What is wrong with it.
        what: String,
    },
    /// A member is missing or of another type.
    #[error("line {line}: `{member}` is missing or not a {expected}; a line looks like {EXAMPLE}")]
    Member {
        /// Number of the line, from 1.
        line: usize,
        /// The member.
        member: &'static str,
        /// What it should be.
        expected: &'static str,
    },
}

/// An answer and its reference.
#[derive(Debug, Clone, PartialEq)]
pub struct Pair {
    /// Number of the line, from 1.
    pub line: usize,
    /// The reference.
    pub gold: String,
    /// A whole response or a bare answer.
    pub answer: String,
    /// The known verdict, where there is one.
    pub equal: Option<bool>,
    /// What the case belongs to, where that is said.
    pub group: Option<String>,
    members: Map<String, Value>,
}

impl Pair {
    /// Reads a line; `line` is its number, from 1.
    ///
    /// # Errors
    /// When it is not an object with `gold` and `answer`, each a text or a number, or when `equal` is there and no truth value.
    pub fn parse(line: usize, text: &str) -> Result<Self, PairError> {
        let json = |what: String| PairError::Json { line, what };
        let members = match serde_json::from_str(text) {
            Ok(Value::Object(members)) => members,
            Ok(_) => return Err(json("it holds another value".to_owned())),
            Err(error) => return Err(json(in_line(&error))),
        };
        let text = |member: &'static str| match members.get(member) {
            Some(Value::String(text)) => Ok(text.clone()),
            Some(Value::Number(number)) => Ok(number.to_string()),
            _ => Err(PairError::Member {
                line,
                member,
                expected: "text or number",
            }),
        };
        let equal = match members.get("equal") {
            None | Some(Value::Null) => None,
            Some(Value::Bool(equal)) => Some(*equal),
            Some(_) => {
                return Err(PairError::Member {
                    line,
                    member: "equal",
                    expected: "truth value",
                });
            }
        };
        Ok(Pair {
            line,
            gold: text("gold")?,
            answer: text("answer")?,
            equal,
            group: members
                .get("group")
                .and_then(Value::as_str)
                .map(str::to_owned),
            members,
        })
    }

    /// Compares the reference with the answer that `extraction` finds.
    pub fn compare(&self, extraction: Extraction) -> Comparison {
        compare(&self.answer, &self.gold, extraction)
    }

    /// The line with `equal`, `gold_value`, `answer_value` and `reason`; other members are handed through.
    pub fn verdict(&self, extraction: Extraction) -> Map<String, Value> {
        let comparison = self.compare(extraction);
        let mut members = self.members.clone();
        members.insert("equal".into(), comparison.equal.into());
        members.insert("gold_value".into(), comparison.reference.into());
        members.insert("answer_value".into(), comparison.answer.into());
        members.insert("reason".into(), comparison.reason.into());
        members
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_verdict_says_what_was_understood() {
        let line = json!({"gold": 0.5, "answer": "so \\boxed{\\frac{1}{2}}", "id": 7}).to_string();
        let verdict = Pair::parse(1, &line).unwrap().verdict(Extraction::Stated);
        let expected = json!({
            "gold": 0.5, "answer": "so \\boxed{\\frac{1}{2}}", "id": 7,
            "equal": true, "gold_value": "1/2", "answer_value": "1/2", "reason": "equal",
        });
        assert_eq!(Value::Object(verdict), expected);
        let none = Pair::parse(
            1,
            r#"{"gold": "5", "answer": "nothing, to be found here (I think)"}"#,
        )
        .unwrap();
        let verdict = none.verdict(Extraction::Stated);
        assert_eq!(
            (&verdict["equal"], &verdict["answer_value"]),
            (&json!(false), &Value::Null)
        );
    }

    #[test]
    fn a_bad_line_is_named_and_the_right_form_shown() {
        for (text, sentence) in [
            (
                "[1]",
                "line 4 is not a JSON object: it holds another value; write one object a line, such as ",
            ),
            (
                "{",
                "line 4 is not a JSON object: EOF while parsing an object at column 1; write",
            ),
            ("", "line 4 is not a JSON object: EOF"),
            (
                r#"{"answer": "7"}"#,
                "line 4: `gold` is missing or not a text or number; a line looks like ",
            ),
            (
                r#"{"gold": "7", "answer": null}"#,
                "line 4: `answer` is missing or not a text or number",
            ),
            (
                r#"{"gold": "7", "answer": "7", "equal": 1}"#,
                "line 4: `equal` is missing or not a truth value",
            ),
        ] {
            let error = Pair::parse(4, text).unwrap_err().to_string();
            assert!(error.starts_with(sentence), "{error}");
            assert!(error.contains(EXAMPLE));
        }
        let example = Pair::parse(1, EXAMPLE).unwrap();
        assert!(example.compare(Extraction::Stated).equal);
    }
}
