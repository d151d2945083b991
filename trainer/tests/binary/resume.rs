//! A run that is killed at any moment goes on and ends in the same place, bit for bit.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use explang::random;
use explang_trainer::config::Config;

use crate::contents::{files, metrics, summary};
use crate::program::{explang, refused, succeeds};

/// Kills spread over a run.
const KILLS: usize = 10;

/// A new run, or one that goes on, in `folder`. One thread: two runs of this test share two cores.
fn run(folder: &Path, resume: bool) -> Command {
    let mut command = explang(["run", "smoke", "--threads", "1", "--out"]);
    command.arg(folder);
    if resume {
        command.arg("--resume");
    }
    command
}

/// Steps of the whole run: each logs a line.
fn steps() -> usize {
    let config = Config::load("smoke").unwrap();
    let (rl, distil) = (config.rl, config.distil.unwrap());
    // Explore and exploit, each once for the policy and once for the control.
    let rl = 2 * (rl.explore.steps + rl.exploit.steps);
    config.pretrain.steps + config.sft.steps + rl + distil.warm_up_steps + distil.steps
}

/// Starts the command with nothing to say.
fn start(mut command: Command) -> Child {
    command
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap()
}

/// Lines of `metrics.jsonl` so far.
fn lines(folder: &Path) -> usize {
    fs::read(folder.join("metrics.jsonl"))
        .map_or(0, |bytes| bytes.iter().filter(|b| **b == b'\n').count())
}

/// Waits until `reached` or until the child ends; true when it is still alive.
fn wait_until(child: &mut Child, reached: impl Fn() -> bool) -> bool {
    let began = Instant::now();
    while !reached() {
        if child.try_wait().unwrap().is_some() {
            return false;
        }
        assert!(
            began.elapsed() < Duration::from_secs(300),
            "the run stands still"
        );
        std::thread::sleep(Duration::from_millis(2));
    }
    true
}

/// Runs `folder` to its end through [`KILLS`] kills; returns how many of them met a living process.
///
/// The kills are spread over the steps of the run, and each waits a random time after its step, so that it may also meet the
/// writing of a checkpoint or an evaluation. The first meets a run that is being born.
fn killed_run(folder: &Path, steps: usize, seed: u64) -> usize {
    let mut met = 0;
    for kill in 0..KILLS {
        let uniform = |index| f64::from(random::uniform(seed, 2 * kill as u64 + index));
        let target = match kill {
            0 => 0,
            _ => (((kill - 1) as f64 + uniform(0)) / (KILLS - 1) as f64 * steps as f64) as usize,
        };
        let mut child = start(run(folder, folder.join("run.json").exists()));
        if wait_until(&mut child, || lines(folder) >= target) {
            std::thread::sleep(Duration::from_secs_f64(0.25 * uniform(1)));
            // On Unix this is SIGKILL: nothing is flushed, nothing is tidied up.
            child.kill().unwrap();
            met += 1;
        }
        child.wait().unwrap();
    }
    succeeds(run(folder, true), "");
    met
}

#[test]
fn a_run_that_is_killed_ten_times_ends_like_one_that_is_not() {
    let folders = [(); 2].map(|()| tempfile::tempdir().unwrap());
    let [whole, killed] = [0, 1].map(|i| folders[i].path().join("run"));
    let steps = steps();
    let met = std::thread::scope(|scope| {
        scope.spawn(|| succeeds(run(&whole, false), ""));
        killed_run(&killed, steps, 20_26)
    });
    assert!(met >= 8, "only {met} kills met a living process");
    assert_eq!([lines(&whole), lines(&killed)], [steps, steps]);
    for (killed, whole) in metrics(&killed).into_iter().zip(metrics(&whole)) {
        assert_eq!(killed, whole);
    }
    assert_eq!(summary(&killed), summary(&whole));
    let (killed, whole) = (files(&killed), files(&whole));
    let names = |files: &BTreeMap<String, Vec<u8>>| files.keys().cloned().collect::<Vec<_>>();
    // Nothing half-written is left, and nothing is missing.
    assert_eq!(names(&killed), names(&whole));
    assert_eq!(
        whole
            .keys()
            .filter(|name| name.ends_with("model.safetensors"))
            .count(),
        7
    );
    for (name, bytes) in whole {
        assert!(killed[&name] == bytes, "{name} differs");
    }
}

#[test]
fn a_run_has_one_process_and_one_configuration() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("run");
    let mut first = start(run(&path, false));
    assert!(wait_until(&mut first, || lines(&path) >= 1));
    let sentence = refused(run(&path, true), "");
    assert!(
        sentence.contains("another process is working in") && sentence.lines().count() == 1,
        "{sentence}"
    );
    first.kill().unwrap();
    first.wait().unwrap();

    let sentence = refused(run(&path, false), "");
    assert!(
        sentence.contains("holds a run already; go on with it (--resume)"),
        "{sentence}"
    );
    let config = path.join("run.toml");
    let text = fs::read_to_string(&config).unwrap();
    let edited = text.replace("checkpoint_every = 5", "checkpoint_every = 6");
    assert_ne!(edited, text);
    fs::write(&config, edited).unwrap();
    let sentence = refused(run(&path, true), "");
    assert!(
        sentence.contains("run.toml was changed after the run began")
            && sentence.lines().count() == 1,
        "{sentence}"
    );
    fs::write(&config, text).unwrap();
    let mut again = start(run(&path, true));
    assert!(wait_until(&mut again, || lines(&path) >= 3));
    again.kill().unwrap();
    again.wait().unwrap();
}
