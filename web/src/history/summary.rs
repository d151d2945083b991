//! `summary.json`: what the evaluations after the stages found.

use std::collections::BTreeMap;

use explang::Language;
use serde::Deserialize;

/// The stages that are evaluated, in the order of training, the control last.
const STAGES: [&str; 6] = ["pretrain", "sft", "explore", "exploit", "distil", "control"];

/// The members that are read.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct Summary {
    /// Name of the run.
    pub name: String,
    #[serde(default)]
    stages: BTreeMap<String, StageFigures>,
    /// Exploit minus control.
    #[serde(default)]
    pub comparison: Option<Comparison>,
}

/// The figures of one stage.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct StageFigures {
    /// The model chose the language.
    #[serde(rename = "self", default)]
    pub chosen: Option<Mode>,
    /// English was forced.
    #[serde(rename = "en", default)]
    pub english: Option<Mode>,
    /// Each seen language was forced.
    #[serde(rename = "multi", default)]
    pub seen: Option<Mode>,
    /// Each unseen language was forced.
    #[serde(rename = "ood", default)]
    pub unseen: Option<Mode>,
    #[serde(default)]
    selection: Option<BTreeMap<String, f64>>,
    #[serde(default)]
    selection_source: Option<String>,
}

/// The figures of one way to decide on the language.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct Mode {
    /// Share of right answers.
    pub accuracy: f64,
    intervals: Intervals,
    /// Problems that it is measured on.
    #[serde(default)]
    pub problems: u64,
}

#[derive(Debug, Clone, PartialEq, Deserialize)]
struct Intervals {
    accuracy: [f64; 2],
}

/// Differences between exploit and the control.
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
pub struct Comparison {
    #[serde(rename = "self", default)]
    chosen: Option<Estimate>,
    #[serde(rename = "en", default)]
    english: Option<Estimate>,
    #[serde(default)]
    self_against_en: Option<Estimate>,
}

#[derive(Debug, Clone, Copy, PartialEq, Deserialize)]
struct Estimate {
    value: f64,
    low: f64,
    high: f64,
    n: u64,
}

/// What a stage chose most.
#[derive(Debug, Clone, PartialEq)]
pub struct Selected {
    /// The languages and their shares, the most chosen first.
    pub languages: Vec<(Language, f64)>,
    /// Counted over the stage's rollouts, not in its evaluation.
    pub in_training: bool,
}

impl Summary {
    /// Reads a summary.
    ///
    /// # Errors
    /// Where and why it is none.
    pub fn read(json: &str) -> Result<Summary, String> {
        serde_json::from_str(json).map_err(|error| error.to_string())
    }

    /// The stages that were evaluated, in the order of training.
    pub fn stages(&self) -> impl Iterator<Item = (&'static str, &StageFigures)> {
        STAGES
            .into_iter()
            .filter_map(|name| Some((name, self.stages.get(name)?)))
    }
}

impl Mode {
    /// The 95 % interval of the accuracy.
    pub fn interval(&self) -> [f64; 2] {
        self.intervals.accuracy
    }

    /// The accuracy with its interval, in percent.
    pub fn text(&self) -> (String, String) {
        let [low, high] = self.interval().map(|end| 100.0 * end);
        (
            format!("{:.1} %", 100.0 * self.accuracy),
            format!("{low:.1} to {high:.1}"),
        )
    }
}

impl StageFigures {
    /// The most chosen languages, at most `most`, those under 5 % left out.
    pub fn selected(&self, most: usize) -> Option<Selected> {
        let rates = self.selection.as_ref()?;
        let mut languages: Vec<(Language, f64)> = rates
            .iter()
            .filter(|(_, rate)| **rate >= 0.05)
            .filter_map(|(code, rate)| Some((code.parse().ok()?, *rate)))
            .collect();
        languages.sort_by(|a, b| b.1.total_cmp(&a.1));
        languages.truncate(most);
        Some(Selected {
            languages,
            in_training: self.selection_source.as_deref() == Some("rollouts"),
        })
    }
}

impl Comparison {
    /// A sentence for each difference that was measured.
    pub fn sentences(&self) -> Vec<String> {
        let differences = [
            ("both choose their language", self.chosen),
            ("both think in English", self.english),
            (
                "exploit chooses, the control thinks in English",
                self.self_against_en,
            ),
        ];
        differences
            .into_iter()
            .filter_map(|(when, estimate)| {
                let Estimate { value, low, high, n } = estimate?;
                let [value, low, high] = [value, low, high].map(|of| format!("{:+.1}", 100.0 * of).replace('-', "−"));
                Some(format!(
                    "Exploit minus control when {when}: {value} points (95 % interval {low} to {high}), over {n} problems."
                ))
            })
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_committed_summary_is_read() {
        let json = include_str!("../../../checkpoints/quick/summary.json");
        let summary = Summary::read(json).unwrap();
        let names: Vec<&str> = summary.stages().map(|(name, _)| name).collect();
        assert_eq!(names, STAGES);
        for (name, figures) in summary.stages() {
            assert_eq!(figures.chosen.is_some(), name != "pretrain", "{name}");
            for mode in [
                &figures.chosen,
                &figures.english,
                &figures.seen,
                &figures.unseen,
            ]
            .into_iter()
            .flatten()
            {
                let [low, high] = mode.interval();
                assert!(low <= mode.accuracy && mode.accuracy <= high, "{name}");
                assert!(mode.problems > 0);
            }
        }
        assert_eq!(summary.comparison.unwrap().sentences().len(), 3);
    }

    #[test]
    fn figures_are_told_with_their_intervals() {
        let json = r#"{"name": "x", "stages": {"exploit": {
            "self": {"accuracy": 0.7583, "intervals": {"accuracy": [0.7, 0.8]}, "problems": 300},
            "selection": {"zh": 0.9, "en": 0.06, "xx": 0.5, "fr": 0.01}, "selection_source": "rollouts"}},
            "comparison": {"en": {"value": -0.128, "low": -0.178, "high": -0.08, "n": 300}}}"#;
        let summary = Summary::read(json).unwrap();
        let (_, exploit) = summary.stages().next().unwrap();
        let text = exploit.chosen.as_ref().unwrap().text();
        assert_eq!(text, ("75.8 %".into(), "70.0 to 80.0".into()));
        let selected = exploit.selected(3).unwrap();
        assert_eq!(
            selected.languages,
            [(Language::Zh, 0.9), (Language::En, 0.06)]
        );
        assert!(selected.in_training);
        assert_eq!(
            summary.comparison.unwrap().sentences(),
            [
                "Exploit minus control when both think in English: −12.8 points (95 % interval −17.8 to −8.0), over 300 problems."
            ]
        );
        assert!(Summary::read("[]").is_err());
    }
}
