//! Evaluation of a checkpoint on held-out problems, in the paper's four modes.
//!
//! *en*: English forced; *self*: the model chooses; *multi*: each seen language forced once; *ood*: each unseen language forced
//! once. A pretrained model has no tags yet: it has no *self*, and is forced by the page header that pretraining taught it.

use std::collections::HashMap;

use explang::Language;
use explang::generate::Sampling;
use explang::identify::Identify;
use explang::model::Decoder;
use explang::prompt::PromptFormat;
use explang::random;
use explang::rollout::{Query, RolloutError, Sampler};
use explang::run::{Config, Mode};
use explang::tasks::{Example, Mixture, Source, Spec};
use explang::tokenizer::Tokenizer;
use explang::transcript::{END_THINK, Parsed, forced_prefix, page_header};

use super::judge::{Judge, Judged, Sample};
use crate::run::stop::Stop;
use crate::threads::Threads;

/// How a model is forced into a language.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Forcing {
    /// By a tag. The model can also choose.
    Tag,
    /// By the header of a page: a model before SFT.
    Page,
}

/// Evaluates checkpoints of one run, all on the same problems.
pub struct Evaluator<'a> {
    /// The run's configuration.
    pub config: &'a Config,
    /// What is asked.
    pub source: &'a dyn Source,
    /// Tokenizer.
    pub tokenizer: &'a Tokenizer,
    /// The form of a prompt.
    pub format: &'a PromptFormat,
    /// Detector among all seventeen languages.
    pub detector: &'a dyn Identify,
    /// Threads.
    pub threads: usize,
    /// What breaks an evaluation off.
    pub stop: &'a Stop,
}

/// An example put to the model.
struct Asked {
    /// Number of the example.
    number: usize,
    example: Example,
    /// The language that is forced; none where the model chooses.
    forced: Option<Language>,
}

