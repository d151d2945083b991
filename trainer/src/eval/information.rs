//! Which language for which problem: the exact choice by kind, what the kind tells about it, and whether it carries over.

use std::collections::BTreeMap;

use explang::Language;
use explang::run::metrics::information;
use explang::run::summary::{AtTemperature, Transfer};
use explang::run::{Choice, Estimate, Mode, Record, StageSummary};

use super::metrics::grouped;
use super::statistics::{Bootstrap, estimate};

/// Probability of each language of the pool, by its index.
type Row = [f64; Language::ALL.len()];

/// Rates of languages, by their names.
type Rates = BTreeMap<Language, f64>;

/// For each kind, a row a problem.
#[derive(Default)]
struct Kinds(BTreeMap<String, Vec<Row>>);

/// Fills what the summary of a stage says of its policy's choices. Where the exact ones are unknown, the information is estimated from the
/// samples of mode `self`.
pub(crate) fn fill(
    summary: &mut StageSummary,
    choices: &[Choice],
    records: &[Record],
    temperature: f32,
    bootstrap: &Bootstrap,
) {
    let Some(kinds) = Kinds::of(choices, trained, 1.0) else {
        summary.information = Kinds::sampled(records).information(bootstrap);
        return;
    };
    summary.selection_by_kind = kinds.rates();
    summary.information = kinds.information(bootstrap);
    summary.at_temperature = Kinds::of(choices, trained, temperature).map(|kinds| AtTemperature {
        temperature,
        selection_by_kind: kinds.rates(),
        information: kinds.information(bootstrap),
    });
    summary.transfer = Some(transfer(choices, &kinds));
}

/// True for the choices that the figures of a stage are made of: asked as in training.
fn trained(choice: &Choice) -> bool {
    choice.trained_level && choice.asked_in == Language::En
}

impl Kinds {
    /// A row for each of the `wanted` choices, at a temperature; `None` where no choice is wanted.
    fn of(choices: &[Choice], wanted: impl Fn(&Choice) -> bool, temperature: f32) -> Option<Self> {
        let mut kinds = Kinds::default();
        for choice in choices.iter().filter(|choice| wanted(choice)) {
            let rows = kinds.0.entry(choice.kind()).or_default();
            rows.push(at_temperature(&choice.probabilities, temperature));
        }
        (!kinds.0.is_empty()).then_some(kinds)
    }

    /// A row for each problem: how its tagged samples of mode `self` share out among languages.
    fn sampled(records: &[Record]) -> Self {
        let chosen = |record: &&Record| record.mode == Mode::SelfChosen && record.tag.is_some();
        let tagged: Vec<&Record> = records.iter().filter(chosen).collect();
        let mut kinds = Kinds::default();
        for (kind, of_kind) in grouped(&tagged, |record| Some(record.kind())) {
            let problems = grouped(&of_kind, |record| Some(record.problem));
            let rows = problems.values().map(|samples| {
                let mut row = [0.0; Language::ALL.len()];
                for language in samples.iter().filter_map(|sample| sample.tag) {
                    row[language.index()] += 1.0 / samples.len() as f64;
                }
                row
            });
            kinds.0.insert(kind, rows.collect());
        }
        kinds
    }

    /// The mean of each kind's rows.
    fn means(&self) -> BTreeMap<&String, Row> {
        let kinds = self.0.iter();
        kinds
            .map(|(kind, rows)| (kind, mean(rows.iter())))
            .collect()
    }

    fn rates(&self) -> BTreeMap<String, Rates> {
        let means = self.means().into_iter();
        means
            .map(|(kind, mean)| (kind.clone(), named(&mean)))
            .collect()
    }

    /// I(kind; language), with an interval over the problems of each kind; none where there is one kind only.
    fn information(&self, bootstrap: &Bootstrap) -> Option<Estimate> {
        let strata: Vec<&Vec<Row>> = self.0.values().collect();
        if strata.len() < 2 {
            return None;
        }
        let sizes: Vec<usize> = strata.iter().map(|rows| rows.len()).collect();
        let means: Vec<Row> = strata.iter().map(|rows| mean(rows.iter())).collect();
        let value = information(&means);
        let mut draws = Vec::with_capacity(bootstrap.resamples);
        bootstrap.resample_strata(&sizes, |drawn| {
            let means = strata.iter().zip(drawn);
            let means = means.map(|(rows, drawn)| mean(drawn.iter().map(|&i| &rows[i])));
            draws.push(information(&means.collect::<Vec<_>>()));
        });
        estimate(value, &mut draws, sizes.iter().sum())
    }
}

