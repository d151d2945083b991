//! Two runs of reinforcement learning with one configuration: what they learned, and how fast.

use std::path::Path;

use anyhow::Context;
use explang::run::{Line, Metrics, PolicyMetrics, Stage, Summary};
use explang_trainer::run::metrics_log::read_lines;

use super::Row;

/// What a run came to.
#[derive(Debug, Clone, PartialEq)]
struct Outcome {
    /// Share of correct answers where the model chooses its language, after exploiting; with its 95 % interval.
    accuracy: [f64; 3],
    /// Tokens sampled a second of rollouts.
    sampled: f64,
    /// Tokens trained on a second of updates.
    trained: f64,
    /// Steps of both phases.
    steps: usize,
}

/// The rows of two finished runs.
pub(super) fn rows(cpu: &Path, device: &Path) -> anyhow::Result<Vec<Row>> {
    let [cpu, device] = [cpu, device].map(|folder| {
        let outcome = || -> anyhow::Result<Outcome> {
            let text = std::fs::read_to_string(folder.join("summary.json"))?;
            let lines: Vec<Line> = read_lines(&folder.join("metrics.jsonl"))?;
            outcome(&serde_json::from_str(&text)?, &lines)
        };
        outcome().with_context(|| format!("{} is not a run that exploited", folder.display()))
    });
    Ok(compared(&cpu?, &device?))
}

fn outcome(summary: &Summary, lines: &[Line]) -> anyhow::Result<Outcome> {
    let exploit = summary.stages.get(&Stage::Exploit);
    let chosen = exploit.and_then(|figures| figures.self_chosen.as_ref());
    let chosen = chosen.context("there is no evaluation of exploit")?;
    let policy = |line: &Line| match (&line.metrics, line.stage) {
        (Metrics::Policy(metrics), Stage::Explore | Stage::Exploit) => {
            Some((line.step, metrics.clone()))
        }
        _ => None,
    };
    let steps: Vec<_> = lines.iter().filter_map(policy).collect();
    // The first step of each phase also compiles what a device runs.
    let timed = || {
        steps
            .iter()
            .filter(|(step, _)| *step > 0)
            .map(|(_, metrics)| metrics)
    };
    let rate = |tokens: &dyn Fn(&PolicyMetrics) -> usize,
                seconds: &dyn Fn(&PolicyMetrics) -> f64| {
        let tokens = timed().map(|metrics| tokens(metrics)).sum::<usize>();
        tokens as f64 / timed().map(|metrics| seconds(metrics)).sum::<f64>()
    };
    let [low, high] = chosen.intervals.accuracy;
    Ok(Outcome {
        accuracy: [chosen.accuracy, low, high],
        sampled: rate(&|m| m.sampled_tokens, &|m| m.seconds.sampling),
        trained: rate(&|m| m.trained_tokens, &|m| m.seconds.updates),
        steps: steps.len(),
    })
}

fn compared(cpu: &Outcome, device: &Outcome) -> Vec<Row> {
    let row = |name, shown: &dyn Fn(&Outcome) -> String| Row {
        name,
        cpu: shown(cpu),
        device: shown(device),
        within: String::new(),
        good: true,
    };
    let [_, low, high] = cpu.accuracy;
    vec![
        Row {
            within: "the processor's interval".to_owned(),
            good: (low..=high).contains(&device.accuracy[0]),
            ..row("accuracy in a language of its choice, %", &|run| {
                let [accuracy, low, high] = run.accuracy.map(|share| 100.0 * share);
                format!("{accuracy:.1} [{low:.1}, {high:.1}]")
            })
        },
        row("steps of RL", &|run| run.steps.to_string()),
        row("rollouts, tokens/s", &|run| format!("{:.0}", run.sampled)),
        row("training, tokens/s", &|run| format!("{:.0}", run.trained)),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;
    use explang::run::{Intervals, ModeSummary, Seconds};

    fn run(accuracy: f64) -> Outcome {
        let mode = ModeSummary {
            accuracy,
            intervals: Intervals {
                accuracy: [accuracy - 0.1, accuracy + 0.1],
                ..Intervals::default()
            },
            ..ModeSummary::default()
        };
        let mut summary = Summary::default();
        let figures = summary.stages.entry(Stage::Exploit).or_default();
        figures.self_chosen = Some(mode);
        let line = |stage, step, sampling| Line {
            stage,
            step,
            metrics: Metrics::Policy(Box::new(PolicyMetrics {
                sampled_tokens: 100,
                trained_tokens: 300,
                seconds: Seconds {
                    sampling,
                    updates: 2.0 * sampling,
                    ..Seconds::default()
                },
                ..PolicyMetrics::default()
            })),
            step_seconds: 0.0,
            tokens_per_s: 0.0,
        };
        let lines = [
            line(Stage::Control, 1, 900.0),
            line(Stage::Explore, 0, 900.0),
            line(Stage::Explore, 1, 1.0),
            line(Stage::Exploit, 1, 3.0),
        ];
        outcome(&summary, &lines).unwrap()
    }

    #[test]
    fn the_first_step_is_not_timed_and_other_stages_do_not_count() {
        let run = run(0.5);
        assert_eq!((run.steps, run.sampled, run.trained), (3, 50.0, 75.0));
    }

    #[test]
    fn an_accuracy_beyond_the_processors_interval_fails() {
        let good = |accuracy| {
            compared(&run(0.5), &run(accuracy))
                .iter()
                .all(|row| row.good)
        };
        assert!(good(0.59) && good(0.41));
        assert!(!good(0.61) && !good(0.39) && !good(f64::NAN));
    }
}
