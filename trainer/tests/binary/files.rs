//! A run whose problems and SFT rows come from files.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use serde_json::Value;

use super::program::{explang, output, refused, succeeds};

/// A file of the repository.
fn committed(name: &str) -> PathBuf {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    fs::canonicalize(root.join(name)).unwrap()
}

/// A configuration of a few steps; `rows` are its SFT rows, `train` its problems.
fn config(rows: &Path, train: &Path) -> String {
    let phase = |variant: &str| {
        format!(
            "steps = 1\nvariant = \"{variant}\"\nkl = 0.0\nschedule = {{ peak = 1e-4, warm_up = 0.0, decay = \"constant\" }}\n"
        )
    };
    format!(
        r#"
name = "files"
seed = 1
shards = 2
checkpoint_every = 5
model.from = {:?}

[data]
train = [{{ path = {train:?} }}]
held_out = [{{ path = {:?}, layout = "mgsm" }}]

[sft]
steps = 3
batch = 8
rows = {rows:?}
schedule = {{ peak = 1e-4, warm_up = 0.0, decay = "constant" }}

[rl]
prompts = 4
group = 2
mini_batches = 1
temperature = 1.0
max_new_tokens = 48
explore = {{ {} }}
exploit = {{ {} }}

[eval]
problems = 4
samples = 1
forced_problems = 4
temperature = 0.1
top_p = 0.9
"#,
        committed("checkpoints/quick/stages/sft/checkpoint"),
        committed("tests/data/mgsm"),
        phase("explore").trim().replace('\n', ", "),
        phase("exploit").trim().replace('\n', ", "),
    )
}

/// The values of a member over all lines of a file.
fn values(path: &Path, member: &str) -> BTreeSet<String> {
    let text = fs::read_to_string(path).unwrap();
    let rows = text
        .lines()
        .map(|line| serde_json::from_str::<Value>(line).unwrap());
    rows.map(|row| row[member].as_str().unwrap().to_owned())
        .collect()
}

#[test]
fn a_run_learns_from_rows_and_problems_of_files_and_is_measured_by_others() {
    let folder = tempfile::tempdir().unwrap();
    let [rows, toml, run] = ["sft.jsonl", "files.toml", "run"].map(|name| folder.path().join(name));
    let mut filter = explang(["data", "filter", "--out"]);
    filter
        .arg(&rows)
        .arg(committed("tests/data/twin/teacher.jsonl"));
    succeeds(filter, "");
    let problems = committed("tests/data/twin/problems.jsonl");
    fs::write(&toml, config(&rows, &problems)).unwrap();
    let mut command = explang(["run", "--threads", "1", "--out"]);
    command.arg(&run).arg(&toml);
    let done = output(command, "");
    let said = String::from_utf8_lossy(&done.stderr).into_owned();
    assert!(done.status.success(), "{said}");
    for sentence in [
        "problems.jsonl: 40 rows, 40 used\n",
        "sft.jsonl: 48 rows, 48 used\n",
        "mgsm/en.jsonl: 8 rows, ",
    ] {
        assert!(said.contains(sentence), "{sentence}: {said}");
    }
    let stage = run.join("stages/exploit");
    let kinds = values(&stage.join("evaluation.jsonl"), "family");
    assert_eq!(kinds, ["mgsm".to_owned()].into());
    // The exact choices are those of questions in the languages that there are.
    let asked_in = values(&stage.join("choices.jsonl"), "asked_in");
    let there = ["de", "en", "es", "fr", "ja", "ru", "sw", "th", "zh"];
    assert!(
        asked_in
            .iter()
            .all(|language| there.contains(&language.as_str())),
        "{asked_in:?}"
    );
    assert!(asked_in.len() > 2, "{asked_in:?}");
    let metrics = fs::read_to_string(run.join("metrics.jsonl")).unwrap();
    assert!(
        metrics.lines().last().unwrap().contains("gsm8k"),
        "{metrics}"
    );

    // A mistaken path leaves no run behind.
    let missing = folder.path().join("missing.jsonl");
    for text in [config(&missing, &problems), config(&rows, &missing)] {
        fs::write(&toml, text).unwrap();
        let other = folder.path().join("other");
        let mut command = explang(["run", "--out"]);
        command.arg(&other).arg(&toml);
        let said = refused(command, "");
        assert!(
            said.contains("could not read") && said.contains("missing.jsonl"),
            "{said}"
        );
        assert!(!other.exists());
    }
}
