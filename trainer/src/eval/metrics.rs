//! The figures of one evaluation mode, whole and broken down, from its records.

use std::collections::BTreeMap;

use explang::Language;
use serde::{Deserialize, Serialize};

use super::record::{Mode, Record};
use super::statistics::{Bootstrap, interval, pass_at_k, quotient};

/// How records become figures.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Options {
    /// k of pass@k; `None`, or more than a problem has samples, means the number of samples of the problem with the fewest.
    pub pass_k: Option<usize>,
    /// The resampling behind every interval.
    pub bootstrap: Bootstrap,
}

/// The figures of a set of records of one mode: rates are fractions in 0..1.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
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
    /// Mean length of the thinking trace, in tokens.
    pub thinking_tokens: f64,
    /// Samples that met the token limit, over samples.
    pub truncation: f64,
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
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[allow(missing_docs)]
pub struct Intervals {
    pub accuracy: [f64; 2],
    pub pass_at_k: [f64; 2],
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub acc_f: Option<[f64; 2]>,
    pub acc_star: [f64; 2],
    pub compliance: [f64; 2],
    pub thinking_tokens: [f64; 2],
    pub truncation: [f64; 2],
}

impl ModeSummary {
    /// The figures of the records of `mode`, with every breakdown; `None` when there are no such records.
    pub fn of(records: &[Record], mode: Mode, options: &Options) -> Option<Self> {
        let records: Vec<_> = records
            .iter()
            .filter(|record| record.mode == mode)
            .collect();
        let mut summary = Self::figures(&records, options)?;
        summary.by_language = by_language(&records, options);
        for (kind, group) in grouped(&records, |r| Some(r.kind())) {
            if let Some(mut figures) = Self::figures(&group, options) {
                figures.by_language = by_language(&group, options);
                summary.by_kind.insert(kind, figures);
            }
        }
        summary.by_level = broken_down(&records, options, |r| Some(r.level));
        Some(summary)
    }

    /// The figures alone, without a breakdown.
    fn figures(records: &[&Record], options: &Options) -> Option<Self> {
        let problems = grouped(records, |record| Some(record.problem));
        let fewest = problems.values().map(Vec::len).min()?;
        let k = options.pass_k.unwrap_or(fewest).clamp(1, fewest);
        let rows: Vec<_> = problems.values().map(|group| tally(group, k)).collect();

        let mut total = [0.0; COLUMNS];
        for row in &rows {
            for (sum, value) in total.iter_mut().zip(row) {
                *sum += value;
            }
        }
        let values = ratios(&total);
        let mut draws: [Vec<f64>; RATIOS] = Default::default();
        options.bootstrap.resample_sums(&rows, |sums| {
            for (draws, value) in draws.iter_mut().zip(ratios(sums)) {
                draws.extend(value);
            }
        });
        // Without resamples an interval is the value itself: it says nothing, and no number is missing.
        let mut ends = [None; RATIOS];
        for ((end, draws), value) in ends.iter_mut().zip(&mut draws).zip(values) {
            *end = value.map(|value| interval(draws).unwrap_or([value, value]));
        }
        let [
            accuracy,
            pass_at_k,
            acc_f,
            acc_star,
            compliance,
            tokens,
            truncation,
        ] = values;
        Some(ModeSummary {
            accuracy: accuracy?,
            pass_at_k: pass_at_k?,
            k,
            acc_f,
            acc_star: acc_star?,
            compliance: compliance?,
            thinking_tokens: tokens?,
            truncation: truncation?,
            intervals: Intervals {
                accuracy: ends[0]?,
                pass_at_k: ends[1]?,
                acc_f: ends[2],
                acc_star: ends[3]?,
                compliance: ends[4]?,
                thinking_tokens: ends[5]?,
                truncation: ends[6]?,
            },
            n: records.len(),
            problems: rows.len(),
            by_language: BTreeMap::new(),
            by_kind: BTreeMap::new(),
            by_level: BTreeMap::new(),
        })
    }
}

/// Columns of a [`tally`]: samples, correct, compliant, both, thinking tokens, truncated, pass@k, 1.
const COLUMNS: usize = 8;
/// Figures made of a tally, in the order of [`Intervals`].
const RATIOS: usize = 7;

/// What one problem adds to the sums that the figures are ratios of.
fn tally(samples: &[&Record], k: usize) -> [f64; COLUMNS] {
    let count = |what: fn(&Record) -> bool| samples.iter().filter(|&&r| what(r)).count();
    let correct = count(|r| r.correct);
    [
        samples.len() as f64,
        correct as f64,
        count(|r| r.compliant) as f64,
        count(|r| r.compliant && r.correct) as f64,
        samples.iter().map(|r| r.thinking_tokens as f64).sum(),
        count(|r| r.truncated) as f64,
        // k is at most the number of samples, so this is always a number.
        pass_at_k(samples.len(), correct, k).unwrap_or(0.0),
        1.0,
    ]
}

