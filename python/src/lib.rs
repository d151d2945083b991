//! The Python module `explang`: the crate `explang-reward` for Python, and all of the module `explang_verify`.
//!
//! Batches let other Python threads run and use several of their own. Adapters for trainers are written in Python (`py_src`), pytest
//! tests it all (`tests`).

mod detectors;
mod reward;
mod scored;

use explang_language::Language;
use explang_reward::{Quirk, Variant, transcript};
use pyo3::exceptions::PyValueError;
use pyo3::prelude::*;
use pyo3::types::PyTuple;

use crate::detectors::{identify, identify_batch};
use crate::reward::Reward;
use crate::scored::{Alone, Scored};

/// The choice with this name, of any enumeration whose error lists the names.
///
/// # Errors
/// `ValueError` with the sentence that `explang` prints.
fn named<T: explang_named::Named>(name: &str) -> PyResult<T> {
    explang_named::parse(name).map_err(|error| PyValueError::new_err(error.to_string()))
}

/// What a response opens with where its thinking language is forced: everything up to the first word of the thinking.
///
/// >>> forced_prefix("sw")
/// '<lang_select>\nsw\n</lang_select>\n<think>\n'
#[pyfunction]
fn forced_prefix(language: &str) -> PyResult<String> {
    Ok(transcript::forced_prefix(named(language)?))
}

#[pymodule]
fn _explang(module: &Bound<'_, PyModule>) -> PyResult<()> {
    _explang_verify::register(module, "explang")?;
    module.add_function(wrap_pyfunction!(identify, module)?)?;
    module.add_function(wrap_pyfunction!(identify_batch, module)?)?;
    module.add_function(wrap_pyfunction!(forced_prefix, module)?)?;
    module.add_class::<Reward>()?;
    module.add_class::<Scored>()?;
    module.add_class::<Alone>()?;
    let names = |names: Vec<&'static str>| PyTuple::new(module.py(), names);
    let variants = Variant::NAMES.into_iter().chain([Variant::VERIFIED]);
    module.add("VARIANTS", names(variants.collect())?)?;
    module.add("QUIRKS", names(Quirk::ALL.map(Quirk::name).to_vec())?)?;
    module.add("SEEN", names(Language::SEEN.map(Language::code).to_vec())?)?;
    module.add(
        "UNSEEN",
        names(Language::UNSEEN.map(Language::code).to_vec())?,
    )
}
