//! The figures of `summary.json` from the evaluations of a run.

use std::collections::BTreeMap;

use explang::run::summary::{SelectionSource, StageSummary, Summary};
use explang::run::{ChoiceCounts, Mode, Record, Stage};

use super::compare::{against_english, comparison};
use super::metrics::{Options, mode_summary};
use super::selection::{Selection, choices_by_kind, correlation, forced_accuracy, settled};

/// The figures of a stage, from its evaluation records and, for stages of RL, what training counted of its rollouts, by
/// family; without rollouts the selection is that of self-mode evaluation.
pub fn stage_summary(
    records: &[Record],
    rollouts: Option<&BTreeMap<String, ChoiceCounts>>,
    options: &Options,
) -> StageSummary {
    let mode = |mode| mode_summary(records, mode, options);
    let mut stage = StageSummary {
        self_chosen: mode(Mode::SelfChosen),
        english: mode(Mode::English),
        multi: mode(Mode::Multi),
        unseen: mode(Mode::Unseen),
        against_english: against_english(records),
        ..StageSummary::default()
    };
    let evaluated = choices_by_kind(records);
    let (selection, source, families) = match rollouts {
        Some(families) => {
            let mut all = ChoiceCounts::default();
            families.values().for_each(|counts| all.merge(counts));
            let selection = Selection::from_counts(&all);
            (selection, SelectionSource::Rollouts, families)
        }
        None => {
            let selection = Selection::from_records(records, &options.bootstrap);
            (selection, SelectionSource::Evaluation, &evaluated)
        }
    };
    let Some(selection) = selection else {
        return stage;
    };
    stage.correlation = stage.multi.as_ref().and_then(|multi| {
        correlation(
            &forced_accuracy(multi),
            &selection.rates,
            &options.bootstrap,
        )
    });
    stage.selection_source = Some(source);
    stage.selection_by_kind = families
        .iter()
        .filter_map(|(kind, counts)| Some((kind.clone(), Selection::from_counts(counts)?.rates)))
        .collect();
    stage.untagged = Some(selection.untagged);
    stage.choice_entropy = selection.entropy;
    stage.choice_entropy_interval = selection.entropy_interval;
    stage.choice_entropy_share = selection.entropy_share;
    stage.selection_n = Some(selection.n);
    stage.selection_intervals = selection.intervals;
    stage.selection = Some(selection.rates);
    stage
}

/// Fills `comparison` and `settled` from the stages' evaluation records; what lacks a stage stays absent.
pub fn compare(summary: &mut Summary, records: &BTreeMap<Stage, Vec<Record>>, options: &Options) {
    let of = |stage| records.get(&stage).map_or(&[][..], Vec::as_slice);
    let exploit = of(Stage::Exploit);
    summary.comparison = comparison(exploit, of(Stage::Control), options);
    summary.settled = settled(of(Stage::Sft), &choices_by_kind(exploit), options);
}

#[cfg(test)]
mod tests {
    use explang::Language;

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
        let records = evaluated();
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
            let figures = stage_summary(&records, rollouts, &options);
            summary.stages.insert(stage, figures);
        }
        let by_stage = BTreeMap::from([
            (Stage::Sft, records.clone()),
            (Stage::Exploit, records.clone()),
            (Stage::Control, records),
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
        let stage = stage_summary(&[], None, &Options::default());
        assert_eq!(serde_json::to_string(&stage).unwrap(), "{}");
        let mut summary = Summary::default();
        compare(&mut summary, &BTreeMap::new(), &Options::default());
        assert!(summary.comparison.is_none() && summary.settled.is_empty());
    }
}
