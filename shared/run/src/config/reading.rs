//! TOML into a configuration: what is wrong with it in one sentence, and on which line.

use explang_named::{brief, meant};
use serde::de::DeserializeOwned;
use serde_path_to_error::{Path, Segment};
use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::extends;

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
    serde_path_to_error::deserialize(toml::Deserializer::from(document)).map_err(|error| {
        let names: Vec<String> = error.path().iter().map(name).collect();
        ReadError {
            line: place(&places, &names).map(|at| line_number(text.as_bytes(), at)),
            what: sentence(error.path(), error.inner().message()),
        }
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

/// A step of a path, as [`place`] looks for it.
fn name(segment: &Segment) -> String {
    match segment {
        Segment::Seq { index } => index.to_string(),
        Segment::Map { key } => key.clone(),
        Segment::Enum { variant } => variant.clone(),
        Segment::Unknown => String::new(),
    }
}

/// Number of the line of a byte, from 1.
pub fn line_number(text: &[u8], byte: usize) -> usize {
    let before = text.iter().take(byte);
    1 + before.filter(|&&byte| byte == b'\n').count()
}

/// What the parser says, as a sentence about a key.
fn sentence(path: &Path, message: &str) -> String {
    // A key that is itself a value, such as a language, has no name in the path.
    let path_text = path.to_string();
    let key = brief(path_text.trim_end_matches(".?"), PIECE);
    let within = |name: &str| match key.as_str() {
        "." => name.to_owned(),
        table => format!("{table}.{name}"),
    };
    if message.starts_with("unknown field ") {
        let last = path.iter().next_back().map(name).unwrap_or_default();
        return format!("unknown key `{key}`{}", choice(&last, message));
    }
    if let Some(rest) = message.strip_prefix("unknown variant `") {
        let value = rest
            .rsplit_once("`, expected ")
            .map_or(rest, |(value, _)| value);
        let said = brief(value, PIECE);
        return format!("`{key}` cannot be `{said}`{}", choice(value, message));
    }
    if let Some(name) = message.strip_prefix("missing field ") {
        let name = within(name.trim_matches('`'));
        return format!("`{name}` is missing; add it");
    }
    for wrong in ["invalid type: ", "invalid value: ", "invalid length "] {
        if let Some((found, expected)) = message
            .strip_prefix(wrong)
            .and_then(|rest| rest.rsplit_once(", expected "))
        {
            let found = match wrong {
                "invalid length " => format!("one of length {found}"),
                _ => brief(&found.replace(" as i128", ""), PIECE),
            };
            return format!("`{key}` must be {}, not {found}", in_words(expected));
        }
    }
    format!("`{key}`: {}", brief(message, MESSAGE))
}

/// The names that a message expects, the nearest one first.
fn choice(word: &str, message: &str) -> String {
    // The last one: what the file says stands before it.
    let expected = message.rsplit_once(", expected ").map_or("", |(_, e)| e);
    let names: Vec<&str> = expected.split('`').skip(1).step_by(2).collect();
    let meant = meant(word, names.iter().copied());
    match names.as_slice() {
        [] => format!("{meant}; take it out"),
        names => format!("{meant}; expected one of: {}", names.join(" ")),
    }
}

/// Rust's name of a type for people.
fn in_words(expected: &str) -> &str {
    match expected {
        "u8" => "a whole number from 0 to 255",
        "u16" | "u32" | "u64" | "usize" => "a whole number, 0 or more",
        "f32" | "f64" => "a number",
        "a string" | "string or table" | "variant identifier" => "a text",
        "a sequence" => "a list",
        "an array of length 2" => "a list of two",
        "a map" => "a table",
        _ if expected.starts_with("struct ") => "a table",
        other => other,
    }
}

#[cfg(test)]
mod tests;
