//! A list of problems as a source: those of a data set.

use explang_language::Language;

use crate::order::shuffled;
use crate::{Example, Place, Solved, Source, Split};

/// A problem, asked in one language or in several.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Translated(Vec<(Language, Example)>);

impl Translated {
    /// A problem that is asked in one language.
    pub fn new(asked_in: Language, example: Example) -> Self {
        Translated(vec![(asked_in, example)])
    }

    /// Adds the problem in another language; false, and nothing added, where it is asked in that one already.
    pub fn add(&mut self, asked_in: Language, example: Example) -> bool {
        let new = self.0.iter().all(|(language, _)| *language != asked_in);
        if new {
            self.0.push((asked_in, example));
        }
        new
    }

    /// The problem asked in a language; where it is not, in English; where it is not in that either, as it was first given.
    pub fn asked_in(&self, language: Language) -> &Example {
        let of = |wanted| (self.0.iter()).find(|(asked_in, _)| *asked_in == wanted);
        let version = of(language).or_else(|| of(Language::En));
        // There is a first one: nothing is ever taken away.
        &version.unwrap_or(&self.0[0]).1
    }

    /// The problem in all its languages.
    pub fn examples(&self) -> impl Iterator<Item = (Language, &Example)> {
        self.0
            .iter()
            .map(|(asked_in, example)| (*asked_in, example))
    }
}

/// A side of the split has no problem.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("there is no problem {}", match .0 { Split::Train => "to learn from", Split::HeldOut => "to measure by" })]
pub struct EmptySide(pub Split);

/// Problems to learn from and problems to measure by, at least one of each. They have no reasoning.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProblemSet {
    train: Vec<Translated>,
    held_out: Vec<Translated>,
}

impl ProblemSet {
    /// A source of these problems.
    ///
    /// # Errors
    /// When a side has none.
    pub fn new(train: Vec<Translated>, held_out: Vec<Translated>) -> Result<Self, EmptySide> {
        for (problems, split) in [(&train, Split::Train), (&held_out, Split::HeldOut)] {
            if problems.is_empty() {
                return Err(EmptySide(split));
            }
        }
        Ok(ProblemSet { train, held_out })
    }

    /// The problems of one side, in the order in which they were given.
    pub fn side(&self, split: Split) -> &[Translated] {
        match split {
            Split::Train => &self.train,
            Split::HeldOut => &self.held_out,
        }
    }
}

impl Source for ProblemSet {
    fn draw(&self, place: Place, split: Split, asked_in: Language) -> Example {
        let problems = self.side(split);
        let problem = shuffled(place.order, place.index, problems.len());
        problems[problem].asked_in(asked_in).clone()
    }

    /// All of them in a shuffled order; where more are asked for, all again, in another order.
    fn held_out(&self, stream: u64, count: usize, asked_in: Language) -> Vec<Example> {
        let place = |index| Place {
            stream,
            order: stream,
            index,
        };
        (0..count as u64)
            .map(|index| self.draw(place(index), Split::HeldOut, asked_in))
            .collect()
    }

    fn solved(&self, _: Place, _: Language, _: Language) -> Option<Solved> {
        None
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use proptest::prelude::*;

    use super::*;
    use crate::Kind;

    fn problem(number: usize, languages: &[Language]) -> Translated {
        let example = |language: Language| {
            let question = format!("{language} {number}");
            Example::new(Kind::new("file"), 0, question, number.to_string())
        };
        let mut problem = Translated::new(languages[0], example(languages[0]));
        for &language in &languages[1..] {
            assert!(problem.add(language, example(language)));
        }
        assert!(!problem.add(languages[0], example(languages[0])));
        problem
    }

    fn set(train: usize, held_out: usize, languages: &[Language]) -> ProblemSet {
        let of = |numbers: std::ops::Range<usize>| numbers.map(|n| problem(n, languages)).collect();
        ProblemSet::new(of(0..train), of(train..train + held_out)).unwrap()
    }

    proptest! {
        #[test]
        fn an_epoch_of_draws_has_every_problem_once(train in 1..50_usize, held_out in 1..50_usize, order: u64, stream: u64) {
            let set = set(train, held_out, &[Language::En]);
            let draw = |index| set.draw(Place { stream, order, index }, Split::Train, Language::En);
            for epoch in 0..3 {
                let of_epoch = epoch * train as u64..(epoch + 1) * train as u64;
                let ids: BTreeSet<u64> = of_epoch.clone().map(|index| draw(index).id).collect();
                prop_assert_eq!(ids.len(), train);
                prop_assert!(of_epoch.clone().all(|index| draw(index) == draw(index)));
            }
            let all = set.held_out(stream, 2 * held_out, Language::En);
            prop_assert_eq!(&set.held_out(stream, held_out, Language::En), &all[..held_out]);
            for part in all.chunks(held_out) {
                let ids: BTreeSet<u64> = part.iter().map(|example| example.id).collect();
                prop_assert_eq!(ids.len(), held_out);
            }
            // No side has a problem of the other.
            let trained: BTreeSet<u64> = (0..train as u64).map(|index| draw(index).id).collect();
            prop_assert!(all.iter().all(|example| !trained.contains(&example.id)));
        }
    }

    #[test]
    fn the_same_problems_are_asked_in_every_language() {
        let set = set(3, 9, &[Language::De, Language::En, Language::Sw]);
        let (german, swahili) = (
            set.held_out(1, 9, Language::De),
            set.held_out(1, 9, Language::Sw),
        );
        for (german, swahili) in german.iter().zip(&swahili) {
            assert_eq!(german.answer, swahili.answer);
            assert!(german.question.starts_with("de ") && swahili.question.starts_with("sw "));
        }
        // In English where a language is missing, and as given where English is missing too.
        for (languages, begins) in [
            ([Language::De, Language::En], "en "),
            ([Language::De, Language::Sw], "de "),
        ] {
            let japanese = problem(1, &languages);
            let japanese = japanese.asked_in(Language::Ja);
            assert!(japanese.question.starts_with(begins), "{japanese:?}");
        }
        let error = ProblemSet::new(vec![], vec![problem(0, &[Language::En])]).unwrap_err();
        assert_eq!(error, EmptySide(Split::Train));
        assert_eq!(error.to_string(), "there is no problem to learn from");
    }
}
