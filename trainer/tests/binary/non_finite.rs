//! Numbers that are NaN or infinite: the step is skipped, counted and told, and where no step comes of the model the run stops.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use burn::tensor::{Device, TensorData};
use explang::model::Precision;
use explang::model::checkpoint::write;
use explang::objective::Overlong;
use explang::run::Config;
use explang_trainer::checkpoint;
use explang_trainer::config;
use serde_json::Value;

use crate::contents::metrics;
use crate::program::{explang, fails, refused, succeeds};

/// `smoke` with changes, as a file.
fn config(folder: &Path, change: impl Fn(&mut Config)) -> PathBuf {
    let mut config = config::load("smoke").unwrap();
    config.optimizer.max_skipped = 3;
    change(&mut config);
    let file = folder.join("config.toml");
    fs::write(&file, config.to_toml().unwrap()).unwrap();
    file
}

fn run(out: &Path, config: &Path, resume: bool) -> Command {
    let mut command = explang(["run", "--threads", "1", "--out"]);
    command.arg(out).arg(config);
    if resume {
        command.arg("--resume");
    }
    command
}

/// Step and reason of each skipped step of a stage.
fn skipped(run: &Path, stage: &str) -> Vec<(u64, String)> {
    let lines = metrics(run)
        .into_iter()
        .filter(|line| line["stage"] == stage);
    lines
        .filter(|line| line["skipped"].as_u64().is_some_and(|n| n > 0))
        .filter_map(|line| {
            let what = line.get("not_finite")?.as_str()?.to_owned();
            Some((line["step"].as_u64()?, what))
        })
        .collect()
}

/// The greatest weight of a checkpoint.
fn greatest(checkpoint: &Path) -> f32 {
    let (model, _) = checkpoint::load(checkpoint, &Device::flex()).unwrap();
    let weights = model.named_weights().into_values();
    weights
        .flat_map(|values| values.iter::<f32>().collect::<Vec<_>>())
        .fold(0.0, |max, w| max.max(w.abs()))
}

#[test]
fn a_model_that_is_ruined_stops_the_run_and_never_becomes_a_checkpoint() {
    for peak in [1e30, 1e39] {
        let folder = tempfile::tempdir().unwrap();
        let out = folder.path().join("run");
        let config = config(folder.path(), |config| {
            config.pretrain.as_mut().unwrap().schedule.peak = peak;
            config.checkpoint_every = 1;
        });
        let sentence = fails(run(&out, &config, false));
        for word in [
            "pretrain ends at step 4",
            "3 steps in a row were skipped",
            "lower learning rate",
        ] {
            assert!(sentence.contains(word), "{sentence}");
        }
        let found = skipped(&out, "pretrain");
        let steps: Vec<u64> = found.iter().map(|(step, _)| *step).collect();
        assert_eq!(steps, [1, 2, 3], "{found:?}");
        // The last good one is from before the first step.
        let resume = out.join("stages/pretrain/resume");
        let position = fs::read(resume.join("position.json")).unwrap();
        let position: Value = serde_json::from_slice(&position).unwrap();
        assert_eq!(position["step"], 0);
        assert!(sentence.contains(&*resume.to_string_lossy()), "{sentence}");
        assert!(greatest(&resume) < 10.0);
        let mut generate = explang(["generate", "What is 4 + 3?", "--checkpoint"]);
        generate.arg(&resume);
        succeeds(generate, "");
        // To go on leads to the same place.
        assert_eq!(fails(run(&out, &config, true)), sentence);
        assert_eq!(skipped(&out, "pretrain"), found);
    }
}

/// Steps of which some are skipped.
const STEPS: usize = 40;

