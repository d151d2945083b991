use super::super::{Config, PRESETS};

/// What is said of the smoke preset with `from` changed into `to`.
fn said(from: &str, to: &str) -> String {
    let (_, smoke) = PRESETS[0];
    let text = smoke.replacen(from, to, 1);
    assert_ne!(text, smoke, "{from}");
    Config::parse("run.toml", &text).unwrap_err().to_string()
}

#[test]
fn a_mistake_is_one_sentence_with_line_key_and_the_nearest_name() {
    for (from, to, sentence) in [
        (
            "shards = 4",
            "shrads = 4",
            "run.toml, line 5: unknown key `shrads` (did you mean `shards`?); expected one of: name seed shards",
        ),
        (
            "temperature = 1.0",
            "temprature = 1.0",
            "run.toml, line 35: unknown key `rl.temprature` (did you mean `temperature`?)",
        ),
        (
            "warm_up = 0.1",
            "warmup = 0.1",
            "run.toml, line 22: unknown key `pretrain.schedule.warmup` (did you mean `warm_up`?)",
        ),
        (
            "[distil]",
            "[distill]",
            "run.toml, line 51: unknown key `distill` (did you mean `distil`?)",
        ),
        (
            "level = 1 }",
            "levle = 1 }",
            "run.toml, line 9: unknown key `tasks[0].levle` (did you mean `level`?)",
        ),
        (
            "control = \"en\"",
            "control = \"en\"\nloss = { ratio = \"tokn\" }",
            "run.toml, line 38: `rl.loss.ratio`: unknown ratio `tokn` (did you mean `token`?); expected one of: token",
        ),
        (
            "control = \"en\"",
            "control = \"english\"",
            "run.toml, line 37: `rl.control`: unknown language `english`; expected one of: en zh",
        ),
        (
            "control = \"en\"",
            "control = \"en\"\nobjective = \"dpao\"",
            "run.toml, line 38: `rl.objective`: unknown objective `dpao` (did you mean `dapo`?)",
        ),
        (
            "{ en = 0.18 }",
            "{ xx = 0.18 }",
            "run.toml, line 27: `sft.shares.xx`: unknown language `xx`; expected one of: en zh",
        ),
        (
            "level = 1",
            "level = 9",
            "run.toml, line 9: `tasks[0]`: sums has no level 9",
        ),
        (
            "level = 1",
            "level = 300",
            "run.toml, line 9: `tasks[0].level` must be a whole number from 0 to 255, not integer `300`",
        ),
        (
            "shards = 4",
            "shards = \"4\"",
            "run.toml, line 5: `shards` must be a whole number, 0 or more, not string \"4\"",
        ),
        (
            "shards = 4",
            "shards = -4",
            "must be a whole number, 0 or more, not integer `-4`",
        ),
        (
            "peak = 5e-3",
            "peak = \"high\"",
            "run.toml, line 22: `pretrain.schedule.peak` must be a number, not string \"high\"",
        ),
        (
            "control = \"en\"",
            "control = \"en\"\nclip = [0.1]",
            "`rl.clip` must be a list of two, not one of length 1",
        ),
        (
            "group = 4\n",
            "",
            "run.toml, line 31: `rl.group` is missing; add it",
        ),
        ("shards = 4\n", "", "run.toml: `shards` is missing; add it"),
        (
            "shards = 4",
            "shards = 4\nshards = 4",
            "run.toml, line 6: duplicate key",
        ),
        ("shards = 4", "shards 4", "run.toml, line 5: "),
        (
            "shards = 4",
            "\"a\\nb\" = 4",
            "run.toml, line 5: unknown key `a\\nb`",
        ),
    ] {
        let said = said(from, to);
        assert!(
            said.starts_with(sentence) || said.contains(sentence),
            "{to}: {said}"
        );
        assert_eq!(said.lines().count(), 1, "{said}");
    }
}

#[test]
fn what_a_file_says_at_length_is_told_in_short() {
    let long = "k".repeat(3000);
    for said in [
        said("shards = 4", &format!("{long} = 4")),
        said("shards = 4", &format!("shards = \"{long}\"")),
        said("\"explore\"", &format!("\"{long}\"")),
    ] {
        assert!(said.len() < 500 && said.contains('…'), "{said}");
    }
}

#[test]
fn a_text_in_other_clothes_is_read_the_same() {
    let (_, smoke) = PRESETS[0];
    let whole = Config::parse("run.toml", smoke).unwrap();
    let windows = format!("\u{feff}{}", smoke.replace('\n', "\r\n"));
    assert_eq!(Config::parse("run.toml", &windows).unwrap(), whole);
    let wrong = windows.replacen("shards = 4", "shrads = 4", 1);
    let said = Config::parse("run.toml", &wrong).unwrap_err().to_string();
    assert!(said.starts_with("run.toml, line 5: "), "{said}");
}

#[test]
fn nesting_without_end_is_refused() {
    let deep = format!("name = {}", "[".repeat(100_000));
    let said = Config::parse("run.toml", &deep).unwrap_err().to_string();
    assert!(said.starts_with("run.toml, line 1: "), "{said}");
}
