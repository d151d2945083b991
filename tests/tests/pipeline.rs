//! The whole pipeline on the preset `smoke`: what a finished run holds, and that its seed alone decides it.

use std::collections::BTreeMap;
use std::path::Path;

use burn::tensor::Device;
use explang::Language;
use explang::run::config::{Config, UntilSection};
use explang::run::{Stage, Summary};
use explang_trainer::checkpoint;
use explang_trainer::config;
use explang_trainer::run::folder::RunFolder;
use explang_trainer::run::metrics_log::read_lines;
use explang_trainer::stages::{Session, pipeline};
use serde_json::{Map, Value};

/// Runs `smoke` in `folder` up to stage `last`.
fn smoke(folder: &Path, seed: u64, threads: usize, last: Stage) -> Summary {
    let mut config = config::load("smoke").unwrap();
    config.seed = seed;
    run(config, folder, threads, last)
}

fn run(config: Config, folder: &Path, threads: usize, last: Stage) -> Summary {
    let seed = config.seed;
    let text = config.to_toml().unwrap();
    let run = RunFolder::create(folder, &config.name, seed, "0", &text).unwrap();
    let mut session = Session::open(config, run, Device::flex().autodiff(), threads).unwrap();
    pipeline::run(&mut session, last).unwrap()
}

/// Every file of the run that holds results, by its path in the run, with its bytes.
fn results(folder: &Path) -> BTreeMap<String, Vec<u8>> {
    let mut files = BTreeMap::new();
    for stage in std::fs::read_dir(folder.join("stages")).unwrap() {
        let stage = stage.unwrap().path();
        let name = stage.file_name().unwrap().to_string_lossy().into_owned();
        for file in [
            "checkpoint/model.safetensors",
            "checkpoint/tokenizer.json",
            "evaluation.jsonl",
        ] {
            if let Ok(bytes) = std::fs::read(stage.join(file)) {
                files.insert(format!("{name}/{file}"), bytes);
            }
        }
    }
    files
}

