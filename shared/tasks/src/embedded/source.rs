//! The embedded tasks as a source of examples.

use std::collections::BTreeSet;

use explang_language::Language;

use super::{Mixture, Problem, say};
use crate::random::SplitMix64;
use crate::{Example, Kind, Solved, Source, Split};

impl Problem {
    /// Family and style, such as `sums/steps`: what choices and accuracies are grouped by.
    pub fn kind(&self) -> Kind {
        Kind::new(&format!("{}/{}", self.family(), self.style()))
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
    fn draw(&self, stream: u64, split: Split, asked_in: Language) -> Example {
        self.problem(&mut SplitMix64::new(stream), split)
            .example(asked_in)
    }

    fn held_out(&self, stream: u64, count: usize) -> Vec<Example> {
        let mut rng = SplitMix64::new(stream);
        let (mut seen, mut examples) = (BTreeSet::new(), Vec::with_capacity(count));
        // Small kinds run out of new problems; then repetitions are let in.
        for attempt in 0.. {
            if examples.len() == count {
                break;
            }
            let problem = self.problem(&mut rng, Split::HeldOut);
            let new = seen.insert((problem.kind(), problem.operands().canonical()));
            if new || attempt > 20 * count {
                examples.push(problem.example(Language::En));
            }
        }
        examples
    }

    fn solved(&self, stream: u64, asked_in: Language, language: Language) -> Option<Solved> {
        let problem = self.problem(&mut SplitMix64::new(stream), Split::Train);
        Some(Solved {
            example: problem.example(asked_in),
            trace: say::trace(&problem, language),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn held_out_examples_differ_while_there_are_enough() {
        let tasks = Mixture::even(["sums/steps/2".parse().unwrap()]).unwrap();
        let examples = tasks.held_out(3, 200);
        let ids: BTreeSet<u64> = examples.iter().map(|example| example.id).collect();
        assert_eq!(ids.len(), 200);
        assert_eq!(examples, tasks.held_out(3, 200));
        // Weekdays have few problems; the list is as long as asked for all the same.
        let few = Mixture::even(["weekdays/steps/1".parse().unwrap()]).unwrap();
        assert_eq!(few.held_out(3, 400).len(), 400);
    }

    #[test]
    fn the_language_changes_the_words_and_not_the_answer() {
        let tasks = Mixture::even(["sums/steps/2".parse().unwrap()]).unwrap();
        let english = tasks.solved(9, Language::En, Language::En).unwrap();
        let chinese = tasks.solved(9, Language::En, Language::Zh).unwrap();
        assert_eq!(english.example, chinese.example);
        assert_ne!(english.trace, chinese.trace);
        let asked = tasks.draw(9, Split::Train, Language::Zh);
        assert_eq!(asked.answer, english.example.answer);
        assert_ne!(asked.question, english.example.question);
    }
}
