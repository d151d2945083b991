use super::super::{Config, PRESETS};
use super::*;

fn config(lines: &str) -> Result<Config, String> {
    let (_, smoke) = PRESETS[0];
    let text = smoke.replacen(
        "control = \"en\"\n",
        &format!("control = \"en\"\n{lines}\n"),
        1,
    );
    Config::parse("run.toml", &text).map_err(|e| e.to_string())
}

#[test]
fn presets_and_what_older_versions_wrote_mean_grpo_as_ever() {
    let grpo = Objective::named(ObjectiveName::Grpo);
    for (name, text) in PRESETS {
        let config = Config::parse(name, text).unwrap();
        assert_eq!(config.rl.objective(), grpo, "{name}");
    }
    let older = config(
        "clip = [0.2, 0.2]\ntruncated = \"keep\"\n[rl.advantage]\nestimator = \"grpo\"\ndeviation = \"sample\"\n\
         epsilon = 1e-6\nnon_finite = \"reject\"",
    );
    assert_eq!(older.unwrap().rl.objective(), grpo);
}

#[test]
fn a_name_chooses_and_what_is_said_besides_wins() {
    for name in ObjectiveName::ALL {
        let read = config(&format!("objective = \"{name}\"")).unwrap();
        assert_eq!(read.rl.objective(), Objective::named(name));
    }
    let lines = "objective = \"dapo\"\nclip = [0.1, 0.3]\noverlong = { penalty = 0.0 }\n\
                 dynamic_sampling = { by = \"reward\", max_batches = 3 }\n\
                 [rl.advantage]\nepsilon = 1e-4\n[rl.loss]\nnormaliser = \"sequence-mean\"\nkl_estimator = \"k2\"";
    let read = config(lines).unwrap().rl.objective();
    let dapo = Objective::named(ObjectiveName::Dapo);
    assert_eq!((read.loss.clip_low, read.loss.clip_high), (0.1, 0.3));
    assert_eq!(read.normaliser, Normaliser::SequenceMean);
    assert_eq!(read.loss.kl_estimator, KlEstimator::K2);
    assert_eq!(read.advantage.epsilon, 1e-4);
    assert_eq!(read.advantage.estimator, dapo.advantage.estimator);
    assert_eq!(read.overlong, Overlong::NONE);
    assert_eq!(read.dynamic_sampling.max_batches, 3);
}

#[test]
fn the_rewards_choices_are_the_presets_and_ones_own() {
    let options = |lines: &str| {
        let rl = config(lines).unwrap().rl;
        rl.reward(&rl.explore).unwrap().options
    };
    assert_eq!(options(""), Options::of(RewardPreset::Paper));
    let official = Options::of(RewardPreset::Official);
    assert_eq!(options("preset = \"official\""), official);
    let mixed = options(
        "preset = \"official\"\nscope = \"group\"\nanswer_scope = \"after-thinking\"\nquirks = [\"any_tag\", \"score_empty\"]",
    );
    assert_eq!(mixed.scope, Scope::Group);
    assert_eq!(mixed.answer_scope, Extraction::AfterThinking);
    assert_eq!(mixed.quirks.named(), [Quirk::AnyTag, Quirk::ScoreEmpty]);
    assert_eq!(mixed.detector, Detector::Seen);
    assert_eq!(options("").detector, Detector::All);
    assert_eq!(options("detector = \"seen\"").detector, Detector::Seen);
    let read = options("identifier = \"whatlang\"\ntrace_text = \"whole\"");
    assert_eq!(read.identifier, Identifier::Whatlang);
    assert_eq!(read.trace_text, TraceText::Whole);
    let error = config("quirks = [\"any-tag\"]").unwrap_err();
    assert!(error.contains("any_tag"), "{error}");
}

#[test]
fn the_resolved_text_says_everything_and_means_the_same() {
    for name in ObjectiveName::ALL {
        let read = config(&format!(
            "objective = \"{name}\"\nadvantage = {{ epsilon = 0.5 }}"
        ))
        .unwrap();
        let text = read.to_toml().unwrap();
        let again = Config::parse("run.toml", &text).unwrap();
        assert_eq!(again.rl.objective(), read.rl.objective(), "{text}");
        assert_eq!(again.to_toml().unwrap(), text);
        assert!(again.rl.loss.ratio.is_some() && again.rl.clip.is_some());
        assert!(again.rl.scope.is_some() && again.rl.quirks.is_some());
        assert_eq!(again.rl.detector, Some(Detector::All));
        assert_eq!(again.rl.trace_text, Some(TraceText::Prose));
    }
}

#[test]
fn what_makes_no_sense_is_refused_in_words() {
    for (lines, said) in [
        ("objective = \"dpao\"", "did you mean `dapo`?"),
        ("objective = \"ppo2\"", "expected one of: grpo dr-grpo dapo"),
        ("clip = [-0.1, 0.2]", "rl.clip"),
        ("clip = [0.2, nan]", "rl.clip"),
        ("loss = { dual_clip = 1.0 }", "rl.loss.dual_clip"),
        ("loss = { ratio = \"tokens\" }", "sequence-mean"),
        (
            "objective = \"cispo\"\nloss = { dual_clip = 3.0 }",
            "surrogate",
        ),
        (
            "objective = \"gdpo\"\nloss = { kl_place = \"reward\" }",
            "lose its weight",
        ),
        ("overlong = { share = 1.5 }", "rl.overlong.share"),
        ("overlong = { penalty = -1.0 }", "rl.overlong.penalty"),
        ("dynamic_sampling = { max_batches = 0 }", "max_batches"),
        ("advantage = { epsilon = -1.0 }", "rl.advantage.epsilon"),
    ] {
        let error = config(lines).unwrap_err();
        assert!(error.contains(said), "{lines}: {error}");
    }
    // The error also names the line.
    let error = config("objective = \"dpao\"").unwrap_err();
    assert!(error.contains("line"), "{error}");
}
