use super::*;
use explang::model::Architecture;

/// The published configuration, with the shape of Qwen3-4B.
fn paper(stages: &[Stage], see: impl FnOnce(Known<'_>)) {
    let text = include_str!("../../../../configs/qwen3-4b-openr1.toml");
    let config = Config::parse("qwen3-4b-openr1.toml", text).unwrap();
    let shape = ModelConfig {
        architecture: Architecture::Qwen3,
        hidden_size: 2560,
        intermediate_size: 9728,
        num_layers: 36,
        num_heads: 32,
        num_kv_heads: 8,
        head_dim: 128,
        max_positions: 40_960,
        ..ModelConfig::of(explang::model::ModelPreset::Nano, 151_936)
    };
    let lora = config.lora.clone().unwrap();
    let learning = explang::model::lora::num_parameters(&shape, &lora);
    // PEFT counts as many for Qwen3-4B with `all-linear` and r = 8.
    assert_eq!(learning, 16_515_072);
    see(Known {
        config: &config,
        stages,
        model: Some((shape, learning)),
        prompt_len: None,
        threads: 2,
        missing: &["data/math-500.jsonl".to_owned()],
    });
}

#[test]
fn the_papers_plan_has_the_papers_counts() {
    paper(&Stage::ALL, |known| {
        let text = known.text();
        for said in [
            "4.02 G parameters, of which 16.52 M learn; prompts of 2048 tokens assumed",
            "Not on this disk: data/math-500.jsonl.",
        ] {
            assert!(text.contains(said), "{said}: {text}");
        }
        let row = |stage: &str| -> Vec<String> {
            let row = text
                .lines()
                .find(|line| line.starts_with(&format!(" {stage} ")));
            row.unwrap()
                .split("  ")
                .map(str::trim)
                .filter(|cell| !cell.is_empty())
                .map(str::to_owned)
                .collect()
        };
        // 50 steps of 256 prompts and 8 rollouts of 4,096 tokens; two updates a step.
        assert_eq!(
            row("explore")[1..],
            ["sft", "50", "100", "102,400", "419 M", "629 M"]
        );
        assert_eq!(
            row("exploit")[1..],
            ["explore", "150", "300", "307,200", "1.26 G", "1.89 G"]
        );
        assert_eq!(row("sft")[1..4], ["the model", "82", "82"]);
        assert_eq!(row("self")[1], "6,000");
        assert!(
            !text.contains("pretrain") && !text.contains("distil"),
            "{text}"
        );
        assert!(
            text.lines().all(|line| line.chars().count() <= 200),
            "{text}"
        );
    });
}

#[test]
fn memory_is_that_of_the_estimate_by_device() {
    paper(&[Stage::Sft, Stage::Explore, Stage::Exploit], |known| {
        let table = known.memory_table().unwrap();
        let rows: Vec<Vec<&str>> = table
            .lines()
            .map(|line| line.split_whitespace().collect())
            .collect();
        // Explore and exploit do the same work, so it is shown once; each on two devices.
        let weights: Vec<&str> = rows
            .iter()
            .filter_map(|row| row.iter().rev().nth(7))
            .copied()
            .collect();
        assert_eq!(weights[1..], ["15.00"; 4], "{table}");
        let peaks: Vec<f64> = rows
            .iter()
            .filter_map(|row| row.last()?.parse().ok())
            .collect();
        assert_eq!(peaks.len(), 4);
        assert!(peaks.iter().all(|peak| *peak > 15.0), "{table}");
    });
}

#[test]
fn counts_and_bytes_are_short() {
    let counts = [0, 7, 999, 7_301, 999_999, 4_022_468_096].map(count);
    assert_eq!(counts, [NONE, "7", "999", "7,301", "999,999", "4.02 G"]);
    assert_eq!(
        [0, 1, 1 << 30, 3 << 29].map(gib),
        [NONE, "< 0.01", "1.00", "1.50"]
    );
}
