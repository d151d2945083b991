//! `explang serve RUN` and `explang run --serve`: a run that goes on is told as it is.

use std::fs;
use std::io::Write;
use std::path::Path;

use explang_trainer::config;
use explang_trainer::run::error::RunError;
use explang_trainer::run::folder::RunFolder;
use explang_trainer::run::metrics_log::MetricsLog;
use serde_json::{Value, json};

use crate::client::{Event, Serving, page};
use crate::program::explang;

/// The files of a checkpoint that are served.
const FILES: [&str; 5] = [
    "config.json",
    "generation_config.json",
    "tokenizer.json",
    "tokenizer_config.json",
    "model.safetensors",
];

/// A run that somebody works on.
struct Working {
    folder: RunFolder,
    metrics: MetricsLog,
}

impl Working {
    fn begin(path: &Path) -> Self {
        let config = config::load("smoke").unwrap().to_toml().unwrap();
        let folder = RunFolder::create(path, "smoke", 1, "0.1.0", &config).unwrap();
        let metrics = folder.metrics().unwrap();
        Working { folder, metrics }
    }

    /// Logs steps of pretraining; `time` tells one telling of a step from another.
    fn steps(&mut self, steps: std::ops::Range<usize>, time: f64) -> u64 {
        for step in steps {
            let line = json!({"stage": "pretrain", "step": step, "step_seconds": time});
            self.metrics.append(&line).unwrap();
        }
        self.metrics.len()
    }

    /// Writes a folder that looks like a checkpoint; its files hold `text`.
    fn checkpoint(&self, name: &str, text: &str) {
        let write = |tmp: &Path| -> Result<(), RunError> {
            for file in FILES
                .into_iter()
                .chain(["optimizer.safetensors", "position.json"])
            {
                fs::write(tmp.join(file), text).unwrap();
            }
            Ok(())
        };
        self.folder.write_folder(name, write).unwrap();
    }

    fn serve(&self, dist: &Path) -> Serving {
        let mut command = explang(["serve", "--port", "0", "--dist"]);
        command.arg(dist).arg(self.folder.path());
        Serving::start(command, false)
    }
}

fn stage<'a>(state: &'a Value, name: &str) -> &'a Value {
    let stages = state["stages"].as_array().unwrap();
    stages.iter().find(|stage| stage["name"] == name).unwrap()
}

#[test]
fn the_state_of_a_run_and_its_lines_are_told() {
    let folder = tempfile::tempdir().unwrap();
    let mut run = Working::begin(&folder.path().join("run"));
    let end = run.steps(0..3, 0.5);
    run.checkpoint("stages/pretrain/resume", "one");
    let server = run.serve(&page(folder.path()));

    let state = server.json("/run/state.json");
    assert_eq!(state["info"]["name"], "smoke");
    assert_eq!(state["config"]["pretrain"]["steps"], 30);
    assert_eq!(state["metrics"]["bytes"], end);
    assert!(state["metrics"]["written"].as_u64().unwrap() > 1_600_000_000_000);
    assert_eq!(state["summary"], false);
    let names: Vec<&Value> = (state["stages"].as_array().unwrap().iter())
        .map(|stage| &stage["name"])
        .collect();
    assert_eq!(
        json!(names),
        json!([
            "pretrain",
            "sft",
            "explore",
            "exploit",
            "control-explore",
            "control",
            "distil"
        ])
    );
    let pretrain = stage(&state, "pretrain");
    assert_eq!(
        [&pretrain["state"], &pretrain["steps"], &pretrain["planned"]],
        [&json!("running"), &json!(3), &json!(30)]
    );
    assert_eq!(pretrain["checkpoint"]["path"], "run/stages/pretrain/resume");
    let distil = stage(&state, "distil");
    assert_eq!(
        [&distil["state"], &distil["planned"], &distil["checkpoint"]],
        [&json!("waiting"), &json!(24), &Value::Null]
    );

    // Lines: whole ones, from any line on, and where to go on.
    let path = run.folder.join("metrics.jsonl");
    let mut torn = fs::File::options().append(true).open(&path).unwrap();
    torn.write_all(b"{\"stage\":\"pret").unwrap();
    let all = server.get("/run/metrics.jsonl", &[]);
    assert_eq!(all.header("content-type"), "application/x-ndjson");
    assert_eq!(all.header("next-offset"), end.to_string());
    assert_eq!(all.bytes, fs::read(&path).unwrap()[..end as usize]);
    let first = all.text().find('\n').unwrap() + 1;
    let rest = server.get(&format!("/run/metrics.jsonl?from={first}"), &[]);
    assert_eq!(rest.bytes, all.bytes[first..]);
    let none = server.get(&format!("/run/metrics.jsonl?from={end}"), &[]);
    assert_eq!((none.status, none.bytes.len()), (200, 0));
    assert_eq!(none.header("next-offset"), end.to_string());
    for (from, status) in [("1", 416), ("999999", 416), ("-1", 400), ("x", 400)] {
        let answer = server.get(&format!("/run/metrics.jsonl?from={from}"), &[]);
        assert_eq!(answer.status, status, "{from}");
        assert!(answer.json()["error"].is_string());
    }

    // Samples and the summary come when they are there.
    let samples = server.get("/run/samples.jsonl?from=0", &[]);
    assert_eq!((samples.status, samples.bytes.len()), (200, 0));
    fs::write(run.folder.join("samples.jsonl"), "{}\n").unwrap();
    assert_eq!(server.get("/run/samples.jsonl", &[]).text(), "{}\n");
    let early = server.get("/run/summary.json", &[]);
    assert_eq!(early.status, 404);
    assert!(
        early.json()["error"]
            .as_str()
            .unwrap()
            .contains("no summary yet")
    );
    run.folder
        .write_json("summary.json", &json!({"seed": 1}))
        .unwrap();
    assert_eq!(server.json("/run/summary.json"), json!({"seed": 1}));
    assert_eq!(server.json("/run/state.json")["summary"], true);
}

