//! Files that were damaged, mixed up or made up: one sentence that names the file and what to do, and never a panic.

use std::fs;
use std::path::{Path, PathBuf};

use explang::run::config::PRESETS;
use explang_trainer::run::folder::RunFolder;
use serde_json::{Value, json};

use crate::command_line::{checkpoint_in, generate, tokenizer};
use crate::program::{explang, refused, succeeds};

/// A refusal is one line that names the file.
fn assert_sentence(said: &str, file: &str, sentence: &str) {
    assert!(said.contains(sentence), "{sentence}: {said}");
    assert!(said.contains(file), "{file}: {said}");
    assert_eq!(said.lines().count(), 1, "{said}");
}

/// A run that has begun, with one finished stage.
fn run_in(folder: &Path) -> PathBuf {
    let path = folder.join("run");
    let (_, smoke) = PRESETS[0];
    drop(RunFolder::create(&path, "smoke", 1, "0.1.0", smoke).unwrap());
    fs::create_dir_all(path.join("stages/sft")).unwrap();
    checkpoint_in(&path.join("stages/sft"), "checkpoint");
    fs::write(
        path.join("metrics.jsonl"),
        "{\"stage\":\"sft\",\"step\":0,\"loss\":1.0}\n",
    )
    .unwrap();
    path
}

fn json_in(path: &Path) -> Value {
    serde_json::from_slice(&fs::read(path).unwrap()).unwrap()
}

#[test]
fn a_line_that_cannot_be_scored_is_named_with_what_it_should_be() {
    let good = r#"{"response": "x", "ground_truth": "7"}"#;
    let deep = "[".repeat(100_000);
    for (input, sentence) in [
        (String::new(), "standard input is empty"),
        ("\n \n".into(), "standard input is empty"),
        (
            format!("{good}\n{{\"response\": \n"),
            "standard input: line 2 is not a JSON object",
        ),
        (format!("{good}\n{{\n"), "line 2 is not a JSON object"),
        (deep, "line 1 is not a JSON object: recursion limit"),
        (
            "{\"ground_truth\": 1}\n".into(),
            "line 1: `response` is missing or not a text; add it",
        ),
        (
            "{\"response\": \"\\ud800\"}\n".into(),
            "line 1 is not a JSON object",
        ),
        ("\0\n".into(), "line 1 is not a JSON object"),
    ] {
        let said = refused(explang(["score"]), &input);
        assert_sentence(&said, "standard input", sentence);
    }
    // What only looks different is scored.
    let clothes = format!("\u{feff}{good}\r\n\r\n{good}");
    assert_eq!(succeeds(explang(["score"]), &clothes).lines().count(), 2);
}

#[test]
fn absurd_numbers_in_a_config_are_refused_before_memory_is_taken() {
    let folder = tempfile::tempdir().unwrap();
    let path = checkpoint_in(folder.path(), "odd");
    let file = path.join("config.json");
    let whole = json_in(&file);
    for (key, value) in [
        ("num_hidden_layers", json!(1_000_000_000_000u64)),
        ("num_hidden_layers", json!(1u64 << 63)),
        ("num_attention_heads", json!(1u64 << 63)),
        ("max_position_embeddings", json!(1_000_000_000_000u64)),
        ("hidden_size", json!(0)),
        ("head_dim", json!(-1)),
        ("rope_theta", json!("x")),
    ] {
        let mut changed = whole.clone();
        changed[key] = value;
        fs::write(&file, changed.to_string()).unwrap();
        assert_sentence(
            &refused(generate(&path, &[]), ""),
            path.to_str().unwrap(),
            key,
        );
    }
    fs::write(&file, b"{\"model_type\": \"\xff\"}").unwrap();
    let said = refused(generate(&path, &[]), "");
    assert_sentence(
        &said,
        path.to_str().unwrap(),
        "config.json is not valid JSON: invalid utf-8",
    );
}

#[test]
fn a_tokenizer_of_another_vocabulary_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let path = checkpoint_in(folder.path(), "mixed");
    let file = path.join("tokenizer.json");
    let whole: Value = serde_json::from_str(&tokenizer(300).to_json()).unwrap();
    let mut gaps = whole.clone();
    gaps["model"]["vocab"]["far"] = json!(7000);
    let mut small = whole.clone();
    small["model"]["vocab"] = json!({"<|endoftext|>": 0, "4": 1});
    small["model"]["merges"] = json!([]);
    small["added_tokens"] = json!([]);
    for changed in [gaps, small] {
        fs::write(&file, changed.to_string()).unwrap();
        let said = refused(generate(&path, &[]), "");
        assert_sentence(
            &said,
            path.to_str().unwrap(),
            "the files are of two checkpoints",
        );
    }
    // What the file says of cutting and filling is no reason to run out of memory.
    let mut filled = whole;
    filled["padding"] = json!({
        "strategy": {"Fixed": 1_000_000_000}, "direction": "Right", "pad_to_multiple_of": null,
        "pad_id": 0, "pad_type_id": 0, "pad_token": "<|pad|>"
    });
    fs::write(&file, filled.to_string()).unwrap();
    succeeds(generate(&path, &[]), "");
}

