//! Which language a policy would choose: the exact π(language | problem) for held-out problems, asked as in training, asked in other
//! languages, and at a level that is not trained.

use explang::Language;
use explang::action::distribution;
use explang::model::Decoder;
use explang::parallel::{in_order, split};
use explang::random;
use explang::run::Choice;
use explang::tasks::{Example, Mixture, Source, Spec};

use super::sample::{Evaluator, held_out, numbers};
use crate::threads::Threads;

/// A question whose choice is asked for.
struct Question {
    problem: usize,
    example: Example,
    asked_in: Language,
    trained_level: bool,
}

/// Questions in another language, and at another level, are a quarter of the forced problems: their choice is looked at by kind alone.
const QUARTER: usize = 4;

impl Evaluator<'_> {
    /// The exact choices of a model that knows tags.
    ///
    /// # Errors
    /// When the model's numbers are not finite, or the evaluation is broken off.
    pub fn choices(&self, model: &Decoder) -> anyhow::Result<Vec<Choice>> {
        let questions = self.questions()?;
        let model = &*model.for_sampling();
        let work = async |part: &&[Question]| -> anyhow::Result<Vec<Choice>> {
            let mut choices = Vec::with_capacity(part.len());
            for question in *part {
                self.stop.check()?;
                choices.push(self.choice(model, question).await?);
            }
            Ok(choices)
        };
        let parts = split(&questions, self.config.shards);
        let parts = pollster::block_on(in_order(&Threads(self.threads), &parts, work));
        let parts = parts.into_iter().collect::<anyhow::Result<Vec<_>>>()?;
        Ok(parts.into_iter().flatten().collect())
    }

    async fn choice(&self, model: &Decoder, question: &Question) -> anyhow::Result<Choice> {
        let text = &question.example.question;
        let prompt = self.format.tokens(self.tokenizer, text, "")?;
        let action = distribution(model, self.tokenizer, &prompt.tokens, &Language::ALL).await?;
        let (family, style) = question.example.kind.family_and_style();
        Ok(Choice {
            problem: question.problem,
            family: family.to_owned(),
            style: style.to_owned(),
            level: question.example.level,
            trained_level: question.trained_level,
            asked_in: question.asked_in,
            probabilities: action.probabilities.into_iter().collect(),
            mass: action.mass,
        })
    }

    fn questions(&self) -> anyhow::Result<Vec<Question>> {
        let eval = &self.config.eval;
        let few = eval.forced_problems.div_ceil(QUARTER);
        // In another language an example has another text, and so no number that tells which problems are equal.
        let english = held_out(self.source, self.config.seed, eval.problems, Language::En);
        let trained = numbers(&english);
        let mut questions = Vec::new();
        for asked_in in Language::ALL {
            let count = match asked_in {
                Language::En => eval.problems,
                _ => few.min(eval.problems),
            };
            let examples = held_out(self.source, self.config.seed, count, asked_in);
            // A source that lacks a language asks as it does in English.
            let new = |(problem, example): &(usize, Example)| {
                asked_in == Language::En || example.question != english[*problem].question
            };
            questions.extend(
                distinct(examples, &trained)
                    .filter(new)
                    .map(|(problem, example)| Question {
                        problem,
                        example,
                        asked_in,
                        trained_level: true,
                    }),
            );
        }
        let others = self
            .config
            .tasks
            .as_ref()
            .map_or_else(Vec::new, other_levels);
        if !others.is_empty() {
            let stream = random::derive(self.config.seed, &[LEVELS]);
            let examples = Mixture::even(others)?.held_out(stream, few, Language::En);
            let numbers = numbers(&examples);
            questions.extend(
                distinct(examples, &numbers).map(|(number, example)| Question {
                    problem: eval.problems + number,
                    example,
                    asked_in: Language::En,
                    trained_level: false,
                }),
            );
        }
        Ok(questions)
    }
}

/// Each example once, with its number: where one comes again, its exact choice would be the same.
fn distinct(examples: Vec<Example>, numbers: &[usize]) -> impl Iterator<Item = (usize, Example)> {
    let numbered = numbers.iter().copied().zip(examples).enumerate();
    numbered
        .filter(|(place, (number, _))| place == number)
        .map(|(_, numbered)| numbered)
}

/// For each kind of a mixture the level nearest to its trained ones that is not trained, the lower of two; none for a kind that is
/// trained at every level.
fn other_levels(tasks: &Mixture) -> Vec<Spec> {
    let specs = tasks.parts().iter().filter(|part| part.weight > 0);
    let trained: Vec<Spec> = specs.map(|part| part.spec).collect();
    let mut others: Vec<Spec> = Vec::new();
    for spec in &trained {
        let (family, style) = (spec.family(), spec.style());
        if others.iter().any(|other| other.kind() == spec.kind()) {
            continue;
        }
        let levels = || {
            (trained.iter())
                .filter(|t| t.kind() == spec.kind())
                .map(|t| t.level())
        };
        let other = (1..=family.levels())
            .filter(|level| levels().all(|trained| trained != *level))
            .min_by_key(|level| levels().map(|trained| trained.abs_diff(*level)).min());
        others.extend(other.and_then(|level| Spec::new(family, style, level).ok()));
    }
    others
}

/// Part of the path of the stream of untrained levels.
const LEVELS: u64 = 0x6C65_7665;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_untrained_level_is_the_nearest_and_there_may_be_none() {
        let of = |specs: &[&str]| -> Vec<String> {
            let specs = specs.iter().map(|spec| spec.parse().unwrap());
            let others = other_levels(&Mixture::even(specs).unwrap());
            others.iter().map(ToString::to_string).collect()
        };
        assert_eq!(of(&["sums/steps/3"]), ["sums/steps/2"]);
        assert_eq!(of(&["clock/steps/1"]), ["clock/steps/2"]);
        assert_eq!(
            of(&["sums/steps/2", "sums/steps/1", "sums/breath/4"]),
            ["sums/steps/3", "sums/breath/3"]
        );
        let all = ["clock/steps/1", "clock/steps/2", "clock/steps/3"];
        assert!(of(&all).is_empty());
    }
}
