//! LoRA from the model to the disk: adapters that `peft` saves open here and ours there, and a run whose stages train an adapter.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use burn::tensor::Device;
use explang::model::{Decoder, Packing};
use explang::run::Stage;
use explang::run::config::{LoraSection, LoraTarget};
use explang_trainer::run::folder::RunFolder;
use explang_trainer::run::metrics_log::read_lines;
use explang_trainer::stages::{Session, pipeline};
use explang_trainer::{adapter, checkpoint, config, export};
use safetensors::tensor::SafeTensors;
use serde_json::Value;

use crate::{peer, support};

/// The largest difference of a logit that is allowed.
const TOLERANCE: f32 = 1e-4;

/// The tokens of a sequence, and the logits `[length, vocab]` that `peft` computes for it.
fn expected(path: &Path) -> (Vec<u32>, Vec<f32>) {
    let bytes = std::fs::read(path).unwrap();
    let tensors = SafeTensors::deserialize(&bytes).unwrap();
    let tokens = tensors.tensor("tokens").unwrap().data().as_chunks::<8>().0;
    let tokens = tokens
        .iter()
        .map(|&b| u32::try_from(i64::from_le_bytes(b)).unwrap());
    let logits = tensors.tensor("logits").unwrap().data().as_chunks::<4>().0;
    let logits = logits.iter().map(|&b| f32::from_le_bytes(b)).collect();
    (tokens.collect(), logits)
}

fn difference(model: &Decoder, (tokens, theirs): &(Vec<u32>, Vec<f32>)) -> f32 {
    let hidden = model.hidden(tokens, &Packing::new([tokens.len()]));
    let ours: Vec<f32> = model.logits(hidden).into_data().iter::<f32>().collect();
    assert_eq!(ours.len(), theirs.len());
    assert!(ours.iter().all(|x| x.is_finite()));
    let pairs = ours.iter().zip(theirs);
    pairs.map(|(a, b)| (a - b).abs()).fold(0.0, f32::max)
}

#[test]
fn what_peft_saves_opens_here_and_what_we_save_opens_there() {
    let folder = tempfile::tempdir().unwrap();
    let tokenizer = support::tokenizer();
    let vocab = tokenizer.vocab_size().to_string();
    peer::ask(
        "lora.py",
        ["make".as_ref(), folder.path().as_os_str(), vocab.as_ref()],
        &[],
    );
    for family in ["qwen3", "llama"] {
        let at = |name: &str| -> PathBuf { folder.path().join(family).join(name) };
        std::fs::write(at("base/tokenizer.json"), tokenizer.to_json()).unwrap();
        let expected = expected(&at("expected.safetensors"));
        let (model, _) = checkpoint::load(&at("adapter"), &support::device()).unwrap();
        let far = difference(&model, &expected);
        assert!(far < TOLERANCE, "{family}: {far}");

        std::fs::create_dir(at("ours")).unwrap();
        adapter::save(&at("ours"), &model, "../base").unwrap();
        export::merge(&at("ours"), &at("merged")).unwrap();
        let (merged, _) = checkpoint::load(&at("merged"), &support::device()).unwrap();
        // The base of Llama is stored in bf16, which rounds.
        let allowed = if family == "llama" { 0.5 } else { TOLERANCE };
        assert!(difference(&merged, &expected) < allowed, "{family}");
        for name in ["config.json", "generation_config.json"] {
            let [base, merged] = ["base", "merged"].map(|of| std::fs::read(at(of).join(name)));
            assert_eq!(base.unwrap(), merged.unwrap(), "{family}: {name}");
        }
    }
    let report = peer::ask(
        "lora.py",
        ["check".as_ref(), folder.path().as_os_str()],
        &[],
    );
    let report: Value = serde_json::from_str(report.trim()).unwrap();
    for family in ["qwen3", "llama"] {
        let of = |key: &str| report[family][key].as_f64().unwrap();
        assert_eq!(report[family]["faults"], Value::Array(vec![]), "{report}");
        assert!(of("logits") < f64::from(TOLERANCE), "{report}");
        // PEFT rounds what it adds to the base's number format, and the sum once more.
        assert!(of("merged") <= 2.0, "{report}");
    }
}

#[test]
fn a_run_trains_an_adapter_and_its_divergence_is_from_the_start_of_the_phase() {
    let folder = tempfile::tempdir().unwrap();
    let mut config = config::load("smoke").unwrap();
    config.rl.mini_batches = 1;
    config.sft.as_mut().unwrap().schedule.peak = 2e-2;
    config.lora = Some(LoraSection {
        rank: 8,
        alpha: 16.0,
        targets: LoraTarget::ALL.to_vec(),
    });
    config.rl.exploit.steps = 4;
    let text = config.to_toml().unwrap();
    let run = RunFolder::create(folder.path(), &config.name, config.seed, "0", &text).unwrap();
    let mut session = Session::open(config, run, Device::flex().autodiff(), 2).unwrap();
    pipeline::run(&mut session, Stage::Exploit).unwrap();

    let stage = |name: &str| folder.path().join(format!("stages/{name}/checkpoint"));
    let base = session.load(Stage::Pretrain).unwrap();
    assert!(base.adapters().is_empty());
    let mut adapters = Vec::new();
    for name in ["sft", "explore", "exploit"] {
        let files = std::fs::read_dir(stage(name)).unwrap();
        let files: BTreeSet<_> = files.map(|file| file.unwrap().file_name()).collect();
        let expected = [
            "adapter_config.json",
            "adapter_model.safetensors",
            "stage.json",
        ];
        assert_eq!(files, expected.map(Into::into).into(), "{name}");
        let found = adapter::base_of(&stage(name)).unwrap().unwrap();
        assert_eq!(
            found.canonicalize().unwrap(),
            stage("pretrain").canonicalize().unwrap()
        );
        let (model, _) = checkpoint::load(&stage(name), &Device::flex()).unwrap();
        adapters.push(model.adapter_weights());
        let base = base.named_weights();
        assert_eq!(model.without_adapters().named_weights(), base, "{name}");
    }
    // Each stage goes on from the adapter of the one before.
    for (before, after) in adapters.iter().zip(&adapters[1..]) {
        assert!(before.keys().eq(after.keys()));
        assert!(before != after);
        let far = before.iter().map(|(name, data)| {
            let pairs = data.iter::<f32>().zip(after[name].iter::<f32>());
            pairs.map(|(a, b)| (a - b).abs()).fold(0.0, f32::max)
        });
        assert!(far.fold(0.0, f32::max) < 2e-2);
    }
    let lines: Vec<Value> = read_lines(&folder.path().join("metrics.jsonl")).unwrap();
    let exploit = lines.iter().filter(|line| line["stage"] == "exploit");
    let kl: Vec<f64> = exploit.map(|line| line["kl"].as_f64().unwrap()).collect();
    assert!(
        kl[0].abs() < 1e-7 && kl[1..].iter().any(|kl| *kl > 1e-7),
        "{kl:?}"
    );
    let norms = lines
        .iter()
        .filter(|line| line["gradient_norm"].as_f64() > Some(0.0));
    assert!(4 * norms.count() > 3 * lines.len());
}
