use explang_language::Language;
use serde_json::json;

use super::*;
use crate::metrics::{LanguageFigures, Seconds};

/// The log of the committed run.
const COMMITTED: &str = include_str!("../../../../../checkpoints/wide/metrics.jsonl");
/// The first and the last line of each stage of a run of 0.1.0, whose `seconds` is a list and whose `skipped` is true or false.
const OLDER: &str = include_str!("older.jsonl");

fn read(value: &Value) -> Line {
    Line::parse(&value.to_string()).unwrap()
}

#[test]
fn logs_are_read_to_their_last_figure() {
    for log in [COMMITTED, OLDER] {
        log_is_read(log);
    }
}

fn log_is_read(log: &str) {
    let mut steps = BTreeMap::<Stage, usize>::new();
    for text in log.lines() {
        let line = Line::parse(text).unwrap();
        let raw: Value = serde_json::from_str(text).unwrap();
        *steps.entry(line.stage).or_default() += 1;
        let metrics = &line.metrics;
        for (name, figure) in [
            ("loss", metrics.loss()),
            ("divergence", metrics.divergence()),
            ("accuracy", metrics.accuracy()),
            ("reward", metrics.reward()),
            ("compliance", metrics.compliance()),
            ("choice_entropy", metrics.choice_entropy()),
            ("response_tokens", metrics.response_tokens()),
            ("step_seconds", finite(line.step_seconds)),
            ("tokens_per_s", finite(line.tokens_per_s)),
        ] {
            assert_eq!(figure, raw[name].as_f64(), "{name} of {text}");
        }
        assert_eq!(Some(line.step as u64), raw["step"].as_u64());
        match metrics.choices() {
            Some(choices) => assert_eq!(serde_json::to_value(choices).unwrap(), raw["choices"]),
            None => assert!(raw.get("choices").is_none(), "{text}"),
        }
        assert_eq!(metrics.not_finite(), None);
    }
    assert_eq!(
        steps
            .keys()
            .copied()
            .collect::<std::collections::BTreeSet<_>>(),
        Stage::ALL.into()
    );
}

#[test]
fn a_line_is_read_back_as_it_was_written() {
    let choices = ChoiceCounts {
        tagged: [(Language::Zh, 3)].into(),
        untagged: 1,
    };
    let policy = PolicyMetrics {
        reward: 0.5,
        reward_parts: [("format".to_owned(), 0.25)].into(),
        groups: [4, 3],
        choice_entropy: Some(0.1),
        choices: [("sums/steps".to_owned(), choices)].into(),
        languages: [(
            Language::Zh,
            LanguageFigures {
                n: 3,
                ..LanguageFigures::default()
            },
        )]
        .into(),
        seconds: Seconds {
            sampling: 1.5,
            ..Seconds::default()
        },
        updates: 2,
        skipped: 1,
        not_finite: Some(NotFinite::Gradient),
        ..PolicyMetrics::default()
    };
    let supervised = SupervisedMetrics {
        loss: 2.5,
        accuracy: Some(0.5),
        gradient_norm: 1.0,
        learning_rate: 1e-3,
        tokens: 7,
        ..SupervisedMetrics::default()
    };
    let distil = DistilMetrics {
        divergence: 0.25,
        gradient_norm: 1.0,
        learning_rate: 1e-3,
        ..DistilMetrics::default()
    };
    let skipped = SkippedStep {
        skipped: 1,
        not_finite: Some(NotFinite::Reward),
    };
    for (stage, metrics) in [
        (Stage::Explore, Metrics::Policy(Box::new(policy))),
        (Stage::Pretrain, Metrics::Supervised(supervised)),
        (Stage::Distil, Metrics::Distil(distil)),
        (Stage::ControlExplore, Metrics::Skipped(skipped)),
    ] {
        let line = Line {
            stage,
            step: 4,
            metrics,
            step_seconds: 1.25,
            tokens_per_s: 100.0,
        };
        let value = serde_json::to_value(&line).unwrap();
        assert_eq!(read(&value), line);
        assert_eq!(value["stage"], stage.name());
        assert_eq!(serde_json::from_value::<Line>(value).unwrap(), line);
    }
}

#[test]
fn the_kind_of_a_step_does_not_hang_on_what_was_not_finite() {
    let line = read(
        &json!({"stage": "sft", "step": 1, "loss": null, "skipped": 1, "not_finite": "the loss"}),
    );
    assert!(
        matches!(line.metrics, Metrics::Supervised(metrics) if metrics.loss.is_nan() && metrics.skipped == 1)
    );
    assert_eq!(
        (line.metrics.loss(), line.metrics.not_finite()),
        (None, Some(NotFinite::Loss))
    );
    let line = read(
        &json!({"stage": "explore", "step": 1, "reward": null, "languages": {"zh": {"n": 2, "reward": null}}}),
    );
    let policy = line.metrics.policy().unwrap();
    assert!(policy.languages[&Language::Zh].reward.is_nan() && policy.kl.is_nan());
    assert_eq!(line.metrics.choices(), None);
    assert_eq!(
        read(&json!({"stage": "sft", "step": 3})).metrics,
        Metrics::Skipped(SkippedStep::default())
    );
}

#[test]
fn damage_is_not_a_line_and_an_unknown_stage_is_told_apart() {
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
        r#"{"stage":"sft","step":1,"loss":"low"}"#,
        r#"{"stage":"sft","step":1,"loss":1e999}"#,
        r#"{"stage":"explore","step":1,"reward":1,"choices":{"a":{"tagged":{"en":-1}}}}"#,
    ] {
        assert!(
            matches!(Line::parse(text), Err(LineError::Json(_))),
            "{text}"
        );
    }
    let other = Line::parse(r#"{"stage":"bench","step":0}"#);
    assert!(matches!(other, Err(LineError::Stage(unknown)) if unknown.word == "bench"));
}
