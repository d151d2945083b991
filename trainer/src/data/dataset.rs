//! The problems of data sets as a source of examples: section `[data]` of a configuration.
//!
//! A row that cannot be used is left out, counted and reported with its line; a file in which no row can be used is refused. A question that
//! comes twice is asked once, and one that is held out is not learned from.

use std::collections::{BTreeSet, HashMap, HashSet};
use std::path::{Path, PathBuf};

use explang::Language;
use explang::run::config::{DataSection, FileSection, Layout};
use explang::tasks::{EmptySide, Example, Kind, ProblemSet, Split, Translated};

use super::layout::{Asked, COLUMNS, RowReader, UnknownLayout};
use super::paths::{PathError, files, language_of};
use super::problems::{Message, Problem};
use super::tally::{Reason, Tally};
use crate::rows::{Columns, ColumnsError, Members, OURS, RowsError, RowsFile, RowsOf};

/// Rows by whose columns a layout is found.
const HEAD: usize = 64;

/// Most kinds of problems that a column may tell. More cannot be told apart in a table, and are no kinds.
const MOST_KINDS: usize = 100;

/// Data that no run can have.
#[derive(Debug, thiserror::Error)]
pub enum DataError {
    /// A path leads to no file.
    #[error(transparent)]
    Path(#[from] PathError),
    /// A file cannot be read.
    #[error(transparent)]
    Rows(#[from] RowsError),
    /// A list of columns cannot be read.
    #[error("columns of {path}: {source}")]
    Columns {
        /// The path that it is for.
        path: String,
        /// Why.
        source: ColumnsError,
    },
    /// A column is renamed that no layout has.
    #[error("columns of {path}: {source}")]
    Column {
        /// The path that it is for.
        path: String,
        /// Which, and what would be right.
        source: explang::named::Unknown,
    },
    /// The columns of a file are not those of its layout.
    #[error("{}: {what}", path.display())]
    Layout {
        /// The file.
        path: PathBuf,
        /// What is missing.
        what: UnknownLayout,
    },
    /// Of a file's rows none can be used.
    #[error(
        "{}: {tally}; {}",
        path.display(),
        tally.malformed.as_deref().unwrap_or("write at least one row with a question and its answer")
    )]
    Unusable {
        /// The file.
        path: PathBuf,
        /// What became of its rows.
        tally: Tally,
    },
    /// The column of kinds tells each problem from the others.
    #[error(
        "{}: `{column}` tells {kinds} kinds of problems, more than {MOST_KINDS}; name a column with few, as in columns = \"kind=subject\"",
        path.display()
    )]
    Kinds {
        /// The file.
        path: PathBuf,
        /// The column.
        column: String,
        /// Its different values.
        kinds: usize,
    },
    /// One side of the split is empty.
    #[error("data: {0}; give more problems, or files of their own as `held_out`")]
    Side(#[from] EmptySide),
}

/// A file of problems that was read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DataFile {
    /// Where it is.
    pub path: PathBuf,
    /// How its rows are laid out.
    pub layout: Layout,
    /// What became of its rows.
    pub tally: Tally,
    /// Rows whose prompt has a system message, in whose place the run's stands.
    pub systems: usize,
}

impl DataFile {
    /// The sentences about it.
    pub fn told(&self) -> Vec<String> {
        let mut told = self.tally.told(&self.path);
        if self.systems > 0 {
            told.push(format!(
                "{}: {} rows have a system message; the run's stands in its place",
                self.path.display(),
                self.systems
            ));
        }
        told
    }
}

