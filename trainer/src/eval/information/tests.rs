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
    fill(
        &mut summary,
        choices,
        &[],
        temperature,
        &Bootstrap::default(),
    );
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
        let found = information(&rows);
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

#[test]
fn figures_are_finite_whatever_a_file_says() {
    use Language::{En, Zh};
    let odd: [&[(Language, f32)]; 5] = [
        &[],
        &[(En, 0.0)],
        &[(En, -3.0), (Zh, 0.2)],
        &[(En, f32::INFINITY), (Zh, f32::MAX)],
        &[(En, f32::MIN_POSITIVE)],
    ];
    let kinds = ["sums/steps", "clock/steps"];
    let choices: Vec<Choice> = odd
        .iter()
        .enumerate()
        .map(|(i, shares)| choice(i, kinds[i % 2], shares))
        .collect();
    for temperature in [0.0, 0.1, 1.0, 1e9] {
        let summary = filled(&choices, temperature);
        let information = summary.information.unwrap();
        assert!(
            (0.0..=2f64.ln()).contains(&information.value),
            "{information:?}"
        );
        let cold = summary.at_temperature.unwrap();
        let rates = cold.selection_by_kind.values().flat_map(BTreeMap::values);
        assert!(rates.clone().all(|rate| rate.is_finite()));
        assert!((rates.sum::<f64>() - 2.0).abs() < 1e-9);
    }
}

#[test]
fn samples_stand_in_for_exact_choices_that_are_unknown() {
    use crate::eval::record::tests::record;
    let sampled = |tags: &dyn Fn(usize) -> Option<Language>| {
        let records: Vec<Record> = (0..80)
            .map(|i| {
                let mut record = record(i / 2, Mode::SelfChosen, tags(i), true);
                record.style = ["steps", "breath"][i / 2 % 2].into();
                record
            })
            .collect();
        let mut summary = StageSummary::default();
        fill(&mut summary, &[], &records, 1.0, &Bootstrap::default());
        summary.information.unwrap()
    };
    let apart = sampled(&|i| Some([Language::Zh, Language::Fr][i / 2 % 2]));
    assert!((apart.value - 2f64.ln()).abs() < 1e-12, "{apart:?}");
    assert_eq!(apart.n, 40);
    // What is not tagged says nothing of the language; the tagged half is the same for both kinds.
    let alike = sampled(&|i| (i % 2 == 0).then_some(Language::Th));
    assert_eq!((alike.value, alike.n), (0.0, 40));
}