#[test]
fn a_checkpoint_is_served_whole_with_its_version_and_nothing_else_is() {
    let folder = tempfile::tempdir().unwrap();
    let run = Working::begin(&folder.path().join("run"));
    run.checkpoint("stages/pretrain/resume", "one");
    let server = run.serve(&page(folder.path()));
    let version = || {
        let state = server.json("/run/state.json");
        let checkpoint = stage(&state, "pretrain")["checkpoint"].clone();
        let path = checkpoint["path"].as_str().unwrap().to_owned();
        (
            path,
            format!("W/\"{}\"", checkpoint["version"].as_str().unwrap()),
        )
    };
    let (path, one) = version();
    for file in FILES {
        let path = format!("/{path}/{file}");
        let answer = server.get(&path, &[]);
        assert_eq!(
            (answer.status, answer.text().as_str()),
            (200, "one"),
            "{file}"
        );
        assert_eq!(
            (answer.header("etag"), answer.header("cache-control")),
            (one.as_str(), "no-cache")
        );
        let content_type = match file {
            "model.safetensors" => "application/octet-stream",
            _ => "application/json",
        };
        assert_eq!(answer.header("content-type"), content_type);
        assert_eq!(server.get(&path, &[("If-None-Match", &one)]).status, 304);
    }
    run.checkpoint("stages/pretrain/resume", "two");
    let (_, two) = version();
    assert_ne!(two, one);
    let weights = format!("/{path}/model.safetensors");
    let answer = server.get(&weights, &[("If-None-Match", &one)]);
    assert_eq!(
        (answer.text().as_str(), answer.header("etag")),
        ("two", two.as_str())
    );
    run.checkpoint("stages/pretrain/checkpoint", "three");
    assert_eq!(version().0, "run/stages/pretrain/checkpoint");

    for path in [
        "/run/stages/pretrain/resume/optimizer.safetensors",
        "/run/stages/pretrain/resume/position.json",
        "/run/stages/pretrain/resume/",
        "/run/stages/sft/checkpoint/config.json",
        "/run/stages/pretrain/.old-resume/config.json",
        "/run/stages/../stages/pretrain/resume/config.json",
        "/run/stages/pretrain/resume/..%2f..%2f..%2frun.json",
        "/run/stages/pretrain/%2e%2e/config.json",
        "/run/stages/pretrain/resume/%ff",
        "/run/run.json",
        "/run/run.toml",
        "/run/.lock",
        "/run/../Cargo.toml",
        "/run/",
    ] {
        let answer = server.get(path, &[]);
        assert_eq!(answer.status, 404, "{path}");
        assert!(!answer.text().contains("seed"), "{path}");
    }
}

