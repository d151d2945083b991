//! What a choice costs, and what choosing without learning would reach.
//!
//! The best language of a kind is chosen on every other problem and scored on the rest: the greatest of many noisy means, scored on its own
//! problems, would look better than it is.

use std::collections::BTreeMap;

use explang::Language;
use explang::run::summary::{Baselines, BestOfEachKind, BestSingle, KindRegret};
use explang::run::{Mode, Record, StageSummary};

use super::compare::{mean, tally};
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
        mean(tally(samples.iter().filter(|record| wanted(record))))
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
mod tests;
