//! One policy or language against another, problem by problem.

use std::collections::BTreeMap;

use explang::Language;
use explang::run::{AgainstEnglish, Comparison, Estimate, Mode, Record, WinTieLose};

use super::metrics::{Options, grouped};
use super::statistics::pass_at_k;

/// Non-English thinking against English, from the records of one stage; `None` when no problem has both sides.
pub fn against_english(records: &[Record]) -> Option<AgainstEnglish> {
    let all: Vec<_> = records.iter().collect();
    let mut result = AgainstEnglish {
        mean: WinTieLose::default(),
        pass_at_k: WinTieLose::default(),
        k: 0,
        by_language: BTreeMap::new(),
    };
    for problem in grouped(&all, |r| Some(r.problem)).values() {
        let languages = grouped(problem, |r| r.forced.filter(|_| r.mode == Mode::Multi));
        let english = tally(problem.iter().filter(|r| r.mode == Mode::English));
        let others = tally(
            languages
                .iter()
                .filter(|(language, _)| **language != Language::En)
                .flat_map(|(_, group)| group),
        );
        if let (Some(ours), Some(theirs)) = (mean(others), mean(english)) {
            let k = others.0.min(english.0);
            result.mean.count(ours, theirs);
            if let (Some(ours), Some(theirs)) = (
                pass_at_k(others.0, others.1, k),
                pass_at_k(english.0, english.1, k),
            ) {
                result.pass_at_k.count(ours, theirs);
                result.k = result.k.max(k);
            }
        }
        let Some(theirs) = languages.get(&Language::En).and_then(|g| mean(tally(g))) else {
            continue;
        };
        for (&language, group) in &languages {
            if let (true, Some(ours)) = (language != Language::En, mean(tally(group))) {
                result
                    .by_language
                    .entry(language)
                    .or_default()
                    .count(ours, theirs);
            }
        }
    }
    (result.k > 0 || !result.by_language.is_empty()).then_some(result)
}

/// Samples and correct samples.
pub(super) fn tally<'a>(records: impl IntoIterator<Item = &'a &'a Record>) -> (usize, usize) {
    records.into_iter().fold((0, 0), |(n, correct), record| {
        (n + 1, correct + usize::from(record.correct))
    })
}

pub(super) fn mean((n, correct): (usize, usize)) -> Option<f64> {
    (n > 0).then(|| correct as f64 / n as f64)
}

/// Accuracy of `ours` minus that of `theirs`, each in its own mode, over the problems that both have, with the paired bootstrap interval
/// over problems. `n` is the number of problems. `None` when they share none.
pub(super) fn accuracy_difference(
    ours: (&[Record], Mode),
    theirs: (&[Record], Mode),
    options: &Options,
) -> Option<Estimate> {
    options.bootstrap.ratio(&differences(ours, theirs))
}

/// For each problem that both have, the mean accuracy of `ours` minus that of `theirs`, each in its own mode, times the problem's weight;
/// and that weight. A problem weighs as much as it has samples, so that the ratio of both sums is a difference of accuracies as they are
/// reported; the weights sum to the number of problems.
pub fn differences(ours: (&[Record], Mode), theirs: (&[Record], Mode)) -> Vec<[f64; 2]> {
    let theirs = tally_by_problem(theirs.0, theirs.1);
    let pairs: Vec<(f64, f64)> = tally_by_problem(ours.0, ours.1)
        .into_iter()
        .filter_map(|(problem, ours)| {
            let difference = mean(ours)? - mean(*theirs.get(&problem)?)?;
            Some((difference, ours.0 as f64))
        })
        .collect();
    let samples: f64 = pairs.iter().map(|(_, n)| n).sum();
    let scale = pairs.len() as f64 / samples;
    pairs
        .into_iter()
        .map(|(difference, n)| [difference * n * scale, n * scale])
        .collect()
}

/// How often the mean accuracy of `ours` on a problem that both have is higher than, equal to or lower than that of `theirs`, each in its own
/// mode.
pub(super) fn win_tie_lose(ours: (&[Record], Mode), theirs: (&[Record], Mode)) -> WinTieLose {
    let theirs = tally_by_problem(theirs.0, theirs.1);
    let mut counts = WinTieLose::default();
    for (problem, ours) in tally_by_problem(ours.0, ours.1) {
        let theirs = theirs.get(&problem).copied().and_then(mean);
        if let (Some(ours), Some(theirs)) = (mean(ours), theirs) {
            counts.count(ours, theirs);
        }
    }
    counts
}

