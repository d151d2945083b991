//! The figures of an evaluation: rates, estimates with their intervals, comparisons.

use std::collections::BTreeMap;

use explang_language::Language;
use serde::{Deserialize, Serialize};

/// A value with its 95 % interval.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize)]
pub struct Estimate {
    /// The value itself, on all the data.
    pub value: f64,
    /// Lower end of the 95 % interval.
    pub low: f64,
    /// Upper end of the 95 % interval.
    pub high: f64,
    /// How many observations the value is made of (samples, or pairs).
    pub n: usize,
}

impl Estimate {
    /// Both ends of the interval.
    pub const fn interval(&self) -> [f64; 2] {
        [self.low, self.high]
    }
}

/// How often one side beat, equalled or lost to the other.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct WinTieLose {
    /// The first side had the higher score.
    pub win: usize,
    /// Both had the same score.
    pub tie: usize,
    /// The second side had the higher score.
    pub lose: usize,
}

impl WinTieLose {
    /// Counts one comparison; scores within 1e-9 are equal.
    pub fn count(&mut self, ours: f64, theirs: f64) {
        let difference = ours - theirs;
        if difference > 1e-9 {
            self.win += 1;
        } else if difference < -1e-9 {
            self.lose += 1;
        } else {
            self.tie += 1;
        }
    }
}

/// The figures of a set of records of one mode: rates are fractions in 0..1.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct ModeSummary {
    /// Correct samples over samples.
    pub accuracy: f64,
    /// Mean over problems of the unbiased pass@k; with `k` the number of samples, the share of problems that
    /// any sample solves. In the modes `multi` and `ood` the samples of a problem are its languages.
    pub pass_at_k: f64,
    /// The k of `pass_at_k`.
    pub k: usize,
    /// Accuracy of the compliant samples only (AccF); absent when none complies.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub acc_f: Option<f64>,
    /// Accuracy with non-compliant samples counted as wrong (Acc*).
    pub acc_star: f64,
    /// Compliant samples over samples.
    pub compliance: f64,
    /// Mean length of the thinking trace, in tokens, over the samples whose length is known; absent where none is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub thinking_tokens: Option<f64>,
    /// Samples that met the token limit, over the samples of which that is known; absent where it is of none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub truncation: Option<f64>,
    /// The 95 % intervals of the figures above.
    pub intervals: Intervals,
    /// Number of samples.
    pub n: usize,
    /// Number of problems.
    pub problems: usize,
    /// The same figures for each language: the forced one, or in mode `self` the chosen one.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub by_language: BTreeMap<Language, ModeSummary>,
    /// The same figures by family and style, such as `sums/steps`, each again by language.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub by_kind: BTreeMap<String, ModeSummary>,
    /// The same figures for each difficulty level.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub by_level: BTreeMap<usize, ModeSummary>,
}

/// The 95 % bootstrap intervals (over problems) of a [`ModeSummary`], each `[low, high]`.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[allow(missing_docs)]
pub struct Intervals {
    pub accuracy: [f64; 2],
    pub pass_at_k: [f64; 2],
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub acc_f: Option<[f64; 2]>,
    pub acc_star: [f64; 2],
    pub compliance: [f64; 2],
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub thinking_tokens: Option<[f64; 2]>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub truncation: Option<[f64; 2]>,
}
