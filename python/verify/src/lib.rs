//! The Python module `explang_verify`: the crate `explang-verify` for Python.
//!
//! Everything lets other Python threads run while it works; the `…_batch` functions also use several threads of their own. A
//! budget of work bounds each comparison, without a signal, clock or subprocess. Stubs and docstrings of the package are in
//! `py_src`; pytest tests it (`verify/tests`).
//!
//! The package `explang` offers the same functions from its own module, by [`register`], so that it installs from a checkout without
//! an index that has `explang-verify`.

mod comparison;
pub mod parallel;
pub mod text;

use pyo3::exceptions::PyValueError;
use pyo3::prelude::*;
use pyo3::types::PyTuple;

use explang_verify::Extraction;

use crate::comparison::Comparison;
use crate::text::{Text, same_length};

/// The choice with this name.
///
/// # Errors
/// `ValueError` with the names that exist.
pub fn extraction(name: &str) -> PyResult<Extraction> {
    name.parse::<Extraction>()
        .map_err(|error| PyValueError::new_err(error.to_string()))
}

/// Whether `answer` states the same thing as `gold`.
///
/// `answer` is a whole response or a bare answer, `gold` the reference, boxed or not; both are text or a number. `extraction` says where
/// in `answer` to look: "stated" (a box, or what follows "the answer is", or a bare answer), "after-thinking" (the last box after
/// `</think>`), "whole-response" (the last box anywhere, else the last formula or number).
///
/// >>> verify("It is \\boxed{0.5}.", "1/2")
/// True
/// >>> verify("<think>2</think> \\boxed{3}", 3, extraction="after-thinking")
/// True
#[pyfunction]
#[pyo3(signature = (answer, gold, *, extraction = "stated"))]
fn verify(
    py: Python<'_>,
    answer: &Bound<'_, PyAny>,
    gold: &Bound<'_, PyAny>,
    extraction: &str,
) -> PyResult<bool> {
    let extraction = self::extraction(extraction)?;
    let (answer, gold) = (Text::of(answer, "answer")?, Text::of(gold, "gold")?);
    Ok(py.detach(|| explang_verify::verify(&answer, &gold, extraction)))
}

/// Whether `answer` states the same thing as `gold`, how both were understood, and why.
///
/// Arguments are those of `verify`.
///
/// >>> compare("So x = \\boxed{0.5}", "\\frac{1}{2}")
/// Comparison(equal=True, answer_value='1/2', gold_value='1/2', reason='equal')
#[pyfunction]
#[pyo3(signature = (answer, gold, *, extraction = "stated"))]
fn compare(
    py: Python<'_>,
    answer: &Bound<'_, PyAny>,
    gold: &Bound<'_, PyAny>,
    extraction: &str,
) -> PyResult<Comparison> {
    let extraction = self::extraction(extraction)?;
    let (answer, gold) = (Text::of(answer, "answer")?, Text::of(gold, "gold")?);
    Ok(py.detach(|| explang_verify::compare(&answer, &gold, extraction).into()))
}

/// The answer that `text` gives, as it is written there; None where it gives none.
///
/// >>> extract("So it is \\boxed{0.5}.")
/// '0.5'
/// >>> extract("<think>still thinking", extraction="after-thinking")
#[pyfunction]
#[pyo3(signature = (text, *, extraction = "stated"))]
fn extract(py: Python<'_>, text: &Bound<'_, PyAny>, extraction: &str) -> PyResult<Option<String>> {
    let extraction = self::extraction(extraction)?;
    let text = Text::of(text, "text")?;
    Ok(py.detach(|| explang_verify::extract(&text, extraction).map(std::borrow::Cow::into_owned)))
}

/// `verify` for many pairs, by several threads; the verdicts are in the order of the pairs.
///
/// `threads` is how many may work at once: every processor that this process may use, if not given. Other Python threads run on.
///
/// >>> verify_batch(["\\boxed{1}", "\\boxed{2}"], [1, "3"])
/// [True, False]
#[pyfunction]
#[pyo3(signature = (answers, golds, *, extraction = "stated", threads = None))]
fn verify_batch(
    py: Python<'_>,
    answers: &Bound<'_, PyAny>,
    golds: &Bound<'_, PyAny>,
    extraction: &str,
    threads: Option<usize>,
) -> PyResult<Vec<bool>> {
    let extraction = self::extraction(extraction)?;
    let threads = parallel::threads(threads)?;
    let (answers, golds) = pairs(answers, golds)?;
    Ok(py.detach(|| {
        parallel::map(answers.len(), threads, |i| {
            explang_verify::verify(&answers[i], &golds[i], extraction)
        })
    }))
}

/// `compare` for many pairs, by several threads; the comparisons are in the order of the pairs.
///
/// >>> [c.reason for c in compare_batch(["1/2", "2"], [0.5, 3])]
/// ['equal', 'different values']
#[pyfunction]
#[pyo3(signature = (answers, golds, *, extraction = "stated", threads = None))]
fn compare_batch(
    py: Python<'_>,
    answers: &Bound<'_, PyAny>,
    golds: &Bound<'_, PyAny>,
    extraction: &str,
    threads: Option<usize>,
) -> PyResult<Vec<Comparison>> {
    let extraction = self::extraction(extraction)?;
    let threads = parallel::threads(threads)?;
    let (answers, golds) = pairs(answers, golds)?;
    Ok(py.detach(|| {
        parallel::map(answers.len(), threads, |i| {
            explang_verify::compare(&answers[i], &golds[i], extraction).into()
        })
    }))
}

fn pairs(answers: &Bound<'_, PyAny>, golds: &Bound<'_, PyAny>) -> PyResult<(Vec<Text>, Vec<Text>)> {
    let answers = Text::all(answers, "answers")?;
    let golds = Text::all(golds, "golds")?;
    same_length(("answers", answers.len()), ("golds", golds.len()))?;
    Ok((answers, golds))
}

/// Puts all of it into `module`, as of the package `package`.
///
/// # Errors
/// Where the interpreter has no memory left.
pub fn register(module: &Bound<'_, PyModule>, package: &str) -> PyResult<()> {
    module.add_function(wrap_pyfunction!(verify, module)?)?;
    module.add_function(wrap_pyfunction!(compare, module)?)?;
    module.add_function(wrap_pyfunction!(extract, module)?)?;
    module.add_function(wrap_pyfunction!(verify_batch, module)?)?;
    module.add_function(wrap_pyfunction!(compare_batch, module)?)?;
    module.add_class::<Comparison>()?;
    module
        .py()
        .get_type::<Comparison>()
        .setattr("__module__", package)?;
    let extractions = PyTuple::new(module.py(), Extraction::ALL.map(Extraction::name))?;
    module.add("EXTRACTIONS", extractions)
}

#[pymodule]
fn _explang_verify(module: &Bound<'_, PyModule>) -> PyResult<()> {
    register(module, "explang_verify")
}
