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
    assert_eq!(good.pretrain.unwrap().practice.len(), 1);
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
    assert_eq!(again.pretrain.unwrap().practice[0].shares.len(), 17);
}

/// A run from a checkpoint, on files of problems.
const FROM: &str = r#"name = "real"
seed = 1
shards = 2
checkpoint_every = 10
[model]
from = "Qwen/Qwen3-0.6B"
[data]
train = [{ path = "train.jsonl", layout = "gsm8k" }]
[lora]
rank = 8
alpha = 16.0
[rl]
prompts = 2
group = 4
mini_batches = 1
temperature = 1.0
max_new_tokens = 4096
[rl.explore]
steps = 3
variant = "explore"
kl = 0.0
schedule = { peak = 1e-4, warm_up = 0.0, decay = "constant" }
[rl.exploit]
steps = 3
variant = "exploit"
kl = 1e-3
schedule = { peak = 1e-4, warm_up = 0.0, decay = "constant" }
[eval]
problems = 2
samples = 1
forced_problems = 1
temperature = 0.1
top_p = 0.9
"#;

#[test]
fn a_run_from_a_checkpoint_needs_no_stage_before_its_first() {
    let config = Config::parse("run.toml", FROM).unwrap();
    assert_eq!(config.model.from(), Some("Qwen/Qwen3-0.6B"));
    let of = |stage: Stage| (config.steps(stage), config.starts_from(stage));
    for stage in [Stage::Pretrain, Stage::Sft, Stage::Control, Stage::Distil] {
        assert_eq!(of(stage).0, None, "{stage}");
    }
    assert_eq!(of(Stage::Explore), (Some(3), None));
    assert_eq!(of(Stage::Exploit), (Some(3), Some(Stage::Explore)));
    let written = config.to_toml().unwrap();
    assert_eq!(
        Config::parse("run.toml", &written)
            .unwrap()
            .to_toml()
            .unwrap(),
        written
    );

    let rows = "[sft]\nsteps = 5\nbatch = 2\nrows = \"rows.jsonl\"\nschedule = { peak = 1e-4, warm_up = 0.0, decay = \"constant\" }\n[rl]\ncontrol = \"en\"\n";
    let mut config = Config::parse("run.toml", &FROM.replacen("[rl]\n", rows, 1)).unwrap();
    for stage in [Stage::Explore, Stage::ControlExplore] {
        assert_eq!(config.starts_from(stage), Some(Stage::Sft));
    }
    let paths: Vec<String> = config.paths_mut().map(|path| path.clone()).collect();
    assert_eq!(paths, ["Qwen/Qwen3-0.6B", "train.jsonl", "rows.jsonl"]);
    config.begin_with(Stage::Explore, "adapter");
    assert_eq!(
        (config.starts_from(Stage::Explore), config.model.from()),
        (None, Some("adapter"))
    );
}

#[test]
fn what_does_not_go_together_is_refused() {
    let sft = "[sft]\nsteps = 1\nbatch = 2\nschedule = { peak = 1e-4, warm_up = 0.0, decay = \"constant\" }\n[rl]\n";
    for (from, to, said) in [
        (
            "from = ",
            "preset = \"nano\"\nfrom = ",
            "give either `preset` and `vocab_size`, or `from`",
        ),
        (
            "from = \"Qwen/Qwen3-0.6B\"",
            "preset = \"nano\"",
            "give either `preset` and `vocab_size`, or `from`",
        ),
        (
            "checkpoint_every",
            "tasks = [{ family = \"sums\", style = \"steps\", level = 1 }]\ncheckpoint_every",
            "`tasks` goes without [data]",
        ),
        (
            "[data]\ntrain = [{ path = \"train.jsonl\", layout = \"gsm8k\" }]\n",
            "",
            "`tasks` is missing",
        ),
        (
            "[{ path = \"train.jsonl\", layout = \"gsm8k\" }]",
            "[]",
            "`data.train` must name one file at least",
        ),
        ("\"gsm8k\"", "\"gsm\"", "unknown layout `gsm` (did you mean"),
        ("[rl]\n", sft, "`sft.rows` is missing"),
        (
            "rank = 8",
            "rank = 0",
            "line 10: `lora.rank` must be from 1 to",
        ),
        (
            "alpha = 16.0",
            "alpha = 0.0",
            "line 11: `lora.alpha` must be a finite number above 0",
        ),
        (
            "alpha = 16.0",
            "alpha = 16.0\ntargets = [\"q_proj\", \"q_proj\"]",
            "`lora.targets` must name one matrix at least, and none twice",
        ),
        (
            "alpha = 16.0",
            "alpha = 16.0\ntargets = [\"lm_head\"]",
            "unknown LoRA target `lm_head`",
        ),
        (
            "[lora]",
            "[memory]\nmicro_batch_tokens = 0\n[lora]",
            "`memory.micro_batch_tokens` must be from 1",
        ),
        (
            "[lora]",
            "[memory]\ncache_tokens = 0\n[lora]",
            "`memory.cache_tokens` must be from 1",
        ),
    ] {
        let text = FROM.replacen(from, to, 1);
        assert_ne!(text, FROM, "{from}");
        let error = Config::parse("run.toml", &text).unwrap_err().to_string();
        assert!(error.contains(said), "{to}: {error}");
        assert_eq!(error.lines().count(), 1, "{error}");
    }
}