/// Reads the problems of a run, with what became of each file's rows. Without held-out files one problem in five is held out, by a hash of
/// its question. A question for which `fits` is false is left out.
///
/// # Errors
/// When a file cannot be read, is of no known layout, or has no row that can be used.
pub fn read(
    section: &DataSection,
    fits: &dyn Fn(&str) -> bool,
) -> Result<(ProblemSet, Vec<DataFile>), DataError> {
    let mut held_out = Side::new(fits, HashSet::new());
    held_out.read_all(&section.held_out)?;
    let avoided = held_out.places.keys().cloned().collect();
    let mut train = Side::new(fits, avoided);
    train.read_all(&section.train)?;
    let mut told = train.files;
    told.extend(held_out.files);
    let problems = match section.held_out.is_empty() {
        false => ProblemSet::new(train.problems, held_out.problems),
        true => {
            let is_train = |problem: &Translated| {
                let question = problem
                    .examples()
                    .next()
                    .map(|(_, example)| &example.question);
                question.is_none_or(|question| Split::of(question) == Split::Train)
            };
            let (train, held_out) = train.problems.into_iter().partition(is_train);
            ProblemSet::new(train, held_out)
        }
    };
    Ok((problems?, told))
}

/// Whether the files of a run's problems are there and of a known layout, by their first rows alone.
///
/// # Errors
/// With the first that is not.
pub fn check(section: &DataSection) -> Result<(), DataError> {
    for section in section.train.iter().chain(&section.held_out) {
        let columns = columns(section)?;
        for path in files(&section.path)? {
            let _rows = open(&path, section.layout, &columns)?;
        }
    }
    Ok(())
}

/// The problems of one side of the split, as they are read.
struct Side<'a> {
    problems: Vec<Translated>,
    /// Where each question stands among them, with its answer.
    places: HashMap<String, String>,
    /// Where the problem of a line stands, in files that have the same problems in several languages.
    lines: HashMap<usize, usize>,
    files: Vec<DataFile>,
    fits: &'a dyn Fn(&str) -> bool,
    avoided: HashSet<String>,
}

impl<'a> Side<'a> {
    fn new(fits: &'a dyn Fn(&str) -> bool, avoided: HashSet<String>) -> Self {
        Side {
            problems: Vec::new(),
            places: HashMap::new(),
            lines: HashMap::new(),
            files: Vec::new(),
            fits,
            avoided,
        }
    }

    fn read_all(&mut self, sections: &[FileSection]) -> Result<(), DataError> {
        for section in sections {
            let columns = columns(section)?;
            for path in files(&section.path)? {
                let file = self.read(&path, section, &columns)?;
                self.files.push(file);
            }
        }
        Ok(())
    }

    fn read(
        &mut self,
        path: &Path,
        section: &FileSection,
        columns: &Columns,
    ) -> Result<DataFile, DataError> {
        let (reader, rows) = open(path, section.layout, columns)?;
        let named = (reader.layout == Layout::Mgsm).then(|| language_of(path));
        let language = section.asked_in.or(named.flatten()).unwrap_or(Language::En);
        let mut read = DataFile {
            path: path.to_owned(),
            layout: reader.layout,
            tally: Tally::default(),
            systems: 0,
        };
        let mut kinds = BTreeSet::new();
        for row in rows {
            let (line, row) = row?;
            let row = row.map_err(|error| read.tally.malformed(path, &error));
            let verdict = row.and_then(|row| {
                let asked = reader.read(&row)?;
                kinds.extend(asked.kind.clone());
                let system = asked.system;
                self.add(line, asked, language, &reader, path)?;
                read.systems += usize::from(system);
                Ok(())
            });
            read.tally.count(line, verdict);
        }
        if let Some(column) = reader.kind_column()
            && kinds.len() > MOST_KINDS
        {
            return Err(DataError::Kinds {
                path: path.to_owned(),
                column: column.to_owned(),
                kinds: kinds.len(),
            });
        }
        match read.tally.used {
            0 => Err(DataError::Unusable {
                path: read.path,
                tally: read.tally,
            }),
            _ => Ok(read),
        }
    }