#[test]
fn events_follow_a_run_through_its_resumption() {
    let folder = tempfile::tempdir().unwrap();
    let mut run = Working::begin(&folder.path().join("run"));
    let three = run.steps(0..3, 0.5);
    run.checkpoint("stages/pretrain/resume", "one");
    let server = run.serve(&page(folder.path()));
    let steps = |event: &Event| -> Vec<u64> {
        assert_eq!(event.name, "metrics", "{event:?}");
        let lines = event.data.lines();
        lines
            .map(|line| {
                serde_json::from_str::<Value>(line).unwrap()["step"]
                    .as_u64()
                    .unwrap()
            })
            .collect()
    };
    let state = |event: &Event| -> Value {
        assert_eq!((event.name.as_str(), &event.id), ("state", &None));
        serde_json::from_str(&event.data).unwrap()
    };
    let mut events = server.events("/run/events", &[]);
    let mut next = || events.next().expect("an event");

    let first = state(&next());
    assert_eq!(stage(&first, "pretrain")["state"], "running");
    let event = next();
    assert_eq!(
        (steps(&event), &event.id),
        (vec![0, 1, 2], &Some(three.to_string()))
    );
    let five = run.steps(3..5, 0.5);
    let event = next();
    assert_eq!(
        (steps(&event), &event.id),
        (vec![3, 4], &Some(five.to_string()))
    );

    run.checkpoint("stages/pretrain/resume", "two");
    let replaced = state(&next());
    assert_ne!(
        stage(&replaced, "pretrain")["checkpoint"],
        stage(&first, "pretrain")["checkpoint"]
    );

    // Resumed from after the third step, and gone on as far as before.
    run.metrics.truncate_to(three).unwrap();
    run.steps(3..5, 0.7);
    let reset = next();
    assert_eq!(
        (reset.name.as_str(), reset.id.as_deref()),
        ("reset", Some("0"))
    );
    assert_eq!(steps(&next()), [0, 1, 2, 3, 4]);

    run.steps(5..6, 0.7);
    run.checkpoint("stages/pretrain/checkpoint", "done");
    assert_eq!(steps(&next()), [5]);
    assert_eq!(stage(&state(&next()), "pretrain")["state"], "done");

    // A browser that comes back gets what it has missed.
    let last = three.to_string();
    let from = format!("/run/events?from={three}");
    for (path, headers) in [
        ("/run/events", vec![("Last-Event-ID", last.as_str())]),
        (from.as_str(), vec![]),
        ("/run/events?from=0", vec![("Last-Event-ID", last.as_str())]),
    ] {
        let mut events = server.events(path, &headers);
        state(&events.next().unwrap());
        assert_eq!(steps(&events.next().unwrap()), [3, 4, 5], "{path}");
    }
    // One that was at a place that is no more begins anew.
    let mut events = server.events("/run/events?from=999999", &[]);
    state(&events.next().unwrap());
    assert_eq!(events.next().unwrap().name, "reset");
    assert_eq!(steps(&events.next().unwrap()), [0, 1, 2, 3, 4, 5]);
}

#[cfg(unix)]
#[test]
fn a_run_that_is_watched_ends_in_the_same_bytes() {
    use crate::contents::{files, metrics, summary};
    use crate::program::succeeds;
    use burn::tensor::Device;
    use explang_trainer::checkpoint;

    let folder = tempfile::tempdir().unwrap();
    let [alone, watched] = ["alone", "watched"].map(|name| folder.path().join(name));
    let run = |out: &Path| {
        let mut command = explang(["run", "smoke", "--threads", "1", "--out"]);
        command.arg(out);
        command
    };
    let mut command = run(&watched);
    command
        .args(["--serve", "0", "--dist"])
        .arg(page(folder.path()));
    let server = Serving::start(command, true);
    assert_eq!(server.get("/", &[]).status, 200);

    let (mut lines, mut states, mut asked) = (String::new(), 0, 0);
    for event in server.events("/run/events", &[]) {
        if event.name == "metrics" {
            lines += &event.data;
            lines += "\n";
            continue;
        }
        assert_eq!(event.name, "state");
        states += 1;
        let state: Value = serde_json::from_str(&event.data).unwrap();
        let stages = state["stages"].as_array().unwrap().iter();
        let newest = stages.rev().find(|stage| stage["state"] == "done");
        if let Some(path) = newest.and_then(|stage| stage["checkpoint"]["path"].as_str()) {
            // The checkpoint just written can be used.
            let copy = tempfile::tempdir().unwrap();
            for file in FILES {
                let answer = server.get(&format!("/{path}/{file}"), &[]);
                assert_eq!(answer.status, 200, "{path}/{file}");
                fs::write(copy.path().join(file), answer.bytes).unwrap();
            }
            checkpoint::load(copy.path(), &Device::flex()).unwrap();
            asked += 1;
        }
        if state["summary"] == true {
            assert!(
                state["stages"]
                    .as_array()
                    .unwrap()
                    .iter()
                    .all(|stage| stage["state"] == "done")
            );
            break;
        }
    }
    assert!(
        states >= 7 && asked >= 2,
        "{states} states, {asked} checkpoints"
    );
    assert_eq!(
        lines,
        fs::read_to_string(watched.join("metrics.jsonl")).unwrap()
    );
    // It has ended and is still shown; its folder is free for others soon.
    assert!(server.json("/run/summary.json")["stages"].is_object());
    let began = std::time::Instant::now();
    while RunFolder::open(&watched).is_err() {
        assert!(
            began.elapsed().as_secs() < 20,
            "the run's folder is still held"
        );
        std::thread::sleep(std::time::Duration::from_millis(20));
    }
    assert_eq!(server.interrupt().code(), Some(0));

    succeeds(run(&alone), "");
    assert_eq!(metrics(&watched), metrics(&alone));
    assert_eq!(summary(&watched), summary(&alone));
    let (watched, alone) = (files(&watched), files(&alone));
    assert!(watched.keys().eq(alone.keys()));
    for (name, bytes) in alone {
        assert!(watched[&name] == bytes, "{name} differs");
    }
}
