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
