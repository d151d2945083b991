//! A line of `metrics.jsonl`: which step it is of, and what the step did.

use std::collections::BTreeMap;

use explang_named::Unknown;
use serde::de::{DeserializeOwned, Error as _};
use serde::{Deserialize, Deserializer, Serialize};
use serde_json::{Map, Value};

use super::{ChoiceCounts, DistilMetrics, PolicyMetrics, SupervisedMetrics};
use crate::NotFinite;
use crate::stage::Stage;

/// A line of `metrics.jsonl`.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Line {
    /// The stage that the step belongs to.
    pub stage: Stage,
    /// Number of the step in its stage, from 0.
    pub step: usize,
    /// What the step did.
    #[serde(flatten)]
    pub metrics: Metrics,
    /// Seconds that the step took.
    pub step_seconds: f64,
    /// Tokens sampled and read in the step, a second.
    pub tokens_per_s: f64,
}

/// What a step did.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(untagged)]
pub enum Metrics {
    /// An update on documents: it has a `loss`.
    Supervised(SupervisedMetrics),
    /// An update on the student's own samples: it has a `divergence`.
    Distil(DistilMetrics),
    /// A step of reinforcement learning: it has a `reward`.
    Policy(Box<PolicyMetrics>),
    /// Nothing: the step was skipped as a whole.
    Skipped(SkippedStep),
}

/// A step that was skipped before there was anything to learn from.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct SkippedStep {
    /// 1.
    pub skipped: usize,
    /// What was not finite.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub not_finite: Option<NotFinite>,
}

/// A text that is not a line of `metrics.jsonl`.
#[derive(Debug, thiserror::Error)]
pub enum LineError {
    /// It is not the JSON that it should be.
    #[error(transparent)]
    Json(#[from] serde_json::Error),
    /// It is of a stage that this version does not know.
    #[error(transparent)]
    Stage(#[from] Unknown),
}

impl Line {
    /// Reads a line.
    ///
    /// Members that this version does not know are passed over. In older lines `skipped` is true or false, and `seconds` a list of two
    /// numbers, which are passed over too.
    ///
    /// # Errors
    /// When the text is not a JSON object with a stage and a step, or a member has a value of another kind.
    pub fn parse(text: &str) -> Result<Line, LineError> {
        Line::of(serde_json::from_str(text)?)
    }

    fn of(mut members: Map<String, Value>) -> Result<Line, LineError> {
        let Some(Value::String(stage)) = members.remove("stage") else {
            return Err(serde_json::Error::missing_field("stage").into());
        };
        let stage: Stage = stage.parse()?;
        // A figure that was not finite is `null` in its line: its name still tells what the step was.
        let kind = ["divergence", "reward", "loss"].map(|name| members.contains_key(name));
        drop_nulls(&mut members);
        if let Some(Value::Bool(skipped)) = members.get("skipped") {
            let skipped = usize::from(*skipped);
            members.insert("skipped".into(), skipped.into());
        }
        if members.get("seconds").is_some_and(Value::is_array) {
            members.remove("seconds");
        }
        let step =
            taken(&mut members, "step")?.ok_or_else(|| serde_json::Error::missing_field("step"))?;
        let step_seconds = taken(&mut members, "step_seconds")?.unwrap_or(f64::NAN);
        let tokens_per_s = taken(&mut members, "tokens_per_s")?.unwrap_or(f64::NAN);
        let rest = Value::Object(members);
        let metrics = match kind {
            [true, ..] => Metrics::Distil(serde_json::from_value(rest)?),
            [_, true, _] => Metrics::Policy(serde_json::from_value(rest)?),
            [.., true] => Metrics::Supervised(serde_json::from_value(rest)?),
            [false, false, false] => Metrics::Skipped(serde_json::from_value(rest)?),
        };
        Ok(Line {
            stage,
            step,
            metrics,
            step_seconds,
            tokens_per_s,
        })
    }
}

impl<'de> Deserialize<'de> for Line {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        Line::of(Map::deserialize(from)?).map_err(D::Error::custom)
    }
}

/// A member, taken out.
fn taken<T: DeserializeOwned>(
    members: &mut Map<String, Value>,
    name: &str,
) -> Result<Option<T>, serde_json::Error> {
    members.remove(name).map(serde_json::from_value).transpose()
}

/// Takes out every member that is `null`, those within members too.
fn drop_nulls(members: &mut Map<String, Value>) {
    members.retain(|_, value| !value.is_null());
    for value in members.values_mut() {
        if let Value::Object(inner) = value {
            drop_nulls(inner);
        }
    }
}

impl Metrics {
    /// What was not finite, so that nothing was learned from the step or from a part of it.
    pub const fn not_finite(&self) -> Option<NotFinite> {
        match self {
            Metrics::Supervised(metrics) => metrics.not_finite,
            Metrics::Distil(metrics) => metrics.not_finite,
            Metrics::Policy(metrics) => metrics.not_finite,
            Metrics::Skipped(step) => step.not_finite,
        }
    }

    /// Mean negative log-likelihood of a response token, in nats.
    pub fn loss(&self) -> Option<f64> {
        match self {
            Metrics::Supervised(metrics) => finite(metrics.loss),
            _ => None,
        }
    }

    /// Mean reverse divergence of the student from its teacher, in nats a token.
    pub fn divergence(&self) -> Option<f64> {
        match self {
            Metrics::Distil(metrics) => finite(metrics.divergence),
            _ => None,
        }
    }

    /// Share of right answers.
    pub fn accuracy(&self) -> Option<f64> {
        match self {
            Metrics::Supervised(metrics) => metrics.accuracy.and_then(finite),
            Metrics::Policy(metrics) => finite(metrics.accuracy),
            _ => None,
        }
    }

    /// Mean reward of the rollouts.
    pub fn reward(&self) -> Option<f64> {
        finite(self.policy()?.reward)
    }

    /// Share of rollouts that think in the language they chose.
    pub fn compliance(&self) -> Option<f64> {
        finite(self.policy()?.compliance)
    }

    /// Entropy of the choice of languages, in nats.
    pub fn choice_entropy(&self) -> Option<f64> {
        self.policy()?.choice_entropy.and_then(finite)
    }

    /// Mean length of a response, in tokens.
    pub fn response_tokens(&self) -> Option<f64> {
        finite(self.policy()?.response_tokens)
    }

    /// The choices of the rollouts by kind of problem; none where nothing was chosen.
    pub fn choices(&self) -> Option<&BTreeMap<String, ChoiceCounts>> {
        Some(&self.policy()?.choices).filter(|choices| !choices.is_empty())
    }

    /// What a step of reinforcement learning did; none of other steps.
    pub fn policy(&self) -> Option<&PolicyMetrics> {
        match self {
            Metrics::Policy(metrics) => Some(metrics),
            _ => None,
        }
    }
}

fn finite(value: f64) -> Option<f64> {
    value.is_finite().then_some(value)
}

#[cfg(test)]
mod tests;
