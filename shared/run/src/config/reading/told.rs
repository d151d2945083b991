//! What is wrong with a value: a sentence about its key.

use explang_named::{brief, meant};
use serde::de::DeserializeOwned;
use serde_path_to_error::{Path, Segment};
use toml::Spanned;
use toml::de::DeTable;

use super::{MESSAGE, PIECE, place};

/// The value that a document holds; otherwise the byte of `places`, the text's own document, where it is another, and what is wrong with that.
pub(super) fn deserialize<T: DeserializeOwned>(
    document: Spanned<DeTable<'_>>,
    places: &Spanned<DeTable<'_>>,
) -> Result<T, (Option<usize>, String)> {
    serde_path_to_error::deserialize(toml::Deserializer::from(document)).map_err(|error| {
        let names: Vec<String> = error.path().iter().map(name).collect();
        let what = sentence(error.path(), error.inner().message());
        (place(places, &names), what)
    })
}

/// A step of a path, as [`place`](super::place) looks for it.
fn name(segment: &Segment) -> String {
    match segment {
        Segment::Seq { index } => index.to_string(),
        Segment::Map { key } => key.clone(),
        Segment::Enum { variant } => variant.clone(),
        Segment::Unknown => String::new(),
    }
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
