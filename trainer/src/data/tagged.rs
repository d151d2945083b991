//! Tagged responses of a file as what SFT learns from: the rows that `explang data filter` writes, and others of the same forms.
//!
//! | columns | what the model is shown |
//! | --- | --- |
//! | `prompt` and `completion` (or `response`), with messages in `prompt` | the messages in the run's form of a prompt, under its system message unless they have one |
//! | `prompt` and `completion` as texts | both as they are: the prompt has its template already |
//! | `messages` | the conversation as it is, no message added; the last one is the response |
//!
//! A response begins with its tag. All of it is learned, and nothing of what stands before.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use explang::Language;
use explang::random;
use explang::tasks::shuffled;
use explang::transcript::{OPENING, Parsed};
use serde_json::Value;

use super::problems::{Message, messages};
use super::tally::{Reason, Tally};
use crate::rows::{Members, OURS, RowsError, RowsFile, response_text};

/// What a response answers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Prompt {
    /// Messages that are put to the model as the run puts questions.
    Asked(Vec<Message>),
    /// Messages to which nothing is added.
    Conversation(Vec<Message>),
    /// A text in its template.
    Text(String),
}

/// A row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TaggedRow {
    /// What is answered.
    pub prompt: Prompt,
    /// The whole response, from its tag on.
    pub response: String,
    /// The language of the tag.
    pub language: Language,
}

/// Rows that cannot be learned from.
#[derive(Debug, thiserror::Error)]
pub enum TaggedError {
    /// The file cannot be read.
    #[error(transparent)]
    Rows(#[from] RowsError),
    /// No row can be used.
    #[error(
        "{}: {tally}; {}",
        path.display(),
        tally.malformed.as_deref().unwrap_or("write rows with `prompt` and `completion`, or with `messages`, as `explang data filter` does")
    )]
    Unusable {
        /// The file.
        path: PathBuf,
        /// What became of its rows.
        tally: Tally,
    },
    /// A share is asked for of what there is not.
    #[error(
        "sft.shares names `{language}`, in which {} has no row; leave it out, or add rows",
        path.display()
    )]
    NoRow {
        /// The file.
        path: PathBuf,
        /// The language.
        language: Language,
    },
    /// No row has a share.
    #[error("sft.shares leaves no share to the rows of {}; give one to a language that it has", path.display())]
    NoShare {
        /// The file.
        path: PathBuf,
    },
}

/// The rows of a file, in an order that has each once an epoch, or has their languages by given shares.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TaggedRows {
    rows: Vec<TaggedRow>,
    /// Where shares are given, what they come to.
    turns: Option<Turns>,
    /// What became of the file's rows.
    pub tally: Tally,
}

impl TaggedRows {
    /// Reads a file. A row for which `fits` is false is left out. `shares` are those of some tags; what is left is divided evenly among the
    /// other languages that there are rows of. Where it is empty, the rows have the shares that they have.
    ///
    /// # Errors
    /// When the file cannot be read, no row can be used, or a share names a language without rows.
    pub fn read(
        path: &Path,
        shares: &BTreeMap<Language, f64>,
        fits: impl Fn(&TaggedRow) -> bool,
    ) -> Result<Self, TaggedError> {
        let file = RowsFile {
            path,
            columns: &OURS,
        };
        let (mut rows, mut tally) = (Vec::new(), Tally::default());
        for numbered in file.rows()? {
            let (line, row) = numbered?;
            let row = row.map_err(|error| tally.malformed(path, &error));
            let row = row.and_then(|row| tagged(&row));
            let row = row.and_then(|row| fits(&row).then_some(row).ok_or(Reason::Long));
            tally.count(line, row.map(|row| rows.push(row)));
        }
        if rows.is_empty() {
            let path = path.to_owned();
            return Err(TaggedError::Unusable { path, tally });
        }
        let turns = (!shares.is_empty()).then(|| Turns::new(&rows, shares));
        let turns = turns.transpose().map_err(|wrong| {
            let path = path.to_owned();
            match wrong {
                Some(language) => TaggedError::NoRow { path, language },
                None => TaggedError::NoShare { path },
            }
        })?;
        Ok(TaggedRows { rows, turns, tally })
    }

