//! Which language for which problem: the exact choice by kind, what the kind tells about it, and whether it carries over.

use std::collections::BTreeMap;

use explang::Language;
use explang::run::metrics::entropy;
use explang::run::summary::{AtTemperature, Transfer};
use explang::run::{Choice, Estimate, StageSummary};

use super::statistics::{Bootstrap, estimate};

/// Probability of each language of the pool, by its index.
type Row = [f64; Language::ALL.len()];

/// Rates of languages, by their names.
type Rates = BTreeMap<Language, f64>;

/// For each kind, a row a problem.
#[derive(Default)]
struct Kinds(BTreeMap<String, Vec<Row>>);

/// Fills what the summary of a stage says of its policy's choices; nothing where there are none.
pub(crate) fn fill(
    summary: &mut StageSummary,
    choices: &[Choice],
    temperature: f32,
    bootstrap: &Bootstrap,
) {
    let Some(kinds) = Kinds::of(choices, trained, 1.0) else {
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
    /// The rows of the choices that are `wanted`, at a temperature; none where there are no such choices.
    fn of(choices: &[Choice], wanted: impl Fn(&Choice) -> bool, temperature: f32) -> Option<Self> {
        let mut kinds = Kinds::default();
        for choice in choices.iter().filter(|choice| wanted(choice)) {
            let rows = kinds.0.entry(choice.kind()).or_default();
            rows.push(at_temperature(&choice.probabilities, temperature));
        }
        (!kinds.0.is_empty()).then_some(kinds)
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
        let value = information(strata.iter().map(|rows| mean(rows.iter())));
        let mut draws = Vec::with_capacity(bootstrap.resamples);
        bootstrap.resample_strata(&sizes, |drawn| {
            let means = strata.iter().zip(drawn);
            draws.push(information(
                means.map(|(rows, drawn)| mean(drawn.iter().map(|&i| &rows[i]))),
            ));
        });
        estimate(value, &mut draws, sizes.iter().sum())
    }
}

/// π to the power of 1/T, renormalised; at T = 0 the most probable language alone.
fn at_temperature(probabilities: &BTreeMap<Language, f32>, temperature: f32) -> Row {
    let mut row = [0.0; Language::ALL.len()];
    for (language, &p) in probabilities {
        row[language.index()] = f64::from(p);
    }
    let top = row.iter().copied().fold(0.0, f64::max);
    let exponent = 1.0 / f64::from(temperature);
    for p in &mut row {
        // Relative to the greatest, so that no power vanishes and 0 to the power of infinity is no question.
        *p = if *p == top {
            1.0
        } else {
            (*p / top).powf(exponent)
        };
    }
    let sum: f64 = row.iter().sum();
    row.map(|p| p / sum)
}

/// The mutual information of two variables in nats: the first uniform over the rows, the second distributed as its row. It is the
/// entropy of the mean row minus the mean entropy of the rows (Cover and Thomas 2006, equation 2.39).
fn information(rows: impl Iterator<Item = Row>) -> f64 {
    let rows: Vec<Row> = rows.collect();
    let of = |row: &Row| entropy(row.iter().copied()).unwrap_or(0.0);
    let within = rows.iter().map(of).sum::<f64>() / rows.len() as f64;
    // Rounding can take a difference of equal entropies below zero.
    (of(&mean(rows.iter())) - within).max(0.0)
}

fn mean<'a>(rows: impl Iterator<Item = &'a Row>) -> Row {
    let (mut sum, mut n) = ([0.0; Language::ALL.len()], 0);
    for row in rows {
        sum.iter_mut().zip(row).for_each(|(sum, p)| *sum += p);
        n += 1;
    }
    sum.map(|sum| sum / f64::from(n.max(1)))
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
            by_question.insert(language, kinds.rates());
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
        by_level: Kinds(by_level).rates(),
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;

    /// A choice of one kind asked in English at a trained level.
    pub(crate) fn choice(problem: usize, kind: &str, shares: &[(Language, f32)]) -> Choice {
        let (family, style) = kind.split_once('/').unwrap();
        Choice {
            problem,
            family: family.into(),
            style: style.into(),
            level: 3,
            trained_level: true,
            asked_in: Language::En,
            probabilities: shares.iter().copied().collect(),
            mass: 1.0,
        }
    }

    fn filled(choices: &[Choice], temperature: f32) -> StageSummary {
        let mut summary = StageSummary::default();
        fill(&mut summary, choices, temperature, &Bootstrap::default());
        summary
    }

    #[test]
    fn the_information_is_none_for_one_habit_and_ln_of_the_kinds_for_a_language_each() {
        use Language::{En, Ko, Pt, Zh};
        let kinds = [
            "sums/steps",
            "clock/steps",
            "weekdays/steps",
            "months/steps",
        ];
        let each = [Zh, En, Pt, Ko];
        let of = |language: &dyn Fn(usize) -> Language| -> Vec<Choice> {
            (0..40)
                .map(|i| choice(i, kinds[i % 4], &[(language(i % 4), 1.0)]))
                .collect()
        };
        let apart = filled(&of(&|kind| each[kind]), 0.1).information.unwrap();
        assert!((apart.value - 4f64.ln()).abs() < 1e-12, "{apart:?}");
        assert_eq!(apart.n, 40);
        let alike = filled(&of(&|_| Zh), 0.1).information.unwrap();
        assert_eq!((alike.value, alike.low, alike.high), (0.0, 0.0, 0.0));
        assert_eq!(
            filled(&[choice(0, kinds[0], &[(Zh, 1.0)])], 0.1).information,
            None
        );
        assert_eq!(filled(&[], 0.1), StageSummary::default());
    }

    #[test]
    fn the_information_equals_its_definition_on_random_rows() {
        use explang::random::SplitMix64;
        let mut rng = SplitMix64::new(4);
        for _ in 0..50 {
            let rows: Vec<Row> = (0..3)
                .map(|_| {
                    let raw: Vec<f64> = (0..17).map(|_| rng.below(1000) as f64 + 1.0).collect();
                    let sum: f64 = raw.iter().sum();
                    std::array::from_fn(|i| raw[i] / sum)
                })
                .collect();
            // Σ p(k, l) ln p(k, l) / (p(k) p(l)).
            let marginal = mean(rows.iter());
            let expected: f64 = rows
                .iter()
                .flat_map(|row| row.iter().zip(&marginal))
                .map(|(p, m)| p / 3.0 * (p / m).ln())
                .sum();
            let found = information(rows.into_iter());
            assert!((found - expected).abs() < 1e-12, "{found} {expected}");
        }
    }

    #[test]
    fn a_low_temperature_sharpens_and_none_takes_the_most_probable() {
        let shares = BTreeMap::from([
            (Language::En, 0.5),
            (Language::Zh, 0.25),
            (Language::Th, 0.25),
        ]);
        let half = at_temperature(&shares, 0.5);
        let expected = 0.25 / (0.25 + 2.0 * 0.0625);
        assert!((half[Language::En.index()] - expected).abs() < 1e-12);
        let cold = at_temperature(&shares, 0.0);
        assert_eq!(cold[Language::En.index()], 1.0);
        assert_eq!(cold[Language::Zh.index()], 0.0);
        let same = at_temperature(&shares, 1.0);
        assert!((same[Language::Zh.index()] - 0.25).abs() < 1e-12);
    }

    #[test]
    fn what_carries_over_is_told_from_a_keyword() {
        use Language::{En, Fr, Zh};
        let mut choices = vec![
            choice(0, "sums/steps", &[(Zh, 0.9), (En, 0.1)]),
            choice(1, "clock/steps", &[(En, 0.8), (Zh, 0.2)]),
        ];
        // Asked in French the choice is the same for sums and lost for clock times; at another level it is half of it.
        for (kind, shares) in [
            ("sums/steps", &[(Zh, 0.9), (En, 0.1)]),
            ("clock/steps", &[(Zh, 1.0), (En, 0.0)]),
        ] {
            let mut asked = choice(0, kind, shares);
            asked.asked_in = Fr;
            choices.push(asked);
        }
        let mut other = choice(2, "sums/steps", &[(Zh, 0.5), (En, 0.5)]);
        (other.level, other.trained_level) = (2, false);
        choices.push(other);
        let summary = filled(&choices, 0.1);
        let transfer = summary.transfer.unwrap();
        assert!((transfer.trained - 0.85).abs() < 1e-6);
        assert!((transfer.other_questions.unwrap() - 0.45).abs() < 1e-6);
        assert!((transfer.other_level.unwrap() - 0.5).abs() < 1e-6);
        assert_eq!(
            transfer.by_level.keys().collect::<Vec<_>>(),
            ["sums/steps/2"]
        );
        assert_eq!(transfer.by_question.keys().collect::<Vec<_>>(), [&Fr]);
        // Neither is mixed into the selection itself.
        assert!((summary.selection_by_kind["sums/steps"][&Zh] - 0.9).abs() < 1e-6);
    }
}
