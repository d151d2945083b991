//! What is wrong with a value, as the parser says it.

use explang_named::brief;
use serde::de::DeserializeOwned;
use toml::Spanned;
use toml::de::DeTable;

use super::MESSAGE;

/// The value that a document holds; otherwise the byte of `places`, the text's own document, where it is another, and what is wrong with that.
pub(super) fn deserialize<T: DeserializeOwned>(
    document: Spanned<DeTable<'_>>,
    _: &Spanned<DeTable<'_>>,
) -> Result<T, (Option<usize>, String)> {
    T::deserialize(toml::Deserializer::from(document)).map_err(|error| {
        let start = error.span().map(|span| span.start);
        (start, brief(error.message(), MESSAGE))
    })
}
