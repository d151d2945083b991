//! `explang export`: the manifest says what the files are and what the checkpoints answer.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use explang::run::Stage;
use explang::run::manifest::{FileEntry, Manifest};
use explang_trainer::files::sha256;

use crate::program::{explang, fails, refused, succeeds};

/// Checks files against what is said of them; `others` are in the folder too.
fn check(folder: &Path, said: impl IntoIterator<Item = (String, FileEntry)>, others: &[&str]) {
    let mut names: BTreeSet<String> = others.iter().map(|name| (*name).to_owned()).collect();
    for (name, entry) in said {
        let bytes = fs::read(folder.join(&name)).unwrap();
        assert_eq!(
            (entry.bytes, entry.sha256),
            (bytes.len() as u64, sha256(&bytes)),
            "{name}"
        );
        names.insert(name);
    }
    let there = fs::read_dir(folder).unwrap();
    let there: BTreeSet<String> = there
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    assert_eq!(there, names);
}

/// A small run that has ended at SFT, and where its export goes.
fn run_to_sft(folder: &Path) -> [PathBuf; 2] {
    let [run, out] = ["run", "out"].map(|name| folder.join(name));
    let mut command = explang(["run", "smoke", "--until", "sft", "--out"]);
    command.arg(&run);
    succeeds(command, "");
    [run, out]
}

#[test]
fn the_manifest_of_an_exported_run_is_true() {
    let folder = tempfile::tempdir().unwrap();
    let [run, out] = run_to_sft(folder.path());
    let export = || {
        let mut command = explang(["export"]);
        command.arg(&run).arg("--out").arg(&out);
        succeeds(command, "");
        fs::read(out.join("manifest.json")).unwrap()
    };
    let bytes = export();
    assert_eq!(export(), bytes, "an export is the same twice");
    let manifest: Manifest = serde_json::from_slice(&bytes).unwrap();
    assert_eq!((manifest.name.as_str(), manifest.seed), ("smoke", 1));
    assert_eq!(manifest.stages.len(), 2);
    check(&out, manifest.files, &["manifest.json", "stages"]);
    for (name, stage) in manifest.stages {
        let checkpoint = out.join(&stage.path);
        assert_eq!(stage.files.len(), 5);
        check(&checkpoint, stage.files, &[]);
        let answer = stage.known_answer;
        assert_eq!(answer.max_new_tokens, 64);
        assert!(answer.margin > 0.0 && answer.tokens.len() <= 64);
        // The command that people use says the same.
        let question = answer.prompt.strip_suffix('\n').unwrap();
        let mut command = explang(["generate", question, "--temperature", "0", "--checkpoint"]);
        command.arg(&checkpoint);
        let said = succeeds(command, "");
        assert!(
            said.contains(answer.text.trim_end()),
            "{name}:\n{}\n{said}",
            answer.text
        );
        assert!(
            said.contains(&format!("{} tokens", answer.tokens.len())),
            "{said}"
        );
        assert_eq!(said.contains("cut short"), answer.truncated, "{said}");
        assert_eq!(answer.tag_log_probs.len(), 17);
        let sum: f64 = answer
            .tag_log_probs
            .values()
            .flatten()
            .map(|p| p.exp())
            .sum();
        assert!((sum - 1.0).abs() < 1e-5, "{sum}");
        if let (Some(language), Stage::Sft) = (answer.language, name) {
            assert!(said.contains(&format!("tag {language}")), "{said}");
        }
    }
}

#[test]
fn an_export_may_hold_some_stages_and_only_those_that_ended() {
    let folder = tempfile::tempdir().unwrap();
    let [run, out] = run_to_sft(folder.path());
    let export = |stages: &str| {
        let mut command = explang(["export", "--stages", stages]);
        command.arg(&run).arg("--out").arg(&out);
        command
    };
    let said = fails(export("sft,exploit"));
    assert!(
        said.contains("has not finished exploit; finished: pretrain sft"),
        "{said}"
    );
    assert!(!out.exists());
    let precision = |format: &str| {
        let mut command = export("sft");
        command.args(["--precision", format]);
        command
    };
    let said = refused(precision("bf8"), "");
    assert!(said.contains("expected one of: f32 f16 bf16"), "{said}");
    for format in ["f32", "bf16"] {
        succeeds(precision(format), "");
        let checkpoint = out.join(Stage::Sft.checkpoint_path());
        let weights = fs::read(checkpoint.join("model.safetensors")).unwrap();
        let header = String::from_utf8_lossy(&weights[..400]).to_lowercase();
        assert!(header.contains(&format!("\"{format}\"")), "{header}");
    }
    succeeds(export("sft"), "");
    let manifest: Manifest =
        serde_json::from_slice(&fs::read(out.join("manifest.json")).unwrap()).unwrap();
    let stages: Vec<Stage> = manifest.stages.into_keys().collect();
    assert_eq!(stages, [Stage::Sft]);
    assert!(!out.join("stages/pretrain").exists());
}
