//! The program `explang-serve`: a run that has not begun yet, and is followed once it has.

// A test that panics fails, and that is all it should do.
#![allow(clippy::unwrap_used)]

use std::fs;
use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};

use explang_trainer::config::Config;
use explang_trainer::run::folder::RunFolder;

/// The program at work; it ends with this value.
struct Serving(Child, String);

impl Serving {
    fn start(folder: &Path) -> Self {
        let dist = folder.join("dist");
        fs::create_dir(&dist).unwrap();
        fs::write(dist.join("index.html"), "<!doctype html>").unwrap();
        let mut child = Command::new(env!("CARGO_BIN_EXE_explang-serve"))
            .args([dist.as_path(), Path::new("0"), &folder.join("run")])
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut url = String::new();
        let mut said = BufReader::new(child.stdout.take().unwrap());
        said.read_line(&mut url).unwrap();
        let root = url.split_once('?').unwrap().0.to_owned();
        Serving(child, root)
    }

    fn get(&self, path: &str) -> (u16, ureq::Body) {
        let config = ureq::Agent::config_builder()
            .http_status_as_error(false)
            .proxy(None)
            .build();
        let agent = ureq::Agent::new_with_config(config);
        let answer = agent.get(format!("{}{path}", self.1)).call().unwrap();
        (answer.status().as_u16(), answer.into_body())
    }
}

impl Drop for Serving {
    fn drop(&mut self) {
        // It may have ended by itself.
        self.0.kill().ok();
        self.0.wait().ok();
    }
}

#[test]
fn a_run_that_has_not_begun_is_followed_once_it_has() {
    let folder = tempfile::tempdir().unwrap();
    let server = Serving::start(folder.path());
    assert_eq!(server.get("").0, 200);
    let (status, mut early) = server.get("run/state.json");
    let early = early.read_to_string().unwrap();
    assert_eq!(status, 404);
    assert!(early.contains("has not begun yet"), "{early}");
    let (status, events) = server.get("run/events");
    assert_eq!(status, 200);

    let config = Config::load("smoke").unwrap().to_toml().unwrap();
    let _run = RunFolder::create(&folder.path().join("run"), "smoke", 1, "0.1.0", &config).unwrap();
    let mut lines = BufReader::new(events.into_reader()).lines();
    let first = lines.find(|line| line.as_ref().is_ok_and(|line| line.starts_with("data")));
    let first = first.unwrap().unwrap();
    assert!(first.contains(r#""name":"smoke""#), "{first}");
    assert_eq!(server.get("run/state.json").0, 200);
}

#[cfg(unix)]
#[test]
fn an_interrupt_ends_it_cleanly() {
    let folder = tempfile::tempdir().unwrap();
    let mut server = Serving::start(folder.path());
    let process = server.0.id().to_string();
    Command::new("kill")
        .args(["-INT", &process])
        .status()
        .unwrap();
    assert_eq!(server.0.wait().unwrap().code(), Some(0));
}

#[test]
fn mistakes_are_told_in_one_sentence() {
    let folder = tempfile::tempdir().unwrap();
    let absent = folder.path().join("absent").to_string_lossy().into_owned();
    for (arguments, part) in [
        (vec![], "expected three arguments"),
        (
            vec![absent.as_str(), "x", "run"],
            "the port must be a number",
        ),
        (vec![absent.as_str(), "0", "run"], "holds no built page"),
    ] {
        let mut command = Command::new(env!("CARGO_BIN_EXE_explang-serve"));
        let output = command.args(arguments).output().unwrap();
        let sentence = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(1), "{sentence}");
        assert!(sentence.contains(part), "{sentence}");
        assert_eq!(sentence.lines().count(), 1, "{sentence}");
    }
}
