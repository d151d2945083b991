//! A tokenizer that is not the checkpoint's or not the run's: refused with both files, though as many tokens are in it.

use std::fs;
use std::path::{Path, PathBuf};

use burn::tensor::Device;
use explang::model::Precision;
use explang::run::config::PRESETS;
use explang_trainer::checkpoint;
use explang_trainer::run::folder::RunFolder;
use serde_json::{Value, json};

use crate::command_line::{checkpoint_in, generate, tokenizer};
use crate::program::{explang, refused, succeeds};

/// A refusal is one line that names both files.
fn assert_sentence(said: &str, files: [&Path; 2], sentence: &str) {
    for file in files {
        assert!(said.contains(file.to_str().unwrap()), "{file:?}: {said}");
    }
    assert!(said.contains(sentence), "{sentence}: {said}");
    assert_eq!(said.lines().count(), 1, "{said}");
}

/// The tokenizer of the checkpoints with the ids of two letters swapped.
fn swapped() -> String {
    let mut file: Value = serde_json::from_str(&tokenizer(300).to_json()).unwrap();
    let letters = file["model"]["vocab"].as_object_mut().unwrap();
    let [a, b] = ["a", "b"].map(|letter| letters[letter].clone());
    letters.insert("a".to_owned(), b);
    letters.insert("b".to_owned(), a);
    let text = serde_json::to_string_pretty(&file).unwrap();
    assert_ne!(text, tokenizer(300).to_json());
    text
}

/// Saves the weights anew, without a word of the tokenizer: as checkpoints from elsewhere are.
fn forget(folder: &Path) {
    let (model, _) = checkpoint::load(folder, &Device::flex()).unwrap();
    let bytes = model.to_safetensors(Precision::F32).unwrap();
    fs::write(folder.join("model.safetensors"), bytes).unwrap();
}

#[test]
fn a_checkpoint_whose_tokenizer_was_swapped_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let path = checkpoint_in(folder.path(), "swapped");
    let [file, weights] = ["tokenizer.json", "model.safetensors"].map(|name| path.join(name));
    // What is only laid out anew is the same tokenizer.
    let whole: Value = serde_json::from_slice(&fs::read(&file).unwrap()).unwrap();
    fs::write(&file, whole.to_string()).unwrap();
    succeeds(generate(&path, &[]), "");

    fs::write(&file, swapped()).unwrap();
    let said = refused(generate(&path, &[]), "");
    assert_sentence(&said, [&file, &weights], "is not the tokenizer that");
    fs::write(&file, whole.to_string()).unwrap();
    forget(&path);
    fs::write(&file, swapped()).unwrap();
    succeeds(generate(&path, &[]), "");
}

/// A run whose pretraining is done, or is in progress.
fn run_in(folder: &Path, name: &str) -> (PathBuf, PathBuf) {
    let run = folder.join(format!("run-{name}"));
    let (_, smoke) = PRESETS.iter().find(|(name, _)| *name == "smoke").unwrap();
    drop(RunFolder::create(&run, "smoke", 1, "0.1.0", smoke).unwrap());
    let stage = run.join("stages/pretrain");
    fs::create_dir_all(&stage).unwrap();
    let checkpoint = checkpoint_in(&stage, name);
    let place = json!({"step": 1, "metrics": 0, "samples": 0, "seconds": 0}).to_string();
    fs::write(checkpoint.join("position.json"), place).unwrap();
    (run, checkpoint)
}

#[test]
fn a_run_that_has_another_tokenizer_than_its_checkpoint_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    for name in ["checkpoint", "resume"] {
        let (run, checkpoint) = run_in(folder.path(), name);
        let [ours, theirs] = [&run, &checkpoint].map(|place| place.join("tokenizer.json"));
        let resume = || explang(["run", "--resume", "--out", run.to_str().unwrap()]);
        for text in [swapped(), tokenizer(400).to_json()] {
            fs::write(&ours, text).unwrap();
            let said = refused(resume(), "");
            assert_sentence(&said, [&ours, &theirs], "are two tokenizers");
        }
        // The checkpoint's was replaced, and nothing in its weights says so.
        forget(&checkpoint);
        fs::write(&ours, tokenizer(300).to_json()).unwrap();
        fs::write(&theirs, swapped()).unwrap();
        let said = refused(resume(), "");
        assert_sentence(&said, [&ours, &theirs], "are two tokenizers");
    }
}
