//! Runs of the preset `smoke` as processes, and what two runs have in common.

use std::fs;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use explang::run::Stage;
use explang_trainer::config;

use crate::contents::{files, metrics, summary};
use crate::program::explang;

/// The stages with their steps, in the order of a run. Each step logs a line.
pub(crate) fn stages() -> [(&'static str, usize); 7] {
    let config = config::load("smoke").unwrap();
    Stage::ALL.map(|stage| (stage.name(), config.steps(stage).unwrap()))
}

/// A new run, or one that goes on, in `folder`. One thread: the runs of a test share the cores.
pub(crate) fn smoke(folder: &Path, resume: bool) -> Command {
    let mut command = explang(["run", "smoke", "--threads", "1", "--out"]);
    command.arg(folder);
    if resume {
        command.arg("--resume");
    }
    command
}

/// A new run of a configuration in a file, in the folder `out`.
pub(crate) fn run(config: &Path, out: &Path, threads: usize) -> Command {
    let mut command = explang(["run", "--threads", &threads.to_string(), "--out"]);
    command.arg(out).arg(config);
    command
}

/// The run in `out` as it goes on.
pub(crate) fn resumed(out: &Path, threads: usize) -> Command {
    let mut command = explang([
        "run",
        "--threads",
        &threads.to_string(),
        "--resume",
        "--out",
    ]);
    command.arg(out);
    command
}

/// Starts the command with nothing to say.
pub(crate) fn start(mut command: Command) -> Child {
    command
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap()
}

/// Lines of `metrics.jsonl` so far.
pub(crate) fn lines(folder: &Path) -> usize {
    fs::read(folder.join("metrics.jsonl"))
        .map_or(0, |bytes| bytes.iter().filter(|b| **b == b'\n').count())
}

/// Waits until `reached` or until the child ends, looking every `pause`; true when it is still alive.
pub(crate) fn wait_until(child: &mut Child, pause: Duration, reached: impl Fn() -> bool) -> bool {
    let began = Instant::now();
    while !reached() {
        if child.try_wait().unwrap().is_some() {
            return false;
        }
        assert!(
            began.elapsed() < Duration::from_secs(300),
            "the run stands still"
        );
        std::thread::sleep(pause);
    }
    true
}

/// Two finished runs hold the same, but for what the clock says.
pub(crate) fn assert_same(run: &Path, whole: &Path) {
    let steps = stages().iter().map(|(_, steps)| steps).sum::<usize>();
    assert_eq!([lines(run), lines(whole)], [steps, steps]);
    for (run, whole) in metrics(run).into_iter().zip(metrics(whole)) {
        assert_eq!(run, whole);
    }
    assert_eq!(summary(run), summary(whole));
    let (run, whole) = (files(run), files(whole));
    // Nothing half-written is left, and nothing is missing.
    let names = run.keys().collect::<Vec<_>>();
    assert_eq!(names, whole.keys().collect::<Vec<_>>());
    let models = names.iter().filter(|n| n.ends_with("model.safetensors"));
    assert_eq!(models.count(), 7);
    for (name, bytes) in whole {
        assert!(run[&name] == bytes, "{name} differs");
    }
}
