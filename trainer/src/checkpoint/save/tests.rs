use super::*;
use explang::model::ModelPreset;

/// A `config.json` from elsewhere, in its own order and with a key that is not known here.
const FOREIGN: &str = r#"{
  "model_type": "llama", "vocab_size": 300, "unknown": {"b": 1, "a": [1e-3]},
  "hidden_size": 64, "intermediate_size": 96, "num_hidden_layers": 2, "num_attention_heads": 4, "num_key_value_heads": 2,
  "max_position_embeddings": 131072, "rms_norm_eps": 1e-05, "tie_word_embeddings": true, "DTYPE": "bfloat16",
  "rope_parameters": {"rope_type": "llama3", "rope_theta": 500000.0, "factor": 32.0, "low_freq_factor": 1.0, "high_freq_factor": 4.0,
    "original_max_position_embeddings": 8192}
}
"#;

fn foreign(dtype: &str) -> (String, ModelConfig) {
    let text = FOREIGN.replace("DTYPE", dtype);
    let config = ModelConfig::from_json(&text).unwrap();
    (text, config)
}

fn merged_with(text: &str, config: &ModelConfig, precision: Precision) -> String {
    merged(text.as_bytes(), config, precision, &config.to_json(0, 1))
}

#[test]
fn what_is_still_so_stays_word_for_word() {
    for dtype in ["dtype", "torch_dtype"] {
        let (text, config) = foreign(dtype);
        assert_eq!(merged_with(&text, &config, Precision::BF16), text);
        for (precision, name) in [(Precision::F32, "float32"), (Precision::F16, "float16")] {
            let mut expected: Value = serde_json::from_str(&text).unwrap();
            expected[dtype] = json!(name);
            let saved = merged_with(&text, &config, precision);
            assert_eq!(serde_json::from_str::<Value>(&saved).unwrap(), expected);
            // What was saved once stays as it is.
            assert_eq!(merged_with(&saved, &config, precision), saved);
        }
    }
}

#[test]
fn what_has_changed_is_said() {
    let (text, config) = foreign("dtype");
    let untied = ModelConfig {
        tie_word_embeddings: false,
        ..config.clone()
    };
    let saved = merged_with(&text, &untied, Precision::BF16);
    let mut expected: Value = serde_json::from_str(&text).unwrap();
    expected["tie_word_embeddings"] = json!(false);
    assert_eq!(serde_json::from_str::<Value>(&saved).unwrap(), expected);
    for other in [
        ModelConfig::of(ModelPreset::Pico, 300),
        ModelConfig {
            rope_scaling: None,
            ..config
        },
    ] {
        let saved = merged_with(&text, &other, Precision::BF16);
        assert_eq!(ModelConfig::from_json(&saved), Ok(other));
        assert!(saved.contains("\"unknown\""), "{saved}");
    }
}
