//! What became of the rows of a file: each is used, or left out for one reason.

use std::collections::BTreeMap;
use std::fmt;
use std::path::Path;

use explang::rows::RowError;

/// Why a row is left out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Reason {
    /// Its line is not a JSON object.
    Malformed,
    /// It asks nothing: the question is missing, empty, or neither text nor messages.
    Question,
    /// The question is a conversation of several turns.
    Turns,
    /// It has no reference answer.
    Answer,
    /// Its answer does not end with `#### ` and the reference.
    Mark,
    /// The language that it is asked in is none of the seventeen.
    Language,
    /// It has another answer than the same problem in another language.
    Differs,
    /// The same question came before, with the same answer.
    Repeated,
    /// The same question came before, with another answer.
    Contradicted,
    /// The same question is held out.
    HeldOut,
    /// It has no response.
    Response,
    /// Its response does not begin with the tag of a language.
    Tag,
    /// The model has too few positions for it.
    Long,
}

impl Reason {
    /// What is said after a count.
    const fn phrase(self) -> &'static str {
        match self {
            Reason::Malformed => "malformed",
            Reason::Question => "without a question",
            Reason::Turns => "with several turns",
            Reason::Answer => "without an answer",
            Reason::Mark => "without `#### ` before the answer",
            Reason::Language => "in an unknown language",
            Reason::Differs => "with another answer than in another language",
            Reason::Repeated => "repeated",
            Reason::Contradicted => "repeated with another answer",
            Reason::HeldOut => "held out",
            Reason::Response => "without a response",
            Reason::Tag => "without a tag",
            Reason::Long => "too long for the model",
        }
    }
}

/// Lines that are named for a reason.
const SHOWN: usize = 5;

/// Rows of a file by what became of them: `rows` is the sum of `used` and of all that are left out. As text it says so in one line.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Tally {
    /// Rows of the file.
    pub rows: usize,
    /// Those that are used.
    pub used: usize,
    /// The lines of the others.
    pub left_out: BTreeMap<Reason, Vec<usize>>,
    /// What is wrong with the first malformed row.
    pub malformed: Option<String>,
}

impl Tally {
    /// Counts the row of a line.
    pub fn count(&mut self, line: usize, verdict: Result<(), Reason>) {
        self.rows += 1;
        match verdict {
            Ok(()) => self.used += 1,
            Err(reason) => self.left_out.entry(reason).or_default().push(line),
        }
    }

    /// Keeps what is wrong with a line that is not a row, where it is the first.
    pub fn malformed(&mut self, path: &Path, error: &RowError) -> Reason {
        let sentence = || {
            let path = path.display();
            match error {
                RowError::Json { line, what } => {
                    format!("{path}: line {line} is not a JSON object: {what}; write one a line")
                }
                other => format!("{path}: {other}"),
            }
        };
        self.malformed.get_or_insert_with(sentence);
        Reason::Malformed
    }

    /// The sentences about a file: its counts, and what is wrong with its first malformed row.
    pub fn told(&self, path: &Path) -> Vec<String> {
        let mut told = vec![format!("{}: {self}", path.display())];
        told.extend(self.malformed.clone());
        told
    }
}

impl fmt::Display for Tally {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} rows, {} used", self.rows, self.used)?;
        for (i, (reason, lines)) in self.left_out.iter().enumerate() {
            let between = if i == 0 { "; left out: " } else { ", " };
            let shown: Vec<String> = lines.iter().take(SHOWN).map(ToString::to_string).collect();
            let more = if lines.len() > SHOWN { ", …" } else { "" };
            let word = if lines.len() == 1 { "line" } else { "lines" };
            write!(
                f,
                "{between}{} {} ({word} {}{more})",
                lines.len(),
                reason.phrase(),
                shown.join(", ")
            )?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_row_is_told_once_with_its_line() {
        let mut tally = Tally::default();
        tally.count(1, Ok(()));
        tally.count(3, Err(Reason::Answer));
        for line in 4..12 {
            tally.count(line, Err(Reason::Repeated));
        }
        assert_eq!(
            tally.to_string(),
            "10 rows, 1 used; left out: 1 without an answer (line 3), 8 repeated (lines 4, 5, 6, 7, 8, …)"
        );
        let left_out: usize = tally.left_out.values().map(Vec::len).sum();
        assert_eq!(tally.rows, tally.used + left_out);
        let path = Path::new("x.jsonl");
        let torn = explang::rows::members(2, "{").unwrap_err();
        for error in [&torn, &RowError::NotANumber { line: 9 }] {
            assert_eq!(tally.malformed(path, error), Reason::Malformed);
        }
        let told = tally.told(path);
        assert_eq!(told.len(), 2);
        let sentence = "x.jsonl: line 2 is not a JSON object: EOF while parsing an object at column 1; write one a line";
        assert_eq!(told[1], sentence);
    }
}
