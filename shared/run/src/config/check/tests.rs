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

/// What is said of a run with this practice.
fn with_practice(practice: &str) -> Result<Config, String> {
    let (_, smoke) = PRESETS[0];
    let text = smoke.replacen(
        "batch = 16\n",
        &format!("batch = 16\npractice = [\n    {practice}\n]\n"),
        1,
    );
    Config::parse("run.toml", &text).map_err(|error| error.to_string())
}

#[test]
fn practice_is_checked_with_its_line() {
    let of = |shares: &str| format!("{{ kind = \"sums/steps\", shares = {{ {shares} }} }}");
    let good = with_practice(&of("zh = 0.5, en = 0.5")).unwrap();
    assert_eq!(good.pretrain.practice.len(), 1);
    let twice = format!("{},\n    {}", of("zh = 0.5"), of("en = 0.1"));
    for (practice, said) in [
        (
            of("zh = 0.5").replace("steps", "stairs"),
            "line 22: `pretrain.practice[0].kind` names `sums/stairs`, which is not among `tasks` (did you mean `sums/steps`?); expected one of: sums/steps sums/breath weekdays/steps",
        ),
        (
            of("zh = 0.5").replace("sums", "clock"),
            "line 22: `pretrain.practice[0].kind` names `clock/steps`, which is not among `tasks`",
        ),
        (
            of("zz = 0.5"),
            "line 22: `pretrain.practice[0].shares.zz`: unknown language `zz` (did you mean `zh`?); expected one of: en zh ",
        ),
        (
            of("zh = 0.7, en = 0.4"),
            "line 22: `pretrain.practice[0].shares` must be between 0 and 1, and 1 at most together",
        ),
        (
            of("zh = -0.1"),
            "line 22: `pretrain.practice[0].shares` must be between 0 and 1",
        ),
        (
            of("zh = nan"),
            "line 22: `pretrain.practice[0].shares` must be between 0 and 1",
        ),
        (
            of("zh = 0.1, english = 0.1"),
            "line 22: `pretrain.practice[0].shares.english`: unknown language `english`",
        ),
        (
            twice,
            "line 23: `pretrain.practice[1].kind` names `sums/steps` a second time",
        ),
        (
            "{ kind = \"sums/steps\" }".to_owned(),
            "line 22: `pretrain.practice[0].shares` is missing; add it",
        ),
    ] {
        let error = with_practice(&practice).unwrap_err();
        assert!(error.contains(said), "{practice}: {error}");
        assert_eq!(error.lines().count(), 1, "{error}");
    }
}

#[test]
fn practice_is_written_out_once_and_stays() {
    let config =
        with_practice("{ kind = \"sums/steps\", shares = { zh = 0.5, en = 0.15 } }").unwrap();
    let text = config.to_toml().unwrap();
    let again = Config::parse("run.toml", &text).unwrap();
    assert_eq!(again.to_toml().unwrap(), text);
    assert_eq!(again.pretrain.practice[0].shares.len(), 17);
}
