//! A run that is asked to stop ends after the step that it is at, keeps it, and says how to go on.

use std::fs;
use std::io::Read;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use explang_trainer::config;
use serde_json::Value;

use crate::client::{Serving, page};
use crate::program::{ended, explang, send, succeeds};
use crate::runs::{assert_same, lines, smoke, stages, wait_until};

const PAUSE: Duration = Duration::from_millis(2);

/// The line that a stopped process ends with, and the command in it.
struct Told {
    line: String,
    again: String,
}

/// Starts the command; what it tells is kept.
fn start(mut command: Command) -> Child {
    let told = command.stdout(Stdio::null()).stderr(Stdio::piped());
    told.spawn().unwrap()
}

/// Waits for `reached`, sends the signal, and looks at how the process ends.
fn stop(mut child: Child, reached: impl Fn() -> bool, signal: &str, code: i32) -> Told {
    let mut errors = child.stderr.take().unwrap();
    let reader = std::thread::spawn(move || {
        let mut text = String::new();
        errors.read_to_string(&mut text).unwrap();
        text
    });
    assert!(wait_until(&mut child, PAUSE, reached), "it has ended");
    send(&child, signal);
    let status = ended(&mut child);
    let text = reader.join().unwrap();
    assert_eq!(status.code(), Some(code), "{text}");
    assert!(
        !text.contains("panicked") && !text.contains("error: "),
        "{text}"
    );
    let line = text.lines().last().unwrap().to_owned();
    let (_, again) = line.split_once("; go on with: ").expect(&line);
    Told {
        again: again.to_owned(),
        line,
    }
}

/// The command that a stopped process has told.
fn shell(command: &str) -> Command {
    let mut shell = Command::new("sh");
    shell
        .args(["-c", &format!("exec {command}")])
        .stdin(Stdio::null());
    shell
}

/// Lines that are logged before a stage begins.
fn before(stage: &str) -> usize {
    let stages = stages();
    let before = stages.iter().take_while(|(name, _)| *name != stage);
    before.map(|(_, steps)| steps).sum()
}

/// The checkpoint of a stage stands where its log ends: no step is lost.
fn nothing_lost(folder: &Path, stage: &str, told: &Told) {
    if told.line.starts_with(&format!(
        "stopped at the end of {stage}, with its checkpoint"
    )) {
        // The signal came during the last step.
        assert!(folder.join(format!("stages/{stage}/checkpoint")).exists());
        return;
    }
    let step = lines(folder) - before(stage);
    let expected = format!("stopped after step {step} of {stage}, with a checkpoint");
    assert!(told.line.starts_with(&expected), "{}", told.line);
    let position = folder.join(format!("stages/{stage}/resume/position.json"));
    let position: Value = serde_json::from_slice(&fs::read(position).unwrap()).unwrap();
    assert_eq!(position["step"], step);
}

#[test]
fn a_run_stops_after_its_step_and_goes_on_as_it_says() {
    let folder = tempfile::tempdir().unwrap();
    let [whole, run, alone] = ["whole", "a run's", "alone"].map(|name| folder.path().join(name));
    std::thread::scope(|scope| {
        scope.spawn(|| succeeds(smoke(&whole, false), ""));

        let began = |stage: &str| before(stage) + 1;
        let told = stop(start(smoke(&run, false)), || lines(&run) >= 2, "-INT", 130);
        nothing_lost(&run, "pretrain", &told);
        assert!(told.again.contains("run --out '") && told.again.ends_with("--resume --threads 1"));
        let reached = || lines(&run) >= began("explore");
        let told = stop(start(shell(&told.again)), reached, "-TERM", 143);
        nothing_lost(&run, "explore", &told);
        // While a model is evaluated it stops too, without its step's end to wait for.
        let reached = || run.join("stages/exploit/checkpoint").exists();
        let told = stop(start(shell(&told.again)), reached, "-TERM", 143);
        let places = [
            "stopped at the end of exploit, with its checkpoint",
            "stopped while exploit was evaluated",
        ];
        assert!(
            places.iter().any(|place| told.line.starts_with(place)),
            "{}",
            told.line
        );
        succeeds(shell(&told.again), "");

        // The same in stages alone.
        let out = alone.as_os_str();
        let mut pretrain = explang(["pretrain", "smoke", "--threads", "1", "--out"]);
        pretrain.arg(out);
        let mut sft = explang(["sft", "--threads", "1"]);
        sft.arg(out);
        let mut rl = explang(["rl", "--threads", "1"]);
        rl.arg(out);
        let mut control = explang(["rl", "--phase", "control", "--threads", "1"]);
        control.arg(out);
        let mut distil = explang(["distil", "--threads", "1"]);
        distil.arg(out);
        for (command, stage) in [
            (pretrain, "pretrain"),
            (sft, "sft"),
            (rl, "explore"),
            (control, "control"),
            (distil, "distil"),
        ] {
            let reached = || lines(&alone) >= began(stage);
            let told = stop(start(command), reached, "-INT", 130);
            nothing_lost(&alone, stage, &told);
            succeeds(shell(&told.again), "");
        }
    });
    assert_same(&run, &whole);
    assert_same(&alone, &whole);
}

