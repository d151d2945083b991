use super::*;

#[test]
fn presets_have_the_sizes_they_are_named_for() {
    let millions = |p: ModelPreset, v| ModelConfig::of(p, v).num_parameters() as f64 / 1e6;
    assert!((0.2..0.4).contains(&millions(ModelPreset::Pico, 2048)));
    assert!((0.9..1.2).contains(&millions(ModelPreset::Nano, 2048)));
    assert!((9.0..13.0).contains(&millions(ModelPreset::Small, 4096)));
}

#[test]
fn what_is_written_is_read_back() {
    for preset in [ModelPreset::Pico, ModelPreset::Nano, ModelPreset::Small] {
        let config = ModelConfig::of(preset, 2048);
        assert_eq!(ModelConfig::from_json(&config.to_json(0, 1)), Ok(config));
    }
}

#[test]
fn what_would_change_the_numbers_is_refused() {
    let text = ModelConfig::of(ModelPreset::Nano, 64).to_json(0, 1);
    for (from, to) in [
        (
            "\"rope_scaling\": null",
            "\"rope_scaling\": {\"rope_type\": \"yarn\"}",
        ),
        ("\"attention_bias\": false", "\"attention_bias\": true"),
        ("\"silu\"", "\"gelu\""),
        ("\"num_key_value_heads\": 2", "\"num_key_value_heads\": 3"),
        ("\"head_dim\": 32", "\"head_dim\": 33"),
    ] {
        let changed = text.replace(from, to);
        assert_ne!(changed, text);
        assert!(matches!(
            ModelConfig::from_json(&changed),
            Err(ConfigError::Unsupported(_))
        ));
    }
    assert!(matches!(
        ModelConfig::from_json("["),
        Err(ConfigError::Json(_))
    ));
    assert_eq!(
        ModelConfig::from_json(r#"{"model_type":"llama"}"#),
        Err(ConfigError::Key("hidden_size", "a whole number"))
    );
}

#[test]
fn absurd_numbers_are_refused_by_name() {
    let text = ModelConfig::of(ModelPreset::Nano, 64).to_json(0, 1);
    let whole: Value = serde_json::from_str(&text).unwrap();
    let sizes = [
        "vocab_size",
        "hidden_size",
        "intermediate_size",
        "num_hidden_layers",
        "num_attention_heads",
        "num_key_value_heads",
        "head_dim",
        "max_position_embeddings",
    ];
    let odd = [
        json!(0),
        json!(1e12 as u64),
        json!(1u64 << 63),
        json!(-1),
        json!("4"),
        json!(1.5),
    ];
    let mut cases: Vec<(&str, Value)> = Vec::new();
    for key in sizes {
        cases.extend(odd.iter().map(|value| (key, value.clone())));
    }
    for key in ["rope_theta", "rms_norm_eps"] {
        cases.extend([(key, json!(-5.0)), (key, json!(1e300)), (key, json!("x"))]);
    }
    cases.push(("rope_theta", json!(0)));
    cases.push(("tie_word_embeddings", json!("yes")));
    cases.push(("model_type", json!("a\nb")));
    for (key, value) in cases {
        let mut changed = whole.clone();
        changed[key] = value.clone();
        let said = ModelConfig::from_json(&changed.to_string())
            .unwrap_err()
            .to_string();
        assert!(
            said.contains(key) && said.lines().count() == 1,
            "{value}: {said}"
        );
    }
    // Each is possible alone.
    let mut changed = whole;
    (changed["max_position_embeddings"], changed["head_dim"]) = (json!(1 << 20), json!(1 << 10));
    let said = ModelConfig::from_json(&changed.to_string())
        .unwrap_err()
        .to_string();
    assert!(
        said.contains("lower max_position_embeddings to 65536"),
        "{said}"
    );
}
