//! TOML into a configuration: what is wrong with it in one sentence, and on which line.

use explang_named::brief;
use serde::de::DeserializeOwned;
use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::extends;

#[cfg(not(target_arch = "wasm32"))]
mod told;
// What follows a value's path through all of a configuration is a fortieth of the module that learns in a browser, where a run's
// configuration was written by the trainer.
#[cfg(target_arch = "wasm32")]
mod told_briefly;
#[cfg(target_arch = "wasm32")]
use told_briefly as told;

/// Longest piece of a file that a message repeats, in characters.
pub(super) const PIECE: usize = 60;

/// Longest message of a parser that is repeated, in characters.
const MESSAGE: usize = 300;

/// What is wrong with a text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct ReadError {
    /// Number of the line, from 1; none where it is about the text as a whole.
    pub(super) line: Option<usize>,
    /// What is wrong, and what would be right.
    pub(super) what: String,
}

/// Reads a TOML text.
pub(super) fn read<T: DeserializeOwned>(text: &str) -> Result<T, ReadError> {
    let document = DeTable::parse(text).map_err(|error| ReadError {
        line: error
            .span()
            .map(|span| line_number(text.as_bytes(), span.start)),
        what: format!("{}; correct the line", brief(error.message(), MESSAGE)),
    })?;
    let places = document.clone();
    let span = document.span();
    let whole = extends::resolve(document.into_inner()).map_err(|(at, what)| ReadError {
        line: Some(line_number(text.as_bytes(), at.start)),
        what,
    })?;
    let document = Spanned::new(span, whole);
    told::deserialize(document, &places).map_err(|(at, what)| ReadError {
        line: at.map(|at| line_number(text.as_bytes(), at)),
        what,
    })
}

/// The line of a key such as `rl.clip` or `pretrain.practice[0].kind`, or of the innermost table that would hold it; none where there is neither.
pub(super) fn line_of(text: &str, key: &str) -> Option<usize> {
    let document = DeTable::parse(text).ok()?;
    let names = key.split(['.', '[']).map(|name| name.trim_end_matches(']'));
    let names: Vec<String> = names.map(str::to_owned).collect();
    place(&document, &names).map(|at| line_number(text.as_bytes(), at))
}

/// Where the innermost key of a path is that is there, in bytes.
fn place(document: &Spanned<DeTable<'_>>, path: &[String]) -> Option<usize> {
    let mut found = None;
    let mut value: Option<&Spanned<DeValue<'_>>> = None;
    for name in path {
        let table = match value.map(Spanned::get_ref) {
            None => Some(document.get_ref()),
            Some(DeValue::Table(table)) => Some(table),
            Some(_) => None,
        };
        let next = match (table, value.map(Spanned::get_ref)) {
            (Some(table), _) => table
                .iter()
                .find(|(key, _)| key.get_ref() == name)
                .map(|(key, value)| (key.span(), value)),
            (None, Some(DeValue::Array(list))) => name
                .parse::<usize>()
                .ok()
                .and_then(|index| list.get(index))
                .map(|value| (value.span(), value)),
            _ => None,
        };
        let Some((span, inner)) = next else {
            break;
        };
        found = Some(span.start);
        value = Some(inner);
    }
    found
}

/// Number of the line of a byte, from 1.
pub fn line_number(text: &[u8], byte: usize) -> usize {
    let before = text.iter().take(byte);
    1 + before.filter(|&&byte| byte == b'\n').count()
}

#[cfg(test)]
mod tests;