#[test]
fn a_few_steps_that_are_not_finite_are_skipped_and_the_run_goes_on() {
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("run");
    // A response that ends early costs nothing; one that uses up its budget costs more than a number can be. Of many small steps
    // of a policy that stays as it is some meet the one and some do not, however a machine rounds.
    let config = config(folder.path(), |config| {
        config.optimizer.max_skipped = STEPS;
        config.rl.prompts = 1;
        config.rl.group = 2;
        config.rl.mini_batches = 1;
        // Half of the pairs are shorter.
        config.rl.max_new_tokens = 32;
        config.rl.explore.steps = STEPS;
        config.rl.explore.schedule.peak = 0.0;
        config.rl.overlong = Some(Overlong {
            share: 0.01,
            penalty: 1e39,
        });
    });
    let mut command = run(&out, &config, false);
    command.args(["--until", "explore"]);
    let told = crate::program::output(command, "");
    let errors = String::from_utf8(told.stderr).unwrap();
    assert!(told.status.success(), "{errors}");
    let found = skipped(&out, "explore");
    let all = metrics(&out)
        .iter()
        .filter(|line| line["stage"] == "explore")
        .count();
    assert_eq!(all, STEPS);
    assert!(!found.is_empty() && found.len() < all, "{errors}");
    assert!(
        found.iter().all(|(_, what)| what == "a reward"),
        "{found:?}"
    );
    let told = errors
        .lines()
        .filter(|line| line.contains("skipped: a reward was not finite"));
    assert_eq!(told.count(), found.len(), "{errors}");
    assert!(out.join("stages/explore/checkpoint").exists(), "{errors}");
}

#[test]
fn a_policy_that_is_ruined_stops_its_stage_and_keeps_the_others() {
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("run");
    let config = config(folder.path(), |config| {
        config.rl.explore.schedule.peak = 1e30;
        config.rl.explore.steps = 9;
    });
    let sentence = fails(run(&out, &config, false));
    assert!(
        sentence.contains("explore ends at step") && sentence.contains("3 steps in a row"),
        "{sentence}"
    );
    let found = skipped(&out, "explore");
    assert_eq!(found.len(), 3, "{found:?}");
    for stage in ["pretrain/checkpoint", "sft/checkpoint", "explore/resume"] {
        assert!(
            greatest(&out.join("stages").join(stage)) < 10.0,
            "{stage} is ruined"
        );
    }
}

/// A copy of a checkpoint whose last gain is so great that its logits are no numbers, though its weights are.
fn poisoned(good: &Path, bad: &Path) {
    let (model, _) = checkpoint::load(good, &Device::flex()).unwrap();
    let mut weights = model.named_weights();
    let gain = weights.get_mut("model.norm.weight").unwrap();
    *gain = TensorData::full(gain.shape().to_vec(), 3e38f32);
    fs::create_dir(bad).unwrap();
    for file in ["config.json", "tokenizer.json"] {
        fs::copy(good.join(file), bad.join(file)).unwrap();
    }
    let bytes = write(weights, Precision::F32).unwrap();
    fs::write(bad.join("model.safetensors"), bytes).unwrap();
}

#[test]
fn logits_that_are_no_numbers_end_in_a_sentence_wherever_they_are_met() {
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("run");
    let config = config(folder.path(), |_| {});
    let mut command = run(&out, &config, false);
    command.args(["--until", "pretrain"]);
    succeeds(command, "");
    let bad = folder.path().join("bad");
    poisoned(&out.join("stages/pretrain/checkpoint"), &bad);

    for (command, stage) in [("sft", "pretrain"), ("rl", "sft"), ("distil", "exploit")] {
        let run = folder.path().join(command);
        let mut command = explang([command, "--threads", "1", "--from"]);
        command.arg(&bad).arg("--config").arg(&config).arg(&run);
        let sentence = fails(command);
        let words = format!("the checkpoint of {stage} cannot be evaluated");
        assert!(
            sentence.contains(&words) && sentence.contains("logit"),
            "{sentence}"
        );
    }
    for arguments in [
        ["eval"].as_slice(),
        &["generate", "What is 4 + 3?", "--checkpoint"],
    ] {
        let mut command = explang(arguments);
        command.arg(&bad);
        let sentence = refused(command, "");
        assert!(
            sentence.contains("logit") && sentence.lines().count() == 1,
            "{sentence}"
        );
    }
}
