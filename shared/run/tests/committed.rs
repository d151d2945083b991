//! The committed run, `checkpoints/wide`, is read to what the page shows of it.

// A test that panics fails, and that is all it should do.
#![allow(clippy::unwrap_used)]

use explang_language::Language;
use explang_run::config::PRESETS;
use explang_run::{
    Config, Manifest, Mode, RunInfo, SelectionSource, Stage, Summary, SummaryExcerpt,
};
use serde_json::Value;

/// The text of a file of the committed run.
macro_rules! committed {
    ($name:literal) => {
        include_str!(concat!("../../../checkpoints/wide/", $name))
    };
}

fn json(text: &str) -> Value {
    serde_json::from_str(text).unwrap()
}

#[test]
fn the_configuration_and_what_the_run_is() {
    let config = Config::parse("run.toml", committed!("run.toml")).unwrap();
    // The preset is what was run, with what a name stands for written out.
    let (_, preset) = PRESETS.iter().find(|(name, _)| *name == "wide").unwrap();
    let preset = Config::parse("wide", preset).unwrap();
    assert_eq!(config.to_toml().unwrap(), preset.to_toml().unwrap());
    let again = Config::parse("run.toml", &config.to_toml().unwrap()).unwrap();
    assert_eq!(again.to_toml().unwrap(), config.to_toml().unwrap());

    let info: RunInfo = serde_json::from_str(committed!("run.json")).unwrap();
    assert_eq!(
        (info.name.as_str(), info.seed, info.format),
        ("wide", config.seed, 1)
    );
    let written = serde_json::to_value(&info).unwrap();
    for (key, value) in json(committed!("run.json")).as_object().unwrap() {
        assert_eq!(&written[key], value, "{key}");
    }
}

#[test]
fn the_summary_is_written_back_as_it_was() {
    let text = committed!("summary.json");
    let summary: Summary = serde_json::from_str(text).unwrap();
    // Keys in their order too.
    let written = serde_json::to_string(&summary).unwrap() + "\n";
    assert!(written == text, "the summary changed");
    assert!(summary.stages.keys().copied().eq([
        Stage::Pretrain,
        Stage::Sft,
        Stage::Explore,
        Stage::Exploit,
        Stage::Distil,
        Stage::Control
    ]));
    for (stage, figures) in &summary.stages {
        assert_eq!(
            figures.mode(Mode::SelfChosen).is_some(),
            stage.knows_tags(),
            "{stage}"
        );
        for mode in Mode::ALL.into_iter().filter_map(|mode| figures.mode(mode)) {
            let [low, high] = mode.intervals.accuracy;
            assert!(
                low <= mode.accuracy && mode.accuracy <= high && mode.problems > 0,
                "{stage}"
            );
        }
    }
    let source = |stage| summary.stages[&stage].selection_source;
    assert_eq!(source(Stage::Explore), Some(SelectionSource::Rollouts));
    assert_eq!(source(Stage::Control), Some(SelectionSource::Evaluation));
    let comparison = summary.comparison.unwrap();
    assert!(
        comparison.self_chosen.is_some()
            && comparison.english.is_some()
            && comparison.self_against_en.is_some()
    );
}

#[test]
fn the_manifest_is_written_back_as_it_was() {
    let text = committed!("manifest.json");
    let manifest: Manifest = serde_json::from_str(text).unwrap();
    let written = serde_json::to_string_pretty(&manifest).unwrap() + "\n";
    assert!(written == text, "the manifest changed");
    for (stage, entry) in &manifest.stages {
        assert_eq!(entry.path, stage.checkpoint_path());
        assert!(entry.files["model.safetensors"].bytes > 1 << 18, "{stage}");
        let known = &entry.known_answer;
        assert!(
            known.prompt.ends_with('\n') && known.text.contains("\\boxed{"),
            "{stage}"
        );
        assert_eq!(known.tag_log_probs.len(), Language::ALL.len());
    }
}

#[test]
fn the_excerpt_says_what_the_summary_says() {
    let text = committed!("summary.json");
    let summary: Summary = serde_json::from_str(text).unwrap();
    let excerpt: SummaryExcerpt = serde_json::from_str(text).unwrap();
    assert_eq!(excerpt.practice, summary.practice);
    assert_eq!(excerpt.comparison, summary.comparison);
    assert!(excerpt.stages.keys().eq(summary.stages.keys()));
    let kinds = ["sums/steps", "weekdays/steps"];
    for (stage, whole) in &summary.stages {
        let part = &excerpt.stages[stage];
        assert_eq!(part.selection, whole.selection);
        assert_eq!(part.selection_source, whole.selection_source);
        assert_eq!(part.selection_by_kind, whole.selection_by_kind);
        assert_eq!(part.transfer.is_some(), whole.transfer.is_some());
        for kind in kinds {
            for language in Language::ALL {
                let mode = whole.mode(Mode::forcing(language)).unwrap();
                let figures = &mode.by_kind[kind].by_language[&language];
                let forced = (figures.accuracy, figures.intervals.accuracy);
                assert_eq!(
                    part.forced(kind, language),
                    Some(forced),
                    "{stage} {kind} {language}"
                );
            }
        }
        assert_eq!(part.forced("no/kind", Language::En), None);
    }
}
