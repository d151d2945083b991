//! Problems of a file: what a model is asked, and the reference answer.

use explang::prompt::Said;
use explang::rows::{RowError, ground_truth, kind};
use serde_json::{Value, json};

use crate::rows::{Members, RowsError, RowsFile};

/// The columns that are read; both are needed.
pub const COLUMNS: [&str; 2] = ["prompt", "ground_truth"];

/// The columns that a row needs, for messages.
const NEEDED: &str = "`prompt` and `ground_truth`";

/// A problem.
#[derive(Debug, Clone, PartialEq)]
pub struct Problem {
    /// Number of its line, from 1.
    pub line: usize,
    /// What the model is asked: messages of `role` and `content`, at least one.
    pub messages: Vec<Message>,
    /// The prompt as the file has it: a text, or messages.
    pub prompt: Value,
    /// The reference answer.
    pub ground_truth: String,
}

/// A message of a conversation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Message {
    /// Who says it: `system`, `user` or `assistant`.
    pub role: String,
    /// What is said.
    pub content: String,
}

impl Message {
    /// As a prompt takes it.
    pub fn said(&self) -> Said<'_> {
        Said {
            role: &self.role,
            content: &self.content,
        }
    }

    /// As chat templates and servers take it.
    pub fn json(&self) -> Value {
        json!({"role": self.role, "content": self.content})
    }
}

/// All problems of a file.
///
/// # Errors
/// With the first row that is not a problem, or when there is none.
pub fn problems(file: RowsFile<'_>) -> Result<Vec<Problem>, RowsError> {
    file.all(NEEDED, |line, row| problem(file, line, &row))
}

fn problem(file: RowsFile<'_>, line: usize, row: &Members) -> Result<Problem, RowsError> {
    let prompt = row.get("prompt").filter(|prompt| !prompt.is_null());
    let prompt = prompt.ok_or_else(|| {
        file.bad_row(RowError::Member {
            line,
            member: "prompt",
            expected: "text",
        })
    })?;
    let messages = messages(prompt).ok_or_else(|| {
        let found = kind(prompt);
        let what = format!(
            "`prompt` is {found}; write a text, or a list of messages with `role` and `content`, at least one"
        );
        file.bad_member(line, what)
    })?;
    let ground_truth = ground_truth(line, row).map_err(|source| file.bad_row(source))?;
    Ok(Problem {
        line,
        messages,
        prompt: prompt.clone(),
        ground_truth,
    })
}

/// The messages of a prompt; a text is what the user says. `None` for another value, and for none.
pub fn messages(prompt: &Value) -> Option<Vec<Message>> {
    let message = |role: &str, content: &str| Message {
        role: role.to_owned(),
        content: content.to_owned(),
    };
    match prompt {
        Value::String(text) => Some(vec![message("user", text)]),
        Value::Array(messages) if !messages.is_empty() => messages
            .iter()
            .map(|of| Some(message(of["role"].as_str()?, of["content"].as_str()?)))
            .collect(),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rows::Columns;

    #[test]
    fn a_prompt_is_a_text_or_messages_and_anything_else_is_named() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("problems.jsonl");
        let columns: Columns = "prompt=problem,ground_truth=answer".parse().unwrap();
        let read = |text: &str| {
            std::fs::write(&path, text).unwrap();
            problems(RowsFile {
                path: &path,
                columns: &columns,
            })
        };
        let two = r#"{"problem": "1+1", "answer": 2}
            {"problem": [{"role": "system", "content": "Be brief."}, {"role": "user", "content": "1+1"}], "answer": "2"}"#;
        let found = read(two).unwrap();
        assert_eq!(found[0].ground_truth, "2");
        assert_eq!((found[1].line, found[1].messages.len()), (2, 2));
        assert_eq!(found[0].messages[0], found[1].messages[1]);
        for (text, sentence) in [
            (
                r#"{"answer": 2}"#,
                "line 1: `prompt` is missing or not a text",
            ),
            (
                r#"{"problem": "x"}"#,
                "line 1: `ground_truth` is missing or not a text or number",
            ),
            (
                r#"{"problem": [], "answer": 2}"#,
                "line 1: `prompt` is a list; write a text",
            ),
            (
                r#"{"problem": [{"role": "user"}], "answer": 2}"#,
                "line 1: `prompt` is a list",
            ),
            ("", "is empty; write rows with `prompt` and `ground_truth`"),
        ] {
            let error = read(text).unwrap_err().to_string();
            assert!(error.contains(sentence), "{sentence}: {error}");
        }
    }
}