impl Evaluator<'_> {
    /// Judged responses in all modes that the model has.
    ///
    /// # Errors
    /// When sampling fails or is broken off.
    pub fn run(
        &self,
        model: &Decoder,
        forcing: Forcing,
        modes: &[Mode],
    ) -> anyhow::Result<Vec<Judged>> {
        let mut judged = Vec::new();
        for &mode in modes {
            if mode == Mode::SelfChosen && forcing == Forcing::Page {
                continue;
            }
            judged.extend(self.mode(model, forcing, mode)?);
        }
        Ok(judged)
    }

    fn mode(&self, model: &Decoder, forcing: Forcing, mode: Mode) -> anyhow::Result<Vec<Judged>> {
        let eval = &self.config.eval;
        let (problems, samples, languages): (usize, usize, Vec<Option<Language>>) = match mode {
            Mode::SelfChosen => (eval.problems, eval.samples, vec![None]),
            Mode::English => (eval.problems, eval.samples, vec![Some(Language::En)]),
            Mode::Multi => (eval.forced_problems, 1, Language::SEEN.map(Some).to_vec()),
            Mode::Unseen => (eval.forced_problems, 1, Language::UNSEEN.map(Some).to_vec()),
        };
        let problems = held_out(self.source, self.config.seed, problems, Language::En);
        let asked: Vec<Asked> = problems
            .iter()
            .zip(numbers(&problems))
            .flat_map(|(example, number)| {
                languages.iter().map(move |&forced| Asked {
                    number,
                    example: example.clone(),
                    forced,
                })
            })
            .collect();
        self.ask(model, forcing, mode, &asked, samples, Some(self.stop))
    }

    /// Share of right answers to `count` problems of one kind from the training side of the split, always the same ones, the
    /// seen languages forced by turns: how far pretraining has got.
    ///
    /// # Errors
    /// When sampling fails.
    pub(crate) fn on_pages(
        &self,
        model: &Decoder,
        kind: Spec,
        count: usize,
    ) -> anyhow::Result<f64> {
        let stream = random::derive(self.config.seed, &[PAGES]);
        let examples = Mixture::even([kind])?.train(stream, count);
        let asked: Vec<Asked> = examples
            .into_iter()
            .enumerate()
            .map(|(number, example)| Asked {
                number,
                example,
                forced: Some(Language::SEEN[number % Language::SEEN.len()]),
            })
            .collect();
        // This is a part of a step, which is not broken off.
        let judged = self.ask(model, Forcing::Page, Mode::Multi, &asked, 1, None)?;
        let right = judged.iter().filter(|of| of.record.correct).count();
        Ok(right as f64 / count.max(1) as f64)
    }

    /// Samples answers and judges them.
    fn ask(
        &self,
        model: &Decoder,
        forcing: Forcing,
        mode: Mode,
        asked: &[Asked],
        samples: usize,
        stop: Option<&Stop>,
    ) -> anyhow::Result<Vec<Judged>> {
        let eval = &self.config.eval;
        let queries: Vec<Query> = asked
            .iter()
            .map(|asked| Query {
                example: asked.example.clone(),
                prefix: match (asked.forced, forcing) {
                    (None, _) => String::new(),
                    (Some(language), Forcing::Tag) => forced_prefix(language),
                    (Some(language), Forcing::Page) => page_header(language),
                },
                samples,
            })
            .collect();
        let cancel = || stop.is_some_and(Stop::is_asked);
        let sampler = Sampler {
            model,
            tokenizer: self.tokenizer,
            format: self.format,
            sampling: Sampling {
                temperature: eval.temperature,
                top_p: eval.top_p,
                max_new_tokens: self.config.rl.max_new_tokens,
            },
            shards: self.config.shards,
            parallel: &Threads(self.threads),
            cache_tokens: self.config.memory.cache_tokens,
            cancel: Some(&cancel),
        };
        let stream = random::derive(self.config.seed, &[EVALUATION, mode as u64]);
        let sampled = pollster::block_on(sampler.sample(&queries, stream));
        if let (Err(RolloutError::Cancelled), Some(stop)) = (&sampled, stop) {
            stop.check()?;
        }
        let mut rollouts = sampled?;
        if forcing == Forcing::Page {
            for rollout in &mut rollouts {
                if let Some(language) = asked[rollout.query].forced {
                    rollout.text = as_transcript(&rollout.text, language);
                }
            }
        }
        let samples = rollouts.into_iter().map(|rollout| {
            let Asked {
                number,
                example,
                forced,
            } = &asked[rollout.query];
            let trace = Parsed::of(&rollout.text).trace.unwrap_or_default();
            Ok(Sample {
                problem: *number,
                kind: example.kind.clone(),
                level: example.level,
                prompt: example.question.as_str().into(),
                mode,
                forced: *forced,
                thinking_tokens: Some(self.tokenizer.encode(trace.trim())?.len()),
                response: rollout.text,
                ground_truth: example.answer.clone(),
                truncated: Some(rollout.truncated),
            })
        });
        let samples = samples.collect::<anyhow::Result<Vec<_>>>()?;
        let judge = Judge::new(self.detector, None)?;
        Ok(judge.judged(samples, self.threads))
    }
}

/// The first `count` held-out examples of a run: distinct as long as there are enough of them, the same in every stage.
pub fn held_out(source: &dyn Source, seed: u64, count: usize, asked_in: Language) -> Vec<Example> {
    source.held_out(random::derive(seed, &[EVALUATION]), count, asked_in)
}

/// The number of each example: its place, or that of the first one that is equal. So that the samples of a problem that comes back, because
/// its kind is small, count as samples of one problem and not as several.
pub(super) fn numbers(examples: &[Example]) -> Vec<usize> {
    let mut first = HashMap::new();
    let places = examples.iter().enumerate();
    places
        .map(|(place, example)| *first.entry(example.id).or_insert(place))
        .collect()
}

/// A page's text after its header, in the form of a transcript: the last box and what follows is the answer.
fn as_transcript(page: &str, language: Language) -> String {
    let text = page.strip_prefix(&page_header(language)).unwrap_or(page);
    match text.rfind("\n\\boxed{") {
        Some(at) => format!(
            "{}{}\n{END_THINK}{}",
            forced_prefix(language),
            &text[..at],
            &text[at..]
        ),
        None => format!("{}{text}", forced_prefix(language)),
    }
}

/// Part of the path of the problems that pretraining is watched by.
const PAGES: u64 = 0x7061_6765;
/// Part of the path of evaluation's streams.
const EVALUATION: u64 = 0x6576_616C;