fn tally_by_problem(records: &[Record], mode: Mode) -> BTreeMap<usize, (usize, usize)> {
    let records: Vec<_> = records.iter().filter(|r| r.mode == mode).collect();
    grouped(&records, |r| Some(r.problem))
        .into_iter()
        .map(|(problem, group)| (problem, tally(&group)))
        .collect()
}

/// ExpLang against the control, from the evaluation records of both stages; `None` when they share no problem in any mode.
pub fn comparison(exploit: &[Record], control: &[Record], options: &Options) -> Option<Comparison> {
    use Mode::{English, SelfChosen};
    let difference =
        |ours, theirs| accuracy_difference((exploit, ours), (control, theirs), options);
    let result = Comparison {
        self_chosen: difference(SelfChosen, SelfChosen),
        english: difference(English, English),
        self_against_en: difference(SelfChosen, English),
    };
    let any = result.self_chosen.is_some()
        || result.english.is_some()
        || result.self_against_en.is_some();
    any.then_some(result)
}

#[cfg(test)]
mod tests {
    use super::super::record::tests::record;
    use super::*;

    #[test]
    fn english_is_compared_problem_by_problem() {
        let en = |problem, correct| record(problem, Mode::English, Some(Language::En), correct);
        let multi =
            |problem, language, correct| record(problem, Mode::Multi, Some(language), correct);
        let records = [
            // Problem 0: English 1 of 2, the others 2 of 2: a win by mean, a tie by pass@2.
            en(0, true),
            en(0, false),
            multi(0, Language::En, false),
            multi(0, Language::Zh, true),
            multi(0, Language::De, true),
            // Problem 1: English 0 of 2, the others 1 of 2: a win by both.
            en(1, false),
            en(1, false),
            multi(1, Language::En, true),
            multi(1, Language::Zh, true),
            multi(1, Language::De, false),
            // Problem 2 has no English sample.
            multi(2, Language::Zh, true),
        ];
        let result = against_english(&records).unwrap();
        let count = |win, tie, lose| WinTieLose { win, tie, lose };
        assert_eq!(result.mean, count(2, 0, 0));
        assert_eq!(result.pass_at_k, count(1, 1, 0));
        assert_eq!(result.k, 2);
        assert_eq!(result.by_language[&Language::Zh], count(1, 1, 0));
        assert_eq!(result.by_language[&Language::De], count(1, 0, 1));
        assert!(!result.by_language.contains_key(&Language::En));
        assert_eq!(against_english(&[]), None);
        assert_eq!(against_english(&records[10..]), None);
    }

    #[test]
    fn a_problem_weighs_as_much_as_it_has_samples() {
        // Problem 0 comes back twice: the difference is that of the accuracies over all samples, 3 of 4 against 1 of 4.
        let of = |mode, right: [bool; 4]| -> Vec<_> {
            let problems = [0, 0, 0, 1].into_iter().zip(right);
            problems
                .map(|(problem, right)| record(problem, mode, Some(Language::En), right))
                .collect()
        };
        let exploit = of(Mode::SelfChosen, [true, true, true, false]);
        let control = of(Mode::English, [false, false, false, true]);
        let result = comparison(&exploit, &control, &Options::default()).unwrap();
        let estimate = result.self_against_en.unwrap();
        assert_eq!((estimate.value, estimate.n), (0.5, 2));
    }

    #[test]
    fn the_difference_is_paired_over_shared_problems() {
        // Exploit solves every problem that the control solves and one in four more: the pairing removes
        // the spread between easy and hard problems.
        let of = |solves: fn(usize) -> bool, problems: std::ops::Range<usize>, mode| -> Vec<_> {
            problems
                .map(|i| record(i, mode, Some(Language::En), solves(i)))
                .collect()
        };
        let exploit = of(|i| i % 4 < 2, 0..200, Mode::SelfChosen);
        let control = of(|i| i % 4 < 1, 0..240, Mode::English);
        let result = comparison(&exploit, &control, &Options::default()).unwrap();
        let estimate = result.self_against_en.unwrap();
        assert_eq!((estimate.value, estimate.n), (0.25, 200));
        let (chosen, english) = (Mode::SelfChosen, Mode::English);
        let counts = win_tie_lose((&exploit, chosen), (&control, english));
        assert_eq!([counts.win, counts.tie, counts.lose], [50, 150, 0]);
        assert!(estimate.low > 0.18 && estimate.high < 0.32);
        assert_eq!((result.self_chosen, result.english), (None, None));
        assert_eq!(comparison(&exploit, &[], &Options::default()), None);
    }
}