#[test]
fn numbers_out_of_range_on_the_command_line_are_refused() {
    let folder = tempfile::tempdir().unwrap();
    let path = checkpoint_in(folder.path(), "random");
    let most = u64::MAX.to_string();
    let path = path.to_str().unwrap();
    for (arguments, sentence) in [
        (
            ["eval", path, "--samples", &*most],
            "--samples must be from 1 to",
        ),
        (
            ["eval", path, "--problems", "0"],
            "--problems must be from 1 to",
        ),
    ] {
        let said = refused(explang(arguments), "");
        assert!(
            said.contains(sentence) && said.lines().count() == 1,
            "{said}"
        );
    }
    let asked = [
        "generate",
        "4 + 3",
        "--checkpoint",
        path,
        "--max-new-tokens",
    ];
    let said = refused(explang(asked.into_iter().chain(["0"])), "");
    assert!(
        said.contains("--max-new-tokens must be at least 1"),
        "{said}"
    );
    // The model's positions end it.
    succeeds(explang(asked.into_iter().chain([&*most])), "");
}

#[test]
fn a_damaged_run_is_refused_with_file_and_line() {
    let folder = tempfile::tempdir().unwrap();
    let run = run_in(folder.path());
    let path = run.to_str().unwrap();
    let inspect = ["inspect", path];
    let resume = ["run", "--resume", "--out", path];
    let asked = ["generate", "4 + 3", "--checkpoint", path];
    succeeds(explang(inspect), "");
    let target = folder.path().join("exported");
    let export = ["export", path, "--out", target.to_str().unwrap()];
    let cases: [(&str, &[u8], &[&str], &str); 12] = [
        ("run.json", b"{\"name\":\n \"x\"", &inspect, "line 2 of "),
        ("run.json", b"", &resume, "line 1 of "),
        ("run.json", b"[]", &asked, "put the file back"),
        (
            "run.toml",
            b"name = \"x\"\nshrads = 4\n",
            &inspect,
            ", line 2: unknown key `shrads`",
        ),
        (
            "run.toml",
            b"a = 1\nname = \"\xff\"",
            &inspect,
            "line 2 of ",
        ),
        (
            "metrics.jsonl",
            b"{\"stage\":\"sft\",\"step\":0}\n\xff\n",
            &inspect,
            "line 2 of ",
        ),
        (
            "metrics.jsonl",
            b"{\"stage\":\"sft\",\"step\":0}\n{\"stage\"\n",
            &inspect,
            "line 2 of ",
        ),
        ("metrics.jsonl", b"[]\n", &inspect, "line 1 of "),
        ("summary.json", b"{}", &inspect, "line 1 of "),
        ("summary.json", b"{}", &export, "line 1 of "),
        (
            "metrics.jsonl",
            b"{\"stage\":\"sft\",\"step\":0}\nx\n",
            &export,
            "line 2 of ",
        ),
        (
            "tokenizer.json",
            b"{}",
            &resume,
            "tokenizer.json cannot be read",
        ),
    ];
    for (name, bytes, command, sentence) in cases {
        let file = run.join(name);
        let before = fs::read(&file).ok();
        fs::write(&file, bytes).unwrap();
        let said = refused(explang(command), "");
        assert_sentence(&said, path, sentence);
        assert!(said.contains(name), "{name}: {said}");
        match before {
            Some(before) => fs::write(&file, before).unwrap(),
            None => fs::remove_file(&file).unwrap(),
        }
    }
    // Counts that no run has are shown, not summed beyond what a number holds.
    let counts = r#"{"stage":"explore","step":0,"reward":1,"choices":{"sums/steps":{"tagged":{"zh":18446744073709551615,"en":18446744073709551615},"untagged":1}}}"#;
    fs::write(run.join("metrics.jsonl"), format!("{counts}\n{counts}\n")).unwrap();
    succeeds(explang(inspect), "");
}

