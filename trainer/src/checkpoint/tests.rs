//! Folders as other tools leave them: each is read for what it is, or refused for what it lacks.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use burn::tensor::TensorData;
use explang::model::checkpoint::write;
use explang::model::{ModelConfig, ModelPreset};
use serde_json::{Value, json};
use tempfile::TempDir;

use super::*;

/// The parts of a checkpoint, to be changed and written.
struct Parts {
    config: Value,
    tokenizer: Value,
    generation: Value,
    weights: BTreeMap<String, TensorData>,
    precision: Precision,
}

fn model(seed: u64, rows: usize) -> Decoder {
    let config = ModelConfig {
        hidden_size: 16,
        intermediate_size: 24,
        num_layers: 2,
        num_heads: 2,
        num_kv_heads: 1,
        head_dim: 10,
        ..ModelConfig::of(ModelPreset::Pico, rows)
    };
    Decoder::random(&config, seed, &Device::flex())
}

/// A small checkpoint with random weights.
fn parts() -> Parts {
    let texts = (0..20).map(|_| "four plus three is seven".to_owned());
    let tokenizer = Tokenizer::train(texts, 290).unwrap();
    let model = model(1, tokenizer.vocab_size());
    Parts {
        config: serde_json::from_str(&model.config().to_json(0, 1)).unwrap(),
        tokenizer: serde_json::from_str(&tokenizer.to_json()).unwrap(),
        generation: json!({"eos_token_id": 0}),
        weights: model.named_weights(),
        precision: Precision::F32,
    }
}

impl Parts {
    fn rows(&self) -> usize {
        usize::try_from(self.config["vocab_size"].as_u64().unwrap()).unwrap()
    }

    /// Everything but the weights.
    fn write_texts(&self, folder: &Path) {
        let texts = [
            ("config.json", &self.config),
            ("tokenizer.json", &self.tokenizer),
            ("generation_config.json", &self.generation),
        ];
        for (name, value) in texts.into_iter().filter(|(_, value)| !value.is_null()) {
            fs::write(folder.join(name), value.to_string()).unwrap();
        }
    }

    fn write(&self) -> TempDir {
        let folder = tempfile::tempdir().unwrap();
        self.write_texts(folder.path());
        let bytes = write(self.weights.clone(), self.precision).unwrap();
        fs::write(folder.path().join("model.safetensors"), bytes).unwrap();
        folder
    }

    /// In as many shards, tensors dealt out in turn. Returns the index too.
    fn write_shards(&self, count: usize) -> (TempDir, Value) {
        let folder = tempfile::tempdir().unwrap();
        self.write_texts(folder.path());
        let mut shards = vec![BTreeMap::new(); count];
        let mut map = serde_json::Map::new();
        for (i, (name, values)) in self.weights.iter().enumerate() {
            shards[i % count].insert(name.clone(), values.clone());
            map.insert(name.clone(), json!(shard(i % count, count)));
        }
        for (i, tensors) in shards.into_iter().enumerate() {
            let bytes = write(tensors, self.precision).unwrap();
            fs::write(folder.path().join(shard(i, count)), bytes).unwrap();
        }
        let index = json!({"metadata": {"total_size": 1}, "weight_map": map});
        fs::write(
            folder.path().join("model.safetensors.index.json"),
            index.to_string(),
        )
        .unwrap();
        (folder, index)
    }

    fn open(&self) -> Result<(Decoder, Tokenizer), CheckpointError> {
        open_folder(self.write().path())
    }

    /// The sentence with which it is refused.
    fn refusal(&self) -> String {
        refusal(self.write().path())
    }
}

fn shard(number: usize, count: usize) -> String {
    format!("model-{:05}-of-{count:05}.safetensors", number + 1)
}

fn open_folder(folder: &Path) -> Result<(Decoder, Tokenizer), CheckpointError> {
    load(folder, &Device::flex())
}

fn refusal(folder: &Path) -> String {
    let said = open_folder(folder)
        .expect_err("it must be refused")
        .to_string();
    assert_eq!(said.lines().count(), 1, "{said}");
    assert!(said.contains(folder.to_str().unwrap()), "{said}");
    said
}

