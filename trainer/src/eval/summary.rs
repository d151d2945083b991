//! `summary.json`: what a finished run reports of itself, for people and for other programs.
//!
//! `stages.<stage>.<self|en|multi|ood>` holds `accuracy`, `pass_at_k`, `compliance` and `thinking_tokens` as
//! plain numbers (fractions in 0..1; tokens as a mean), `intervals` beside them; a mode that a stage was
//! not evaluated in is absent. `stages.<stage>.selection` maps language codes to rates.

use std::collections::BTreeMap;

use explang::Language;
use explang::run::ChoiceCounts;
use serde::{Deserialize, Serialize};

use super::compare::{AgainstEnglish, Comparison};
use super::metrics::{ModeSummary, Options};
use super::record::{Mode, Record};
use super::selection::{
    Correlation, Selection, Settled, choices_by_kind, forced_accuracy, settled,
};

/// A stage that leaves a policy behind.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum StageName {
    /// Untagged traces in every language.
    Pretrain,
    /// Supervised fine-tuning on tagged traces.
    Sft,
    /// RL that pays rare languages.
    Explore,
    /// RL that pays languages that reach correct answers.
    Exploit,
    /// A smaller student of the RL policy.
    Distil,
    /// The same RL budget with English forced.
    Control,
}

impl StageName {
    /// The key of the stage in `summary.json`.
    pub const fn key(self) -> &'static str {
        match self {
            StageName::Pretrain => "pretrain",
            StageName::Sft => "sft",
            StageName::Explore => "explore",
            StageName::Exploit => "exploit",
            StageName::Distil => "distil",
            StageName::Control => "control",
        }
    }
}

impl std::fmt::Display for StageName {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.pad(self.key())
    }
}

/// Where selection rates come from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum SelectionSource {
    /// All rollouts of the stage's training.
    Rollouts,
    /// Self-mode evaluation after the stage.
    Evaluation,
}

/// The figures of one stage.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct StageSummary {
    /// The model chose the language.
    #[serde(rename = "self", default, skip_serializing_if = "Option::is_none")]
    pub self_chosen: Option<ModeSummary>,
    /// English forced.
    #[serde(rename = "en", default, skip_serializing_if = "Option::is_none")]
    pub english: Option<ModeSummary>,
    /// Each seen language forced.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub multi: Option<ModeSummary>,
    /// Each unseen language forced.
    #[serde(rename = "ood", default, skip_serializing_if = "Option::is_none")]
    pub unseen: Option<ModeSummary>,
    /// Language code → rate, over all responses.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub selection: Option<BTreeMap<Language, f64>>,
    /// 95 % intervals of the rates over problems; only of rates from evaluation.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub selection_intervals: BTreeMap<Language, [f64; 2]>,
    /// What the rates are counted over.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub selection_source: Option<SelectionSource>,
    /// The same rates for each family and style.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub selection_by_kind: BTreeMap<String, BTreeMap<Language, f64>>,
    /// Responses without a tag of the pool, over all responses.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub untagged: Option<f64>,
    /// Entropy of the choice in nats.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub choice_entropy: Option<f64>,
    /// 95 % interval of the entropy over problems; only from evaluation.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub choice_entropy_interval: Option<[f64; 2]>,
    /// The entropy as a share of ln 13.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub choice_entropy_share: Option<f64>,
    /// Number of responses that the selection is counted over.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub selection_n: Option<usize>,
    /// Correlation of per-language forced accuracy (mode `multi`) with the selection rates.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub correlation: Option<Correlation>,
    /// Win, tie and lose of non-English against English, over problems.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub against_english: Option<AgainstEnglish>,
    /// Wall-clock time of the stage's training, in seconds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub seconds: Option<f64>,
}

impl StageSummary {
    /// From a stage's evaluation records and, for stages of RL, what training counted of its rollouts, by
    /// family; without rollouts the selection is that of self-mode evaluation.
    pub fn of(
        records: &[Record],
        rollouts: Option<&BTreeMap<String, ChoiceCounts>>,
        options: &Options,
    ) -> Self {
        let mode = |mode| ModeSummary::of(records, mode, options);
        let mut stage = StageSummary {
            self_chosen: mode(Mode::SelfChosen),
            english: mode(Mode::English),
            multi: mode(Mode::Multi),
            unseen: mode(Mode::Unseen),
            against_english: AgainstEnglish::of(records),
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
            Correlation::of(
                &forced_accuracy(multi),
                &selection.rates,
                &options.bootstrap,
            )
        });
        stage.selection_source = Some(source);
        stage.selection_by_kind = families
            .iter()
            .filter_map(|(kind, counts)| {
                Some((kind.clone(), Selection::from_counts(counts)?.rates))
            })
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

    /// The figures of one mode.
    pub const fn mode(&self, mode: Mode) -> Option<&ModeSummary> {
        match mode {
            Mode::SelfChosen => self.self_chosen.as_ref(),
            Mode::English => self.english.as_ref(),
            Mode::Multi => self.multi.as_ref(),
            Mode::Unseen => self.unseen.as_ref(),
        }
    }
}

/// The whole of `summary.json`.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Summary {
    /// Name of the run.
    pub name: String,
    /// Seed of the run.
    pub seed: u64,
    /// Version of the program.
    pub version: String,
    /// SHA-256 of the resolved configuration, hexadecimal.
    pub config_hash: String,
    /// Peak resident memory of the process in bytes; absent where the system does not tell.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub peak_memory_bytes: Option<u64>,
    /// Wall-clock time in seconds of the process that finished the run: of a resumed run, of its last part.
    pub seconds: f64,
    /// The figures of each stage.
    pub stages: BTreeMap<StageName, StageSummary>,
    /// Exploit minus control; absent when either was not evaluated.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub comparison: Option<Comparison>,
    /// What exploit settled on, by family and style and under `all`, against the forced accuracy after SFT.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub settled: BTreeMap<String, Settled>,
}

impl Summary {
    /// Fills `comparison` and `settled` from the stages' evaluation records; what lacks a stage stays absent.
    pub fn compare(&mut self, records: &BTreeMap<StageName, Vec<Record>>, options: &Options) {
        let of = |stage| records.get(&stage).map_or(&[][..], Vec::as_slice);
        let exploit = of(StageName::Exploit);
        self.comparison = Comparison::of(exploit, of(StageName::Control), options);
        self.settled = settled(of(StageName::Sft), &choices_by_kind(exploit), options);
    }
}

#[cfg(test)]
mod tests {
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
            (StageName::Sft, None),
            (StageName::Exploit, Some(&rollouts)),
            (StageName::Control, None),
        ] {
            let stage_summary = StageSummary::of(&records, rollouts, &options);
            summary.stages.insert(stage, stage_summary);
        }
        let by_stage = BTreeMap::from([
            (StageName::Sft, records.clone()),
            (StageName::Exploit, records.clone()),
            (StageName::Control, records),
        ]);
        summary.compare(&by_stage, &options);

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
        summary.stages[&StageName::Sft]
            .self_chosen
            .as_ref()
            .unwrap()
            .intervals
            .accuracy[1]
    }

    #[test]
    fn a_stage_without_records_is_empty() {
        let stage = StageSummary::of(&[], None, &Options::default());
        assert_eq!(serde_json::to_string(&stage).unwrap(), "{}");
        let mut summary = Summary::default();
        summary.compare(&BTreeMap::new(), &Options::default());
        assert!(summary.comparison.is_none() && summary.settled.is_empty());
    }
}
