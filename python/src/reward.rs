//! The reward as Python sees it.

use _explang_verify::parallel;
use _explang_verify::text::{Text, same_length};
use explang_reward::{GroupId, Quirk, Quirks, Response};
use pyo3::exceptions::PyValueError;
use pyo3::prelude::*;
use pyo3::types::PyDict;

use crate::scored::{Alone, Scored};
use crate::{detectors, named};

/// A variant of the reward under a preset.
///
/// `variant` is one of `VARIANTS`. `preset` is "paper", the rules as they are meant, or "official", the published code's with all its
/// quirks. What is not given is the preset's choice:
///
/// - `scope`: languages are compared over the responses of a "group" or of the whole "batch";
/// - `answer_scope`: where the answer may stand, one of `EXTRACTIONS`;
/// - `truncated`: what becomes of a response cut short: "keep", "penalise", "mask";
/// - `detector`: the thinking's language is looked for among the "seen" languages or "all";
/// - `identifier`: "lingua" names it, precise, or "whatlang", fast;
/// - `trace_text`: it is read from the thinking's "prose", without TeX and code, or from the "whole";
/// - `pool`: the languages that a tag may name;
/// - `quirks`: which of `QUIRKS` are followed, and no other;
/// - `threads`: how many may work at once: every processor that this process may use, if not given.
///
/// >>> text = "<lang_select>\nen\n</lang_select>\n<think>\nThree and four.\n</think>\n\\boxed{7}"
/// >>> [scored.reward for scored in Reward("explore").score([text], [7])]
/// [1.5999999999999999]
#[pyclass(frozen, module = "explang")]
pub(crate) struct Reward {
    reward: explang_reward::Reward,
    threads: usize,
}

#[pymethods]
impl Reward {
    #[new]
    #[pyo3(signature = (
        variant = "exploit", preset = "paper", *, scope = None, answer_scope = None, truncated = None, detector = None,
        identifier = None, trace_text = None, pool = None, quirks = None, threads = None
    ))]
    #[expect(clippy::too_many_arguments, reason = "each is a keyword in Python")]
    fn new(
        variant: &str,
        preset: &str,
        scope: Option<&str>,
        answer_scope: Option<&str>,
        truncated: Option<&str>,
        detector: Option<&str>,
        identifier: Option<&str>,
        trace_text: Option<&str>,
        pool: Option<Vec<String>>,
        quirks: Option<Vec<String>>,
        threads: Option<usize>,
    ) -> PyResult<Self> {
        let mut reward = explang_reward::Reward::named(variant, named(preset)?)
            .map_err(|error| PyValueError::new_err(error.to_string()))?;
        let options = &mut reward.options;
        if let Some(scope) = scope {
            options.scope = named(scope)?;
        }
        if let Some(answer_scope) = answer_scope {
            options.answer_scope = _explang_verify::extraction(answer_scope)?;
        }
        if let Some(truncated) = truncated {
            options.truncated = named(truncated)?;
        }
        if let Some(detector) = detector {
            options.detector = named(detector)?;
        }
        if let Some(identifier) = identifier {
            options.identifier = named(identifier)?;
        }
        if let Some(trace_text) = trace_text {
            options.trace_text = named(trace_text)?;
        }
        if let Some(pool) = pool {
            options.pool = pool
                .iter()
                .map(|code| named(code))
                .collect::<PyResult<_>>()?;
        }
        if let Some(quirks) = quirks {
            let followed: Vec<Quirk> = quirks
                .iter()
                .map(|name| named(name))
                .collect::<PyResult<_>>()?;
            options.quirks = Quirks::of(&followed);
        }
        let threads = parallel::threads(threads)?;
        Ok(Reward { reward, threads })
    }

    /// Scores a batch; the result is in the order of `responses`.
    ///
    /// A response is the whole text from its tag on; a reference is text or a number, boxed or not. Responses with equal `groups` (one
    /// value each, anything hashable) answer one prompt; None is a group by itself, and without `groups` every response is.
    /// `truncated` says which were cut short by their token budget.
    #[pyo3(signature = (responses, references, *, groups = None, truncated = None))]
    fn score(
        &self,
        py: Python<'_>,
        responses: &Bound<'_, PyAny>,
        references: &Bound<'_, PyAny>,
        groups: Option<&Bound<'_, PyAny>>,
        truncated: Option<Vec<bool>>,
    ) -> PyResult<Vec<Scored>> {
        let batch = Batch::of(responses, references, truncated)?;
        let groups = group_ids(py, groups, batch.len())?;
        Ok(py.detach(|| {
            let alone = self.judged(&batch, |i| groups[i]);
            self.paid(alone)
        }))
    }

    /// The first half of `score`, which takes nearly all of its time: what can be said of each response by itself.
    ///
    /// Several processes may each judge their part of a batch, exchange the results, and call `together` on all of them.
    #[pyo3(signature = (responses, references, *, truncated = None))]
    fn alone(
        &self,
        py: Python<'_>,
        responses: &Bound<'_, PyAny>,
        references: &Bound<'_, PyAny>,
        truncated: Option<Vec<bool>>,
    ) -> PyResult<Vec<Alone>> {
        let batch = Batch::of(responses, references, truncated)?;
        let judged = py.detach(|| self.judged(&batch, |i| GroupId(i as u64)));
        Ok(judged.into_iter().map(Alone).collect())
    }

    /// The second half of `score`: compares the responses of a batch, and pays them.
    #[pyo3(signature = (alone, *, groups = None))]
    fn together(
        &self,
        py: Python<'_>,
        alone: Vec<PyRef<'_, Alone>>,
        groups: Option<&Bound<'_, PyAny>>,
    ) -> PyResult<Vec<Scored>> {
        let groups = group_ids(py, groups, alone.len())?;
        let judged = alone.iter().zip(groups).map(|(alone, group)| {
            let mut alone = alone.0.clone();
            alone.group = group;
            alone
        });
        let judged = judged.collect();
        Ok(py.detach(|| self.paid(judged)))
    }

    /// The name of the variant.
    #[getter]
    fn variant(&self) -> &str {
        &self.reward.variant.name
    }

    /// "group" or "batch".
    #[getter]
    fn scope(&self) -> &'static str {
        self.reward.options.scope.name()
    }

    /// "keep", "penalise" or "mask".
    #[getter]
    fn truncated(&self) -> &'static str {
        self.reward.options.truncated.name()
    }

    /// The languages that a tag may name.
    #[getter]
    fn pool(&self) -> Vec<&'static str> {
        let pool = self.reward.options.pool.iter();
        pool.map(|language| language.code()).collect()
    }
}

