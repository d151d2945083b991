//! What a choice costs, and what choosing without learning would reach.
//!
//! The best language of a kind is chosen on every other problem and scored on the rest: the greatest of many noisy means, scored on its own
//! problems, would look better than it is.

use std::collections::BTreeMap;

use explang::Language;
use explang::run::summary::{Baselines, BestOfEachKind, BestSingle, KindRegret};
use explang::run::{Mode, Record, StageSummary};

use super::metrics::grouped;
use super::statistics::Bootstrap;

/// Languages that are forced.
const SEEN: usize = Language::SEEN.len();

/// A problem that every seen language was forced on: mean accuracies.
struct Problem {
    /// By the language's place in [`Language::SEEN`].
    forced: [f64; SEEN],
    /// Of the model's own choice; none where it was not asked.
    own: Option<f64>,
}

/// The problems of a kind, in two halves.
struct Halves {
    /// Where the best language is chosen.
    chosen_on: Vec<Problem>,
    /// Where it is scored.
    scored_on: Vec<Problem>,
}

impl Halves {
    /// Mean accuracy of each forced language on the half that languages are chosen on.
    fn means(&self) -> [f64; SEEN] {
        let mut means = [0.0; SEEN];
        for problem in &self.chosen_on {
            for (mean, accuracy) in means.iter_mut().zip(problem.forced) {
                *mean += accuracy / self.chosen_on.len() as f64;
            }
        }
        means
    }

    fn scored(&self, value: impl Fn(&Problem) -> f64) -> Vec<f64> {
        self.scored_on.iter().map(value).collect()
    }
}

/// Both halves of each kind that has problems in both.
fn halves(records: &[Record]) -> BTreeMap<String, Halves> {
    let wanted: Vec<&Record> = records
        .iter()
        .filter(|r| matches!(r.mode, Mode::Multi | Mode::SelfChosen))
        .collect();
    let mut kinds = BTreeMap::new();
    for (kind, of_kind) in grouped(&wanted, |r| Some(r.kind())) {
        let mut halves = Halves {
            chosen_on: Vec::new(),
            scored_on: Vec::new(),
        };
        // By their place among the kind's problems: numbers of problems may go by kinds in turn.
        let problems = grouped(&of_kind, |r| Some(r.problem)).into_values();
        for (i, problem) in problems.filter_map(|of| problem(&of)).enumerate() {
            let half = match i % 2 {
                0 => &mut halves.chosen_on,
                _ => &mut halves.scored_on,
            };
            half.push(problem);
        }
        if !halves.scored_on.is_empty() {
            kinds.insert(kind, halves);
        }
    }
    kinds
}

/// The means of one problem's samples; none where a seen language was not forced.
fn problem(samples: &[&Record]) -> Option<Problem> {
    let mean = |wanted: &dyn Fn(&Record) -> bool| {
        let found = samples.iter().filter(|record| wanted(record));
        let (right, n) = found.fold((0, 0), |(right, n), record| {
            (right + usize::from(record.correct), n + 1)
        });
        (n > 0).then(|| right as f64 / n as f64)
    };
    let mut forced = [0.0; SEEN];
    for (accuracy, language) in forced.iter_mut().zip(Language::SEEN) {
        *accuracy = mean(&|r| r.mode == Mode::Multi && r.forced == Some(language))?;
    }
    Some(Problem {
        forced,
        own: mean(&|r| r.mode == Mode::SelfChosen),
    })
}

/// The place of the greatest, the first of equals.
fn best(means: &[f64; SEEN]) -> usize {
    let places = (0..SEEN).rev();
    places
        .max_by(|&a, &b| means[a].total_cmp(&means[b]))
        .unwrap_or(0)
}

/// Fills the regret of a stage; nothing where languages were not forced or the model did not choose.
pub(crate) fn fill(summary: &mut StageSummary, records: &[Record], bootstrap: &Bootstrap) {
    let mut strata = Vec::new();
    for (kind, halves) in halves(records) {
        let best = best(&halves.means());
        let differences: Option<Vec<f64>> = halves
            .scored_on
            .iter()
            .map(|problem| Some(problem.forced[best] - problem.own?))
            .collect();
        let Some(differences) = differences else {
            continue;
        };
        if let Some(regret) = bootstrap.mean(&differences) {
            let best = Language::SEEN[best];
            let of_kind = KindRegret { best, regret };
            summary.regret_by_kind.insert(kind, of_kind);
        }
        strata.push(differences);
    }
    summary.regret = bootstrap.mean_of_means(&strata);
}

