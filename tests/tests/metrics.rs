//! What `metrics.jsonl` holds of reinforcement learning: the keys that `docs/metrics.md` names and no others, with possible values.

use std::collections::BTreeSet;

use burn::tensor::Device;
use explang::objective::Overlong;
use explang::reward::{Components, Preset, Variant, Weights};
use explang::run::config::ModelSection;
use explang::run::{Config, Stage};
use explang_trainer::config;
use explang_trainer::run::folder::RunFolder;
use explang_trainer::run::metrics_log::read_lines;
use explang_trainer::stages::{Session, pipeline};
use serde_json::{Map, Value};

const MANUAL: &str = include_str!("../../docs/metrics.md");

type Line = Map<String, Value>;
type Keys = BTreeSet<String>;

/// Objects whose keys are names.
const NAMED: [&str; 2] = ["reward_parts", "seconds"];
/// Objects whose keys are data, languages or kinds of problems, and whose values are such objects.
const KEYED: [&str; 2] = ["languages", "choices"];

/// The words between backticks.
fn named(text: &str) -> impl Iterator<Item = &str> {
    text.split('`').skip(1).step_by(2)
}

/// What the manual promises: the keys of every line, those that a supervised line adds, and those that one of reinforcement
/// learning adds. A key within an object is `object.key`; the manual names it after the object, before the next semicolon.
fn promised() -> [Keys; 3] {
    let section = MANUAL.split("\n## ").next().unwrap();
    let (every, rest) = section.split_once("Supervised stages add").unwrap();
    let supervised = rest.split(['.', ';']).next().unwrap();
    let mut policy = Keys::new();
    for row in section.lines().filter(|line| line.starts_with('|')).skip(2) {
        let cell = row.split('|').nth(2).unwrap();
        for part in cell.split(';') {
            let mut object = None;
            for word in named(part) {
                policy.insert(match object {
                    Some(object) => format!("{object}.{word}"),
                    None => word.to_owned(),
                });
                if NAMED.contains(&word) || KEYED.contains(&word) {
                    object = Some(word);
                }
            }
        }
    }
    let keys = |text| named(text).map(str::to_owned).collect::<Keys>();
    let mut every = keys(every);
    assert!(every.remove("metrics.jsonl"));
    [every, keys(supervised), policy]
}

/// The keys of a line, those within its objects too.
fn written(line: &Line) -> Keys {
    let mut keys: Keys = line.keys().cloned().collect();
    let mut within = |object: &str, value: &Value| {
        let inner = value.as_object().unwrap().keys();
        keys.extend(inner.map(|key| format!("{object}.{key}")));
    };
    for object in NAMED {
        line.get(object).iter().for_each(|v| within(object, v));
    }
    for object in KEYED {
        let values = line.get(object).and_then(Value::as_object);
        let mut values = values.iter().flat_map(|values| values.values());
        values.by_ref().for_each(|v| within(object, v));
    }
    keys
}

/// A run whose two phases have as many components of the reward as two variants can have, a ratio that is soon clipped, and a
/// budget whose every token costs.
fn config() -> Config {
    let mut config = config::load("smoke").unwrap();
    config.rl.explore.variant = "naive".to_owned();
    config.rl.exploit.variant = "combine".to_owned();
    config.rl.clip = Some([1e-4, 1e-4]);
    config.rl.overlong = Some(Overlong {
        share: 1.0,
        penalty: 0.1,
    });
    (config.eval.problems, config.eval.samples) = (1, 1);
    config.eval.forced_problems = 1;
    config
}

fn number(line: &Line, key: &str) -> f64 {
    let value = line[key].as_f64();
    value.unwrap_or_else(|| panic!("{key} is not a number: {line:?}"))
}

/// The names of the components that a variant pays for.
fn components(variant: &str) -> impl Iterator<Item = &'static str> {
    let weights = Variant::named(variant, Preset::Paper).unwrap().weights;
    let terms = weights.terms(&Components::default()).into_iter();
    terms
        .filter(|(_, w, _)| *w != 0.0)
        .map(|(component, ..)| component.name())
}

/// Values that a step of reinforcement learning can have.
fn plausible(line: &Line, config: &Config) {
    let share = |key| {
        let value = number(line, key);
        assert!((0.0..=1.0).contains(&value), "{key} is {value}");
        value
    };
    let prompts = config.rl.prompts as f64;
    let groups = share("zero_variance") * prompts;
    assert!((groups - groups.round()).abs() < 1e-9, "{groups} groups");
    // Each limit is for a token of its own: of one sign of the advantage, or of one side of the ratio.
    let clipped = ["clipped_low", "clipped_high", "clipped_dual"].map(share);
    assert!(clipped.iter().sum::<f64>() <= 1.0, "{clipped:?}");
    // At most that of a uniform choice, but for luck.
    let entropy = number(line, "token_entropy");
    let ModelSection::New { vocab_size, .. } = config.model else {
        panic!("the run begins with random weights");
    };
    let uniform = (vocab_size as f64).ln();
    assert!(0.0 < entropy && entropy < uniform, "{entropy}");
    let parts = line["seconds"].as_object().unwrap().values();
    let parts: Vec<f64> = parts.map(|part| part.as_f64().unwrap()).collect();
    let all = number(line, "step_seconds");
    assert!(
        parts.iter().all(|&part| part >= 0.0) && parts.iter().sum::<f64>() <= all,
        "{parts:?} of {all} s"
    );
    assert!(parts.iter().sum::<f64>() > 0.5 * all, "{parts:?} of {all}");
    for key in ["format", "compliance", "accuracy", "truncated", "empty"] {
        share(key);
    }
}

#[test]
fn steps_write_the_keys_that_the_manual_names_and_values_that_can_be() {
    let config = config();
    let folder = tempfile::tempdir().unwrap();
    let text = config.to_toml().unwrap();
    let run = RunFolder::create(folder.path(), &config.name, config.seed, "0", &text).unwrap();
    let mut session = Session::open(config.clone(), run, Device::flex().autodiff(), 2).unwrap();
    pipeline::run(&mut session, Stage::Exploit).unwrap();
    let lines: Vec<Line> = read_lines(&folder.path().join("metrics.jsonl")).unwrap();

    let [every, supervised, policy] = promised();
    let policy: Keys = every.union(&policy).cloned().collect();
    let supervised: Keys = every.union(&supervised).cloned().collect();
    let top = |keys: &Keys| -> Keys {
        let of_line = keys.iter().filter(|key| !key.contains('.'));
        of_line.cloned().collect()
    };
    let mut all = Keys::new();
    let mut clipped = [0.0; 2];
    for line in &lines {
        let keys = written(line);
        let variant = match line["stage"].as_str().unwrap() {
            "explore" => &config.rl.explore.variant,
            "exploit" => &config.rl.exploit.variant,
            _ => {
                assert_eq!(keys, supervised);
                continue;
            }
        };
        assert_eq!(top(&keys), top(&policy));
        let parts: BTreeSet<&str> = components(variant).chain(["overlong"]).collect();
        let paid = line["reward_parts"].as_object().unwrap().keys();
        assert_eq!(paid.map(String::as_str).collect::<BTreeSet<_>>(), parts);
        plausible(line, &config);
        clipped[0] += number(line, "clipped_low");
        clipped[1] += number(line, "clipped_high");
        all.extend(keys);
    }
    assert!(clipped[0] > 0.0 && clipped[1] > 0.0, "{clipped:?}");
    // No two variants pay for everything.
    let terms = Weights::default().terms(&Components::default());
    all.extend(terms.map(|(name, ..)| format!("reward_parts.{name}")));
    assert_eq!(all, policy);
}
