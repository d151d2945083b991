//! `summary.json`: what a finished run reports of itself, for people and for other programs.
//!
//! `stages.<stage>.<self|en|multi|ood>` holds `accuracy`, `pass_at_k`, `compliance` and `thinking_tokens` as plain numbers (fractions in
//! 0–1; tokens as a mean), `intervals` beside them; a mode that a stage was not evaluated in is absent. `stages.<stage>.selection` maps
//! language codes to rates.

use std::collections::BTreeMap;

use explang_language::Language;
use explang_named::named;
use serde::{Deserialize, Serialize};

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
    /// The figures of each stage.
    pub stages: BTreeMap<Stage, StageSummary>,
    /// Exploit minus control; absent when either was not evaluated.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub comparison: Option<Comparison>,
    /// What exploit settled on, by family and style and under `all`, against the forced accuracy after SFT.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub settled: BTreeMap<String, Settled>,
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