/// What choosing without learning reaches; `None` where no language was forced.
pub(crate) fn baselines(records: &[Record], bootstrap: &Bootstrap) -> Option<Baselines> {
    let kinds = halves(records);
    let scored = |value: &dyn Fn(&String, &Problem) -> f64| {
        let strata: Vec<Vec<f64>> = kinds
            .iter()
            .map(|(kind, halves)| halves.scored(|problem| value(kind, problem)))
            .collect();
        bootstrap.mean_of_means(&strata)
    };
    let of_each: BTreeMap<&String, usize> = kinds
        .iter()
        .map(|(kind, halves)| (kind, best(&halves.means())))
        .collect();
    let mut over_all = [0.0; SEEN];
    for halves in kinds.values() {
        for (sum, mean) in over_all.iter_mut().zip(halves.means()) {
            *sum += mean;
        }
    }
    let single = best(&over_all);
    Some(Baselines {
        uniform: scored(&|_, problem| problem.forced.iter().sum::<f64>() / SEEN as f64)?,
        best_single: BestSingle {
            language: Language::SEEN[single],
            accuracy: scored(&|_, problem| problem.forced[single])?,
        },
        best_of_each_kind: BestOfEachKind {
            accuracy: scored(&|kind, problem| problem.forced[of_each[kind]])?,
            languages: (of_each.iter())
                .map(|(kind, place)| ((*kind).clone(), Language::SEEN[*place]))
                .collect(),
        },
    })
}

#[cfg(test)]
mod tests {
    use super::super::record::tests::record;
    use super::*;
    use explang::random::SplitMix64;

    /// Sums are right in Chinese, weekdays in Portuguese, nothing else is; the model thinks in `own`.
    fn records(own: fn(&str) -> Language) -> Vec<Record> {
        let mut records = Vec::new();
        for problem in 0..40 {
            let (family, right) = [("sums", Language::Zh), ("weekdays", Language::Pt)][problem % 2];
            let mut add = |mode, language| {
                records.push(Record {
                    family: family.into(),
                    ..record(problem, mode, Some(language), language == right)
                });
            };
            for language in Language::SEEN {
                add(Mode::Multi, language);
            }
            add(Mode::SelfChosen, own(family));
        }
        records
    }

    #[test]
    fn regret_is_what_the_best_language_of_each_kind_would_add() {
        let mut summary = StageSummary::default();
        let one_habit = records(|_| Language::Zh);
        fill(&mut summary, &one_habit, &Bootstrap::default());
        let regret = summary.regret.unwrap();
        assert_eq!((regret.value, regret.n), (0.5, 20));
        let of = |kind: &str| summary.regret_by_kind[kind];
        assert_eq!(of("sums/steps").regret.value, 0.0);
        assert_eq!(of("weekdays/steps").best, Language::Pt);
        assert_eq!(of("weekdays/steps").regret.value, 1.0);

        let mut summary = StageSummary::default();
        let chosen = records(|family| [Language::Zh, Language::Pt][usize::from(family != "sums")]);
        fill(&mut summary, &chosen, &Bootstrap::default());
        assert_eq!(summary.regret.unwrap().value, 0.0);

        let mut summary = StageSummary::default();
        fill(&mut summary, &[], &Bootstrap::default());
        assert_eq!(summary, StageSummary::default());
    }

    #[test]
    fn baselines_need_no_choice_of_the_model() {
        let mut records = records(|_| Language::En);
        records.retain(|record| record.mode == Mode::Multi);
        let baselines = baselines(&records, &Bootstrap::default()).unwrap();
        assert!((baselines.uniform.value - 1.0 / 13.0).abs() < 1e-12);
        assert_eq!(baselines.best_single.language, Language::Zh);
        assert_eq!(baselines.best_single.accuracy.value, 0.5);
        assert_eq!(baselines.best_of_each_kind.accuracy.value, 1.0);
        let languages = &baselines.best_of_each_kind.languages;
        assert_eq!(languages["weekdays/steps"], Language::Pt);
        assert_eq!(super::baselines(&[], &Bootstrap::default()), None);
    }

    #[test]
    fn among_languages_that_are_all_alike_the_best_is_no_better() {
        // Every language is right every other time: the best of thirteen means over twenty problems is .7 or so on its own problems.
        let mut rng = SplitMix64::new(8);
        let mut total = 0.0;
        let rounds = 200;
        for _ in 0..rounds {
            let mut records = Vec::new();
            for problem in 0..40 {
                for language in Language::SEEN {
                    let right = rng.below(2) == 0;
                    records.push(record(problem, Mode::Multi, Some(language), right));
                }
            }
            let found = baselines(&records, &Bootstrap::default()).unwrap();
            total += found.best_of_each_kind.accuracy.value;
        }
        let mean = total / f64::from(rounds);
        // Five standard errors: sqrt(0.25 / 20 / 200).
        assert!((mean - 0.5).abs() < 0.04, "{mean}");
    }
}
