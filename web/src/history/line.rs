//! One line of `metrics.jsonl`.

use std::collections::BTreeMap;

use serde::Deserialize;

use super::figure::Figure;
use super::shares::{Counts, Shares, shares};

/// The largest figure that is believed: what is beyond is damage, and could not be drawn.
const LARGEST: f64 = 1e12;

/// What a step left.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Step {
    /// Number of the step in its stage, from 1.
    pub(super) number: u32,
    /// Its figures, in the order of [`Figure::ALL`].
    pub(super) figures: [Option<f64>; Figure::ALL.len()],
    /// Which languages were chosen; none where there was no choice.
    pub(super) shares: Option<Shares>,
}

/// The members that are read; a line holds more.
#[derive(Deserialize)]
struct Line {
    stage: String,
    step: u32,
    #[serde(default)]
    accuracy: Option<f64>,
    #[serde(default)]
    loss: Option<f64>,
    #[serde(default)]
    divergence: Option<f64>,
    #[serde(default)]
    choice_entropy: Option<f64>,
    #[serde(default)]
    response_tokens: Option<f64>,
    #[serde(default)]
    compliance: Option<f64>,
    #[serde(default)]
    reward: Option<f64>,
    #[serde(default)]
    choices: Option<BTreeMap<String, Counts>>,
}

/// Reads a line: the name of its stage, and the step. None where it is no such line.
pub(super) fn read(text: &str) -> Option<(String, Step)> {
    let line: Line = serde_json::from_str(text).ok()?;
    let figures = Figure::ALL.map(|figure| {
        let value = match figure {
            Figure::Accuracy => line.accuracy,
            Figure::Loss => line.loss,
            Figure::Divergence => line.divergence,
            Figure::ChoiceEntropy => line.choice_entropy,
            Figure::ResponseTokens => line.response_tokens,
            Figure::Compliance => line.compliance,
            Figure::Reward => line.reward,
        };
        value.filter(|value| value.abs() <= LARGEST)
    });
    let step = Step {
        number: line.step.checked_add(1)?,
        figures,
        shares: line.choices.and_then(|kinds| shares(kinds.values())),
    };
    Some((line.stage, step))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_not_used_is_passed_over() {
        let text = r#"{"stage":"explore","step":4,"accuracy":0.5,"choice_entropy":null,"seconds":[1,2],"new":{"a":1},
                       "choices":{"sums/steps":{"tagged":{"zh":3},"untagged":1}}}"#;
        let (stage, step) = read(text).unwrap();
        assert_eq!((stage.as_str(), step.number), ("explore", 5));
        assert_eq!(step.figures[Figure::Accuracy.index()], Some(0.5));
        assert_eq!(step.figures[Figure::ChoiceEntropy.index()], None);
        assert_eq!(step.shares.unwrap()[1], 0.75);
    }

    #[test]
    fn damage_is_no_line() {
        for text in [
            "",
            "{",
            "7",
            "null",
            "[]",
            r#"{"stage":"sft"}"#,
            r#"{"step":1}"#,
            r#"{"stage":"sft","step":-1}"#,
            r#"{"stage":"sft","step":1.5}"#,
            r#"{"stage":"sft","step":4294967295}"#,
            r#"{"stage":"sft","step":1,"loss":"low"}"#,
            r#"{"stage":"sft","step":1,"loss":1e999}"#,
            r#"{"stage":"explore","step":1,"choices":{"a":{"tagged":{"en":-1}}}}"#,
        ] {
            assert_eq!(read(text), None, "{text}");
        }
        // A figure beyond belief is left out, its line is not.
        let (_, step) = read(r#"{"stage":"sft","step":1,"loss":1e300}"#).unwrap();
        assert_eq!(step.figures[Figure::Loss.index()], None);
    }
}
