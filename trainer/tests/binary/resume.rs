//! A run folder has one process, one configuration and one format, and does not ask what time it is.

use std::fs;
use std::path::Path;
use std::time::{Duration, SystemTime};

use crate::contents::{files, metrics};
use crate::program::{refused, succeeds};
use crate::runs::{lines, smoke, start, wait_until};

const PAUSE: Duration = Duration::from_millis(2);

/// Runs `smoke` in `folder` until `steps` lines are logged, and kills it.
fn broken_off(folder: &Path, resume: bool, steps: usize) {
    let mut child = start(smoke(folder, resume));
    assert!(wait_until(&mut child, PAUSE, || lines(folder) >= steps));
    child.kill().unwrap();
    child.wait().unwrap();
}

fn one_sentence(errors: &str, words: &[&str]) {
    assert_eq!(errors.lines().count(), 1, "{errors}");
    for word in words {
        assert!(errors.contains(word), "no `{word}` in: {errors}");
    }
}

#[test]
fn a_run_has_one_process_and_one_configuration() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("run");
    let mut first = start(smoke(&path, false));
    assert!(wait_until(&mut first, PAUSE, || lines(&path) >= 1));
    let sentence = refused(smoke(&path, true), "");
    one_sentence(&sentence, &["another process is working in"]);
    first.kill().unwrap();
    first.wait().unwrap();

    let mut other = smoke(&path, true);
    other.args(["--seed", "7"]);
    let sentence = refused(other, "");
    one_sentence(
        &sentence,
        &["began with `seed = 1`, not `seed = 7`", "--seed"],
    );

    let sentence = refused(smoke(&path, false), "");
    one_sentence(
        &sentence,
        &["holds a run already; go on with it (--resume)"],
    );
    let config = path.join("run.toml");
    let text = fs::read_to_string(&config).unwrap();
    let edited = text.replace("checkpoint_every = 5", "checkpoint_every = 6");
    assert_ne!(edited, text);
    fs::write(&config, edited).unwrap();
    let sentence = refused(smoke(&path, true), "");
    one_sentence(&sentence, &["run.toml was changed after the run began"]);
    fs::write(&config, text).unwrap();
    broken_off(&path, true, 3);
}

#[test]
fn a_run_of_another_version_is_refused_and_left_as_it_is() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("run");
    broken_off(&path, false, 7);
    let file = path.join("run.json");
    let ours = fs::read_to_string(&file).unwrap();
    let newer = ours.replace("\"format\": 1", "\"format\": 9");
    assert_ne!(newer, ours);
    let newer = newer.replace(
        &format!("\"version\": \"{}\"", env!("CARGO_PKG_VERSION")),
        "\"version\": \"8.1.0\"",
    );
    fs::write(&file, &newer).unwrap();
    let before = files(&path);
    let sentence = refused(smoke(&path, true), "");
    let words = ["format 9", "version 8.1.0", "go on with it in that version"];
    one_sentence(&sentence, &words);
    for command in [["sft"], ["inspect"]] {
        let mut command = crate::program::explang(command);
        command.arg(&path);
        one_sentence(&refused(command, ""), &words);
    }
    assert!(files(&path) == before && fs::read_to_string(&file).unwrap() == newer);
    fs::write(&file, ours).unwrap();
    let mut pretrain = smoke(&path, true);
    pretrain.args(["--until", "pretrain"]);
    succeeds(pretrain, "");
}

/// Every file below gets a time that lies ahead, as after a clock that was wrong has been set back.
fn date_ahead(folder: &Path, time: SystemTime) -> usize {
    let mut dated = 0;
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            dated += date_ahead(&path, time);
            continue;
        }
        let file = fs::File::options().write(true).open(&path).unwrap();
        file.set_modified(time).unwrap();
        dated += 1;
    }
    dated
}

#[test]
fn a_clock_that_is_set_back_changes_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let [whole, dated] = ["whole", "dated"].map(|name| folder.path().join(name));
    let until_sft = |path: &Path, resume| {
        let mut command = smoke(path, resume);
        command.args(["--until", "sft"]);
        command
    };
    succeeds(until_sft(&whole, false), "");
    broken_off(&dated, false, 12);
    let file = dated.join("run.json");
    let text = fs::read_to_string(&file).unwrap();
    let (before, after) = text.split_once("\"created\": \"2").unwrap();
    fs::write(&file, format!("{before}\"created\": \"9{after}")).unwrap();
    let years = Duration::from_secs(30 * 365 * 24 * 3600);
    assert!(date_ahead(&dated, SystemTime::now() + years) > 5);
    succeeds(until_sft(&dated, true), "");
    assert_eq!(metrics(&dated), metrics(&whole));
    assert!(files(&dated) == files(&whole));
}
