//! `explang eval --responses`: figures of responses that another program sampled.

use std::fs;
use std::path::{Path, PathBuf};

use explang::run::{ResponsesSummary, SummaryExcerpt};
use serde_json::{Value, json};

use super::program::{explang, output, refused, succeeds};

fn wide() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../checkpoints/wide")
}

fn write(path: &Path, rows: &[Value]) {
    let lines: String = rows.iter().map(|row| format!("{row}\n")).collect();
    fs::write(path, lines).unwrap();
}

/// What is known of a policy's exact choice, which no file of responses tells.
fn without_exact_choices(mut figures: Value) -> Value {
    for key in [
        "selection_by_kind",
        "information",
        "at_temperature",
        "transfer",
    ] {
        figures.as_object_mut().unwrap().remove(key);
    }
    figures
}

#[test]
fn what_a_checkpoint_said_gives_the_same_figures_again() {
    let folder = tempfile::tempdir().unwrap();
    let rows = folder.path().join("judged.jsonl");
    let mut command = explang([
        "eval",
        "--stage",
        "distil",
        "--problems",
        "40",
        "--samples",
        "2",
    ]);
    command
        .args(["--forced-problems", "40", "--json", "--out"])
        .arg(&rows)
        .arg(wide());
    let of_model: Value = serde_json::from_str(&succeeds(command, "")).unwrap();

    let mut command = explang(["eval", "--json", "--responses"]);
    command.arg(&rows);
    let of_rows: Value = serde_json::from_str(&succeeds(command, "")).unwrap();
    let (of_model, of_rows) = (
        without_exact_choices(of_model),
        without_exact_choices(of_rows["responses"].clone()),
    );
    for key in [
        "self",
        "en",
        "multi",
        "ood",
        "selection",
        "against_english",
        "regret",
    ] {
        assert!(of_model.get(key).is_some(), "{key}");
        assert_eq!(of_rows[key], of_model[key], "{key}");
    }
    assert!(of_model["self"]["thinking_tokens"].as_f64().unwrap() > 1.0);
    assert_eq!(of_rows, of_model);
}

/// Rows as verl dumps them: `right` of four rollouts of each prompt are right.
fn dump(right: [usize; 3]) -> Vec<Value> {
    let rows = right.iter().enumerate().flat_map(|(prompt, &right)| {
        (0..4).map(move |i| {
            let answer = usize::from(i < right);
            let output = format!("<lang_select>\nen\n</lang_select>\n<think>\nWe count all of the apples in the basket.\n</think>\n\\boxed{{{answer}}}");
            json!({"input": format!("Prompt {prompt}"), "output": output, "gts": "1", "score": 0.5, "step": 3})
        })
    });
    rows.collect()
}

#[test]
fn a_dump_of_verl_is_compared_with_a_baseline_and_written_for_the_page() {
    let folder = tempfile::tempdir().unwrap();
    let [ours, theirs, out] =
        ["ours.jsonl", "theirs.jsonl", "out"].map(|name| folder.path().join(name));
    write(&ours, &dump([4, 2, 1]));
    write(&theirs, &dump([2, 2, 2])[4..]);
    let mut command = explang([
        "eval",
        "--columns",
        "response=output,prompt=input,ground_truth=gts",
    ]);
    command
        .arg("--responses")
        .arg(&ours)
        .arg("--baseline")
        .arg(&theirs)
        .arg("--out")
        .arg(&out);
    let said = succeeds(command, "");
    for part in [
        "58.3 [",
        "paired by prompt: 2 of 3 problems, 2 of the baseline's 2",
        "mode self: -12.5 [",
        "0 win, 1 tie, 1 lose",
    ] {
        assert!(said.contains(part), "{part}\n{said}");
    }
    assert!(
        !said.contains("tokens") && !said.contains("\ncut"),
        "{said}"
    );

    let text = fs::read_to_string(out.join("summary.json")).unwrap();
    let summary: ResponsesSummary = serde_json::from_str(&text).unwrap();
    let of_self = summary.responses.self_chosen.unwrap();
    assert_eq!(
        (of_self.k, of_self.pass_at_k, of_self.compliance),
        (4, 1.0, 1.0)
    );
    assert_eq!(of_self.thinking_tokens, None);
    // The page reads the same file.
    let excerpt: SummaryExcerpt = serde_json::from_str(&text).unwrap();
    assert!(excerpt.stages.is_empty());
    assert_eq!(excerpt.responses.unwrap().self_chosen.unwrap().problems, 3);
    assert_eq!(excerpt.baseline.unwrap().self_chosen.unwrap().problems, 2);
    assert_eq!(
        excerpt.comparison.unwrap().self_chosen.unwrap().value,
        -0.125
    );
    // Each response with its verdict; it can be evaluated again without the names of verl.
    let judged = fs::read_to_string(out.join("responses.jsonl")).unwrap();
    assert_eq!(judged.matches("\"correct\":true").count(), 7);
    let mut command = explang(["eval", "--pass-k", "1", "--responses"]);
    let again = succeeds(
        {
            command.arg(out.join("responses.jsonl"));
            command
        },
        "",
    );
    assert!(again.contains("58.3 ["), "{again}");
}

#[test]
fn what_cannot_be_evaluated_is_named_by_file_and_line() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("rows.jsonl");
    let refusal = |text: &str, options: &[&str]| {
        fs::write(&path, text).unwrap();
        let mut command = explang(["eval"]);
        command.args(options).arg("--responses").arg(&path);
        refused(command, "")
    };
    let good = r#"{"response": "x", "ground_truth": 1}"#;
    for (text, options, sentence) in [
        (
            "",
            &[][..],
            "rows.jsonl is empty; write rows with `response` and `ground_truth`",
        ),
        ("{", &[], "rows.jsonl: line 1 is not a JSON object"),
        ("{\"response\": NaN}", &[], "line 1 holds a bare `NaN`"),
        ("PAR1 broken", &[], "cannot be read as Parquet"),
        (
            good,
            &["--columns", "response=output"],
            "`response` is missing or not a text; add it as text (`response` is read from `output`)",
        ),
        (
            good,
            &["--columns", "respons=output"],
            "--columns: unknown column `respons` (did you mean `response`?)",
        ),
        (
            good,
            &["--columns", "response"],
            "not of the form OURS=THEIRS",
        ),
        (
            good,
            &["--baseline", "/nowhere/b.jsonl"],
            "/nowhere/b.jsonl",
        ),
        (good, &["--pass-k", "0"], "--pass-k"),
        (good, &["--problems", "3"], "--problems"),
        (good, &["/nowhere/run"], "--responses"),
    ] {
        let said = refusal(text, options);
        assert!(said.contains(sentence), "{sentence}: {said}");
    }
    assert!(refused(explang(["eval"]), "").contains("--responses"));
    assert!(refused(explang(["eval", "--baseline", "x"]), "").contains("--responses"));

    // A note goes to standard error; the figures are there all the same.
    fs::write(&path, format!("{good}\n{good}\n")).unwrap();
    let mut command = explang(["eval", "--responses"]);
    command.arg(&path);
    let output = output(command, "");
    assert!(output.status.success());
    let note = String::from_utf8(output.stderr).unwrap();
    assert!(note.contains("2 of 2 rows have no `prompt`"), "{note}");
}
