//! What the page uses of `summary.json`. The whole reader, with all its figures, would add to a first visit.

use std::collections::BTreeMap;

use explang_language::Language;
use serde::Deserialize;
use serde::de::IgnoredAny;

use crate::config::Practice;
use crate::stage::Stage;
use crate::summary::{Comparison, SelectionSource};

/// The part of a [`Summary`](crate::Summary), or of a [`ResponsesSummary`](crate::ResponsesSummary), that the page shows; the other keys are
/// passed over.
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
pub struct SummaryExcerpt {
    /// Which kinds were practised in some languages more than in others.
    #[serde(default)]
    pub practice: Vec<Practice>,
    /// The figures of each stage.
    #[serde(default)]
    pub stages: BTreeMap<Stage, StageExcerpt>,
    /// The figures of responses that another program sampled.
    pub responses: Option<StageExcerpt>,
    /// The figures of what they are compared with.
    pub baseline: Option<StageExcerpt>,
    /// Exploit minus control, or responses minus baseline.
    pub comparison: Option<Comparison>,
}

/// The part of a [`StageSummary`](crate::StageSummary).
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
pub struct StageExcerpt {
    /// The model chose the language.
    #[serde(rename = "self")]
    pub self_chosen: Option<ModeExcerpt>,
    /// English forced.
    #[serde(rename = "en")]
    pub english: Option<ModeExcerpt>,
    /// Each seen language forced.
    pub multi: Option<ModeExcerpt>,
    /// Each unseen language forced.
    #[serde(rename = "ood")]
    pub unseen: Option<ModeExcerpt>,
    /// Language code → rate, over all responses.
    pub selection: Option<BTreeMap<Language, f64>>,
    /// What the rates are counted over.
    pub selection_source: Option<SelectionSource>,
    /// Kind → language → how probable its choice is.
    #[serde(default)]
    pub selection_by_kind: BTreeMap<String, BTreeMap<Language, f64>>,
    /// Present where the choices were measured exactly.
    pub transfer: Option<IgnoredAny>,
}

/// The part of a [`ModeSummary`](crate::ModeSummary).
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
pub struct ModeExcerpt {
    /// Share of right answers.
    pub accuracy: f64,
    /// Its interval.
    pub intervals: IntervalsExcerpt,
    /// Problems.
    pub problems: usize,
    /// The same for each kind.
    #[serde(default)]
    pub by_kind: BTreeMap<String, ModeExcerpt>,
    /// The same for each language that was forced.
    #[serde(default)]
    pub by_language: BTreeMap<Language, ModeExcerpt>,
}

/// The part of [`Intervals`](crate::Intervals).
#[derive(Debug, Clone, Copy, Default, PartialEq, Deserialize)]
pub struct IntervalsExcerpt {
    /// 95 % interval of the accuracy over problems.
    pub accuracy: [f64; 2],
}

impl SummaryExcerpt {
    /// Share of a kind's pages in pretraining that were in each language; none for a kind without an entry, which is practised evenly.
    pub fn practice_of(&self, kind: &str) -> Option<BTreeMap<Language, f64>> {
        let practice = self.practice.iter().find(|of| of.kind.as_str() == kind)?;
        Some(practice.of_all().into_iter().collect())
    }
}

impl StageExcerpt {
    /// Accuracy of a forced language for a kind, with its 95 % interval; none where it was not measured.
    pub fn forced(&self, kind: &str, language: Language) -> Option<(f64, [f64; 2])> {
        let mode = if language.seen() {
            &self.multi
        } else {
            &self.unseen
        };
        let of_kind = mode.as_ref()?.by_kind.get(kind)?;
        let figures = of_kind.by_language.get(&language)?;
        Some((figures.accuracy, figures.intervals.accuracy))
    }
}