fn assert_says(said: &str, words: &[&str]) {
    for word in words {
        assert!(said.contains(word), "{word}: {said}");
    }
}

#[test]
fn shards_are_read_by_their_index_and_a_stray_file_is_not() {
    let parts = parts();
    let stray = write(model(2, parts.rows()).named_weights(), Precision::F32).unwrap();
    for count in 1..5 {
        let (folder, _) = parts.write_shards(count);
        for _ in 0..2 {
            let (read, _) = open_folder(folder.path()).unwrap();
            assert_eq!(read.named_weights(), parts.weights, "{count}");
            let stored = stored_tensors(folder.path()).unwrap();
            let names: std::collections::BTreeSet<&str> =
                stored.iter().map(|t| t.name.as_str()).collect();
            assert_eq!(
                (stored.len(), names.len()),
                (parts.weights.len(), parts.weights.len())
            );
            // Another model's weights, whole and as a shard that nobody lists.
            for name in ["model.safetensors", "model-00009-of-00009.safetensors"] {
                fs::write(folder.path().join(name), &stray).unwrap();
            }
        }
        for missing in 0..count {
            let (folder, _) = parts.write_shards(count);
            fs::remove_file(folder.path().join(shard(missing, count))).unwrap();
            assert_says(
                &refusal(folder.path()),
                &[&shard(missing, count), "is missing"],
            );
        }
    }
}

#[test]
fn an_index_that_cannot_be_right_is_refused() {
    let parts = parts();
    let (folder, index) = parts.write_shards(2);
    let embedding = "model.embed_tokens.weight";
    let other = match index["weight_map"][embedding] == json!(shard(0, 2)) {
        true => shard(1, 2),
        false => shard(0, 2),
    };
    let with = |change: &dyn Fn(&mut Value)| {
        let mut changed = index.clone();
        change(&mut changed);
        changed.to_string()
    };
    for (text, words) in [
        ("{".to_owned(), "index.json: EOF"),
        (
            with(&|index| index["weight_map"] = json!({})),
            "`weight_map` is empty",
        ),
        (
            with(&|index| index["weight_map"] = json!(3)),
            "invalid type",
        ),
        (
            with(&|index| index["weight_map"][embedding] = json!("../model.safetensors")),
            "is not the name of a file",
        ),
        (
            with(&|index| index["weight_map"][embedding] = json!(other)),
            "which has no such tensor",
        ),
        (
            with(&|index| {
                index["weight_map"]
                    .as_object_mut()
                    .unwrap()
                    .remove(embedding);
            }),
            "have no tensor `model.embed_tokens.weight`",
        ),
    ] {
        fs::write(folder.path().join("model.safetensors.index.json"), text).unwrap();
        assert_says(
            &refusal(folder.path()),
            &["model.safetensors.index.json", words],
        );
    }
}

#[test]
fn number_formats_are_kept_as_they_are() {
    for precision in [Precision::F32, Precision::F16, Precision::BF16] {
        let parts = Parts {
            precision,
            ..parts()
        };
        let (read, _) = parts.open().unwrap();
        // Written again in that format it is the same file.
        let bytes =
            [read.named_weights(), parts.weights].map(|weights| write(weights, precision).unwrap());
        assert_eq!(bytes[0], bytes[1]);
        assert_eq!(
            super::precision(parts_folder(&read, precision).path()).unwrap(),
            precision
        );
    }
}

fn parts_folder(model: &Decoder, precision: Precision) -> TempDir {
    Parts {
        weights: model.named_weights(),
        precision,
        ..parts()
    }
    .write()
}

