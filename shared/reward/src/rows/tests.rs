use super::*;
use crate::{Preset, Scope, Truncated};
use explang_language::Language;
use serde_json::json;

/// Names the language that the text spells out.
struct ByCode;

impl Identify for ByCode {
    fn identify(&self, text: &str) -> Option<Language> {
        text.trim().parse().ok()
    }
}

fn line(tag: &str, trace: &str, answer: &str) -> String {
    format!("<lang_select>\n{tag}\n</lang_select>\n<think>\n{trace}\n</think>\n\\boxed{{{answer}}}")
}

fn rows(values: &[Value]) -> Vec<Row> {
    let parsed = values
        .iter()
        .enumerate()
        .map(|(i, v)| Row::parse(i + 1, &v.to_string()));
    parsed.collect::<Result<_, _>>().unwrap()
}

fn reward(variant: &str, scope: Scope) -> Reward {
    let mut reward = Reward::named(variant, Preset::Paper).unwrap();
    reward.options.scope = scope;
    reward
}

#[test]
fn a_row_tells_what_was_read() {
    let read = json!({"response": "r", "ground_truth": 18, "id": 3, "prompt": null});
    let row = Row::parse(7, &read.to_string()).unwrap();
    assert_eq!((row.line(), row.response()), (7, "r"));
    assert_eq!(row.ground_truth(), "18");
    assert_eq!(row.member("id"), Some(&json!(3)));
    assert_eq!((row.key("id"), row.key("prompt")), (Some("3".into()), None));
    assert_eq!(Value::Object(row.members().clone()), read);
}

#[test]
fn a_prompt_makes_a_group_and_a_batch_keeps_rows_apart() {
    let right = line("zh", "zh", "7");
    let wrong = line("zh", "zh", "8");
    let rows = rows(&[
        json!({"response": right, "ground_truth": 7, "prompt": ["p", 1], "id": 3}),
        json!({"response": wrong, "ground_truth": "7", "prompt": ["p", 1]}),
        json!({"response": wrong, "ground_truth": "7", "prompt": ["p", 2]}),
        json!({"response": wrong, "ground_truth": "7"}),
        json!({"response": wrong, "ground_truth": "7", "prompt": ["p", 1], "batch": "b"}),
    ]);
    let pass = |scope| -> Vec<f64> {
        let scored = score(&rows, &reward("exploit", scope), &ByCode);
        scored
            .iter()
            .map(|row| row["pass_at_k"].as_f64().unwrap())
            .collect()
    };
    assert_eq!(pass(Scope::Group), [1.0, 1.0, 0.0, 0.0, 0.0]);
    assert_eq!(pass(Scope::Batch), [1.0, 1.0, 1.0, 1.0, 0.0]);
    let first = &score(&rows, &reward("exploit", Scope::Group), &ByCode)[0];
    assert_eq!(
        (first["tag"].as_str(), first["detected"].as_str()),
        (Some("zh"), Some("zh"))
    );
    assert_eq!(
        (first["id"].as_u64(), first["reward"].as_f64()),
        (Some(3), Some(1.9))
    );
}

#[test]
fn an_undefined_reward_is_null() {
    let rows = rows(&[json!({"response": line("zh", "en", "7"), "ground_truth": "7"})]);
    let official = Reward::named("explore", Preset::Official).unwrap();
    let scored = score(&rows, &official, &ByCode);
    assert!(scored[0]["reward"].is_null() && scored[0]["diversity"].is_null());
    assert_eq!(
        score(&rows, &reward("explore", Scope::Group), &ByCode)[0]["diversity"],
        0.0
    );
}

#[test]
fn a_row_says_that_its_response_was_cut_short() {
    let right = line("zh", "zh", "7");
    let rows = rows(&[
        json!({"response": right, "ground_truth": "7", "truncated": true}),
        json!({"response": right, "ground_truth": "7", "truncated": false}),
        json!({"response": right, "ground_truth": "7", "truncated": null}),
        json!({"response": right, "ground_truth": "7"}),
    ]);
    let mut reward = reward("naive", Scope::Group);
    for (choice, wanted, masked) in [
        (Truncated::Keep, 1.6, None),
        (Truncated::Penalise, 0.0, None),
        (Truncated::Mask, 1.6, Some(true)),
    ] {
        reward.options.truncated = choice;
        let scored = score(&rows, &reward, &ByCode);
        for (row, wanted) in scored.iter().zip([wanted, 1.6, 1.6, 1.6]) {
            let reward = row["reward"].as_f64().unwrap();
            assert!((reward - wanted).abs() < 1e-12, "{choice:?}: {reward}");
        }
        assert_eq!(scored[0].get("masked").and_then(Value::as_bool), masked);
        assert!(scored[1..].iter().all(|row| !row.contains_key("masked")));
    }
}

#[test]
fn a_bad_line_is_named_in_one_sentence() {
    for (text, sentence) in [
        (
            "[1]",
            "line 4 is not a JSON object: it holds a list; write one a line, with `response` and `ground_truth`",
        ),
        (
            r#"{"ground_truth": "7"}"#,
            "line 4: `response` is missing or not a text; add it as text",
        ),
        (
            r#"{"response": "x", "ground_truth": true}"#,
            "line 4: `ground_truth` is missing or not a text or number; add it as text or number",
        ),
        (
            r#"{"response": "x", "ground_truth": "7", "truncated": "yes"}"#,
            "line 4: `truncated` is a text; write true or false, or leave it out where the response was not cut short",
        ),
        (
            r#"{"response": "四", "ground_truth": "7", "official": {"explore": NaN, "exploit": 1}}"#,
            "line 4 holds a bare `NaN`, which JSON does not have; write null for a score that is undefined",
        ),
    ] {
        assert_eq!(Row::parse(4, text).unwrap_err().to_string(), sentence);
    }
    let error = Row::parse(2, "{").unwrap_err().to_string();
    assert!(
        error.starts_with("line 2 is not a JSON object: EOF"),
        "{error}"
    );
}
