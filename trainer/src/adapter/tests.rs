use burn::tensor::{Device, TensorData};
use explang::model::{ModelConfig, Weights};
use explang::random;
use explang::run::config::{LoraSection, LoraTarget, ModelPreset};
use serde_json::{Value, json};

use super::*;

/// Weights away from those of a fresh adapter.
struct Spread(u64);

impl Weights for Spread {
    type Error = std::convert::Infallible;

    fn get(&mut self, name: &str, shape: &[usize]) -> Result<TensorData, Self::Error> {
        let path: Vec<u64> = name.bytes().map(u64::from).collect();
        let stream = random::derive(self.0, &path);
        let size = shape.iter().product::<usize>() as u64;
        let values: Vec<f32> = (0..size).map(|i| random::normal(stream, i)).collect();
        Ok(TensorData::new(values, shape))
    }
}

fn base() -> Decoder {
    let config = ModelConfig::of(ModelPreset::Pico, 40);
    Decoder::random(&config, 3, &Device::flex())
}

/// Draws whether a module is adapted, its rank and alpha: the same for all modules, by kind, or each for itself.
fn drawn(seed: u64) -> Decoder {
    let shape = |module: &str| {
        let drawn_by = match seed % 3 {
            0 => "",
            1 => module.rsplit('.').next().unwrap(),
            _ => module,
        };
        let path: Vec<u64> = drawn_by.bytes().map(u64::from).collect();
        let stream = random::derive(seed, &path);
        let draw = |i: u64, most: usize| (random::uniform(stream, i) * most as f32) as usize;
        let adapted = seed.is_multiple_of(3) || draw(0, 3) > 0;
        adapted.then(|| (1 + draw(1, 9), 0.5 + draw(2, 20) as f64))
    };
    let Ok(model) = base().with_adapters(shape, &mut Spread(seed));
    model
}

/// Rank and alpha of every adapted module.
fn shapes(model: &Decoder) -> Vec<(String, usize, f64)> {
    let adapters = model.adapters().into_iter();
    adapters
        .map(|(module, adapter)| (module, adapter.rank(), adapter.alpha()))
        .collect()
}

/// Changes one setting of the folder's `adapter_config.json`.
fn set(folder: &Path, key: &str, value: Value) {
    let path = folder.join(CONFIG);
    let mut config: Value = serde_json::from_slice(&files::read(&path).unwrap()).unwrap();
    config[key] = value;
    files::write(&path, config.to_string().as_bytes()).unwrap();
}

#[test]
fn what_is_saved_is_read_back_bit_for_bit() {
    let folder = tempfile::tempdir().unwrap();
    for seed in 0..9 {
        let model = drawn(seed);
        assert!(!model.adapters().is_empty());
        save(folder.path(), &model, ".").unwrap();
        // In place of another adapter, too.
        for base in [base(), drawn(seed + 1)] {
            let read = load(base, folder.path()).unwrap();
            assert_eq!(shapes(&read), shapes(&model), "{seed}");
            assert_eq!(read.adapter_weights(), model.adapter_weights(), "{seed}");
            let [read, model] = [&read, &model].map(|model| model.merged().named_weights());
            assert_eq!(read, model, "{seed}");
        }
    }
}

#[test]
fn alpha_is_read_by_pattern_and_by_the_root_of_the_rank() {
    let folder = tempfile::tempdir().unwrap();
    let lora = LoraSection {
        rank: 4,
        alpha: 6.0,
        targets: vec![LoraTarget::Q, LoraTarget::Up],
    };
    save(folder.path(), &base().with_lora(&lora, 1), "base").unwrap();
    let alphas = || -> Vec<f64> {
        let read = shapes(&load(base(), folder.path()).unwrap());
        read.into_iter()
            .map(|(_, _, alpha)| alpha)
            .take(4)
            .collect()
    };
    // Queries and `up_proj` of the first two layers.
    assert_eq!(alphas(), [6.0; 4]);
    set(folder.path(), "use_rslora", json!(true));
    assert_eq!(alphas(), [12.0; 4]);
    set(folder.path(), "use_rslora", json!(false));
    set(
        folder.path(),
        "alpha_pattern",
        json!({"0.mlp.up_proj": 3, "proj": 2}),
    );
    assert_eq!(alphas(), [6.0, 3.0, 6.0, 6.0]);
    // Which modules are adapted is read from the tensors.
    for targets in [json!("all-linear"), json!(".*(q|up)_proj"), json!(null)] {
        set(folder.path(), "target_modules", targets);
        assert_eq!(alphas(), [6.0, 3.0, 6.0, 6.0]);
    }
}

