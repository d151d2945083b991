//! Which language is a text in?

use std::sync::OnceLock;

use _explang_verify::parallel;
use _explang_verify::text::Text;
use explang_language::Language;
use explang_reward::Detector;
use explang_reward::identify::{Identify, LinguaDetector};
use pyo3::prelude::*;

use crate::named;

/// The detector of a choice, made once for all that ask.
pub(crate) fn of(choice: Detector) -> &'static dyn Identify {
    static SEEN: OnceLock<LinguaDetector> = OnceLock::new();
    static ALL: OnceLock<LinguaDetector> = OnceLock::new();
    let made = match choice {
        Detector::Seen => &SEEN,
        Detector::All => &ALL,
    };
    made.get_or_init(|| LinguaDetector::new(choice.languages()))
}

/// The language that `text` is in, as an ISO 639-1 code; None where it has no letters, or the detector cannot tell.
///
/// `detector` says which languages it may be: "all" seventeen, or the thirteen "seen" in training.
///
/// >>> identify("Sechs mal sieben ist zweiundvierzig.")
/// 'de'
#[pyfunction]
#[pyo3(signature = (text, *, detector = "all"))]
pub(crate) fn identify(
    py: Python<'_>,
    text: &Bound<'_, PyAny>,
    detector: &str,
) -> PyResult<Option<&'static str>> {
    let detector = named(detector)?;
    let text = Text::of(text, "text")?;
    Ok(py.detach(|| of(detector).identify(&text).map(Language::code)))
}

/// `identify` for many texts, by several threads; the languages are in the order of the texts.
///
/// >>> identify_batch(["Six times seven.", "Шестью семь."])
/// ['en', 'ru']
#[pyfunction]
#[pyo3(signature = (texts, *, detector = "all", threads = None))]
pub(crate) fn identify_batch(
    py: Python<'_>,
    texts: &Bound<'_, PyAny>,
    detector: &str,
    threads: Option<usize>,
) -> PyResult<Vec<Option<&'static str>>> {
    let detector = named(detector)?;
    let threads = parallel::threads(threads)?;
    let texts = Text::all(texts, "texts")?;
    Ok(py.detach(|| {
        let detector = of(detector);
        parallel::map(texts.len(), threads, |i| {
            detector.identify(&texts[i]).map(Language::code)
        })
    }))
}
