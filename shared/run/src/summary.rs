//! `summary.json`: what a finished run reports of itself, for people and for other programs.
//!
//! `stages.<stage>.<self|en|multi|ood>` holds `accuracy`, `pass_at_k`, `compliance` and `thinking_tokens` as plain numbers (fractions in
//! 0–1; tokens as a mean), `intervals` beside them; a mode that a stage was not evaluated in is absent. `stages.<stage>.selection` maps
//! language codes to rates.

use std::collections::BTreeMap;

use explang_language::Language;
use explang_named::named;
use serde::{Deserialize, Serialize};

use crate::config::Practice;
use crate::figures::{Estimate, ModeSummary, WinTieLose};
use crate::record::Mode;
use crate::stage::Stage;

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
    /// Which kinds were practised in some languages more than in others: a cause of what follows that was put in. Every language is named.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub practice: Vec<Practice>,
    /// The figures of each stage.
    pub stages: BTreeMap<Stage, StageSummary>,
    /// Exploit minus control; absent when either was not evaluated.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub comparison: Option<Comparison>,
    /// What exploit settled on, by family and style and under `all`, against the forced accuracy after SFT.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub settled: BTreeMap<String, Settled>,
    /// What choosing without learning would reach, from the forced samples after SFT.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub baselines: Option<Baselines>,
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
    /// For each family and style, the mean over its held-out problems of the exact π(language | problem), at temperature 1. Of a stage
    /// without `choices.jsonl`, the rates among its samples.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub selection_by_kind: BTreeMap<String, BTreeMap<Language, f64>>,
    /// What the kind of problem tells about the language: I(kind; language) in nats, kinds weighted equally, from
    /// `selection_by_kind`. 0 where every kind is thought about in the same languages; at most ln of the number of kinds. The interval
    /// resamples the problems of each kind; `n` counts them. Where the exact π is unknown, from how the tagged samples of each problem share
    /// out among languages; with few samples of a kind that overstates it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub information: Option<Estimate>,
    /// The same two figures at the temperature of the evaluation.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub at_temperature: Option<AtTemperature>,
    /// What the policy's own choice costs: accuracy of the best forced language of each kind, chosen on every other problem and scored on
    /// the rest, minus that of the model's own choice on the same problems; the mean over the kinds. The interval resamples problems.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub regret: Option<Estimate>,
    /// The same for each kind, with the language that was best.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub regret_by_kind: BTreeMap<String, KindRegret>,
    /// Whether the choice follows the problem beyond what was trained.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub transfer: Option<Transfer>,
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

/// How a policy chooses at another temperature than 1: π(language | problem) to the power of 1/T, renormalised. That is the distribution
/// that is sampled from at this temperature where a tag is one token, as with the tokenizers that are trained here.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct AtTemperature {
    /// The temperature.
    pub temperature: f32,
    /// As in [`StageSummary`].
    pub selection_by_kind: BTreeMap<String, BTreeMap<Language, f64>>,
    /// As in [`StageSummary`].
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub information: Option<Estimate>,
}

/// What a policy's own choice costs for one kind of problem.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct KindRegret {
    /// The forced language that is most often right, on every other problem of the kind.
    pub best: Language,
    /// Its accuracy on the rest of the problems, minus that of the model's own choice.
    pub regret: Estimate,
}

/// Whether a choice follows the problem or a keyword: the same question where it was never trained. All at temperature 1.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Transfer {
    /// Mean probability of each kind's most probable language, asked in English at a trained level; kinds weighted equally.
    pub trained: f64,
    /// The probability of the same languages where the question is asked in another language: the mean over languages and kinds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub other_questions: Option<f64>,
    /// The probability of the same languages at a level that is not trained.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub other_level: Option<f64>,
    /// Language of the question → kind → language of the thinking → probability; those under a thousandth are left out.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub by_question: BTreeMap<Language, BTreeMap<String, BTreeMap<Language, f64>>>,
    /// Kind and untrained level, such as `sums/steps/2` → language of the thinking → probability, as above.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub by_level: BTreeMap<String, BTreeMap<Language, f64>>,
}

