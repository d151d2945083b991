//! Our side of the work.

use std::path::Path;
use std::time::Instant;

use burn::module::Module;
use burn::tensor::Device;
use explang::generate::{Completion, End, Prompt, Sampling};
use explang::learn::Learner;
use explang::likelihood::{Sequence, response_log_probs};
use explang::model::{Decoder, Memory, ModelConfig, ModelPreset, Precision};
use explang::prompt::PromptFormat;
use explang::random;
use explang::rollout::Sampler;
use explang::run::config::AdamWConfig;
use explang::tokenizer::Tokenizer;
use explang_trainer::checkpoint;
use explang_trainer::threads::Threads;
use serde_json::json;

use super::kind::Kind;

/// Sequences and tokens of an optimizer step.
const TRAIN: [usize; 2] = [32, 128];
/// Sequences and new tokens of a rollout.
const ROLLOUT: [usize; 2] = [64, 96];
/// Tokens of a prompt.
const PROMPT: usize = 16;
/// A sequence that ends early does so within so many new tokens.
const EARLY: usize = 24;
/// Parts of a batch, as in the presets of a run.
const SHARDS: usize = 4;
/// Vocabulary of the model.
const VOCABULARY: usize = 2048;
/// What a new run trains with; the value has no effect on the speed.
const LEARNING_RATE: f64 = 1e-4;

/// Work done, and how long it took.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Measured {
    /// Tokens trained on, or sampled.
    pub(super) tokens: usize,
    /// Wall-clock seconds.
    pub(super) seconds: f64,
}

impl Measured {
    /// Tokens a second.
    pub(super) fn rate(self) -> f64 {
        self.tokens as f64 / self.seconds.max(1e-9)
    }
}

/// A random model, and the work on it.
#[derive(Debug)]
pub(super) struct Work {
    learner: Learner,
    /// The policy that samples; training does not change it.
    policy: Decoder,
    batch: Vec<Vec<u32>>,
    prompts: Vec<Prompt>,
    /// No token ends a sequence.
    endless: Tokenizer,
    /// Some tokens end a sequence.
    ending: Tokenizer,
    /// Prompts of [`Kind::HalfRollout`]: by turns one whose answer ends early and one whose answer does not.
    mixed: Vec<Prompt>,
    seed: u64,
    threads: usize,
}

/// A random model of the preset's shape.
pub(super) fn model(preset: ModelPreset, seed: u64, device: &Device) -> Decoder {
    Decoder::random(&ModelConfig::of(preset, VOCABULARY), seed, device)
}

impl Work {
    /// A model whose device has autodiff, and what it trains on and samples from.
    ///
    /// # Errors
    /// When the model cannot be sampled from.
    pub(super) fn new(model: Decoder, seed: u64, threads: usize) -> anyhow::Result<Self> {
        let policy = model.valid();
        let learner = Learner::new(model, AdamWConfig::default(), 1.0);
        let mut work = Work {
            learner,
            policy,
            batch: random_tokens(random::derive(seed, &[0]), TRAIN[0], TRAIN[1] + 1),
            prompts: prompts(seed, 0, ROLLOUT[0]),
            endless: tokenizer(&[VOCABULARY as u32])?,
            ending: tokenizer(&[1, 2, 3, 4, 5])?,
            mixed: Vec::new(),
            seed,
            threads,
        };
        work.mixed = work.find_mixed()?;
        Ok(work)
    }

    /// The shape of the model.
    pub(super) fn config(&self) -> &ModelConfig {
        self.policy.config()
    }

    /// Saves the model for a peer.
    ///
    /// # Errors
    /// When the disk refuses.
    pub(super) fn save(&self, folder: &Path) -> anyhow::Result<()> {
        Ok(checkpoint::save(
            folder,
            &self.policy,
            &self.endless,
            Precision::F32,
            None,
        )?)
    }

    /// Does a kind of work `times` times.
    ///
    /// # Errors
    /// When sampling fails.
    pub(super) fn run(&mut self, kind: Kind, times: usize) -> anyhow::Result<Measured> {
        let started = Instant::now();
        let mut tokens = 0;
        for _ in 0..times {
            tokens += match kind {
                Kind::Train => self.train(),
                Kind::Rollout => count(&self.sample(&self.endless, &self.prompts, ROLLOUT[1])?),
                Kind::HalfRollout => count(&self.sample(&self.ending, &self.mixed, ROLLOUT[1])?),
            };
        }
        Ok(Measured {
            tokens,
            seconds: started.elapsed().as_secs_f64(),
        })
    }

    fn train(&mut self) -> usize {
        let shards = self.batch.chunks(TRAIN[0] / SHARDS);
        let shards: Vec<Vec<&[Vec<u32>]>> = shards.map(|shard| vec![shard]).collect();
        let targets = (TRAIN[0] * TRAIN[1]) as f32;
        let loss = async |model: &Decoder, part: &&[Vec<u32>]| {
            let sequences: Vec<Sequence<'_>> = part
                .iter()
                .map(|tokens| Sequence {
                    tokens,
                    prompt_len: 1,
                })
                .collect();
            (
                response_log_probs(model, &sequences, 0, Memory::default()).sum() / -targets,
                (),
            )
        };
        let threads = Threads(self.threads);
        pollster::block_on(self.learner.update(&shards, &threads, LEARNING_RATE, loss));
        TRAIN[0] * TRAIN[1]
    }

