//! Which languages a policy chooses: rates, their entropy, and whether they follow accuracy.

use std::collections::BTreeMap;

use explang::Language;
use explang::run::metrics::entropy;
use explang::run::summary::{Correlation, Settled, ranked};
use explang::run::{ChoiceCounts, Mode, ModeSummary, Record};

use super::metrics::{Options, grouped, mode_summary};
use super::statistics::{Bootstrap, entropy_share, interval, quotient};

/// The choices made by self-mode records, by family and style.
pub(crate) fn choices_by_kind(records: &[Record]) -> BTreeMap<String, ChoiceCounts> {
    let mut kinds = BTreeMap::<String, ChoiceCounts>::new();
    for record in records.iter().filter(|r| r.mode == Mode::SelfChosen) {
        kinds.entry(record.kind()).or_default().add(record.tag);
    }
    kinds
}

/// Selection rates and the entropy of the choice.
#[derive(Debug, Clone, PartialEq)]
pub struct Selection {
    /// Responses with the language's tag, over all responses; every seen language is there, unseen ones when chosen.
    pub rates: BTreeMap<Language, f64>,
    /// 95 % intervals of the rates over problems; empty when only counts were kept.
    pub intervals: BTreeMap<Language, [f64; 2]>,
    /// Responses without a tag of the pool, over all responses.
    pub untagged: f64,
    /// Entropy in nats of the choice among tagged responses; absent when there is none.
    pub entropy: Option<f64>,
    /// 95 % interval of the entropy over problems; absent when only counts were kept.
    pub entropy_interval: Option<[f64; 2]>,
    /// The entropy as a share of ln 13, the most that the seen languages allow.
    pub entropy_share: Option<f64>,
    /// Number of responses.
    pub n: usize,
}

impl Selection {
    /// Rates from plain counts, without intervals; `None` when nothing was counted.
    pub(crate) fn from_counts(counts: &ChoiceCounts) -> Option<Self> {
        let n = counts.total();
        if n == 0 {
            return None;
        }
        let mut rates: BTreeMap<_, _> = Language::SEEN.into_iter().map(|l| (l, 0.0)).collect();
        for (&language, &count) in counts.tagged.iter().filter(|(_, count)| **count > 0) {
            rates.insert(language, count as f64 / n as f64);
        }
        let entropy = entropy(counts.tagged.values().map(|&count| count as f64));
        Some(Selection {
            rates,
            intervals: BTreeMap::new(),
            untagged: counts.untagged as f64 / n as f64,
            entropy,
            entropy_interval: None,
            entropy_share: entropy.and_then(|nats| entropy_share(nats, Language::SEEN.len())),
            n,
        })
    }

    /// Rates from self-mode records, with bootstrap intervals over problems; `None` without such records.
    pub(crate) fn from_records(records: &[Record], bootstrap: &Bootstrap) -> Option<Self> {
        const POOL: usize = Language::ALL.len();
        let records: Vec<_> = records
            .iter()
            .filter(|record| record.mode == Mode::SelfChosen)
            .collect();
        let mut counts = ChoiceCounts::default();
        let mut rows = Vec::new();
        for problem in grouped(&records, |r| Some(r.problem)).values() {
            // One column a language, and the last for all samples.
            let mut row = [0.0; POOL + 1];
            for record in problem {
                counts.add(record.tag);
                if let Some(language) = record.tag {
                    row[language.index()] += 1.0;
                }
                row[POOL] += 1.0;
            }
            rows.push(row);
        }
        let mut selection = Self::from_counts(&counts)?;
        let mut rates: [Vec<f64>; POOL] = Default::default();
        let mut entropies = Vec::new();
        bootstrap.resample_sums(&rows, |sums| {
            for (rates, &sum) in rates.iter_mut().zip(sums) {
                rates.extend(quotient(sum, sums[POOL]));
            }
            entropies.extend(entropy(sums[..POOL].iter().copied()));
        });
        for &language in selection.rates.keys() {
            if let Some(ends) = interval(&mut rates[language.index()]) {
                selection.intervals.insert(language, ends);
            }
        }
        selection.entropy_interval = selection.entropy.and(interval(&mut entropies));
        Some(selection)
    }

    /// Languages by rate, most chosen first; those never chosen are left out.
    pub(crate) fn ranked(&self) -> Vec<(Language, f64)> {
        ranked(&self.rates)
    }
}

/// The correlation over the languages that have both a forced accuracy and a rate; `None` when neither correlation exists.
pub(crate) fn correlation(
    accuracy: &BTreeMap<Language, f64>,
    rates: &BTreeMap<Language, f64>,
    bootstrap: &Bootstrap,
) -> Option<Correlation> {
    let pairs: Vec<_> = accuracy
        .iter()
        .filter_map(|(language, &accuracy)| Some((accuracy, *rates.get(language)?)))
        .collect();
    let found = Correlation {
        pearson: bootstrap.pearson(&pairs),
        spearman: bootstrap.spearman(&pairs),
    };
    (found.pearson.is_some() || found.spearman.is_some()).then_some(found)
}

