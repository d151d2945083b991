//! Our scores beside those of the published reward code (`shared/reward/data/reward-parity`).

use super::program::{bench, output, refused, succeeds};

const BATCHES: &str = concat!(
    env!("CARGO_MANIFEST_DIR"),
    "/../../shared/reward/data/reward-parity/batches.jsonl"
);

#[test]
fn all_ten_variants_score_as_the_published_code_does() {
    let shown = succeeds(bench(["score", "--cases", BATCHES]));
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
        let output = output(bench(["score", "--cases", BATCHES, "--quirks", &others]));
        if output.status.success() {
            needless.push(left_out);
        }
    }
    // No batch of the file lacks a compliant response, and none of its responses is empty.
    assert_eq!(needless, ["undefined_diversity", "score_empty"]);
    let grouped = bench(["score", "--cases", BATCHES, "--scope", "group"]);
    assert!(refused(grouped).contains("of 384 rows are scored otherwise here"));
}

#[test]
fn the_answers_of_the_published_scores_may_stand_anywhere() {
    let boxed = bench([
        "score",
        "--cases",
        BATCHES,
        "--answer-scope",
        "after-thinking",
    ]);
    assert!(refused(boxed).contains("of 384 rows are scored otherwise here"));
    let misspelt = bench(["score", "--cases", BATCHES, "--answer-scope", "stted"]);
    assert!(refused(misspelt).contains("stated"));
}
