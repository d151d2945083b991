//! Which language of the pool is a text in?
//!
//! The reward and the evaluation ask this of every thinking trace. One trait, two detectors:
//!
//! | detector | feature | for |
//! | --- | --- | --- |
//! | `LinguaDetector` | `lingua` | training and evaluation: precise, 37 MB of models |
//! | `WhatlangDetector` | `whatlang` | the browser: small; weaker on short texts |
//!
//! Both answer only with languages of the pool that they were given, so the pool should hold every
//! language that a text may be in, not only those that are asked for.

#[cfg(feature = "whatlang")]
mod lexicon;
#[cfg(feature = "lingua")]
mod lingua;
#[cfg(feature = "whatlang")]
mod whatlang;

#[cfg(feature = "lingua")]
pub use self::lingua::LinguaDetector;
#[cfg(feature = "whatlang")]
pub use self::whatlang::WhatlangDetector;

use explang_language::Language;

/// Names the language of a text.
pub trait Identify: Send + Sync {
    /// The language, or `None` where the text has no letters or the detector cannot tell.
    fn identify(&self, text: &str) -> Option<Language>;
}

/// The text in Unicode's composed form (NFC), which the detectors' models are built on: decomposed
/// Vietnamese, say, looks like another language to them. `None` where the text has no letter.
#[cfg(any(feature = "lingua", feature = "whatlang"))]
fn composed(text: &str) -> Option<std::borrow::Cow<'_, str>> {
    use std::borrow::Cow;

    use unicode_normalization::{IsNormalized, UnicodeNormalization, is_nfc_quick};

    if !text.chars().any(char::is_alphabetic) {
        return None;
    }
    Some(match is_nfc_quick(text.chars()) {
        IsNormalized::Yes => Cow::Borrowed(text),
        IsNormalized::No | IsNormalized::Maybe => Cow::Owned(text.nfc().collect()),
    })
}

#[cfg(all(test, any(feature = "lingua", feature = "whatlang")))]
mod tests;