#[test]
fn what_an_adapter_does_beyond_that_is_refused_by_name() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path();
    for (key, value, sentence) in [
        (
            "use_dora",
            json!(true),
            "`use_dora` is set, which is not supported; merge",
        ),
        (
            "modules_to_save",
            json!(["lm_head"]),
            "`modules_to_save` is set",
        ),
        ("not_known_yet", json!({"a": 1}), "`not_known_yet` is set"),
        ("bias", json!("all"), "`bias` is not \"none\""),
        (
            "init_lora_weights",
            json!("pissa_niter_16"),
            "`init_lora_weights` is \"pissa_niter_16\"",
        ),
        (
            "alpha_pattern",
            json!({"^q": 1}),
            "`^q` in `alpha_pattern` is a regular expression",
        ),
        (
            "alpha_pattern",
            json!({"q_proj": 1, "0.self_attn.q_proj": 2}),
            "two entries of `alpha_pattern` fit `model.layers.0.self_attn.q_proj`",
        ),
        (
            "lora_alpha",
            json!(0),
            "`lora_alpha` is not a positive number",
        ),
        ("peft_type", json!("IA3"), "`peft_type` is not \"LORA\""),
        (
            "base_model_name_or_path",
            json!(null),
            "`base_model_name_or_path` is missing",
        ),
    ] {
        save(path, &drawn(0), ".").unwrap();
        set(path, key, value);
        let error = load(base(), path).unwrap_err().to_string();
        assert!(error.contains(sentence), "{error}");
    }
    for name in [
        "base_model.model.lm_head.lora_A.weight",
        "base_model.model.model.embed_tokens.lora_embedding_A",
        "x",
    ] {
        save(path, &drawn(0), ".").unwrap();
        let mut tensors = drawn(0).adapter_weights();
        tensors.insert(name.to_owned(), TensorData::from([[1.0f32, 2.0]]));
        let bytes = write(tensors, Precision::F32).unwrap();
        files::write(&path.join(WEIGHTS), &bytes).unwrap();
        let error = load(base(), path).unwrap_err().to_string();
        let sentence = format!("tensor `{}", brief(name, LONGEST_SHOWN));
        assert!(error.contains(&sentence), "{error}");
    }
    files::write(&path.join(WEIGHTS), b"short").unwrap();
    assert!(matches!(
        load(base(), path),
        Err(AdapterError::Weights { .. })
    ));
    files::write(&path.join(CONFIG), b"[").unwrap();
    let error = base_of(path).unwrap_err().to_string();
    assert!(error.contains("this is not a JSON object"), "{error}");
}

#[test]
fn the_base_is_found_from_the_adapters_folder() {
    let folder = tempfile::tempdir().unwrap();
    let [base, adapter] = ["base", "adapter"].map(|name| folder.path().join(name));
    for folder in [&base, &adapter] {
        std::fs::create_dir(folder).unwrap();
    }
    assert_eq!(base_of(&base).unwrap(), None);
    for name in ["../base", base.to_str().unwrap()] {
        save(&adapter, &drawn(0), name).unwrap();
        let found = base_of(&adapter).unwrap().unwrap();
        assert_eq!(absolute(&found).unwrap(), absolute(&base).unwrap());
    }
    save(&base, &drawn(0), ".").unwrap();
    let error = base_of(&adapter).unwrap_err();
    assert!(matches!(error, AdapterError::NestedBase { .. }), "{error}");
    save(&adapter, &drawn(0), "models/of/mine").unwrap();
    let error = base_of(&adapter).unwrap_err().to_string();
    assert!(
        error.contains("the base `models/of/mine` is not there; give"),
        "{error}"
    );
}
