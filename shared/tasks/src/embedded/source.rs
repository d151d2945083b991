//! The embedded tasks as a source of examples.

use std::collections::BTreeSet;

use explang_language::Language;

use super::{Mixture, Problem, Spec, say};
use crate::random::SplitMix64;
use crate::{Example, Kind, Place, Solved, Source, Split};

impl Spec {
    /// Family and style, such as `sums/steps`: what choices and accuracies are grouped by.
    pub fn kind(self) -> Kind {
        Kind::new(&format!("{}/{}", self.family(), self.style()))
    }
}

impl Problem {
    /// Family and style, such as `sums/steps`.
    pub fn kind(&self) -> Kind {
        self.spec().kind()
    }

    /// The problem in words.
    pub fn example(&self, asked_in: Language) -> Example {
        Example::new(
            self.kind(),
            usize::from(self.level()),
            say::problem(self, asked_in),
            self.answer(),
        )
    }
}

impl Mixture {
    /// `count` training examples asked in English, in a fixed order; some may be equal.
    pub fn train(&self, stream: u64, count: usize) -> Vec<Example> {
        let mut rng = SplitMix64::new(stream);
        let mut example = || self.problem(&mut rng, Split::Train).example(Language::En);
        (0..count).map(|_| example()).collect()
    }
}

impl Source for Mixture {
    fn draw(&self, place: Place, split: Split, asked_in: Language) -> Example {
        self.problem(&mut SplitMix64::new(place.stream), split)
            .example(asked_in)
    }

    /// Kinds come in turn, each as often as its weight says, so that every part of the list has each in its share.
    fn held_out(&self, stream: u64, count: usize, asked_in: Language) -> Vec<Example> {
        let mut rng = SplitMix64::new(stream);
        let mut left: Vec<Unused> = self.parts().iter().map(|_| Unused::default()).collect();
        let examples = self.turns().take(count);
        examples
            .map(|part| {
                let spec = self.parts()[part].spec;
                let problem = left[part].next(spec, &mut rng);
                problem.example(asked_in)
            })
            .collect()
    }

    fn solved(&self, place: Place, asked_in: Language, language: Language) -> Option<Solved> {
        let problem = self.problem(&mut SplitMix64::new(place.stream), Split::Train);
        Some(Solved {
            example: problem.example(asked_in),
            trace: say::trace(&problem, language),
        })
    }
}

/// The held-out problems of one kind that have not been drawn yet.
#[derive(Default)]
struct Unused {
    drawn: BTreeSet<String>,
    /// A kind has shown no new problem in a while: it has no more, and all come again.
    exhausted: bool,
}

/// Draws without a new problem after which a kind has none: with some hundred held-out problems in the kind, one is missed once in a
/// billion times.
const DRAWS: usize = 2_000;

impl Unused {
    fn next(&mut self, spec: Spec, rng: &mut SplitMix64) -> Problem {
        let mut draw = || {
            loop {
                let problem = spec.draw(rng);
                if problem.split() == Split::HeldOut {
                    return problem;
                }
            }
        };
        for _ in 0..if self.exhausted { 1 } else { DRAWS } {
            let problem = draw();
            if self.drawn.insert(problem.operands().canonical()) {
                return problem;
            }
        }
        self.exhausted = true;
        draw()
    }
}

#[cfg(test)]
mod tests {
    use super::super::Weighted;
    use super::*;

    #[test]
    fn held_out_examples_differ_while_there_are_enough() {
        let tasks = Mixture::even(["sums/steps/2".parse().unwrap()]).unwrap();
        let examples = tasks.held_out(3, 200, Language::En);
        let ids: BTreeSet<u64> = examples.iter().map(|example| example.id).collect();
        assert_eq!(ids.len(), 200);
        assert_eq!(examples, tasks.held_out(3, 200, Language::En));
        // Weekdays have few problems; the list is as long as asked for all the same.
        let few = Mixture::even(["weekdays/steps/1".parse().unwrap()]).unwrap();
        assert_eq!(few.held_out(3, 400, Language::En).len(), 400);
    }

    #[test]
    fn kinds_come_in_turn_by_weight_and_a_longer_list_begins_with_the_shorter() {
        let part = |name: &str, weight| Weighted {
            spec: name.parse().unwrap(),
            weight,
        };
        let parts = [
            ("sums/steps/3", 3),
            ("clock/breath/1", 0),
            ("months/steps/2", 1),
        ];
        let tasks = Mixture::new(parts.map(|(name, weight)| part(name, weight)).to_vec()).unwrap();
        let examples = tasks.held_out(5, 400, Language::En);
        for count in [4, 40, 400] {
            let sums = examples[..count]
                .iter()
                .filter(|e| e.kind.as_str() == "sums/steps");
            assert_eq!(sums.count(), count / 4 * 3);
        }
        assert_eq!(tasks.held_out(5, 90, Language::En), examples[..90]);
        // In another language the same problems are asked.
        let swahili = tasks.held_out(5, 400, Language::Sw);
        assert!(examples.iter().zip(&swahili).all(|(a, b)| {
            (a.kind == b.kind) && a.answer == b.answer && a.question != b.question
        }));
        // Months have 58 held-out problems: each comes before one comes again.
        let months: Vec<u64> = examples
            .iter()
            .filter(|e| e.kind.as_str() == "months/steps")
            .map(|e| e.id)
            .collect();
        let distinct: BTreeSet<u64> = months.iter().copied().collect();
        let all = "months/steps/2".parse::<Spec>().unwrap().problems();
        assert_eq!(
            distinct.len(),
            all.filter(|p| p.split() == Split::HeldOut).count()
        );
        assert_eq!(
            BTreeSet::from_iter(months[..distinct.len()].iter().copied()),
            distinct
        );
    }

    #[test]
    fn the_language_changes_the_words_and_not_the_answer() {
        let tasks = Mixture::even(["sums/steps/2".parse().unwrap()]).unwrap();
        let english = tasks.solved(9.into(), Language::En, Language::En).unwrap();
        let chinese = tasks.solved(9.into(), Language::En, Language::Zh).unwrap();
        assert_eq!(english.example, chinese.example);
        assert_ne!(english.trace, chinese.trace);
        let asked = tasks.draw(9.into(), Split::Train, Language::Zh);
        assert_eq!(asked.answer, english.example.answer);
        assert_ne!(asked.question, english.example.question);
    }
}