    /// Whether a file is there and can be read, by its first row alone.
    ///
    /// # Errors
    /// When it cannot be read.
    pub fn check(path: &Path) -> Result<(), TaggedError> {
        let file = RowsFile {
            path,
            columns: &OURS,
        };
        Ok(file.rows()?.next().transpose().map(|_| ())?)
    }

    /// The row at place `index` of the order that `order` names.
    pub fn row(&self, order: u64, index: u64) -> &TaggedRow {
        let place = match &self.turns {
            None => shuffled(order, index, self.rows.len()),
            Some(turns) => turns.row(order, index),
        };
        &self.rows[place]
    }

    /// All rows, in the file's order.
    pub fn rows(&self) -> &[TaggedRow] {
        &self.rows
    }
}

/// A language's rows, and its turns in a round.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Turn {
    language: Language,
    rows: Vec<usize>,
    turns: usize,
}

/// Languages that take turns by their shares: each round of [`ROUND`] rows has them as often as these say, and each language goes through
/// its rows epoch by epoch.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Turns(Vec<Turn>);

/// Rows of a round: shares are kept to a thousandth.
const ROUND: usize = 1000;

impl Turns {
    /// # Errors
    /// With a language that has a share and no row; without one where no language that has a row has a share.
    fn new(rows: &[TaggedRow], shares: &BTreeMap<Language, f64>) -> Result<Self, Option<Language>> {
        let mut of: BTreeMap<Language, Vec<usize>> = BTreeMap::new();
        for (place, row) in rows.iter().enumerate() {
            of.entry(row.language).or_default().push(place);
        }
        let missing = shares
            .iter()
            .find(|(language, share)| **share > 0.0 && !of.contains_key(language));
        if let Some((language, _)) = missing {
            return Err(Some(*language));
        }
        let others = of.keys().filter(|language| !shares.contains_key(language));
        let rest = (1.0 - shares.values().sum::<f64>()) / others.count().max(1) as f64;
        let share = |language| shares.get(&language).copied().unwrap_or(rest).max(0.0);
        let sum: f64 = of.keys().map(|language| share(*language)).sum();
        if sum <= 0.0 {
            return Err(None);
        }
        // The end of each share, rounded: so the turns add up, and each is within one of its share.
        let (mut end, mut begin) = (0.0, 0);
        let turns = of.into_iter().map(|(language, rows)| {
            end += share(language) / sum;
            let until = (end * ROUND as f64).round() as usize;
            let turns = until - begin;
            begin = until;
            Turn {
                language,
                rows,
                turns,
            }
        });
        Ok(Turns(turns.filter(|turn| turn.turns > 0).collect()))
    }

    fn row(&self, order: u64, index: u64) -> usize {
        let round = index / ROUND as u64;
        let mut slot = shuffled(order, index, ROUND);
        for turn in &self.0 {
            if slot < turn.turns {
                let order = random::derive(order, &[turn.language.index() as u64]);
                let before = round * turn.turns as u64;
                return turn.rows[shuffled(order, before + slot as u64, turn.rows.len())];
            }
            slot -= turn.turns;
        }
        // The turns of all languages add up to a round.
        unreachable!("a slot of a round belongs to a language")
    }
}

/// What a row holds.
fn tagged(row: &Members) -> Result<TaggedRow, Reason> {
    let present = |name: &str| row.get(name).filter(|value| !value.is_null());
    let (prompt, response) = match present("messages") {
        Some(conversation) => {
            let mut said = messages(conversation).ok_or(Reason::Question)?;
            let last = said.pop().filter(|last| last.role == "assistant");
            let response = last.ok_or(Reason::Response)?.content;
            if said.is_empty() {
                return Err(Reason::Question);
            }
            (Prompt::Conversation(said), response)
        }
        None => {
            let prompt = match present("prompt").ok_or(Reason::Question)? {
                Value::String(text) => Prompt::Text(text.clone()),
                other => Prompt::Asked(messages(other).ok_or(Reason::Question)?),
            };
            let response = present("completion").or_else(|| present("response"));
            (
                prompt,
                response.and_then(response_text).ok_or(Reason::Response)?,
            )
        }
    };
    let language = response
        .starts_with(OPENING)
        .then(|| Parsed::of(&response).language())
        .flatten()
        .ok_or(Reason::Tag)?;
    Ok(TaggedRow {
        prompt,
        response,
        language,
    })
}

#[cfg(test)]
mod tests;
