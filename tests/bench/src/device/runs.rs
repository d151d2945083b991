//! Two runs of reinforcement learning with one configuration: what they learned, and how fast.

use std::path::Path;

use anyhow::Context;
use explang_trainer::run::metrics_log::read_lines;
use serde_json::Value;

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
            let lines: Vec<Value> = read_lines(&folder.join("metrics.jsonl"))?;
            outcome(&serde_json::from_str(&text)?, &lines)
        };
        outcome().with_context(|| format!("{} is not a run that exploited", folder.display()))
    });
    Ok(compared(&cpu?, &device?))
}

fn outcome(summary: &Value, lines: &[Value]) -> anyhow::Result<Outcome> {
    let chosen = &summary["stages"]["exploit"]["self"];
    let interval = &chosen["intervals"]["accuracy"];
    let number = |value: &Value| value.as_f64().context("a number is missing");
    let policy = |line: &&Value| line["stage"] == "explore" || line["stage"] == "exploit";
    let steps = lines.iter().filter(policy).count();
    let (mut tokens, mut seconds) = ([0.0; 2], [0.0; 2]);
    // The first step of each phase also compiles what a device runs.
    for line in lines.iter().filter(policy).filter(|line| line["step"] != 0) {
        for (i, key) in ["sampled_tokens", "trained_tokens"].into_iter().enumerate() {
            tokens[i] += number(&line[key])?;
            seconds[i] += number(&line["seconds"][i])?;
        }
    }
    Ok(Outcome {
        accuracy: [
            number(&chosen["accuracy"])?,
            number(&interval[0])?,
            number(&interval[1])?,
        ],
        sampled: tokens[0] / seconds[0],
        trained: tokens[1] / seconds[1],
        steps,
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
    use serde_json::json;

    fn run(accuracy: f64) -> Outcome {
        let summary = json!({"stages": {"exploit": {"self": {
            "accuracy": accuracy, "intervals": {"accuracy": [accuracy - 0.1, accuracy + 0.1]},
        }}}});
        let line = |stage: &str, step: usize, seconds: f64| json!({"stage": stage, "step": step, "sampled_tokens": 100, "trained_tokens": 300, "seconds": [seconds, 2.0 * seconds]});
        let lines = [
            line("sft", 1, 900.0),
            line("explore", 0, 900.0),
            line("explore", 1, 1.0),
            line("exploit", 1, 3.0),
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
