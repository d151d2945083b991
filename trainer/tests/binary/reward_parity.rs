//! Our scores beside those of the published reward code (`shared/reward/data/reward-parity`).

use serde_json::{Value, json};

use super::program::{explang, output, refused, succeeds};

fn batches() -> String {
    let path = concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/../shared/reward/data/reward-parity/batches.jsonl"
    );
    std::fs::read_to_string(path).unwrap()
}

#[test]
fn all_ten_variants_score_as_the_published_code_does() {
    let compared = explang(["score", "--preset", "official", "--compare"]);
    let shown = succeeds(compared, &batches());
    assert!(
        shown.contains("384 rows in 12 batches, 10 variants (naive explore explore_mod1 explore_mod2 exploit exploit_mod1 exploit_mod2 exploit_acc combine combine_acc): 0 rows differ"),
        "{shown}"
    );
}

/// Each quirk matters to some row: the comparison fails where one of them is not followed.
#[test]
fn the_published_scores_need_the_published_choices() {
    let quirks = [
        "unanchored_format",
        "any_tag",
        "unclosed_format",
        "undefined_diversity",
        "count_noncompliant",
        "credit_noncompliant",
        "untagged_language",
        "score_empty",
    ];
    let mut needless = Vec::new();
    for left_out in quirks {
        let others: Vec<&str> = quirks
            .into_iter()
            .filter(|name| *name != left_out)
            .collect();
        let others = others.join(",");
        let mut command = explang(["score", "--preset", "official", "--compare", "--quirks"]);
        command.arg(&others);
        let output = output(command, &batches());
        if output.status.success() {
            needless.push(left_out);
        }
    }
    // No batch of the file lacks a compliant response, and none of its responses is empty.
    assert_eq!(needless, ["undefined_diversity", "score_empty"]);
    let fixed = explang([
        "score",
        "--preset",
        "official",
        "--compare",
        "--scope",
        "group",
    ]);
    assert!(refused(fixed, &batches()).contains("of 384 rows are scored otherwise here"));
}

#[test]
fn the_detector_and_what_is_cut_short_are_choices_of_the_command() {
    // Romanian, which is unseen, under the tag of the language that it passes for among the seen ones.
    let response = "<lang_select>\nit\n</lang_select>\n<think>\nNimeni nu va fi supus la torturi, nici la pedepse sau tratamente crude, inumane sau degradante.\n</think>\n\\boxed{7}";
    let row = json!({"response": response, "ground_truth": "7", "truncated": true}).to_string();
    let scored = |options: &[&str]| -> Value {
        let arguments = ["score", "--variant", "naive"].iter().chain(options);
        serde_json::from_str(&succeeds(explang(arguments), &row)).unwrap()
    };
    for options in [&[][..], &["--preset", "official"], &["--detector", "seen"]] {
        let row = scored(options);
        assert_eq!(
            (&row["detected"], &row["compliance"]),
            (&json!("it"), &json!(1.0))
        );
    }
    let row_of_all = scored(&["--detector", "all"]);
    assert_eq!(
        (&row_of_all["detected"], &row_of_all["compliance"]),
        (&Value::Null, &json!(0.0))
    );
    assert_eq!(scored(&["--truncated", "penalise"])["reward"], 0.0);
    assert_eq!(scored(&["--truncated", "mask"])["masked"], true);
    let said = refused(explang(["score", "--quirks", "any-tag"]), &row);
    assert!(said.contains("(did you mean `any_tag`?)"), "{said}");
}