#[test]
fn a_damaged_place_to_resume_from_is_refused_with_its_file() {
    let folder = tempfile::tempdir().unwrap();
    let run = run_in(folder.path());
    let resume = run.join("stages/pretrain/resume");
    fs::create_dir_all(run.join("stages/pretrain")).unwrap();
    checkpoint_in(&run.join("stages/pretrain"), "resume");
    fs::write(run.join("tokenizer.json"), tokenizer(300).to_json()).unwrap();
    let place = json!({"step": 1, "metrics": 0, "samples": 0, "seconds": 0}).to_string();
    let command = || explang(["run", "--resume", "--out", run.to_str().unwrap()]);
    let weights = fs::read(resume.join("model.safetensors")).unwrap();
    for (name, bytes, sentence) in [
        ("position.json", &b"{\"step\":"[..], "line 1 of "),
        (
            "position.json",
            place.as_bytes(),
            "optimizer.safetensors: No such file",
        ),
        (
            "optimizer.safetensors",
            b"abc",
            "optimizer.safetensors: the weights cannot be read",
        ),
        (
            "optimizer.safetensors",
            &weights,
            "optimizer.safetensors: the weights have no tensor `exp_avg.",
        ),
    ] {
        fs::write(resume.join(name), bytes).unwrap();
        let said = refused(command(), "");
        assert_sentence(&said, resume.to_str().unwrap(), sentence);
    }
}

#[test]
fn a_damaged_evaluation_is_refused_with_file_and_line() {
    let wide = Path::new(env!("CARGO_MANIFEST_DIR")).join("../checkpoints/wide");
    let folder = tempfile::tempdir().unwrap();
    let run = run_in(folder.path());
    fs::copy(wide.join("summary.json"), run.join("summary.json")).unwrap();
    for (bytes, sentence) in [
        (
            &b"\n{\"problem\": 3}\n"[..],
            "line 2 is not an evaluation record (missing field",
        ),
        (b"\xff\n", "line 1 is not UTF-8"),
    ] {
        fs::write(run.join("stages/sft/evaluation.jsonl"), bytes).unwrap();
        let said = refused(explang([Path::new("inspect"), &run, &wide]), "");
        assert_sentence(&said, "stages/sft/evaluation.jsonl", sentence);
    }
}

#[test]
fn a_preset_that_was_misspelt_is_offered_and_an_endless_file_is_not_read() {
    let said = refused(explang(["run", "smok"]), "");
    assert_sentence(&said, "smok", "did you mean `smoke`?");
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("large.toml");
    fs::write(&file, " ".repeat(2 << 20)).unwrap();
    let said = refused(explang([Path::new("run"), &file]), "");
    assert_sentence(&said, "large.toml", "larger than a configuration can be");
    fs::write(&file, b"name = 1\nx = \"\xff\"\n").unwrap();
    let said = refused(explang([Path::new("run"), &file]), "");
    assert_sentence(&said, "large.toml, line 2", "not UTF-8");
}

#[test]
fn a_wrong_configuration_is_refused_with_the_place() {
    let folder = tempfile::tempdir().unwrap();
    let (_, smoke) = PRESETS.iter().find(|(name, _)| *name == "smoke").unwrap();
    for (from, to, sentence) in [
        (
            "shards = 4",
            "shards = 4\nshrads = 4",
            "line 6: unknown key `shrads` (did you mean `shards`?)",
        ),
        ("shards = 4", "", "run.toml: `shards` is missing; add it"),
        (
            "shards = 4",
            "shards = 0",
            "line 5: `shards` must be from 1 to 1024, not 0",
        ),
        (
            "group = 4",
            "group = 1",
            "line 33: `rl.group` must be at least 2",
        ),
        (
            "mini_batches = 2",
            "mini_batches = 3",
            "must be a multiple of rl.mini_batches (3)",
        ),
        ("{ en = 0.18 }", "{ sw = 0.18 }", "which is unseen"),
        ("{ en = 0.18 }", "{ xx = 0.18 }", "xx"),
        (
            "variant = \"exploit\"",
            "variant = \"greedy\"",
            "unknown reward variant `greedy`",
        ),
        ("level = 1", "level = 9", "no level 9"),
    ] {
        let text = smoke.replacen(from, to, 1);
        assert_ne!(text, *smoke, "{from}");
        let path = folder.path().join("run.toml");
        fs::write(&path, text).unwrap();
        let out = folder.path().join("out");
        let said = refused(
            explang([Path::new("run"), &path, Path::new("--out"), &out]),
            "",
        );
        assert!(said.contains(sentence), "{to}: {said}");
        assert!(
            said.contains(path.to_str().unwrap()) && said.lines().count() == 1,
            "{said}"
        );
        assert!(!out.exists(), "a refused configuration begins no run");
    }
}
