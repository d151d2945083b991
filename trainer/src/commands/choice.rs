//! Options whose values are the names of an enumeration.

use clap::builder::{PossibleValuesParser, TypedValueParser};
use explang::named::{Named, parse};
use explang::verify::Extraction;

/// Reads the name of a choice; `--help` and errors list all names.
pub(crate) fn choice<T: Named + Send + Sync>() -> impl TypedValueParser<Value = T> {
    PossibleValuesParser::new(T::names()).try_map(|name| parse(&name))
}

/// Reads the name of an extraction.
pub(crate) fn extraction() -> impl TypedValueParser<Value = Extraction> {
    PossibleValuesParser::new(Extraction::ALL.map(Extraction::name))
        .try_map(|name| name.parse::<Extraction>())
}
