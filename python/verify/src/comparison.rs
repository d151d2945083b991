//! What a comparison tells Python.

use pyo3::prelude::*;

/// Two answers as they were understood, and whether they are equal.
#[pyclass(frozen, get_all, eq, hash)]
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) struct Comparison {
    equal: bool,
    answer_value: Option<String>,
    gold_value: Option<String>,
    reason: String,
}

impl From<explang_verify::Comparison> for Comparison {
    fn from(comparison: explang_verify::Comparison) -> Self {
        Comparison {
            equal: comparison.equal,
            answer_value: comparison.answer,
            gold_value: comparison.reference,
            reason: comparison.reason,
        }
    }
}

#[pymethods]
impl Comparison {
    fn __bool__(&self) -> bool {
        self.equal
    }

    fn __repr__(&self, py: Python<'_>) -> PyResult<String> {
        let equal = if self.equal { "True" } else { "False" };
        let text = |text: &Option<String>| -> PyResult<String> {
            Ok(text.as_deref().into_pyobject(py)?.repr()?.to_string())
        };
        Ok(format!(
            "Comparison(equal={equal}, answer_value={}, gold_value={}, reason={})",
            text(&self.answer_value)?,
            text(&self.gold_value)?,
            self.reason.as_str().into_pyobject(py)?.repr()?
        ))
    }
}
