//! The figures of one evaluation mode, whole and broken down, from its records.

use std::collections::BTreeMap;

use explang::Language;
use explang::run::{Intervals, Mode, ModeSummary, Record};
use serde::{Deserialize, Serialize};

use super::statistics::{Bootstrap, interval, pass_at_k, quotient};

/// How records become figures.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Options {
    /// k of pass@k; `None`, or more than a problem has samples, means the number of samples of the problem with the fewest.
    pub pass_k: Option<usize>,
    /// The resampling behind every interval.
    pub bootstrap: Bootstrap,
}

/// The figures of the records of `mode`, with every breakdown; `None` when there are no such records.
pub fn mode_summary(records: &[Record], mode: Mode, options: &Options) -> Option<ModeSummary> {
    let records: Vec<_> = records
        .iter()
        .filter(|record| record.mode == mode)
        .collect();
    let mut summary = figures(&records, options)?;
    summary.by_language = by_language(&records, options);
    for (kind, group) in grouped(&records, |r| Some(r.kind())) {
        if let Some(mut of_kind) = figures(&group, options) {
            of_kind.by_language = by_language(&group, options);
            summary.by_kind.insert(kind, of_kind);
        }
    }
    summary.by_level = broken_down(&records, options, |r| {
        Some(r.level).filter(|&level| level > 0)
    });
    Some(summary)
}

/// The figures alone, without a breakdown.
fn figures(records: &[&Record], options: &Options) -> Option<ModeSummary> {
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
        thinking_tokens: tokens,
        truncation,
        intervals: Intervals {
            accuracy: ends[0]?,
            pass_at_k: ends[1]?,
            acc_f: ends[2],
            acc_star: ends[3]?,
            compliance: ends[4]?,
            thinking_tokens: ends[5],
            truncation: ends[6],
        },
        n: records.len(),
        problems: rows.len(),
        by_language: BTreeMap::new(),
        by_kind: BTreeMap::new(),
        by_level: BTreeMap::new(),
    })
}

/// Columns of a [`tally`]: samples, correct, compliant, both, thinking tokens and samples that have them, truncated and samples that say so or
/// not, pass@k, 1.
const COLUMNS: usize = 10;
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
        samples
            .iter()
            .filter_map(|r| r.thinking_tokens)
            .map(|tokens| tokens as f64)
            .sum(),
        count(|r| r.thinking_tokens.is_some()) as f64,
        count(|r| r.truncated == Some(true)) as f64,
        count(|r| r.truncated.is_some()) as f64,
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
        measured,
        truncated,
        told,
        pass,
        problems,
    ] = *sums;
    [
        quotient(correct, n),
        quotient(pass, problems),
        quotient(both, compliant),
        quotient(both, n),
        quotient(compliant, n),
        quotient(tokens, measured),
        quotient(truncated, told),
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
        .filter_map(|(key, group)| Some((key, figures(&group, options)?)))
        .collect()
}

fn by_language(records: &[&Record], options: &Options) -> BTreeMap<Language, ModeSummary> {
    broken_down(records, options, Record::language)
}

#[cfg(test)]
mod tests;