/// The number of steps of each stage, by the name in `metrics.jsonl`, in the order of the run.
fn steps(config: &Config) -> [(&'static str, usize); 7] {
    Stage::ALL.map(|stage| (stage.name(), config.steps(stage).unwrap()))
}

fn fraction(value: &Value) -> bool {
    value.as_f64().is_some_and(|x| (0.0..=1.0).contains(&x))
}

/// The contract for other programs on one mode of one stage.
fn check_mode(at: &str, mode: &Value, responses: usize, max_tokens: f64) {
    for figure in ["accuracy", "pass_at_k", "compliance"] {
        assert!(fraction(&mode[figure]), "{at}.{figure}: {}", mode[figure]);
    }
    let tokens = mode["thinking_tokens"].as_f64().unwrap();
    assert!(
        (0.0..=max_tokens).contains(&tokens),
        "{at}.thinking_tokens: {tokens}"
    );
    for figure in ["accuracy", "pass_at_k", "compliance", "thinking_tokens"] {
        let interval: [f64; 2] = serde_json::from_value(mode["intervals"][figure].clone()).unwrap();
        let value = mode[figure].as_f64().unwrap();
        assert!(
            interval[0] <= value && value <= interval[1],
            "{at}.{figure}: {value} in {interval:?}"
        );
    }
    assert_eq!(mode["n"], responses, "{at}");
}

/// The contract for other programs on one stage.
fn check_stage(name: &str, stage: &Value, config: &Config) {
    let (problems, samples, forced) = (
        config.eval.problems,
        config.eval.samples,
        config.eval.forced_problems,
    );
    // Thinking tokens are those of the trace's text: where a model breaks characters up, each byte of one becomes a
    // replacement character of three bytes.
    let longest = 3.0 * config.rl.max_new_tokens as f64;
    for (mode, responses) in [
        ("en", problems * samples),
        ("self", problems * samples),
        ("multi", forced * Language::SEEN.len()),
        ("ood", forced * Language::UNSEEN.len()),
    ] {
        if name == "pretrain" && mode == "self" {
            assert!(
                stage.get(mode).is_none(),
                "a pretrained model has no tags yet"
            );
            continue;
        }
        check_mode(&format!("{name}.{mode}"), &stage[mode], responses, longest);
    }
    assert!(stage["seconds"].as_f64().unwrap() > 0.0);
    if name == "pretrain" {
        assert!(stage.get("selection").is_none());
        return;
    }
    let selection: BTreeMap<Language, f64> =
        serde_json::from_value(stage["selection"].clone()).unwrap();
    let total: f64 = selection.values().sum::<f64>() + stage["untagged"].as_f64().unwrap();
    assert!(
        (total - 1.0).abs() < 1e-9 && selection.values().all(|r| (0.0..=1.0).contains(r)),
        "{name}: {selection:?}"
    );
    let phases = [
        ("explore", &config.rl.explore),
        ("exploit", &config.rl.exploit),
    ];
    let (source, n) = match phases.into_iter().find(|(phase, _)| *phase == name) {
        Some((_, phase)) => (
            "rollouts",
            phase.steps * config.rl.prompts * config.rl.group,
        ),
        None => ("evaluation", problems * samples),
    };
    assert_eq!(
        (&stage["selection_source"], &stage["selection_n"]),
        (&Value::from(source), &Value::from(n)),
        "{name}"
    );
}

#[test]
fn a_finished_run_holds_what_it_promises() {
    let folder = tempfile::tempdir().unwrap();
    let config = config::load("smoke").unwrap();
    let summary = smoke(folder.path(), config.seed, 2, Stage::Distil);

    let text = std::fs::read_to_string(folder.path().join("summary.json")).unwrap();
    assert_eq!(serde_json::from_str::<Summary>(&text).unwrap(), summary);
    let json: Value = serde_json::from_str(&text).unwrap();
    let stages = json["stages"].as_object().unwrap();
    assert_eq!(stages.len(), 6);
    for name in ["pretrain", "sft", "explore", "exploit", "control", "distil"] {
        check_stage(name, &stages[name], &config);
    }

    let lines: Vec<Map<String, Value>> = read_lines(&folder.path().join("metrics.jsonl")).unwrap();
    let logged: Vec<(String, u64)> = lines
        .iter()
        .map(|line| {
            (
                line["stage"].as_str().unwrap().to_owned(),
                line["step"].as_u64().unwrap(),
            )
        })
        .collect();
    let expected: Vec<(String, u64)> = steps(&config)
        .into_iter()
        .flat_map(|(stage, steps)| (0..steps as u64).map(move |step| (stage.to_owned(), step)))
        .collect();
    assert_eq!(logged, expected);
    for line in &lines {
        assert!(
            line["step_seconds"].as_f64().is_some_and(|x| x > 0.0),
            "{line:?}"
        );
        assert!(
            line["tokens_per_s"].as_f64().is_some_and(|x| x > 0.0),
            "{line:?}"
        );
        assert!(
            line["gradient_norm"].as_f64().is_some_and(f64::is_finite),
            "{line:?}"
        );
    }
    // Most updates of every stage have something to learn from: else this run would prove little.
    for (stage, steps) in steps(&config) {
        let of_stage = lines.iter().filter(|line| line["stage"] == stage);
        let learned = of_stage
            .filter(|line| line["gradient_norm"].as_f64() > Some(0.0))
            .count();
        assert!(
            2 * learned > steps,
            "{stage}: only {learned} of {steps} steps have a gradient"
        );
    }
    for stage in ["pretrain", "sft"] {
        let losses: Vec<f64> = lines
            .iter()
            .filter(|line| line["stage"] == stage)
            .map(|line| line["loss"].as_f64().unwrap())
            .collect();
        assert!(
            losses[losses.len() - 1] < losses[0] - 0.5,
            "{stage}: {losses:?}"
        );
    }

    for (stage, _) in steps(&config) {
        let stage = folder.path().join("stages").join(stage);
        let (model, tokenizer) =
            checkpoint::load(&stage.join("checkpoint"), &Device::flex()).unwrap();
        assert_eq!(model.config().vocab_size, tokenizer.vocab_size());
        assert!(
            !stage.join("resume").exists(),
            "what a finished stage would have resumed from is gone"
        );
    }
    // The control forces English in every rollout.
    for line in lines.iter().filter(|line| {
        line["stage"]
            .as_str()
            .is_some_and(|s| s.starts_with("control"))
    }) {
        for (kind, counts) in line["choices"].as_object().unwrap() {
            let tagged = counts["tagged"].as_object().unwrap();
            assert!(
                tagged.iter().all(|(code, n)| code == "en" || *n == 0),
                "{kind}: {counts}"
            );
        }
    }
}

#[test]
fn the_seed_alone_decides_a_run_whatever_the_number_of_threads() {
    let folders = [(); 3].map(|()| tempfile::tempdir().unwrap());
    std::thread::scope(|scope| {
        scope.spawn(|| smoke(folders[0].path(), 1, 1, Stage::Distil));
        scope.spawn(|| smoke(folders[1].path(), 1, 2, Stage::Distil));
    });
    let [one, two] = [0, 1].map(|i| results(folders[i].path()));
    // Seven checkpoints of two files each, and an evaluation of all but the control's first phase.
    assert_eq!(one.len(), 7 * 2 + 6);
    assert!(one.keys().eq(two.keys()));
    for (name, bytes) in &one {
        assert!(
            bytes == &two[name],
            "{name} differs between one thread and two"
        );
    }
    smoke(folders[2].path(), 2, 2, Stage::Pretrain);
    let other = results(folders[2].path());
    for name in [
        "pretrain/checkpoint/model.safetensors",
        "pretrain/checkpoint/tokenizer.json",
    ] {
        assert!(one[name] != other[name], "{name} must depend on the seed");
    }
}

#[test]
fn a_skill_ends_pretraining_and_looking_changes_nothing() {
    let mut config = config::load("smoke").unwrap();
    let mut pretrained = |steps: usize, accuracy: Option<f64>| {
        let pretrain = config.pretrain.as_mut().unwrap();
        pretrain.steps = steps;
        pretrain.until = accuracy.map(|accuracy| UntilSection {
            kind: "sums/breath/1".parse().unwrap(),
            accuracy,
            every: 8,
            problems: 13,
        });
        let folder = tempfile::tempdir().unwrap();
        run(config.clone(), folder.path(), 2, Stage::Pretrain);
        let lines: Vec<Value> = read_lines(&folder.path().join("metrics.jsonl")).unwrap();
        let weights = results(folder.path()).remove("pretrain/checkpoint/model.safetensors");
        (lines, weights.unwrap())
    };
    let looks = |lines: &[Value]| -> Vec<usize> {
        let looked = |line: &Value| line.get("accuracy").is_some_and(fraction);
        (0..lines.len())
            .filter(|&step| looked(&lines[step]))
            .collect()
    };
    // No skill at all is enough at the first look; all that can be asked is never reached.
    let (at_once, _) = pretrained(20, Some(0.0));
    assert_eq!((at_once.len(), looks(&at_once)), (8, vec![7]));
    let (never, looked) = pretrained(20, Some(1.0));
    assert_eq!((never.len(), looks(&never)), (20, vec![7, 15]));
    let (unwatched, weights) = pretrained(20, None);
    assert_eq!((unwatched.len(), looks(&unwatched)), (20, vec![]));
    assert!(weights == looked, "a look changes what is learned");
}

#[test]
fn a_run_that_begins_with_a_checkpoint_goes_on_as_the_run_that_it_is_from() {
    let folder = tempfile::tempdir().unwrap();
    let (whole, rest) = (folder.path().join("whole"), folder.path().join("rest"));
    smoke(&whole, 3, 2, Stage::Exploit);
    let mut config = config::load("smoke").unwrap();
    config.seed = 3;
    let sft = whole.join(Stage::Sft.checkpoint_path());
    config.begin_with(Stage::Explore, sft.to_str().unwrap());
    (config.rl.control, config.distil) = (None, None);
    let summary = run(config, &rest, 2, Stage::Exploit);
    assert_eq!(
        summary.stages.keys().copied().collect::<Vec<_>>(),
        [Stage::Explore, Stage::Exploit]
    );
    let whole = results(&whole);
    let rest = results(&rest);
    // Of explore and exploit each a model, a tokenizer and an evaluation.
    assert_eq!(rest.len(), 6);
    for (name, bytes) in rest {
        assert!(bytes == whole[&name], "{name} differs");
    }
}
