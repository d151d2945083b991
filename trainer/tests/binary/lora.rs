//! A run that trains an adapter: what it keeps, how it goes on after a stop and a kill, and the commands that open what it leaves.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use burn::tensor::Device;
use explang::model::{Decoder, ModelConfig, ModelPreset, Precision};
use explang_trainer::checkpoint::{self, stored_tensors};

use crate::command_line::{generate, tokenizer};
use crate::contents::{files, metrics, summary};
use crate::program::{ended, explang, refused, send, succeeds};
use crate::runs::{lines, resumed, run, start, wait_until};

const CONFIG: &str = r#"
name = "adapter"
seed = 1
shards = 2
checkpoint_every = 2
tasks = [{ family = "sums", style = "breath", level = 1 }]
[model]
from = "BASE"
[lora]
rank = 4
alpha = 8.0
[sft]
steps = 6
batch = 4
schedule = { peak = 1e-2, warm_up = 0.0, decay = "constant" }
[rl]
prompts = 2
group = 2
mini_batches = 1
temperature = 1.0
max_new_tokens = 8
[rl.explore]
steps = 3
variant = "explore"
kl = 0.0
schedule = { peak = 1e-3, warm_up = 0.0, decay = "constant" }
[rl.exploit]
steps = 3
variant = "exploit"
kl = 1e-3
schedule = { peak = 1e-3, warm_up = 0.0, decay = "constant" }
[eval]
problems = 1
samples = 1
forced_problems = 1
temperature = 0.1
top_p = 0.9
"#;

/// A whole checkpoint with random weights in `base`, and a configuration that trains an adapter on it.
fn prepared(folder: &Path) -> (PathBuf, PathBuf) {
    let (base, config) = (folder.join("base"), folder.join("adapter.toml"));
    fs::create_dir(&base).unwrap();
    let tokenizer = tokenizer(300);
    let shape = ModelConfig::of(ModelPreset::Pico, tokenizer.vocab_size());
    let model = Decoder::random(&shape, 1, &Device::flex());
    checkpoint::save(&base, &model, &tokenizer, Precision::F16, None).unwrap();
    fs::write(&config, CONFIG.replace("BASE", base.to_str().unwrap())).unwrap();
    (base, config)
}

/// Name and length of every file in a folder.
fn sizes(folder: &Path) -> BTreeMap<String, u64> {
    let entries = fs::read_dir(folder).unwrap().map(Result::unwrap);
    entries
        .map(|entry| {
            let name = entry.file_name().into_string().unwrap();
            (name, entry.metadata().unwrap().len())
        })
        .collect()
}

#[test]
fn an_adapters_run_keeps_the_adapter_alone_and_goes_on_to_the_same_bytes() {
    const PAUSE: Duration = Duration::from_millis(2);
    let folder = tempfile::tempdir().unwrap();
    let (base, config) = prepared(folder.path());
    let before = files(&base);
    let [whole, broken] = ["whole", "broken"].map(|name| folder.path().join(name));
    succeeds(run(&config, &whole, 1), "");

    let mut child = start(run(&config, &broken, 1));
    assert!(wait_until(&mut child, PAUSE, || lines(&broken) >= 2));
    send(&child, "-INT");
    ended(&mut child);
    // What it is resumed from: the adapter, two moments for each of its numbers, and little else.
    let resume = broken.join("stages/sft/resume");
    let kept = sizes(&resume);
    let expected = [
        "adapter_config.json",
        "adapter_model.safetensors",
        "optimizer.safetensors",
        "position.json",
    ];
    assert_eq!(kept.keys().collect::<Vec<_>>(), expected);
    let tensors = stored_tensors(&resume).unwrap();
    let numbers: usize = tensors.iter().map(|tensor| tensor.size()).sum();
    let total = kept.values().sum::<u64>() as usize;
    assert!(
        total < 12 * numbers + 450 * tensors.len() + 4_000,
        "{total}"
    );

    let mut child = start(resumed(&broken, 1));
    assert!(wait_until(&mut child, PAUSE, || lines(&broken) >= 7));
    child.kill().unwrap();
    child.wait().unwrap();
    succeeds(resumed(&broken, 1), "");
    assert_eq!(metrics(&broken), metrics(&whole));
    assert_eq!(summary(&broken), summary(&whole));
    assert!(files(&broken) == files(&whole));
    let adapters = files(&whole);
    let adapters = adapters
        .keys()
        .filter(|name| name.ends_with("adapter_model.safetensors"));
    assert_eq!(adapters.count(), 3);
    assert!(files(&base) == before, "the base is left as it is");
}

#[test]
fn what_an_adapters_run_leaves_is_opened_merged_and_trained_further() {
    let folder = tempfile::tempdir().unwrap();
    let (base, config) = prepared(folder.path());
    let [out, merged, next] = ["run", "merged", "next"].map(|name| folder.path().join(name));
    let mut sft = run(&config, &out, 1);
    sft.args(["--until", "sft"]);
    succeeds(sft, "");
    let adapter = out.join("stages/sft/checkpoint");
    let mut export = explang(["export", "--merge"]);
    export.args([&out, &merged]);
    succeeds(export, "");
    let tensors = stored_tensors(&merged).unwrap();
    assert!(tensors.iter().all(|tensor| tensor.dtype == "F16"));
    let answer = |checkpoint: &Path| {
        let said = succeeds(generate(checkpoint, &["--temperature", "0"]), "");
        // Without the speed.
        let (verdict, _) = said.lines().last().unwrap().rsplit_once(", ").unwrap();
        verdict.to_owned()
    };
    assert_eq!(answer(&adapter), answer(&merged));
    let mut inspect = explang(["inspect"]);
    inspect.arg(&adapter);
    let said = succeeds(inspect, "");
    assert!(
        said.contains(&format!("adapter of    {}", base.display())),
        "{said}"
    );

    // An adapter goes on learning in another run, which needs the base but not the run that it comes from.
    let lone = folder.path().join("lone");
    fs::rename(&adapter, &lone).unwrap();
    fs::remove_dir_all(&out).unwrap();
    let mut rl = explang(["rl", "--threads", "1", "--phase", "explore"]);
    rl.arg(&next)
        .arg("--from")
        .arg(&lone)
        .arg("--config")
        .arg(&config);
    succeeds(rl, "");
    assert!(
        next.join("stages/explore/checkpoint/adapter_config.json")
            .exists()
    );

    let other = CONFIG.replace("rank = 4", "rank = 2");
    fs::write(&config, other.replace("BASE", lone.to_str().unwrap())).unwrap();
    let errors = refused(run(&config, &out, 1), "");
    assert!(errors.contains("an adapter of other ranks"), "{errors}");

    let mut export = explang(["export", "--merge"]);
    export.args([&merged, &next]);
    let errors = refused(export, "");
    assert!(errors.contains("there is nothing to merge"), "{errors}");
    fs::remove_dir_all(&base).unwrap();
    let errors = refused(generate(&lone, &[]), "");
    assert!(
        errors.contains("is not there; give the path of its folder"),
        "{errors}"
    );
}
