use explang::Language;
use explang::run::Record;

use super::super::record::tests::record;
use super::*;

fn evaluated() -> Vec<Record> {
    let mut records = Vec::new();
    for problem in 0..6 {
        for language in Language::SEEN {
            let correct = language.index() % 3 == problem % 3;
            records.push(record(problem, Mode::Multi, Some(language), correct));
        }
        for language in [Some(Language::En), Some(Language::Zh), None] {
            records.push(record(
                problem,
                Mode::SelfChosen,
                language,
                problem % 2 == 0,
            ));
        }
        records.push(record(
            problem,
            Mode::English,
            Some(Language::En),
            problem < 2,
        ));
    }
    records
}

#[test]
fn the_contract_is_kept_and_survives_the_disk() {
    let options = Options::default();
    let evaluation = Evaluation {
        records: evaluated(),
        choices: Vec::new(),
    };
    let rollouts = BTreeMap::from([(
        "sums/steps".to_owned(),
        ChoiceCounts {
            tagged: [(Language::Fr, 3), (Language::En, 1)].into(),
            untagged: 0,
        },
    )]);
    let mut summary = Summary {
        name: "quick".into(),
        seed: 7,
        version: "0.1.0".into(),
        seconds: 1.5,
        ..Summary::default()
    };
    for (stage, rollouts) in [
        (Stage::Sft, None),
        (Stage::Exploit, Some(&rollouts)),
        (Stage::Control, None),
    ] {
        let figures = stage_summary(&evaluation, rollouts, 0.1, &options);
        summary.stages.insert(stage, figures);
    }
    let by_stage = BTreeMap::from([
        (Stage::Sft, evaluation.clone()),
        (Stage::Exploit, evaluation.clone()),
        (Stage::Control, evaluation),
    ]);
    compare(&mut summary, &by_stage, &options);

    let text = serde_json::to_string_pretty(&summary).unwrap();
    let back: Summary = serde_json::from_str(&text).unwrap();
    assert!(
        back == summary,
        "a summary must be read back as it was written"
    );
    let json: serde_json::Value = serde_json::from_str(&text).unwrap();
    let sft = &json["stages"]["sft"];
    assert_eq!(sft["self"]["accuracy"], 0.5);
    assert_eq!(sft["self"]["pass_at_k"], 0.5);
    assert_eq!(sft["self"]["compliance"], 2.0 / 3.0);
    assert_eq!(sft["en"]["thinking_tokens"], 10.0);
    assert_eq!(
        sft["self"]["intervals"]["accuracy"][1].as_f64(),
        Some(sft_high(&summary))
    );
    assert_eq!(sft["multi"]["by_language"]["zh"]["n"], 6);
    assert_eq!(sft["selection"]["zh"], 1.0 / 3.0);
    assert_eq!(sft["selection_source"], "evaluation");
    assert!(sft.get("ood").is_none(), "an absent mode has no key");
    assert!(!text.contains("null"));
    let exploit = &json["stages"]["exploit"];
    assert_eq!(exploit["selection"]["fr"], 0.75);
    assert_eq!(exploit["selection"]["zh"], 0.0);
    assert_eq!(exploit["selection_source"], "rollouts");
    assert!(exploit["choice_entropy"].as_f64().unwrap() > 0.5);
    assert_eq!(json["comparison"]["self"]["value"], 0.0);
    assert_eq!(json["comparison"]["en"]["n"], 6);
    assert_eq!(json["settled"]["sums/steps"]["chosen"][0][0], "en");
}

fn sft_high(summary: &Summary) -> f64 {
    summary.stages[&Stage::Sft]
        .self_chosen
        .as_ref()
        .unwrap()
        .intervals
        .accuracy[1]
}

#[test]
fn a_stage_without_records_is_empty() {
    let stage = stage_summary(&Evaluation::default(), None, 0.1, &Options::default());
    assert_eq!(serde_json::to_string(&stage).unwrap(), "{}");
    let mut summary = Summary::default();
    compare(&mut summary, &BTreeMap::new(), &Options::default());
    assert!(summary.comparison.is_none() && summary.settled.is_empty());
}
