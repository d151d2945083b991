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
    // What is only computed as far as it is used may be large.
    let mut large = whole;
    (large["max_position_embeddings"], large["head_dim"]) = (json!(1 << 20), json!(1 << 10));
    assert!(ModelConfig::from_json(&large.to_string()).is_ok());
}

/// The configuration of a small model with these keys added; null takes one out.
fn with(keys: &Value) -> Result<ModelConfig, ConfigError> {
    let text = ModelConfig::of(ModelPreset::Nano, 64).to_json(0, 1);
    let mut root: Map<String, Value> = serde_json::from_str(&text).unwrap();
    root.remove("rope_theta");
    root.extend(keys.as_object().unwrap().clone());
    root.retain(|_, value| !value.is_null());
    ModelConfig::from_json(&json!(root).to_string())
}

#[test]
fn the_rotary_base_is_read_as_transformers_5_reads_it() {
    let plain = |theta: f64| json!({"rope_type": "default", "rope_theta": theta});
    for (keys, theta) in [
        (json!({}), 1e4),
        (json!({"rope_theta": 2e4}), 2e4),
        (json!({"rope_parameters": plain(3e4)}), 3e4),
        // What is inside counts over what is beside, and rope_scaling over rope_parameters.
        (
            json!({"rope_theta": 2e4, "rope_parameters": plain(3e4)}),
            3e4,
        ),
        (
            json!({"rope_theta": 2e4, "rope_parameters": {"rope_type": "default"}}),
            2e4,
        ),
        (json!({"rope_theta": 2e4, "rope_parameters": {}}), 2e4),
        (
            json!({"rope_scaling": plain(4e4), "rope_parameters": plain(3e4)}),
            4e4,
        ),
        (
            json!({"rope_scaling": {}, "rope_parameters": plain(3e4)}),
            3e4,
        ),
        (
            json!({"rope_scaling": {"type": "default"}, "rope_theta": 2e4, "rope_parameters": plain(3e4)}),
            2e4,
        ),
    ] {
        let config = with(&keys).unwrap();
        assert_eq!(
            (config.rope_theta, config.rope_scaling),
            (theta as f32, None),
            "{keys}"
        );
    }
}

/// A section of Llama 3.
fn llama3(more: &Value) -> Value {
    let mut section = json!({"rope_type": "llama3", "factor": 8.0, "low_freq_factor": 1.0, "high_freq_factor": 4.0,
        "original_max_position_embeddings": 8192});
    section
        .as_object_mut()
        .unwrap()
        .extend(more.as_object().unwrap().clone());
    section
}

#[test]
fn llama_3s_scaling_is_read_in_both_spellings_and_written_back() {
    let expected = |original| Llama3Scaling {
        factor: 8.0,
        low_freq_factor: 1.0,
        high_freq_factor: 4.0,
        original_max_position_embeddings: original,
    };
    let mut old = llama3(&json!({}));
    let kind = old.as_object_mut().unwrap().remove("rope_type").unwrap();
    old["type"] = kind;
    let mut unsaid = llama3(&json!({}));
    unsaid
        .as_object_mut()
        .unwrap()
        .remove("original_max_position_embeddings");
    for (keys, original) in [
        (
            json!({"rope_scaling": llama3(&json!({})), "rope_theta": 5e5}),
            8192,
        ),
        (
            json!({"rope_parameters": llama3(&json!({"rope_theta": 5e5}))}),
            8192,
        ),
        (json!({"rope_scaling": old, "rope_theta": 5e5}), 8192),
        // Beside it counts more; where it is not said, the longest sequence is it.
        (
            json!({"rope_scaling": llama3(&json!({})), "rope_theta": 5e5, "original_max_position_embeddings": 4096}),
            4096,
        ),
        (
            json!({"rope_scaling": unsaid, "rope_theta": 5e5, "max_position_embeddings": 777}),
            777,
        ),
    ] {
        let config = with(&keys).unwrap();
        assert_eq!(
            (config.rope_theta, &config.rope_scaling),
            (5e5, &Some(expected(original))),
            "{keys}"
        );
        assert_eq!(ModelConfig::from_json(&config.to_json(0, 1)), Ok(config));
    }
}

#[test]
fn slow_frequencies_are_divided_fast_ones_stay_and_the_rest_lies_between() {
    let plain = with(&json!({"rope_theta": 5e5, "head_dim": 128})).unwrap();
    let scaled = ModelConfig {
        rope_scaling: with(&json!({"rope_scaling": llama3(&json!({}))}))
            .unwrap()
            .rope_scaling,
        ..plain.clone()
    };
    let mut kinds = [0; 3];
    for (f, s) in plain
        .rope_frequencies()
        .into_iter()
        .zip(scaled.rope_frequencies())
    {
        let wavelength = std::f32::consts::TAU / f;
        let kind = usize::from(wavelength > 2048.0) + usize::from(wavelength > 8192.0);
        kinds[kind] += 1;
        match kind {
            0 => assert_eq!(s, f),
            1 => assert!(f / 8.0 < s && s < f),
            _ => assert_eq!(s, f / 8.0),
        }
    }
    assert!(kinds.iter().all(|&count| count > 4), "{kinds:?}");
}

#[test]
fn frequencies_that_are_not_known_here_are_refused_by_name() {
    let yarn = json!({"rope_type": "yarn", "factor": 4.0});
    let mut cases = vec![
        (json!({"rope_scaling": yarn}), "rope_type `yarn`"),
        (json!({"rope_parameters": yarn}), "rope_type `yarn`"),
        (
            json!({"rope_scaling": {"type": "linear", "factor": 2.0}}),
            "rope_type `linear`",
        ),
        (json!({"rope_scaling": {"rope_type": 3}}), "`rope_type`"),
        (json!({"rope_scaling": "llama3"}), "`rope_scaling`"),
        (
            json!({"rope_parameters": {"full_attention": {"rope_theta": 1e4}}}),
            "`full_attention`",
        ),
        (
            json!({"partial_rotary_factor": 0.5}),
            "partial_rotary_factor",
        ),
        (
            json!({"rope_parameters": {"partial_rotary_factor": 0.25}}),
            "partial_rotary_factor",
        ),
        (
            json!({"quantization_config": {"quant_method": "gptq"}}),
            "quantised (gptq)",
        ),
    ];
    for (key, bad) in [
        ("factor", json!(0.5)),
        ("factor", json!("8")),
        ("factor", json!(1e300)),
        ("low_freq_factor", json!(0.0)),
        ("low_freq_factor", json!(4.0)),
        ("high_freq_factor", json!([])),
        ("original_max_position_embeddings", json!(0)),
        ("original_max_position_embeddings", json!(1.5)),
    ] {
        cases.push((json!({"rope_scaling": llama3(&json!({key: bad}))}), key));
    }
    for (keys, word) in cases {
        let said = with(&keys).unwrap_err().to_string();
        assert!(
            said.contains(word) && said.lines().count() == 1,
            "{keys}: {said}"
        );
    }
    // A whole head that turns is what there is anyway.
    assert!(with(&json!({"partial_rotary_factor": 1.0})).is_ok());
}

#[test]
fn heads_whose_width_is_not_said_have_their_familys() {
    let keys = |family: &str| json!({"model_type": family, "head_dim": null, "hidden_size": 96, "num_attention_heads": 4});
    assert_eq!(with(&keys("qwen3")).unwrap().head_dim, 128);
    assert_eq!(with(&keys("llama")).unwrap().head_dim, 24);
}
