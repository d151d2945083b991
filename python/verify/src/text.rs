//! Texts that come from Python: strings without a copy, numbers as JSON writes them.

use std::ops::Deref;

use pyo3::exceptions::{PyTypeError, PyValueError};
use pyo3::prelude::*;
use pyo3::pybacked::PyBackedStr;
use pyo3::types::{PyBool, PyFloat, PyInt, PyString};
use serde_json::Number;

/// A string of Python's, or a number as `explang` would find it in a JSON line.
pub enum Text {
    /// Borrowed from the interpreter.
    Str(PyBackedStr),
    /// A number's digits.
    Number(String),
}

impl Deref for Text {
    type Target = str;

    fn deref(&self) -> &str {
        match self {
            Text::Str(text) => text,
            Text::Number(digits) => digits,
        }
    }
}

impl Text {
    /// Reads an argument called `name`.
    ///
    /// # Errors
    /// `TypeError` where it is neither text nor a number, `ValueError` where it is not finite, `UnicodeEncodeError` where it holds half
    /// of a surrogate pair.
    pub fn of(value: &Bound<'_, PyAny>, name: &str) -> PyResult<Self> {
        if let Ok(text) = value.cast::<PyString>() {
            return Ok(Text::Str(text.clone().try_into()?));
        }
        // Python's truth values are whole numbers to it; no reference is one.
        if !value.is_instance_of::<PyBool>() {
            if value.is_instance_of::<PyInt>() {
                return Ok(Text::Number(value.str()?.to_string()));
            }
            if let Ok(float) = value.cast::<PyFloat>() {
                let number = Number::from_f64(float.value()).ok_or_else(|| {
                    PyValueError::new_err(format!("`{name}` is {float}; pass a finite number"))
                })?;
                return Ok(Text::Number(number.to_string()));
            }
        }
        Err(PyTypeError::new_err(format!(
            "`{name}` is missing or not a text or number; add it as text or number"
        )))
    }

    /// Reads an argument called `name` that has many.
    ///
    /// # Errors
    /// As [`Text::of`], with the place of the first that is wrong; `TypeError` where it is a single text or has no end of items.
    pub fn all(values: &Bound<'_, PyAny>, name: &str) -> PyResult<Vec<Self>> {
        if values.is_instance_of::<PyString>() {
            return Err(PyTypeError::new_err(format!(
                "`{name}` is one text; pass a list of texts"
            )));
        }
        let items = values.try_iter()?.enumerate();
        items
            .map(|(i, value)| Text::of(&value?, &format!("{name}[{i}]")))
            .collect()
    }
}

/// Refuses lists of different lengths, each with its name.
///
/// # Errors
/// `ValueError` with both lengths.
pub fn same_length(first: (&str, usize), second: (&str, usize)) -> PyResult<()> {
    if first.1 == second.1 {
        return Ok(());
    }
    Err(PyValueError::new_err(format!(
        "`{}` has {} items, `{}` has {}; pass as many of each",
        first.0, first.1, second.0, second.1
    )))
}
