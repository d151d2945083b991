use super::super::PRESETS;
use super::*;

#[test]
fn a_value_out_of_range_is_refused_with_its_line_before_the_run() {
    let (_, smoke) = PRESETS[0];
    let huge = "9000000000000000000";
    for (key, from, to, line) in [
        ("shards", "shards = 4", &*format!("shards = {huge}"), 5),
        (
            "pretrain.batch",
            "batch = 16",
            &*format!("batch = {huge}"),
            20,
        ),
        (
            "model.vocab_size",
            "vocab_size = 640",
            &*format!("vocab_size = {huge}"),
            16,
        ),
        ("model.vocab_size", "vocab_size = 640", "vocab_size = 0", 16),
        ("rl.group", "group = 4", "group = 4000000000", 33),
        (
            "rl.max_new_tokens",
            "max_new_tokens = 64",
            "max_new_tokens = 513",
            36,
        ),
        (
            "rl.temperature",
            "temperature = 1.0",
            "temperature = -1.0",
            35,
        ),
        (
            "rl.temperature",
            "temperature = 1.0",
            "temperature = nan",
            35,
        ),
        (
            "eval.problems",
            "problems = 6",
            &*format!("problems = {huge}"),
            60,
        ),
        ("eval.samples", "samples = 2", "samples = 1000000", 61),
        (
            "eval.temperature",
            "temperature = 0.1",
            "temperature = inf",
            63,
        ),
        ("eval.top_p", "top_p = 0.9", "top_p = nan", 64),
        ("pretrain.schedule.peak", "peak = 5e-3", "peak = nan", 22),
        (
            "pretrain.schedule.warm_up",
            "warm_up = 0.1",
            "warm_up = 3.0",
            22,
        ),
        (
            "pretrain.asked_in_own_language",
            "asked_in_own_language = 0.1",
            "asked_in_own_language = 7",
            21,
        ),
        ("rl.explore.kl", "kl = 0.0", "kl = nan", 42),
        ("distil.prompts", "prompts = 8", "prompts = 0", 55),
        (
            "optimizer.adamw.beta1",
            "[pretrain]",
            "[optimizer]\nadamw = { beta1 = 2.0 }\n[pretrain]",
            19,
        ),
        (
            "optimizer.clip_norm",
            "[pretrain]",
            "[optimizer]\nclip_norm = nan\n[pretrain]",
            19,
        ),
        ("name", "\"smoke\"", "\"../../etc\"", 3),
    ] {
        let text = smoke.replacen(from, to, 1);
        assert_ne!(text, smoke, "{from}");
        let said = Config::parse("run.toml", &text).unwrap_err().to_string();
        let start = format!("run.toml, line {line}: `{key}` ");
        assert!(said.starts_with(&start), "{to}: {said}");
        assert_eq!(said.lines().count(), 1, "{said}");
    }
}
