//! Which language is a text in?

use std::sync::OnceLock;

use _explang_verify::parallel;
use _explang_verify::text::Text;
use explang_language::Language;
use explang_reward::identify::{Identifier, Identify, LinguaDetector, WhatlangDetector};
use explang_reward::{Detector, TraceText};
use pyo3::prelude::*;

use crate::named;

/// The detector of these choices, made once for all that ask.
pub(crate) fn of(identifier: Identifier, choice: Detector) -> &'static dyn Identify {
    static MADE: [[OnceLock<Box<dyn Identify>>; 2]; 2] =
        [const { [const { OnceLock::new() }; 2] }; 2];
    let made = &MADE[identifier as usize][choice as usize];
    let languages = choice.languages();
    &**made.get_or_init(|| match identifier {
        Identifier::Lingua => Box::new(LinguaDetector::new(languages)),
        Identifier::Whatlang => Box::new(WhatlangDetector::new(languages)),
    })
}

/// The language that `text` is in, as an ISO 639-1 code; None where it has no letters, or the detector cannot tell.
///
/// `detector` says which languages it may be: "all" seventeen, or the thirteen "seen" in training. `identifier` is what tells them apart:
/// "lingua", or the fast "whatlang". `trace_text` says what of the text counts: its "prose", without TeX and code, or the "whole".
///
/// >>> identify("Sechs mal sieben ist zweiundvierzig.")
/// 'de'
#[pyfunction]
#[pyo3(signature = (text, *, detector = "all", identifier = "lingua", trace_text = "prose"))]
pub(crate) fn identify(
    py: Python<'_>,
    text: &Bound<'_, PyAny>,
    detector: &str,
    identifier: &str,
    trace_text: &str,
) -> PyResult<Option<&'static str>> {
    let (identifier, detector) = (named(identifier)?, named(detector)?);
    let trace_text: TraceText = named(trace_text)?;
    let text = Text::of(text, "text")?;
    Ok(py.detach(|| {
        let detector = of(identifier, detector);
        trace_text.language(&text, detector).map(Language::code)
    }))
}

/// `identify` for many texts, by several threads; the languages are in the order of the texts.
///
/// >>> identify_batch(["Six times seven.", "Шестью семь."])
/// ['en', 'ru']
#[pyfunction]
#[pyo3(signature = (texts, *, detector = "all", identifier = "lingua", trace_text = "prose", threads = None))]
pub(crate) fn identify_batch(
    py: Python<'_>,
    texts: &Bound<'_, PyAny>,
    detector: &str,
    identifier: &str,
    trace_text: &str,
    threads: Option<usize>,
) -> PyResult<Vec<Option<&'static str>>> {
    let (identifier, detector) = (named(identifier)?, named(detector)?);
    let trace_text: TraceText = named(trace_text)?;
    let threads = parallel::threads(threads)?;
    let texts = Text::all(texts, "texts")?;
    Ok(py.detach(|| {
        let detector = of(identifier, detector);
        parallel::map(texts.len(), threads, |i| {
            trace_text.language(&texts[i], detector).map(Language::code)
        })
    }))
}