    /// Adds a problem, or a problem in another language.
    fn add(
        &mut self,
        line: usize,
        asked: Asked,
        language: Language,
        reader: &RowReader,
        path: &Path,
    ) -> Result<(), Reason> {
        let Asked {
            question, answer, ..
        } = asked;
        if self.avoided.contains(&question) {
            return Err(Reason::HeldOut);
        }
        match self.places.get(&question) {
            Some(before) if *before == answer => return Err(Reason::Repeated),
            Some(_) => return Err(Reason::Contradicted),
            None => {}
        }
        if !(self.fits)(&question) {
            return Err(Reason::Long);
        }
        let language = asked.asked_in.unwrap_or(language);
        let kind = asked
            .kind
            .unwrap_or_else(|| default_kind(reader.layout, path));
        let example = Example::new(Kind::new(&kind), 0, question.clone(), answer.clone());
        let pairs = reader.layout == Layout::Mgsm;
        let there = self.lines.get(&line).filter(|_| pairs).copied();
        if let Some(problem) = there {
            let (first, problem) = (&self.problems[problem].asked_in(language).answer, problem);
            if *first != answer {
                return Err(Reason::Differs);
            }
            if self.problems[problem].add(language, example.clone()) {
                self.places.insert(question, answer);
                return Ok(());
            }
        } else if pairs {
            self.lines.insert(line, self.problems.len());
        }
        self.places.insert(question, answer);
        self.problems.push(Translated::new(language, example));
        Ok(())
    }
}

/// The problems of one file for another engine, with what became of its rows; they are not compared with each other.
///
/// # Errors
/// When the file cannot be read, is of another layout, or has no row that can be used.
pub fn problems(
    path: &Path,
    layout: Layout,
    columns: &Columns,
) -> Result<(Vec<Problem>, Tally), DataError> {
    let (reader, rows) = open(path, Some(layout), columns)?;
    let (mut problems, mut tally) = (Vec::new(), Tally::default());
    for row in rows {
        let (line, row) = row?;
        let row = row.map_err(|error| tally.malformed(path, &error));
        let asked = row.and_then(|row| reader.read(&row));
        let add = |Asked {
                       question, answer, ..
                   }| {
            let message = Message {
                role: "user".to_owned(),
                content: question.clone(),
            };
            problems.push(Problem {
                line,
                messages: vec![message],
                prompt: question.into(),
                ground_truth: answer,
            });
        };
        tally.count(line, asked.map(add));
    }
    if problems.is_empty() {
        let path = path.to_owned();
        return Err(DataError::Unusable { path, tally });
    }
    Ok((problems, tally))
}

/// A reader of a file's layout, and its rows.
fn open<'a>(
    path: &'a Path,
    layout: Option<Layout>,
    columns: &Columns,
) -> Result<(RowReader, RowsOf<'a>), DataError> {
    let file = RowsFile {
        path,
        columns: &OURS,
    };
    let mut head: Vec<Members> = Vec::new();
    for row in file.rows()?.take(HEAD) {
        head.extend(row?.1);
    }
    let reader = RowReader::find(layout, columns, &head).map_err(|what| DataError::Layout {
        path: path.to_owned(),
        what,
    })?;
    let rows = file.rows_of(&reader.wanted())?;
    Ok((reader, rows))
}

/// What a section says of other names of columns.
fn columns(section: &FileSection) -> Result<Columns, DataError> {
    let Some(text) = &section.columns else {
        return Ok(Columns::default());
    };
    let path = || section.path.clone();
    let columns: Columns = text.parse().map_err(|source| DataError::Columns {
        path: path(),
        source,
    })?;
    columns
        .check(&COLUMNS)
        .map_err(|source| DataError::Column {
            path: path(),
            source,
        })?;
    Ok(columns)
}

/// The kind of problems where no column tells: the data set, or the file.
fn default_kind(layout: Layout, path: &Path) -> String {
    match layout {
        Layout::Plain => {
            let stem = path.file_stem().unwrap_or_default();
            explang::named::brief(&stem.to_string_lossy(), explang::named::LONGEST_SHOWN)
        }
        known => known.name().to_owned(),
    }
}

#[cfg(test)]
mod tests;