fn ratios(sums: &[f64; COLUMNS]) -> [Option<f64>; RATIOS] {
    let [
        n,
        correct,
        compliant,
        both,
        tokens,
        truncated,
        pass,
        problems,
    ] = *sums;
    [
        quotient(correct, n),
        quotient(pass, problems),
        quotient(both, compliant),
        quotient(both, n),
        quotient(compliant, n),
        quotient(tokens, n),
        quotient(truncated, n),
    ]
}

/// Records by a key, in the key's order; those without the key are left out.
pub(super) fn grouped<'a, K: Ord>(
    records: &[&'a Record],
    key: impl Fn(&Record) -> Option<K>,
) -> BTreeMap<K, Vec<&'a Record>> {
    let mut groups = BTreeMap::<K, Vec<&Record>>::new();
    for &record in records {
        if let Some(key) = key(record) {
            groups.entry(key).or_default().push(record);
        }
    }
    groups
}

fn broken_down<K: Ord>(
    records: &[&Record],
    options: &Options,
    key: impl Fn(&Record) -> Option<K>,
) -> BTreeMap<K, ModeSummary> {
    grouped(records, key)
        .into_iter()
        .filter_map(|(key, group)| Some((key, ModeSummary::figures(&group, options)?)))
        .collect()
}

fn by_language(records: &[&Record], options: &Options) -> BTreeMap<Language, ModeSummary> {
    broken_down(records, options, Record::language)
}

#[cfg(test)]
mod tests {
    use super::super::record::tests::record;
    use super::*;

    #[test]
    fn the_figures_follow_their_definitions() {
        let mut records = vec![
            record(0, Mode::SelfChosen, Some(Language::Zh), true),
            record(0, Mode::SelfChosen, Some(Language::Zh), true),
            record(0, Mode::SelfChosen, Some(Language::En), false),
            record(0, Mode::SelfChosen, None, true),
            record(1, Mode::SelfChosen, Some(Language::En), false),
            record(1, Mode::SelfChosen, Some(Language::En), false),
            record(1, Mode::SelfChosen, Some(Language::En), false),
            record(1, Mode::SelfChosen, Some(Language::En), false),
            // Another mode: must not count.
            record(1, Mode::English, Some(Language::En), true),
        ];
        records[1].compliant = false;
        records[4].truncated = true;
        records[4].thinking_tokens = 50;
        records[5].family = "products".into();
        records[5].problem = 2;

        let s = ModeSummary::of(&records, Mode::SelfChosen, &Options::default()).unwrap();
        assert_eq!((s.n, s.problems), (8, 3));
        assert_eq!(s.accuracy, 3.0 / 8.0);
        assert_eq!(s.compliance, 6.0 / 8.0);
        assert_eq!(s.acc_f, Some(1.0 / 6.0));
        assert_eq!(s.acc_star, 1.0 / 8.0);
        assert_eq!(s.thinking_tokens, 120.0 / 8.0);
        assert_eq!(s.truncation, 1.0 / 8.0);
        // The problem with the fewest samples has one, so k is 1: the mean over problems of 3/4, 0 and 0.
        assert_eq!((s.k, s.pass_at_k), (1, 0.25));
        assert!(s.intervals.accuracy[0] <= s.accuracy && s.accuracy <= s.intervals.accuracy[1]);

        assert_eq!(s.by_language[&Language::Zh].accuracy, 1.0);
        assert_eq!(s.by_language[&Language::Zh].compliance, 0.5);
        assert_eq!(s.by_language[&Language::En].truncation, 0.2);
        assert_eq!(s.by_language.len(), 2);
        assert_eq!(s.by_kind["sums/steps"].n, 7);
        assert_eq!(s.by_kind["sums/steps"].by_language[&Language::En].n, 4);
        assert_eq!(s.by_level[&1].n, 8);
    }

    #[test]
    fn pass_at_k_is_any_of_the_samples_unless_asked_otherwise() {
        let records: Vec<_> = (0..12)
            .map(|i| record(0, Mode::English, Some(Language::En), i < 3))
            .chain((0..12).map(|_| record(1, Mode::English, Some(Language::En), false)))
            .collect();
        let s = ModeSummary::of(&records, Mode::English, &Options::default()).unwrap();
        assert_eq!((s.k, s.pass_at_k), (12, 0.5));
        let options = Options {
            pass_k: Some(1),
            ..Options::default()
        };
        let s = ModeSummary::of(&records, Mode::English, &options).unwrap();
        assert_eq!(s.k, 1);
        assert!((s.pass_at_k - s.accuracy).abs() < 1e-12);
    }

    #[test]
    fn no_records_no_figures_and_none_compliant_no_acc_f() {
        assert_eq!(ModeSummary::of(&[], Mode::Multi, &Options::default()), None);
        let mut wrong = record(0, Mode::Multi, Some(Language::Th), true);
        wrong.compliant = false;
        let s = ModeSummary::of(&[wrong], Mode::Multi, &Options::default()).unwrap();
        assert_eq!((s.acc_f, s.acc_star, s.accuracy), (None, 0.0, 1.0));
        let json = serde_json::to_string(&s).unwrap();
        assert!(!json.contains("null"), "{json}");
        let back: ModeSummary = serde_json::from_str(&json).unwrap();
        assert_eq!(back, s);
    }
}
