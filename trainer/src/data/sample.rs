//! Samples of the embedded tasks, for people and other programs to read.

use explang::Language;
use explang::random;
use explang::random::SplitMix64;
use explang::tasks::{Mixture, Problem, Split, say};
use explang::transcript::{Transcript, TranscriptError};
use serde::Serialize;

/// A problem in words, its reasoning in one language, and the answer.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct TaskSample {
    /// The problem itself, free of any language.
    pub problem: Problem,
    /// Its family, such as `sums`.
    pub family: &'static str,
    /// The style that it asks for: `steps` or `breath`.
    pub style: &'static str,
    /// Its level of difficulty, from 1.
    pub level: u8,
    /// The language of the reasoning.
    pub language: Language,
    /// The problem as a question.
    pub question: String,
    /// The reasoning.
    pub trace: String,
    /// The answer, the same in every language.
    pub answer: String,
    /// The whole response: tag, reasoning, boxed answer.
    pub transcript: String,
    /// The reasoning in English, for readers.
    pub gloss: String,
}

impl TaskSample {
    /// The problem asked in `asked_in` and thought through in `language`.
    ///
    /// # Errors
    /// When the trace cannot stand in a transcript.
    pub fn new(
        problem: Problem,
        asked_in: Language,
        language: Language,
    ) -> Result<Self, TranscriptError> {
        let trace = say::trace(&problem, language);
        let answer = problem.answer();
        let transcript = Transcript::new(language, trace.as_str(), format!("\\boxed{{{answer}}}"))?;
        Ok(TaskSample {
            problem,
            family: problem.family().name(),
            style: problem.style().name(),
            level: problem.level(),
            language,
            question: say::problem(&problem, asked_in),
            trace,
            answer,
            transcript: transcript.to_string(),
            gloss: say::gloss(&problem),
        })
    }
}

/// The `number`-th problem that `seed` draws from the mixture, on one side of the held-out split.
pub fn draw(tasks: &Mixture, split: Split, seed: u64, number: u64) -> Problem {
    let mut rng = SplitMix64::new(random::derive(seed, &[SAMPLES, number]));
    tasks.problem(&mut rng, split)
}

/// Part of the path of the samples' streams.
const SAMPLES: u64 = 0x7361_6D70;

#[cfg(test)]
mod tests {
    use super::*;
    use explang::tasks::Spec;
    use explang::transcript::Parsed;

    #[test]
    fn a_sample_agrees_with_itself_and_its_seed() {
        let tasks = Mixture::even(Spec::all()).unwrap();
        for number in 0..40 {
            let problem = draw(&tasks, Split::HeldOut, 5, number);
            assert_eq!(problem, draw(&tasks, Split::HeldOut, 5, number));
            assert_eq!(problem.split(), Split::HeldOut);
            let sample = TaskSample::new(problem, Language::En, Language::Zh).unwrap();
            let parsed = Parsed::of(&sample.transcript);
            assert_eq!(parsed.trace, Some(sample.trace.as_str()));
            assert_eq!(parsed.language(), Some(Language::Zh));
            assert!(explang::verify::verify(
                &sample.transcript,
                &sample.answer,
                Default::default()
            ));
            assert_ne!(sample.gloss, sample.trace);
        }
        let (a, b): (Vec<_>, Vec<_>) = (0..20)
            .map(|n| {
                (
                    draw(&tasks, Split::Train, 5, n),
                    draw(&tasks, Split::Train, 6, n),
                )
            })
            .unzip();
        assert_ne!(a, b);
    }
}