/// π to the power of 1/T, renormalised; at T = 0 the most probable language alone.
fn at_temperature(probabilities: &BTreeMap<Language, f32>, temperature: f32) -> Row {
    let mut row = [0.0; Language::ALL.len()];
    for (language, &p) in probabilities {
        // A file that somebody wrote may hold anything.
        row[language.index()] = f64::from(p).clamp(0.0, 1.0);
    }
    let top = row.iter().copied().fold(0.0, f64::max);
    let exponent = 1.0 / f64::from(temperature);
    for p in &mut row {
        // Divided by the greatest first, so that the powers cannot all underflow, and the greatest is 1 even at T = 0.
        *p = if *p == top {
            1.0
        } else {
            (*p / top).powf(exponent)
        };
    }
    let sum: f64 = row.iter().sum();
    row.map(|p| p / sum)
}

fn mean<'a>(rows: impl Iterator<Item = &'a Row>) -> Row {
    let (mut sum, mut n) = ([0.0; Language::ALL.len()], 0);
    for row in rows {
        sum.iter_mut().zip(row).for_each(|(sum, p)| *sum += p);
        n += 1;
    }
    sum.map(|sum| sum / f64::from(n.max(1)))
}

/// Rates of at least a thousandth: of the many tables of [`Transfer`] that is what can be seen.
fn visible(mut rates: BTreeMap<String, Rates>) -> BTreeMap<String, Rates> {
    for rates in rates.values_mut() {
        rates.retain(|_, rate| *rate >= 0.001);
    }
    rates
}

fn named(row: &Row) -> Rates {
    Language::ALL
        .into_iter()
        .map(|language| (language, row[language.index()]))
        .collect()
}

/// How the choice goes where it was never trained: questions in other languages, and another level.
fn transfer(choices: &[Choice], trained: &Kinds) -> Transfer {
    let means = trained.means();
    let main: BTreeMap<&String, usize> = means
        .iter()
        .map(|(kind, row)| {
            let best = (0..row.len())
                .rev()
                .max_by(|&a, &b| row[a].total_cmp(&row[b]));
            (*kind, best.unwrap_or(0))
        })
        .collect();
    // The mean over kinds of the probability of each kind's main language.
    let kept = |kinds: &Kinds| -> Option<f64> {
        let means = kinds.means();
        let shares: Vec<f64> = means
            .iter()
            .filter_map(|(kind, row)| Some(row[*main.get(kind)?]))
            .collect();
        (!shares.is_empty()).then(|| shares.iter().sum::<f64>() / shares.len() as f64)
    };
    let mut by_question = BTreeMap::new();
    let mut kept_in = Vec::new();
    for language in Language::ALL {
        let asked = |choice: &Choice| choice.trained_level && choice.asked_in == language;
        if language != Language::En
            && let Some(kinds) = Kinds::of(choices, asked, 1.0)
        {
            kept_in.extend(kept(&kinds));
            by_question.insert(language, visible(kinds.rates()));
        }
    }
    let untrained = |choice: &Choice| !choice.trained_level && choice.asked_in == Language::En;
    let mut by_level = BTreeMap::<String, Vec<Row>>::new();
    for choice in choices.iter().filter(|choice| untrained(choice)) {
        let rows = by_level.entry(format!("{}/{}", choice.kind(), choice.level));
        rows.or_default()
            .push(at_temperature(&choice.probabilities, 1.0));
    }
    Transfer {
        trained: kept(trained).unwrap_or(0.0),
        other_questions: (!kept_in.is_empty())
            .then(|| kept_in.iter().sum::<f64>() / kept_in.len() as f64),
        other_level: Kinds::of(choices, untrained, 1.0).and_then(|kinds| kept(&kinds)),
        by_question,
        by_level: visible(Kinds(by_level).rates()),
    }
}

#[cfg(test)]
pub(crate) mod tests;
