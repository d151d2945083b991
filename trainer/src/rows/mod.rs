//! Rows of a file that another program wrote, as JSON lines or Parquet, under the names of columns that this program knows.
//!
//! Left out: files of several parts (give one after the other), and Parquet that is compressed otherwise than with Snappy.

mod columns;
mod messages;
mod parquet;

use std::collections::BTreeSet;
use std::fs::File;
use std::io::{BufReader, Read, Seek};
use std::path::{Path, PathBuf};

use explang::rows::{Row, RowError, kind, members};
use serde_json::{Map, Value};

pub(crate) use columns::OURS;
pub use columns::{Columns, ColumnsError};
pub use messages::{reasoning, response_text};

use crate::files::FileError;
use crate::lines::{LineError, lines};

/// The members of one row, by the names that this program knows.
pub type Members = Map<String, Value>;

/// Rows that cannot be read, or one that cannot be used. Lines count from 1; so do the rows of Parquet.
#[derive(Debug, thiserror::Error)]
pub enum RowsError {
    /// The file cannot be read.
    #[error(transparent)]
    File(#[from] FileError),
    /// A line is not text.
    #[error("{}: {source}", path.display())]
    Line {
        /// The file.
        path: PathBuf,
        /// Which line, and why.
        source: LineError,
    },
    /// A row is not an object, or lacks what every row has.
    #[error("{}: {source}{columns}", path.display())]
    Row {
        /// The file.
        path: PathBuf,
        /// Which line, and why.
        source: RowError,
        /// Which columns are read under other names; empty where none is.
        columns: String,
    },
    /// A member holds what it cannot hold, or contradicts another.
    #[error("{}: line {line}: {what}", path.display())]
    Member {
        /// The file.
        path: PathBuf,
        /// Number of the line, from 1.
        line: usize,
        /// What is wrong, and what to write.
        what: String,
    },
    /// The file is not Parquet as it claims.
    #[error("{} cannot be read as Parquet: {what}; save it again, compressed with Snappy, or as JSON lines", path.display())]
    Parquet {
        /// The file.
        path: PathBuf,
        /// What the reader says.
        what: String,
    },
    /// There is no row.
    #[error("{} is empty; write rows with {needed} to it", path.display())]
    Empty {
        /// The file.
        path: PathBuf,
        /// The columns that a row needs.
        needed: &'static str,
    },
}

/// A row with the number of its line, or what is wrong with it.
pub type Numbered = (usize, Result<Members, RowError>);

/// The rows of a file, one after another.
pub type RowsOf<'a> = Box<dyn Iterator<Item = Result<Numbered, RowsError>> + 'a>;

/// A file of rows.
#[derive(Debug, Clone, Copy)]
pub struct RowsFile<'a> {
    /// Where it is.
    pub path: &'a Path,
    /// How its columns are called.
    pub columns: &'a Columns,
}

