//! Scored responses as Python sees them.

use explang_language::Language;
use explang_reward::Component;
use pyo3::exceptions::PyValueError;
use pyo3::prelude::*;
use pyo3::types::{PyBytes, PyDict, PyType};

/// A scored response: its reward, and what that is made of.
///
/// `reward` is the weighted sum of the components, each 0 or 1 unless said otherwise: `format`, `compliance`, `verified`, `diversity` in
/// 0–1 (NaN where the published code divides by zero and is followed), `pass_at_k`, `language_accuracy` in 0–1, `english`,
/// `other_language`. `tag` is the text of the tag, `language` the language of the pool that it names, `detected` the one that the
/// thinking is in; None where there is none. `masked`: it takes no part in learning. `forfeits`: it is paid 0, whatever its components.
#[pyclass(frozen, module = "explang")]
pub(crate) struct Scored(pub(crate) explang_reward::Scored);

/// One getter for each component.
macro_rules! getters {
    ($($component:ident),+) => {
        #[pymethods]
        impl Scored {
            $(
                #[getter]
                fn $component(&self) -> f64 {
                    self.0.components.$component
                }
            )+

            #[getter]
            fn reward(&self) -> f64 {
                self.0.reward
            }

            #[getter]
            fn tag(&self) -> Option<&str> {
                self.0.tag.as_deref()
            }

            #[getter]
            fn language(&self) -> Option<&'static str> {
                self.0.language.map(Language::code)
            }

            #[getter]
            fn detected(&self) -> Option<&'static str> {
                self.0.detected.map(Language::code)
            }

            #[getter]
            fn masked(&self) -> bool {
                self.0.masked
            }

            #[getter]
            fn forfeits(&self) -> bool {
                self.0.forfeits
            }

            /// The members that `explang score` adds to a row: `tag`, `detected`, every component, `reward`, and `masked` where it is.
            fn as_dict<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyDict>> {
                let members = PyDict::new(py);
                members.set_item("tag", self.tag())?;
                members.set_item("detected", self.detected())?;
                for component in Component::ALL {
                    members.set_item(component.name(), self.0.components.get(component))?;
                }
                members.set_item("reward", self.0.reward)?;
                if self.0.masked {
                    members.set_item("masked", true)?;
                }
                Ok(members)
            }

            fn __repr__(&self, py: Python<'_>) -> PyResult<String> {
                let members = self.as_dict(py)?;
                let shown: Vec<String> = members
                    .iter()
                    .map(|(name, value)| Ok(format!("{name}={}", value.repr()?)))
                    .collect::<PyResult<_>>()?;
                Ok(format!("Scored({})", shown.join(", ")))
            }
        }
    };
}
getters!(
    format,
    compliance,
    verified,
    diversity,
    pass_at_k,
    language_accuracy,
    english,
    other_language
);

/// A response as `Reward.alone` judges it, for `Reward.together`. It can be pickled, to be sent to another process.
#[pyclass(frozen, module = "explang")]
pub(crate) struct Alone(pub(crate) explang_reward::Alone);

#[pymethods]
impl Alone {
    fn __reduce__<'py>(
        slf: &Bound<'py, Self>,
    ) -> PyResult<(Bound<'py, PyAny>, (Bound<'py, PyBytes>,))> {
        let state = serde_json::to_vec(&slf.get().0).map_err(state_error)?;
        let restore = slf.get_type().getattr("_restore")?;
        Ok((restore, (PyBytes::new(slf.py(), &state),)))
    }

    #[classmethod]
    fn _restore(_type: &Bound<'_, PyType>, state: &[u8]) -> PyResult<Self> {
        serde_json::from_slice(state)
            .map(Alone)
            .map_err(state_error)
    }
}

fn state_error(error: serde_json::Error) -> PyErr {
    PyValueError::new_err(format!("not the state of a response judged alone: {error}"))
}