    /// The completions of up to `length` tokens, in the order of the prompts.
    fn sample(
        &self,
        tokenizer: &Tokenizer,
        prompts: &[Prompt],
        length: usize,
    ) -> anyhow::Result<Vec<Completion>> {
        let sampling = Sampling {
            temperature: 1.0,
            top_p: 1.0,
            max_new_tokens: length,
        };
        // One part a thread: 64 rows are few, and the parts of a real run are as large as all of them together.
        let sampler = Sampler {
            model: &self.policy,
            tokenizer,
            format: &PromptFormat::Line,
            sampling,
            shards: self.threads,
            parallel: &Threads(self.threads),
            cache_tokens: None,
            cancel: None,
        };
        Ok(pollster::block_on(sampler.complete(prompts))?)
    }

    /// Prompts of which every other one is answered briefly: a completion depends on its prompt and its stream alone, so both
    /// sorts can be found beforehand.
    fn find_mixed(&self) -> anyhow::Result<Vec<Prompt>> {
        let half = ROLLOUT[0] / 2;
        let (mut early, mut full) = (Vec::new(), Vec::new());
        for set in 1..=MOST_SETS {
            if early.len() >= half && full.len() >= half {
                break;
            }
            let prompts = prompts(self.seed, set, 8 * ROLLOUT[0]);
            // Most sequences do not end early, so a few sets are drawn short, and the first one in full.
            let length = if set == 1 { ROLLOUT[1] } else { EARLY };
            let completions = self.sample(&self.ending, &prompts, length)?;
            for (prompt, completion) in prompts.into_iter().zip(completions) {
                match (completion.end, completion.tokens.len()) {
                    (End::EndOfText, ..=EARLY) => early.push(prompt),
                    (End::Length, n) if n == ROLLOUT[1] => full.push(prompt),
                    _ => {}
                }
            }
        }
        let pairs = early.into_iter().zip(full).take(half);
        Ok(pairs.flat_map(|(early, full)| [early, full]).collect())
    }
}

/// Sets of prompts that are tried for answers that end early: ten times as many as are needed.
const MOST_SETS: u64 = 20;

/// A set of prompts of random tokens, each with one stream.
fn prompts(seed: u64, set: u64, count: usize) -> Vec<Prompt> {
    let rows = random_tokens(random::derive(seed, &[1, set]), count, PROMPT);
    let stream = |i: usize| random::derive(seed, &[2, set, i as u64]);
    let prompt = |(i, tokens)| Prompt {
        tokens,
        forced_len: 0,
        streams: vec![stream(i)],
    };
    rows.into_iter().enumerate().map(prompt).collect()
}

fn count(completions: &[Completion]) -> usize {
    completions.iter().map(|c| c.tokens.len()).sum()
}

/// `rows` rows of uniform tokens.
fn random_tokens(stream: u64, rows: usize, length: usize) -> Vec<Vec<u32>> {
    let token = |row: usize, i: usize| {
        let u = random::uniform(stream, (row * length + i) as u64);
        (u * VOCABULARY as f32) as u32
    };
    (0..rows)
        .map(|row| (0..length).map(|i| token(row, i)).collect())
        .collect()
}

/// A tokenizer without words, in which exactly the tokens `ends` end a text. One beyond the vocabulary is never drawn.
fn tokenizer(ends: &[u32]) -> anyhow::Result<Tokenizer> {
    let names = [
        "<|endoftext|>",
        "<|im_end|>",
        "<|eot_id|>",
        "<|end_of_text|>",
        "</s>",
    ];
    let mut vocabulary = serde_json::Map::new();
    vocabulary.insert("<|pad|>".into(), 0.into());
    for (name, &end) in names.iter().zip(ends) {
        vocabulary.insert((*name).into(), end.into());
    }
    let file = json!({
        "version": "1.0",
        "truncation": null,
        "padding": null,
        "added_tokens": [],
        "normalizer": null,
        "pre_tokenizer": null,
        "post_processor": null,
        "decoder": null,
        "model": {"type": "BPE", "vocab": vocabulary, "merges": [], "unk_token": "<|pad|>"},
    });
    Ok(Tokenizer::from_json(file.to_string().as_bytes())?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_kind_does_the_work_that_it_says() {
        let device = Device::flex().autodiff();
        let mut work = Work::new(model(ModelPreset::Pico, 1, &device), 1, 2).unwrap();
        assert_eq!(work.run(Kind::Train, 2).unwrap().tokens, 2 * 32 * 128);
        assert_eq!(work.run(Kind::Rollout, 1).unwrap().tokens, 64 * 96);
        let lengths: Vec<usize> = work
            .sample(&work.ending, &work.mixed, ROLLOUT[1])
            .unwrap()
            .iter()
            .map(|c| c.tokens.len())
            .collect();
        assert_eq!(lengths.iter().filter(|&&n| n <= EARLY).count(), 32);
        assert_eq!(lengths.iter().filter(|&&n| n == ROLLOUT[1]).count(), 32);
        let total: usize = lengths.iter().sum();
        assert_eq!(work.run(Kind::HalfRollout, 1).unwrap().tokens, total);
    }

    #[test]
    fn training_changes_the_learner_and_not_the_policy() {
        let device = Device::flex().autodiff();
        let mut work = Work::new(model(ModelPreset::Pico, 1, &device), 1, 1).unwrap();
        let bytes = |model: &Decoder| model.to_safetensors(Precision::F32).unwrap();
        let before = bytes(&work.policy);
        work.run(Kind::Train, 1).unwrap();
        assert_eq!(bytes(&work.policy), before);
        assert_ne!(bytes(&work.learner.model), before);
    }
}
