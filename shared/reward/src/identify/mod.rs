//! Which language of the pool is a text in?
//!
//! The reward and the evaluation ask this of every thinking trace. A trace is first reduced to its prose ([`TraceText::Prose`]); its script
//! decides where it can, and a detector where it cannot. One trait, two detectors:
//!
//! | detector | feature | for |
//! | --- | --- | --- |
//! | `LinguaDetector` | `lingua` | training and evaluation: precise, 37 MB of models |
//! | `WhatlangDetector` | `whatlang` | the browser, and large batches: small and fast; weaker on texts without common words |
//!
//! Both answer only with languages of the pool that they were given, so the pool should hold every
//! language that a text may be in, not only those that are asked for.

mod identifier;
#[cfg(any(feature = "lingua", feature = "whatlang"))]
mod lexicon;
#[cfg(feature = "lingua")]
mod lingua;
mod prose;
mod sample;
mod script;
#[cfg(feature = "whatlang")]
mod whatlang;

pub use self::identifier::{Identifier, NotBuilt};
#[cfg(feature = "lingua")]
pub use self::lingua::LinguaDetector;
#[cfg(feature = "whatlang")]
pub use self::whatlang::WhatlangDetector;

use explang_language::{Language, Script};

use crate::TraceText;

/// Names the language of a text.
pub trait Identify: Send + Sync {
    /// The language, or `None` where the text has no letters or the detector cannot tell.
    fn identify(&self, text: &str) -> Option<Language>;

    /// The language of words in Latin script with blanks between, all that is left of a trace by [`TraceText::Prose`].
    fn identify_words(&self, words: &str) -> Option<Language> {
        self.identify(words)
    }
}

impl TraceText {
    /// The language of a trace; `None` where what is read of it has no letters, or the detector cannot tell.
    pub fn language(self, trace: &str, detector: &dyn Identify) -> Option<Language> {
        if self == TraceText::Whole {
            return detector.identify(trace);
        }
        let prose = prose::prose(trace);
        match script::dominant(&prose)? {
            Script::Latin => detector.identify_words(&sample::sample(&prose)),
            script => script::language_of(script),
        }
    }
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