impl<'a> RowsFile<'a> {
    /// The rows, one after another; a bad one does not end them, but a file that cannot be read on does.
    ///
    /// # Errors
    /// When the file cannot be opened.
    pub fn rows(self) -> Result<RowsOf<'a>, RowsError> {
        self.rows_with(None)
    }

    /// The rows, without columns that are not wanted where the file is Parquet: there these need not be read. `wanted` are their names.
    ///
    /// # Errors
    /// When the file cannot be opened.
    pub(crate) fn rows_of(self, wanted: &BTreeSet<&str>) -> Result<RowsOf<'a>, RowsError> {
        self.rows_with(Some(wanted))
    }

    fn rows_with(self, wanted: Option<&BTreeSet<&str>>) -> Result<RowsOf<'a>, RowsError> {
        let RowsFile { path, columns } = self;
        let refused = |source| FileError::of("read", path, source);
        let mut file = File::open(path).map_err(refused)?;
        let mut magic = Vec::new();
        (&mut file)
            .take(4)
            .read_to_end(&mut magic)
            .map_err(refused)?;
        file.rewind().map_err(refused)?;
        if magic == *parquet::MAGIC {
            let rows = parquet::rows(path, file, wanted)?;
            return Ok(Box::new(rows.enumerate().map(move |(number, row)| {
                Ok((number + 1, Ok(columns.renamed(row?))))
            })));
        }
        Ok(Box::new(lines(BufReader::new(file)).map(move |line| {
            let (number, text) = line.map_err(|source| RowsError::Line {
                path: path.to_owned(),
                source,
            })?;
            let row = members(number, &text).map(|row| columns.renamed(row));
            Ok((number, row))
        })))
    }

    /// All rows, each good, made into something.
    ///
    /// # Errors
    /// With the first bad row, or when there is none; `needed` names the columns of a row, for the message.
    pub fn all<T>(
        self,
        needed: &'static str,
        mut make: impl FnMut(usize, Members) -> Result<T, RowsError>,
    ) -> Result<Vec<T>, RowsError> {
        let mut made = Vec::new();
        for row in self.rows()? {
            let (line, row) = row?;
            made.push(make(line, row.map_err(|source| self.bad_row(source))?)?);
        }
        if made.is_empty() {
            let path = self.path.to_owned();
            return Err(RowsError::Empty { path, needed });
        }
        Ok(made)
    }

    /// A row with a response, which may be messages, and a reference.
    ///
    /// # Errors
    /// When it lacks one of the two, or one is of another type.
    pub fn response_row(self, line: usize, mut members: Members) -> Result<Row, RowsError> {
        if let Some(text) = members.get("response").and_then(response_text) {
            members.insert("response".into(), text.into());
        }
        Row::new(line, members).map_err(|source| self.bad_row(source))
    }

    /// A row that lacks what every row has.
    pub fn bad_row(self, source: RowError) -> RowsError {
        RowsError::Row {
            path: self.path.to_owned(),
            source,
            columns: self.columns.told(),
        }
    }

    /// A member that cannot be used.
    pub fn bad_member(self, line: usize, what: String) -> RowsError {
        RowsError::Member {
            path: self.path.to_owned(),
            line,
            what,
        }
    }

    /// An optional member; null counts as absent. `as_type` gives none for another type than `wanted`.
    ///
    /// # Errors
    /// When the member is of another type.
    pub fn optional<'m, T>(
        self,
        line: usize,
        row: &'m Members,
        member: &str,
        wanted: &str,
        as_type: impl Fn(&'m Value) -> Option<T>,
    ) -> Result<Option<T>, RowsError> {
        match row.get(member).filter(|value| !value.is_null()) {
            None => Ok(None),
            Some(value) => as_type(value).map(Some).ok_or_else(|| {
                let found = kind(value);
                let what = format!("`{member}` is {found}; write {wanted}, or leave it out");
                self.bad_member(line, what)
            }),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bad_row_is_named_and_the_others_are_read() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("rows.jsonl");
        std::fs::write(&path, "{\"a\": 1}\n\n[]\n{\"a\": \"x\", \"b\": null}\n").unwrap();
        let columns: Columns = "answer=a".parse().unwrap();
        let file = RowsFile {
            path: &path,
            columns: &columns,
        };
        let rows: Vec<Numbered> = file.rows().unwrap().collect::<Result<_, _>>().unwrap();
        let numbers: Vec<usize> = rows.iter().map(|(line, _)| *line).collect();
        assert_eq!(numbers, [1, 3, 4]);
        assert_eq!(rows[0].1.as_ref().unwrap()["answer"], 1);
        let error = file
            .all("`answer`", |_, row| Ok(row))
            .unwrap_err()
            .to_string();
        assert!(
            error.contains("rows.jsonl: line 3 is not a JSON object"),
            "{error}"
        );
        assert!(error.ends_with("(`answer` is read from `a`)"), "{error}");

        let row = rows[2].1.as_ref().unwrap();
        assert_eq!(
            file.optional(4, row, "b", "a number", Value::as_u64)
                .unwrap(),
            None
        );
        let error = file.optional(4, row, "answer", "a number", Value::as_u64);
        let error = error.unwrap_err().to_string();
        assert!(
            error.ends_with("line 4: `answer` is a text; write a number, or leave it out"),
            "{error}"
        );

        std::fs::write(&path, "\n").unwrap();
        let error = file
            .all("`answer`", |_, row| Ok(row))
            .unwrap_err()
            .to_string();
        assert!(
            error.ends_with("is empty; write rows with `answer` to it"),
            "{error}"
        );
        std::fs::write(&path, "PAR1 and no more").unwrap();
        assert!(matches!(file.rows().err(), Some(RowsError::Parquet { .. })));
    }
}