#[test]
fn what_the_configuration_says_counts_as_in_transformers() {
    type Change = fn(&mut Parts);
    type Check = fn(&ModelConfig) -> bool;
    let cases: [(Change, Check); 6] = [
        // Version 5's spelling; a base of version 4 beside it does not count.
        (
            |p| p.config["rope_parameters"] = json!({"rope_type": "default", "rope_theta": 1e6}),
            |c| c.rope_theta == 1e6,
        ),
        (
            |p| {
                p.config.as_object_mut().unwrap().remove("rope_theta");
                p.config["rope_parameters"] = json!({"rope_type": "llama3", "rope_theta": 5e5, "factor": 8.0,
                    "low_freq_factor": 1.0, "high_freq_factor": 4.0, "original_max_position_embeddings": 64});
            },
            |c| c.rope_theta == 5e5 && c.rope_scaling.is_some(),
        ),
        // A head of its own counts, whatever the configuration says.
        (
            |p| {
                let head = p.weights["model.embed_tokens.weight"].clone();
                let turned: Vec<f32> = head.iter::<f32>().map(|x| -x).collect();
                let head = TensorData::new(turned, head.shape().to_vec());
                p.weights.insert("lm_head.weight".to_owned(), head);
            },
            |c| !c.tie_word_embeddings,
        ),
        (
            |p| {
                let below = std::mem::take(&mut p.weights).into_iter();
                let below = below.map(|(name, values)| (name.replace("model.", ""), values));
                p.weights = below.collect();
            },
            |c| c.tie_word_embeddings,
        ),
        // Rows beyond the tokenizer, as of an embedding that is padded to a round number.
        (
            |p| {
                let rows = p.rows() + 40;
                p.config["vocab_size"] = json!(rows);
                p.weights = model_with_rows(rows);
            },
            |c| c.vocab_size > 300,
        ),
        (|p| p.generation = Value::Null, |_| true),
    ];
    for (i, (change, check)) in cases.into_iter().enumerate() {
        let mut parts = parts();
        change(&mut parts);
        let (read, _) = parts.open().unwrap();
        assert!(check(read.config()), "{i}: {:?}", read.config());
    }
}

fn model_with_rows(rows: usize) -> BTreeMap<String, TensorData> {
    model(1, rows).named_weights()
}

#[test]
fn a_qwen3_that_does_not_say_its_heads_width_has_128() {
    let mut parts = parts();
    let config = ModelConfig {
        head_dim: 128,
        ..model(1, parts.rows()).config().clone()
    };
    parts.weights = Decoder::random(&config, 4, &Device::flex()).named_weights();
    parts.config.as_object_mut().unwrap().remove("head_dim");
    assert_eq!(parts.open().unwrap().0.config(), &config);
}

#[test]
fn what_is_lacking_is_named() {
    type Change = fn(&mut Parts);
    let cases: [(Change, &[&str]); 6] = [
        (
            |p| {
                let rows = p.rows();
                let added = json!({"id": rows, "content": "[PAD]", "single_word": false, "lstrip": false, "rstrip": false,
                    "normalized": false, "special": true});
                p.tokenizer["added_tokens"]
                    .as_array_mut()
                    .unwrap()
                    .push(added);
            },
            &["`[PAD]`", "only 290 rows"],
        ),
        (
            |p| p.config["tie_word_embeddings"] = json!(false),
            &["`tie_word_embeddings` is false", "no `lm_head.weight`"],
        ),
        (
            |p| {
                p.config["quantization_config"] = json!({"quant_method": "gptq", "bits": 4});
                quantise(p);
            },
            &["quantised (gptq)"],
        ),
        (quantise, &["qweight` is quantised"]),
        (
            |p| p.generation = json!({"eos_token_id": "<|endoftext|>"}),
            &["generation_config.json: `eos_token_id`"],
        ),
        (
            |p| p.config["vocab_size"] = json!(5000),
            &["of two checkpoints"],
        ),
    ];
    assert_eq!(parts().rows(), 290);
    for (change, words) in cases {
        let mut parts = parts();
        change(&mut parts);
        assert_says(&parts.refusal(), words);
    }
}

fn quantise(parts: &mut Parts) {
    let weights = std::mem::take(&mut parts.weights).into_iter();
    let named = weights.map(|(name, values)| (name.replace("proj.weight", "proj.qweight"), values));
    parts.weights = named.collect();
}