/// Accuracies that need no learning. Kinds are weighted equally; languages are chosen on every other problem and scored on the rest; the
/// intervals resample problems.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Baselines {
    /// A seen language drawn at random for each problem.
    pub uniform: Estimate,
    /// The one language that is best over all kinds.
    pub best_single: BestSingle,
    /// The best language of each kind.
    pub best_of_each_kind: BestOfEachKind,
}

/// The best single language.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct BestSingle {
    /// The language.
    pub language: Language,
    /// Its accuracy.
    pub accuracy: Estimate,
}

/// The best language of each kind.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct BestOfEachKind {
    /// Kind → language.
    pub languages: BTreeMap<String, Language>,
    /// The mean of their accuracies.
    pub accuracy: Estimate,
}

/// Where selection rates come from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SelectionSource {
    /// All rollouts of the stage's training.
    Rollouts,
    /// Self-mode evaluation after the stage.
    Evaluation,
}

named!(SelectionSource, "source of a selection", { Rollouts => "rollouts", Evaluation => "evaluation" });

/// Languages by rate, highest first, ties in the pool's order; zeros are left out.
pub fn ranked(rates: &BTreeMap<Language, f64>) -> Vec<(Language, f64)> {
    let mut ranked: Vec<_> = rates
        .iter()
        .filter(|(_, rate)| **rate > 0.0)
        .map(|(&language, &rate)| (language, rate))
        .collect();
    ranked.sort_by(|a, b| b.1.total_cmp(&a.1));
    ranked
}

/// Does a policy choose the languages that it is good at? Correlations over languages, each a pair of forced
/// accuracy and selection rate; the intervals resample languages.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Correlation {
    /// Pearson's correlation; absent when either side is constant.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pearson: Option<Estimate>,
    /// Spearman's rank correlation; absent when either side is constant.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub spearman: Option<Estimate>,
}

/// What a policy settled on for one family and style of problems (or, under `all`, for every problem).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Settled {
    /// Languages by selection rate, most chosen first; those never chosen are left out.
    pub chosen: Vec<(Language, f64)>,
    /// Accuracy of each seen language when forced, before RL.
    pub forced_accuracy: BTreeMap<Language, f64>,
    /// Place of the most chosen language when languages are ordered by forced accuracy, from 1; ties share the best place.
    pub place_of_first: usize,
    /// Correlation of forced accuracy with selection rate.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub correlation: Option<Correlation>,
}

/// Non-English thinking against English, each count over problems.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct AgainstEnglish {
    /// Mean accuracy of the forced non-English samples (mode `multi`) against that of the English ones (mode `en`).
    pub mean: WinTieLose,
    /// pass@k of the same two sets, with the same k on both sides: the smaller number of samples. At the paper's
    /// sizes k is 12 on both sides (12 languages, 12 English samples), so it is "solved by any" against "solved by any".
    pub pass_at_k: WinTieLose,
    /// The largest k used.
    pub k: usize,
    /// Each seen language against forced English, both in mode `multi`: as many samples on each side.
    pub by_language: BTreeMap<Language, WinTieLose>,
}

/// ExpLang against the English-only control of the same budget, on the same problems: exploit minus control.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Comparison {
    /// Accuracy, both in mode `self`.
    #[serde(rename = "self", default, skip_serializing_if = "Option::is_none")]
    pub self_chosen: Option<Estimate>,
    /// Accuracy, both in mode `en`.
    #[serde(rename = "en", default, skip_serializing_if = "Option::is_none")]
    pub english: Option<Estimate>,
    /// Accuracy of exploit in mode `self` minus that of the control in mode `en`: each as it was trained.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub self_against_en: Option<Estimate>,
}