/// Accuracy of each forced language in a summary of the modes `multi` or `ood`.
pub(crate) fn forced_accuracy(summary: &ModeSummary) -> BTreeMap<Language, f64> {
    summary
        .by_language
        .iter()
        .map(|(&language, figures)| (language, figures.accuracy))
        .collect()
}

/// What a policy settled on, by family and style and under `all`: its choices against the accuracy that forced
/// languages had before RL. Kinds that lack either are left out.
pub(crate) fn settled(
    before: &[Record],
    choices: &BTreeMap<String, ChoiceCounts>,
    options: &Options,
) -> BTreeMap<String, Settled> {
    let Some(forced) = mode_summary(before, Mode::Multi, options) else {
        return BTreeMap::new();
    };
    let mut all = ChoiceCounts::default();
    let mut result = BTreeMap::new();
    for (kind, counts) in choices {
        all.merge(counts);
        if let Some(entry) = forced
            .by_kind
            .get(kind)
            .and_then(|figures| settled_on(figures, counts, options))
        {
            result.insert(kind.clone(), entry);
        }
    }
    result.extend(settled_on(&forced, &all, options).map(|entry| ("all".to_owned(), entry)));
    result
}

fn settled_on(forced: &ModeSummary, counts: &ChoiceCounts, options: &Options) -> Option<Settled> {
    let selection = Selection::from_counts(counts)?;
    let chosen = selection.ranked();
    let forced_accuracy = forced_accuracy(forced);
    let first = *forced_accuracy.get(&chosen.first()?.0)?;
    Some(Settled {
        place_of_first: 1 + forced_accuracy.values().filter(|&&a| a > first).count(),
        correlation: correlation(&forced_accuracy, &selection.rates, &options.bootstrap),
        chosen,
        forced_accuracy,
    })
}

#[cfg(test)]
mod tests {
    use super::super::record::tests::record;
    use super::*;

    #[test]
    fn rates_are_over_all_responses_and_entropy_over_tagged_ones() {
        let mut counts = ChoiceCounts::default();
        for tag in [Some(Language::En), Some(Language::Zh), None, None] {
            counts.add(tag);
        }
        let selection = Selection::from_counts(&counts).unwrap();
        assert_eq!(selection.rates[&Language::En], 0.25);
        assert_eq!(selection.rates[&Language::Vi], 0.0);
        assert_eq!(selection.rates.len(), 13);
        assert_eq!(selection.untagged, 0.5);
        assert!((selection.entropy.unwrap() - 2f64.ln()).abs() < 1e-12);
        assert!((selection.entropy_share.unwrap() - 2f64.ln() / 13f64.ln()).abs() < 1e-12);
        assert_eq!(Selection::from_counts(&ChoiceCounts::default()), None);
        let untagged = ChoiceCounts {
            untagged: 3,
            ..ChoiceCounts::default()
        };
        assert_eq!(Selection::from_counts(&untagged).unwrap().entropy, None);
    }

    #[test]
    fn records_give_the_same_rates_with_intervals() {
        let records: Vec<_> = (0..40)
            .map(|i| {
                let language = if i % 4 == 0 {
                    Language::Sw
                } else {
                    Language::Ko
                };
                record(i, Mode::SelfChosen, Some(language), true)
            })
            .chain([record(0, Mode::English, Some(Language::En), true)])
            .collect();
        let selection = Selection::from_records(&records, &Bootstrap::default()).unwrap();
        assert_eq!(
            selection.ranked(),
            [(Language::Ko, 0.75), (Language::Sw, 0.25)]
        );
        assert_eq!(selection.rates.len(), 14);
        let [low, high] = selection.intervals[&Language::Sw];
        assert!(low > 0.08 && low < 0.2 && high > 0.3 && high < 0.45);
        assert_eq!(selection.intervals[&Language::En], [0.0, 0.0]);
        let [low, high] = selection.entropy_interval.unwrap();
        assert!(low < selection.entropy.unwrap() && selection.entropy.unwrap() < high);
        assert_eq!(Selection::from_records(&[], &Bootstrap::default()), None);
    }

    #[test]
    fn settled_languages_are_set_against_their_forced_accuracy() {
        // Forced: Chinese solves 3 of 4, English 2, Thai 1.
        let mut before = Vec::new();
        for (language, solved) in [(Language::Zh, 3), (Language::En, 2), (Language::Th, 1)] {
            before.extend((0..4).map(|i| record(i, Mode::Multi, Some(language), i < solved)));
        }
        let counts = ChoiceCounts {
            tagged: [(Language::En, 5), (Language::Zh, 4), (Language::Th, 1)].into(),
            untagged: 0,
        };
        let choices = BTreeMap::from([("sums/steps".to_owned(), counts)]);
        let settled = settled(&before, &choices, &Options::default());
        assert_eq!(settled.keys().collect::<Vec<_>>(), ["all", "sums/steps"]);
        let sums = &settled["sums/steps"];
        assert_eq!(sums.chosen[0], (Language::En, 0.5));
        assert_eq!(sums.place_of_first, 2);
        assert_eq!(sums.forced_accuracy[&Language::Zh], 0.75);
        let spearman = sums.correlation.as_ref().unwrap().spearman.unwrap();
        assert!((spearman.value - 0.5).abs() < 1e-12);
        assert_eq!(spearman.n, 3);
    }
}
