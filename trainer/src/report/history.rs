//! What a run's `metrics.jsonl` tells of its stages so far.

use explang::Language;
use explang::run::{ChoiceCounts, Line, Metrics, Stage};

use super::chart;

/// Widest line of points, in characters.
const WIDTH: usize = 48;

/// The lines of one stage, in the order of its steps.
#[derive(Debug, Clone, PartialEq)]
pub struct StageHistory {
    /// The stage.
    pub stage: Stage,
    /// One line a step.
    pub steps: Vec<Line>,
}

/// The lines of a log by stage; stages in the order in which they began.
pub fn by_stage(lines: Vec<Line>) -> Vec<StageHistory> {
    let mut stages: Vec<StageHistory> = Vec::new();
    for line in lines {
        match stages.iter_mut().find(|stage| stage.stage == line.stage) {
            Some(stage) => stage.steps.push(line),
            None => stages.push(StageHistory {
                stage: line.stage,
                steps: vec![line],
            }),
        }
    }
    stages
}

/// A figure of a step; none where the stage does not log it.
type Figure = fn(&Metrics) -> Option<f64>;

impl StageHistory {
    /// One line: the steps so far, and where each figure that the stage logs began and now stands.
    pub fn line(&self) -> String {
        let mut parts = vec![format!("{:>15} {:>5} steps", self.stage, self.steps.len())];
        let figures: [(&str, Figure); 7] = [
            ("loss", Metrics::loss),
            ("divergence", Metrics::divergence),
            ("reward", Metrics::reward),
            ("right", Metrics::accuracy),
            ("complies", Metrics::compliance),
            ("choice entropy", Metrics::choice_entropy),
            ("tokens", Metrics::response_tokens),
        ];
        for (name, figure) in figures {
            let values = self.values(figure);
            if let (Some(first), Some(last)) = (values.first(), values.last()) {
                parts.push(format!("{name} {first:.2} → {last:.2}"));
            }
        }
        let rates = self.steps.iter().map(|line| line.tokens_per_s);
        let rates: Vec<f64> = rates.filter(|rate| rate.is_finite()).collect();
        if !rates.is_empty() {
            let mean = rates.iter().sum::<f64>() / rates.len() as f64;
            parts.push(format!("{mean:.0} tokens/s"));
        }
        parts.join(" · ")
    }

    /// A figure over the steps, without the steps that lack it.
    pub fn values(&self, figure: impl Fn(&Metrics) -> Option<f64>) -> Vec<f64> {
        let steps = self.steps.iter();
        steps.filter_map(|line| figure(&line.metrics)).collect()
    }

    /// Selection rates over the steps, a line of points a language, the most chosen in the end first; `None` for a stage
    /// in which there was no choice.
    pub fn selection(&self) -> Option<String> {
        let counts: Vec<ChoiceCounts> = self.steps.iter().filter_map(choices).collect();
        if counts.is_empty() {
            return None;
        }
        let mut rows: Vec<(Language, Vec<f64>)> = Language::ALL
            .into_iter()
            .map(|language| {
                let rate = |counts: &ChoiceCounts| {
                    let chosen = counts.tagged.get(&language).copied().unwrap_or(0);
                    chosen as f64 / counts.total().max(1) as f64
                };
                (language, counts.iter().map(rate).collect::<Vec<_>>())
            })
            .filter(|(_, rates)| rates.iter().any(|&rate| rate > 0.0))
            .collect();
        let top = rows
            .iter()
            .flat_map(|(_, r)| r)
            .copied()
            .fold(0.0, f64::max);
        rows.sort_by(|a, b| end(&b.1).total_cmp(&end(&a.1)));
        let lines: Vec<String> = rows
            .iter()
            .map(|(language, rates)| {
                let points = chart::line(rates, top, WIDTH);
                let (from, to) = (100.0 * start(rates), 100.0 * end(rates));
                format!("{language} {points} {from:>5.1} % → {to:>5.1} %")
            })
            .collect();
        (lines.len() > 1).then(|| lines.join("\n"))
    }
}

/// The choices of a step over all kinds of problems.
pub(super) fn choices(line: &Line) -> Option<ChoiceCounts> {
    let mut all = ChoiceCounts::default();
    let kinds = line.metrics.choices()?;
    kinds.values().for_each(|counts| all.merge(counts));
    Some(all)
}

/// Mean of the first tenth of the steps.
fn start(rates: &[f64]) -> f64 {
    mean(&rates[..rates.len().div_ceil(10)])
}

/// Mean of the last tenth of the steps.
fn end(rates: &[f64]) -> f64 {
    mean(&rates[rates.len() - rates.len().div_ceil(10)..])
}

fn mean(values: &[f64]) -> f64 {
    values.iter().sum::<f64>() / values.len().max(1) as f64
}

#[cfg(test)]
mod tests {
    use explang::run::{PolicyMetrics, SupervisedMetrics};

    use super::*;

    fn step(stage: Stage, zh: usize, en: usize) -> Line {
        let chosen = |language, count| ChoiceCounts {
            tagged: [(language, count)].into(),
            untagged: 0,
        };
        line(
            stage,
            Metrics::Policy(Box::new(PolicyMetrics {
                choices: [
                    ("sums/steps".to_owned(), chosen(Language::Zh, zh)),
                    ("sums/breath".to_owned(), chosen(Language::En, en)),
                ]
                .into(),
                ..PolicyMetrics::default()
            })),
        )
    }

    fn line(stage: Stage, metrics: Metrics) -> Line {
        Line {
            stage,
            step: 0,
            metrics,
            step_seconds: 1.0,
            tokens_per_s: 10.0,
        }
    }

    fn loss(loss: f64) -> Line {
        line(
            Stage::Sft,
            Metrics::Supervised(SupervisedMetrics {
                loss,
                ..SupervisedMetrics::default()
            }),
        )
    }

    #[test]
    fn lines_go_to_their_stages() {
        let lines = vec![loss(2.0), loss(1.0), step(Stage::Explore, 1, 3)];
        let stages = by_stage(lines);
        assert_eq!(stages.len(), 2);
        let line = stages[0].line();
        assert!(
            line.contains("2 steps · loss 2.00 → 1.00 · 10 tokens/s"),
            "{line}"
        );
        assert_eq!(stages[0].selection(), None);
    }

    #[test]
    fn the_chart_shows_who_wins() {
        let stage = StageHistory {
            stage: Stage::Exploit,
            steps: vec![step(Stage::Exploit, 1, 3), step(Stage::Exploit, 4, 0)],
        };
        let chart = stage.selection().unwrap();
        assert_eq!(chart, "zh ▃█  25.0 % → 100.0 %\nen ▆▁  75.0 % →   0.0 %");
    }
}