/// A run whose steps take longer than anybody waits.
fn long_steps(folder: &Path) -> Child {
    let mut config = config::load("smoke").unwrap();
    config.pretrain.as_mut().unwrap().batch = 4096;
    let file = folder.join("long.toml");
    fs::write(&file, config.to_toml().unwrap()).unwrap();
    let mut command = explang(["run", "--threads", "1", "--out"]);
    command.arg(folder.join("run")).arg(file);
    let mut child = start(command);
    let resume = folder.join("run/stages/pretrain/resume");
    assert!(wait_until(&mut child, PAUSE, || resume.exists()));
    std::thread::sleep(Duration::from_millis(200));
    child
}

#[test]
fn a_second_interrupt_stops_at_once() {
    for first in ["-INT", "-TERM"] {
        let folder = tempfile::tempdir().unwrap();
        let mut child = long_steps(folder.path());
        send(&child, first);
        std::thread::sleep(Duration::from_millis(700));
        assert!(child.try_wait().unwrap().is_none(), "it is at a step");
        let began = Instant::now();
        send(&child, "-INT");
        assert_eq!(ended(&mut child).code(), Some(130));
        assert!(began.elapsed() < Duration::from_secs(2));
        assert_eq!(lines(&folder.path().join("run")), 0);
    }
}

/// Waits until the process catches SIGINT.
#[cfg(target_os = "linux")]
fn until_it_listens(child: &Child) {
    let status = format!("/proc/{}/status", child.id());
    let began = Instant::now();
    loop {
        let status = fs::read_to_string(&status).unwrap();
        let caught = status.lines().find_map(|line| line.strip_prefix("SigCgt:"));
        let caught = u64::from_str_radix(caught.unwrap().trim(), 16).unwrap();
        if caught & (1 << (2 - 1)) != 0 {
            return;
        }
        assert!(began.elapsed() < Duration::from_secs(60));
        std::thread::sleep(PAUSE);
    }
}

#[cfg(target_os = "linux")]
#[test]
fn an_evaluation_stops_and_leaves_no_half_file() {
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("records.jsonl");
    let wide = Path::new(env!("CARGO_MANIFEST_DIR")).join("../checkpoints/wide");
    let mut command = explang(["eval", "--problems", "2000", "--samples", "12", "--out"]);
    command.arg(&out).arg(wide);
    let mut child = start(command);
    until_it_listens(&child);
    std::thread::sleep(Duration::from_millis(500));
    send(&child, "-INT");
    assert_eq!(ended(&mut child).code(), Some(130));
    let mut text = String::new();
    child
        .stderr
        .take()
        .unwrap()
        .read_to_string(&mut text)
        .unwrap();
    assert_eq!(text, "stopped before all was judged; nothing was written\n");
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0);
}

#[test]
fn a_run_that_is_shown_stops_with_its_page() {
    for (signal, code) in [("-INT", 130), ("-TERM", 143)] {
        let folder = tempfile::tempdir().unwrap();
        let run = folder.path().join("run");
        let mut command = smoke(&run, false);
        command
            .args(["--serve", "0", "--dist"])
            .arg(page(folder.path()));
        let server = Serving::start(command, true);
        let mut events = server.events("/run/events", &[]);
        events.find(|event| event.name == "metrics").unwrap();
        assert_eq!(server.signal(signal).code(), Some(code));
        // What was told to the page has ended with it.
        assert!(events.count() < 100);
        assert!(run.join("stages/pretrain/resume").exists());
    }
}
