//! What an evaluation leaves: judged samples and choices, as JSON lines.

use std::fs::File;
use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};

use explang::run::{Choice, Record};
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::lines::{LineError, in_line, lines};

/// What the evaluation of one stage leaves.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Evaluation {
    /// Judged samples.
    pub records: Vec<Record>,
    /// Which languages the model would choose; empty before it knows tags.
    pub choices: Vec<Choice>,
}

/// Records that could not be read or written.
#[derive(Debug, thiserror::Error)]
pub enum RecordError {
    /// Reading or writing failed.
    #[error("the evaluation records could not be read or written: {0}")]
    Io(#[from] std::io::Error),
    /// A line is no text.
    #[error("{}: {source}; delete the file and evaluate again", path.display())]
    Line {
        /// The file.
        path: PathBuf,
        /// Which line, and why.
        source: LineError,
    },
    /// A line is no record.
    #[error(
        "{}: line {line} is not an evaluation record ({what}); delete the file and evaluate again",
        path.display()
    )]
    Json {
        /// The file.
        path: PathBuf,
        /// Number of the line, from 1.
        line: usize,
        /// What is wrong with it.
        what: String,
    },
}

/// Writes one JSON object a line.
///
/// # Errors
/// When `out` refuses a write.
pub fn write_records<'a, T: Serialize + 'a>(
    mut out: impl Write,
    records: impl IntoIterator<Item = &'a T>,
) -> Result<(), RecordError> {
    for record in records {
        let mut line = serde_json::to_vec(record).map_err(std::io::Error::from)?;
        line.push(b'\n');
        out.write_all(&line)?;
    }
    out.flush()?;
    Ok(())
}

/// The records in a file.
///
/// # Errors
/// When reading fails or a line is no record.
pub fn records_in<T: DeserializeOwned>(path: &Path) -> Result<Vec<T>, RecordError> {
    read_records(path, BufReader::new(File::open(path)?))
}

/// Reads what [`write_records`] wrote; blank lines are passed over. `path` is for messages.
///
/// # Errors
/// When reading fails or a line is no record.
pub fn read_records<T: DeserializeOwned>(
    path: &Path,
    input: impl BufRead,
) -> Result<Vec<T>, RecordError> {
    let read = |line: Result<(usize, String), LineError>| -> Result<T, RecordError> {
        let (line, text) = line.map_err(|source| RecordError::Line {
            path: path.to_owned(),
            source,
        })?;
        serde_json::from_str(&text).map_err(|error| RecordError::Json {
            path: path.to_owned(),
            line,
            what: in_line(&error),
        })
    };
    lines(input).map(read).collect()
}

#[cfg(test)]
pub(crate) mod tests {
    use explang::Language;
    use explang::run::Mode;

    use super::*;

    /// A compliant record of 10 thinking tokens, for the tests of the figures.
    pub(crate) fn record(
        problem: usize,
        mode: Mode,
        language: Option<Language>,
        correct: bool,
    ) -> Record {
        Record {
            problem,
            family: "sums".into(),
            style: "steps".into(),
            level: 1,
            mode,
            forced: if mode == Mode::SelfChosen {
                None
            } else {
                language
            },
            tag: language,
            detected: language,
            compliant: language.is_some(),
            correct,
            thinking_tokens: Some(10),
            truncated: Some(false),
        }
    }

    #[test]
    fn records_survive_the_disk_and_name_a_bad_line() {
        let records = vec![
            record(0, Mode::SelfChosen, Some(Language::Zh), true),
            record(1, Mode::SelfChosen, None, false),
            record(1, Mode::Unseen, Some(Language::Sw), false),
        ];
        let path = Path::new("evaluation.jsonl");
        let mut bytes = Vec::new();
        write_records(&mut bytes, &records).unwrap();
        assert_eq!(bytes.iter().filter(|&&b| b == b'\n').count(), 3);
        assert!(
            std::str::from_utf8(&bytes)
                .unwrap()
                .contains("\"mode\":\"ood\"")
        );
        assert_eq!(
            read_records::<Record>(path, bytes.as_slice()).unwrap(),
            records
        );

        bytes.extend_from_slice(b"\n{\"problem\":");
        let error = read_records::<Record>(path, bytes.as_slice())
            .unwrap_err()
            .to_string();
        assert!(
            error.starts_with("evaluation.jsonl: line 5 is not an evaluation record "),
            "{error}"
        );
    }
}
