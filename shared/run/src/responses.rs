//! `summary.json` of `explang eval --responses`: figures of responses that another program sampled. Nothing was trained, so there are no
//! stages; the page reads both kinds of `summary.json` as one [`SummaryExcerpt`](crate::SummaryExcerpt).

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::figures::{Estimate, WinTieLose};
use crate::record::Mode;
use crate::summary::{Comparison, StageSummary};

/// The whole of it.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct ResponsesSummary {
    /// The file of the responses.
    pub name: String,
    /// The file of the baseline.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub baseline_name: Option<String>,
    /// Version of the program.
    pub version: String,
    /// The figures of the responses.
    pub responses: StageSummary,
    /// The figures of the baseline.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub baseline: Option<StageSummary>,
    /// Responses minus baseline, over the problems that both have; absent where they share none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub comparison: Option<Comparison>,
    /// How the two were paired.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pairs: Option<Pairs>,
}

/// How responses and baseline were paired: by prompt.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Pairs {
    /// Problems of the responses.
    pub responses: usize,
    /// Problems of the baseline.
    pub baseline: usize,
    /// Problems of both.
    pub both: usize,
    /// The modes in which they share a problem.
    pub modes: BTreeMap<Mode, PairedMode>,
}

/// Responses against baseline in one mode, over the problems that both have in it.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize)]
pub struct PairedMode {
    /// Accuracy of the responses minus that of the baseline; `n` counts problems.
    pub difference: Estimate,
    /// How often the mean accuracy of a problem is higher, equal or lower than the baseline's.
    pub win_tie_lose: WinTieLose,
}
