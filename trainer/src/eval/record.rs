//! One evaluated sample as a record, and records as JSON lines.

use std::fs::File;
use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};

use explang::Language;
use serde::{Deserialize, Serialize};

use crate::lines::{LineError, in_line, lines};

/// How the thinking language of an evaluated sample was decided.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Mode {
    /// The model chose the language itself.
    #[serde(rename = "self")]
    SelfChosen,
    /// English was forced.
    #[serde(rename = "en")]
    English,
    /// Each seen language was forced in turn.
    #[serde(rename = "multi")]
    Multi,
    /// Each unseen language was forced in turn ("out of distribution").
    #[serde(rename = "ood")]
    Unseen,
}

impl Mode {
    /// All four, in the order in which reports show them.
    pub const ALL: [Mode; 4] = [Mode::SelfChosen, Mode::English, Mode::Multi, Mode::Unseen];

    /// The key of the mode in `summary.json` and on the command line.
    pub const fn key(self) -> &'static str {
        match self {
            Mode::SelfChosen => "self",
            Mode::English => "en",
            Mode::Multi => "multi",
            Mode::Unseen => "ood",
        }
    }
}

impl std::fmt::Display for Mode {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.key())
    }
}

/// One evaluated sample: a response to a problem, judged.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Record {
    /// Number of the problem, unique within the evaluation set. The same number in two stages' records
    /// must be the same problem: paired comparisons rely on it.
    pub problem: usize,
    /// Family of the problem, such as `sums`.
    pub family: String,
    /// Style that the problem asks for, such as `steps`.
    pub style: String,
    /// Difficulty level of the problem.
    pub level: usize,
    /// How the thinking language was decided.
    pub mode: Mode,
    /// The language forced on the sample; `None` in self mode.
    pub forced: Option<Language>,
    /// The language of the tag that the response carries, forced or chosen; `None` when it has no tag of the pool.
    pub tag: Option<Language>,
    /// The language detected in the thinking trace.
    pub detected: Option<Language>,
    /// The detected language is the tag's.
    pub compliant: bool,
    /// The final answer equals the reference.
    pub correct: bool,
    /// Length of the thinking trace, in tokens.
    pub thinking_tokens: usize,
    /// The response met the token limit before it ended.
    pub truncated: bool,
}

impl Record {
    /// The language that the sample counts under: the forced one, else the one chosen.
    pub fn language(&self) -> Option<Language> {
        match self.mode {
            Mode::SelfChosen => self.tag,
            _ => self.forced,
        }
    }

    /// Family and style of the problem, such as `sums/steps`: what choices and accuracies are told apart by.
    pub fn kind(&self) -> String {
        format!("{}/{}", self.family, self.style)
    }

    /// True when the sample's language is one that SFT and RL show; `None` when it has no language.
    pub fn seen(&self) -> Option<bool> {
        self.language().map(Language::seen)
    }
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
        "{}: line {line} is no evaluation record ({what}); delete the file and evaluate again",
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
pub fn write_records<'a>(
    mut out: impl Write,
    records: impl IntoIterator<Item = &'a Record>,
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
pub fn records_in(path: &Path) -> Result<Vec<Record>, RecordError> {
    read_records(path, BufReader::new(File::open(path)?))
}

/// Reads what [`write_records`] wrote; blank lines are passed over. `path` is for messages.
///
/// # Errors
/// When reading fails or a line is no record.
pub fn read_records(path: &Path, input: impl BufRead) -> Result<Vec<Record>, RecordError> {
    let read = |line: Result<(usize, String), LineError>| -> Result<Record, RecordError> {
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
            thinking_tokens: 10,
            truncated: false,
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
        assert_eq!(read_records(path, bytes.as_slice()).unwrap(), records);

        bytes.extend_from_slice(b"\n{\"problem\":");
        let error = read_records(path, bytes.as_slice())
            .unwrap_err()
            .to_string();
        assert!(
            error.starts_with("evaluation.jsonl: line 5 is no "),
            "{error}"
        );
    }

    #[test]
    fn a_sample_counts_under_the_forced_language_or_the_chosen_one() {
        let mut forced = record(0, Mode::Unseen, Some(Language::Sw), true);
        forced.tag = Some(Language::En);
        assert_eq!(forced.language(), Some(Language::Sw));
        assert_eq!(forced.seen(), Some(false));
        let chosen = record(0, Mode::SelfChosen, Some(Language::De), true);
        assert_eq!(chosen.language(), Some(Language::De));
        assert_eq!(chosen.seen(), Some(true));
        assert_eq!(record(0, Mode::SelfChosen, None, true).seen(), None);
    }
}
