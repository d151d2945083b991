//! Our scores beside those of the published reward code (`tests/data/reward-parity`).

use super::program::{explang, output, refused, succeeds};

fn batches() -> String {
    let path = concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/../tests/data/reward-parity/batches.jsonl"
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
