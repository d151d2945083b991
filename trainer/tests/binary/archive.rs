//! What the page makes of a training in the browser: one file that unpacks into a run. The program opens it, and so does `transformers`.

use std::fs;
use std::io::Cursor;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use explang::run::{Config, Manifest, Stage};
use explang_web::kept::archive::pack;
use explang_web::kept::{Kept, MODEL};
use explang_web::protocol::learning::Settings;
use zip::ZipArchive;

use crate::program::{explang, succeeds};

/// Steps of the training.
const STEPS: usize = 12;

fn repository(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..").join(path)
}

/// A training whose model is the committed one of `quick`, and whose steps are the first of the committed run's explore phase.
fn training(stage: Stage) -> Kept {
    let checkpoint = repository("checkpoints/quick/stages/sft/checkpoint");
    let file = |name: &str| (name.to_owned(), fs::read(checkpoint.join(name)).unwrap());
    let log = fs::read_to_string(repository("checkpoints/wide/metrics.jsonl")).unwrap();
    let explore = log
        .lines()
        .filter(|line| line.contains("\"stage\":\"explore\""));
    let named = format!("\"stage\":\"{stage}\"");
    let lines = explore.map(|line| line.replace("\"stage\":\"explore\"", &named) + "\n");
    Kept {
        settings: Settings::default(),
        earlier: Vec::new(),
        stage,
        step: STEPS as u32,
        points: Vec::new(),
        metrics: lines.take(STEPS).collect(),
        config: fs::read_to_string(repository("checkpoints/quick/run.toml")).unwrap(),
        files: MODEL.into_iter().map(file).collect(),
    }
}

/// The folder of an archive, unpacked.
fn unpacked(kept: &Kept, folder: &Path) -> PathBuf {
    let config = Config::parse("run.toml", &kept.config).unwrap();
    let archive = pack(kept, &config, "2026-01-02T03:04:05Z").unwrap();
    let name = archive.name.strip_suffix(".zip").unwrap();
    let mut zip = ZipArchive::new(Cursor::new(&archive.bytes)).unwrap();
    zip.extract(folder).unwrap();
    folder.join(name)
}

/// What the program says of a model, without how fast it was.
fn said(arguments: &[&str], model: &Path) -> String {
    let mut command = explang(arguments);
    command.arg(model);
    let said = succeeds(command, "");
    match said.rsplit_once(" tokens, ") {
        Some((text, _)) => text.to_owned(),
        None => said,
    }
}

#[test]
fn a_training_from_the_page_is_a_run() {
    let committed = repository("checkpoints/quick");
    let asks: [&[&str]; 2] = [
        &[
            "generate",
            "What is 47 + 38? Think in steps.",
            "--temperature=0",
            "--checkpoint",
        ],
        &[
            "eval",
            "--modes=self,multi",
            "--problems=6",
            "--forced-problems=2",
            "--json",
        ],
    ];
    for stage in [Stage::Explore, Stage::Exploit, Stage::Control] {
        let folder = tempfile::tempdir().unwrap();
        let run = unpacked(&training(stage), folder.path());
        let inspected = said(&["inspect"], &run);
        assert!(
            inspected.starts_with("Run yours, seed 1, begun 2026-01-02T03:04:05Z"),
            "{inspected}"
        );
        assert!(
            inspected.contains(&format!("\nfinished      {stage}\n")),
            "{inspected}"
        );
        let steps = inspected.split_once("Steps so far").unwrap().1;
        assert!(steps.contains(&format!("{STEPS} steps")), "{inspected}");
        // It is the committed model, and says what that says.
        for arguments in asks {
            assert_eq!(
                said(arguments, &run),
                said(arguments, &committed),
                "{stage}"
            );
        }
    }
}

#[test]
fn a_training_from_the_page_opens_in_transformers() {
    let Some(python) = std::env::var_os("EXPLANG_PYTHON") else {
        panic!(
            "EXPLANG_PYTHON names no Python with transformers, so this cannot be checked; run `bash tests/run`"
        );
    };
    let manifest = fs::read(repository("checkpoints/quick/manifest.json")).unwrap();
    let manifest: Manifest = serde_json::from_slice(&manifest).unwrap();
    let known = &manifest.stages[&Stage::Sft].known_answer;
    let folder = tempfile::tempdir().unwrap();
    let run = unpacked(&training(Stage::Explore), folder.path());
    let output = Command::new(&python)
        .arg(repository("tests/peers/greedy.py"))
        .arg(run.join(Stage::Explore.checkpoint_path()))
        .args([&known.prompt, &known.max_new_tokens.to_string()])
        .stderr(Stdio::inherit())
        .output()
        .unwrap_or_else(|e| panic!("EXPLANG_PYTHON ({}) does not start: {e}", python.display()));
    assert!(
        output.status.success(),
        "the peer failed; its error is above"
    );
    let tokens: Vec<u32> = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(tokens, known.tokens);
}