impl Reward {
    fn judged(
        &self,
        batch: &Batch,
        group: impl Fn(usize) -> GroupId + Sync,
    ) -> Vec<explang_reward::Alone> {
        let options = &self.reward.options;
        let detector = detectors::of(options.identifier, options.detector);
        parallel::map(batch.len(), self.threads, |i| {
            let response = Response {
                group: group(i),
                text: &batch.responses[i],
                ground_truth: &batch.references[i],
                truncated: batch.truncated.as_ref().is_some_and(|all| all[i]),
            };
            self.reward.alone(&response, detector)
        })
    }

    fn paid(&self, judged: Vec<explang_reward::Alone>) -> Vec<Scored> {
        let scored = self.reward.together(judged);
        scored.into_iter().map(Scored).collect()
    }
}

/// The texts of a batch.
struct Batch {
    responses: Vec<Text>,
    references: Vec<Text>,
    truncated: Option<Vec<bool>>,
}

impl Batch {
    fn of(
        responses: &Bound<'_, PyAny>,
        references: &Bound<'_, PyAny>,
        truncated: Option<Vec<bool>>,
    ) -> PyResult<Self> {
        let responses = Text::all(responses, "responses")?;
        let references = Text::all(references, "references")?;
        let len = ("responses", responses.len());
        same_length(len, ("references", references.len()))?;
        if let Some(truncated) = &truncated {
            same_length(len, ("truncated", truncated.len()))?;
        }
        Ok(Batch {
            responses,
            references,
            truncated,
        })
    }

    const fn len(&self) -> usize {
        self.responses.len()
    }
}

/// A number for each group: equal values get the same one, None and a missing list a new one each.
fn group_ids(
    py: Python<'_>,
    groups: Option<&Bound<'_, PyAny>>,
    len: usize,
) -> PyResult<Vec<GroupId>> {
    let Some(groups) = groups else {
        return Ok((0..len as u64).map(GroupId).collect());
    };
    let known = PyDict::new(py);
    let mut ids = Vec::with_capacity(len);
    for group in groups.try_iter()? {
        let group = group?;
        let next = ids.len() as u64;
        let id = if group.is_none() {
            next
        } else if let Some(id) = known.get_item(&group)? {
            id.extract()?
        } else {
            known.set_item(&group, next)?;
            next
        };
        ids.push(GroupId(id));
    }
    same_length(("responses", len), ("groups", ids.len()))?;
    Ok(ids)
}