#[test]
fn the_file_that_is_not_there_is_named() {
    for name in ["config.json", "tokenizer.json", "model.safetensors"] {
        let folder = parts().write();
        fs::remove_file(folder.path().join(name)).unwrap();
        assert_says(&refusal(folder.path()), &[name, "No such file"]);
    }
    let folder = parts().write();
    fs::rename(
        folder.path().join("model.safetensors"),
        folder.path().join("pytorch_model.bin"),
    )
    .unwrap();
    assert_says(
        &refusal(folder.path()),
        &["pytorch_model.bin", "save_pretrained"],
    );
    fs::write(folder.path().join("generation_config.json"), "{").unwrap();
    assert_says(
        &refusal(folder.path()),
        &["generation_config.json is not valid JSON"],
    );
}

#[test]
fn the_end_of_a_text_may_have_any_name() {
    let mut parts = parts();
    let renamed = parts
        .tokenizer
        .to_string()
        .replace("<|endoftext|>", "<｜end▁of▁sentence｜>");
    parts.tokenizer = serde_json::from_str(&renamed).unwrap();
    for generation in [json!({"eos_token_id": [0, 4]}), json!({}), Value::Null] {
        parts.generation = generation.clone();
        let (_, tokenizer) = parts.open().unwrap();
        let expected: &[u32] = if generation["eos_token_id"].is_array() {
            &[0, 4]
        } else {
            &[0]
        };
        assert_eq!(tokenizer.ends(), expected, "{generation}");
    }
    parts.config["eos_token_id"] = Value::Null;
    assert_says(
        &parts.refusal(),
        &["no token that ends a text", "`eos_token_id`"],
    );
}

#[test]
fn what_lies_beside_the_weights_is_kept_word_for_word() {
    let mut parts = parts();
    parts.precision = Precision::BF16;
    parts.config["dtype"] = json!("bfloat16");
    parts.config["not_known_here"] = json!({"b": [1, 2.5], "a": null});
    parts.config.as_object_mut().unwrap().remove("torch_dtype");
    let (from, _) = parts.write_shards(2);
    let others = [
        "tokenizer_config.json",
        "chat_template.jinja",
        "special_tokens_map.json",
        "merges.txt",
        "vocab.json",
        "LICENSE",
        "odd name.xyz",
    ];
    for name in others {
        fs::write(from.path().join(name), format!("{{\"of\":\n \"{name}\"}}")).unwrap();
    }
    let dropped = [
        "pytorch_model.bin",
        "stage.json",
        "adapter_model.safetensors",
        ".gitattributes",
    ];
    for name in dropped {
        fs::write(from.path().join(name), "{}").unwrap();
    }
    let read_text = |folder: &Path, name: &str| fs::read_to_string(folder.join(name)).unwrap();
    let (model, tokenizer) = open_folder(from.path()).unwrap();
    let to = tempfile::tempdir().unwrap();
    save(
        to.path(),
        &model,
        &tokenizer,
        Precision::BF16,
        Some(from.path()),
    )
    .unwrap();
    let same =
        others
            .into_iter()
            .chain(["config.json", "tokenizer.json", "generation_config.json"]);
    for name in same {
        assert_eq!(
            read_text(to.path(), name),
            read_text(from.path(), name),
            "{name}"
        );
    }
    for name in dropped.into_iter().chain(["model.safetensors.index.json"]) {
        assert!(!to.path().join(name).exists(), "{name}");
    }
    let (again, _) = open_folder(to.path()).unwrap();
    assert_eq!(again.named_weights(), model.named_weights());
    // Stored wider, the number format is the only thing that changes.
    let wide = tempfile::tempdir().unwrap();
    save(
        wide.path(),
        &model,
        &tokenizer,
        Precision::F32,
        Some(to.path()),
    )
    .unwrap();
    let mut expected = parts.config.clone();
    expected["dtype"] = json!("float32");
    let config: Value = serde_json::from_str(&read_text(wide.path(), "config.json")).unwrap();
    assert_eq!(config, expected);
}
