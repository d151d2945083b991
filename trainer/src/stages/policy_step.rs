//! One step of GRPO: sample groups, reward them, compute advantages, update in mini-batches.
//!
//! As published: mini-batch updates with the log-probabilities stored when the rollouts were sampled, token-mean loss, and in
//! exploit a k3 divergence from the checkpoint that the phase started from. What is left out: the entropy bonus (its coefficient
//! is 0 in the paper).

use std::collections::BTreeMap;

use explang::Language;
use explang::action::Action;
use explang::generate::Sampling;
use explang::identify::Identify;
use explang::likelihood::{Scored, response_log_probs};
use explang::model::Decoder;
use explang::objective::advantage::{Sample, advantages};
use explang::objective::policy::{PolicyLoss, PolicyStats, TokenTargets};
use explang::random;
use explang::reward::{GroupId, Reward, Scored as Rewarded};
use explang::tasks::{Split, SplitMix64};
use explang::tokenizer::Tokenizer;
use serde::Serialize;

use crate::config::Config;
use crate::eval::selection::ChoiceCounts;
use crate::eval::statistics::entropy;
use crate::learn::gradient::in_order;
use crate::learn::{Learner, Schedule};
use crate::rollout::{Query, Rollout, Sampler, kind, reward};

/// What a step of reinforcement learning needs besides the learner.
pub struct PolicyStep<'a> {
    /// The run's configuration.
    pub config: &'a Config,
    /// Tokenizer.
    pub tokenizer: &'a Tokenizer,
    /// Detector of the thinking language.
    pub detector: &'a dyn Identify,
    /// The reward of the phase.
    pub reward: Reward,
    /// Weight of the divergence from the reference.
    pub kl: f32,
    /// The checkpoint that the phase started from; needed where `kl > 0`.
    pub reference: Option<Decoder>,
    /// Free, or forced for the control.
    pub action: Action,
    /// Stream of the phase.
    pub stream: u64,
    /// Learning rate of the phase.
    pub schedule: Schedule,
    /// Updates of the phase, for the schedule.
    pub steps: usize,
}

/// What a step did: one line of `metrics.jsonl`.
#[derive(Debug, Clone, Serialize)]
pub struct PolicyMetrics {
    /// Mean reward.
    pub reward: f64,
    /// Mean of each component.
    pub format: f64,
    /// Detected language equals the tag.
    pub compliance: f64,
    /// Share of correct answers.
    pub accuracy: f64,
    /// Mean diversity.
    pub diversity: f64,
    /// Mean pass@k of the chosen language.
    pub pass_at_k: f64,
    /// Share of groups whose rewards are all equal.
    pub zero_variance: f64,
    /// Mean response length in tokens.
    pub response_tokens: f64,
    /// Share of responses cut short.
    pub truncated: f64,
    /// Share of responses without any token before their end.
    pub empty: f64,
    /// Entropy of the choice over this step's rollouts, in nats; none without a tag.
    pub choice_entropy: Option<f64>,
    /// Mean of `-log π` over the sampled tokens: an unbiased estimate of the policy's entropy per token, in nats.
    pub token_entropy: f64,
    /// Mean k3 divergence from the reference.
    pub kl: f64,
    /// Shares of tokens whose gradient a clip stopped.
    pub clipped_low: f64,
    /// See `clipped_low`.
    pub clipped_high: f64,
    /// Largest ratio between new and old probability, either way.
    pub ratio_max: f64,
    /// Norm of the gradient before clipping, mean over the updates.
    pub gradient_norm: f64,
    /// Updates left out because their gradient was not finite.
    pub skipped: usize,
    /// Learning rate.
    pub learning_rate: f64,
    /// Choices of the rollouts by family.
    pub choices: BTreeMap<String, ChoiceCounts>,
    /// Correct answers by chosen language.
    pub correct: BTreeMap<Language, usize>,
    /// Tokens sampled.
    pub sampled_tokens: usize,
    /// Tokens read in the updates.
    pub trained_tokens: usize,
    /// Seconds of sampling and of the updates.
    pub seconds: [f64; 2],
}

/// A rollout with all that the loss needs.
struct Experience<'a> {
    rollout: &'a Rollout,
    advantage: f32,
    kept: bool,
    reference: Vec<f32>,
}

impl PolicyStep<'_> {
    /// Runs step `step` of the phase.
    ///
    /// # Errors
    /// When sampling fails or a reward is not finite.
    pub fn run(
        &self,
        learner: &mut Learner,
        step: usize,
    ) -> anyhow::Result<(PolicyMetrics, Vec<(Rollout, Rewarded)>)> {
        let rl = &self.config.rl;
        let started = std::time::Instant::now();
        let stream = random::derive(self.stream, &[step as u64]);
        let queries = self.queries(stream);
        let sampler = Sampler {
            model: &learner.model,
            tokenizer: self.tokenizer,
            sampling: Sampling {
                temperature: rl.temperature,
                top_p: 1.0,
                max_new_tokens: rl.max_new_tokens,
            },
            shards: self.config.shards,
            threads: learner.threads,
        };
        let rollouts = sampler.sample(&queries, random::derive(stream, &[1]))?;
        let scored = reward(&queries, &rollouts, &self.reward, self.detector);
        let sampled = started.elapsed().as_secs_f64();

        let samples: Vec<Sample> = rollouts
            .iter()
            .zip(&scored)
            .map(|(r, s)| Sample {
                group: GroupId(r.query as u64),
                reward: s.reward,
                masked: s.masked,
            })
            .collect();
        let advantages = advantages(&samples, &rl.advantage)?;
        let experiences = self.experiences(
            &rollouts,
            &advantages.values,
            &advantages.kept,
            learner.threads,
        );
        let learning_rate = self.schedule.at(step, self.steps);
        let (stats, norms) = self.updates(learner, &experiences, learning_rate);

        let n = rollouts.len().max(1) as f64;
        let mean = |f: &dyn Fn(&Rewarded) -> f64| scored.iter().map(f).sum::<f64>() / n;
        let share =
            |f: &dyn Fn(&Rollout) -> bool| rollouts.iter().filter(|r| f(r)).count() as f64 / n;
        let mut choices: BTreeMap<String, ChoiceCounts> = BTreeMap::new();
        let mut correct: BTreeMap<Language, usize> = BTreeMap::new();
        for (rollout, s) in rollouts.iter().zip(&scored) {
            let family = kind(&queries[rollout.query].problem);
            choices.entry(family).or_default().add(s.language);
            if let Some(language) = s.language.filter(|_| s.components.verified > 0.0) {
                *correct.entry(language).or_default() += 1;
            }
        }
        let mut all = ChoiceCounts::default();
        choices.values().for_each(|c| all.merge(c));
        let tokens = stats.tokens.max(1.0);
        let log_probs = rollouts.iter().flat_map(|r| &r.log_probs);
        let sampled_tokens = rollouts.iter().map(Rollout::response_len).sum::<usize>();
        let metrics = PolicyMetrics {
            reward: mean(&|s| s.reward),
            format: mean(&|s| s.components.format),
            compliance: mean(&|s| s.components.compliance),
            accuracy: mean(&|s| s.components.verified),
            diversity: mean(&|s| s.components.diversity),
            pass_at_k: mean(&|s| s.components.pass_at_k),
            zero_variance: advantages.stats.zero_variance_share(),
            response_tokens: sampled_tokens as f64 / n,
            truncated: share(&|r| r.truncated),
            empty: share(&|r| r.response_len() <= 1),
            choice_entropy: entropy(all.tagged.values().map(|&c| c as f64)),
            token_entropy: -log_probs.map(|&l| f64::from(l)).sum::<f64>()
                / sampled_tokens.max(1) as f64,
            kl: stats.kl / tokens,
            clipped_low: stats.clipped_low / tokens,
            clipped_high: stats.clipped_high / tokens,
            ratio_max: stats.ratio_max,
            gradient_norm: norms.iter().flatten().sum::<f64>() / norms.len().max(1) as f64,
            skipped: norms.iter().filter(|n| n.is_none()).count(),
            learning_rate,
            choices,
            correct,
            sampled_tokens,
            trained_tokens: rollouts.iter().map(|r| r.tokens.len()).sum(),
            seconds: [sampled, started.elapsed().as_secs_f64() - sampled],
        };
        Ok((metrics, rollouts.into_iter().zip(scored).collect()))
    }

    /// The problems of a step, from the training side of the split.
    fn queries(&self, stream: u64) -> Vec<Query> {
        (0..self.config.rl.prompts as u64)
            .map(|i| {
                let mut rng = SplitMix64::new(random::derive(stream, &[0, i]));
                Query {
                    problem: self.config.tasks.draw(&mut rng, Split::Train),
                    asked_in: Language::En,
                    prefix: self.action.prefix(),
                    samples: self.config.rl.group,
                }
            })
            .collect()
    }

    /// Rollouts with their advantages and, where a divergence is paid for, the reference's log-probabilities.
    fn experiences<'r>(
        &self,
        rollouts: &'r [Rollout],
        advantages: &[f32],
        kept: &[bool],
        threads: usize,
    ) -> Vec<Experience<'r>> {
        let reference: Vec<Vec<f32>> = match self.reference.as_ref().filter(|_| self.kl != 0.0) {
            None => vec![Vec::new(); rollouts.len()],
            Some(reference) => {
                let size = rollouts.len().div_ceil(self.config.shards.max(1)).max(1);
                let shards: Vec<&[Rollout]> = rollouts.chunks(size).collect();
                in_order(&shards, threads, |shard| {
                    let scored: Vec<Scored<'_>> = shard.iter().map(scored).collect();
                    let flat = response_log_probs(reference, &scored, self.tokenizer.pad());
                    let flat: Vec<f32> = flat.into_data().iter::<f32>().collect();
                    let mut rest = flat.as_slice();
                    shard
                        .iter()
                        .map(|r| split_off(&mut rest, r.response_len()))
                        .collect::<Vec<_>>()
                })
                .into_iter()
                .flatten()
                .collect()
            }
        };
        rollouts
            .iter()
            .zip(reference)
            .enumerate()
            .map(|(i, (rollout, reference))| Experience {
                rollout,
                advantage: advantages[i],
                kept: kept[i] && rollout.response_len() > 0,
                reference,
            })
            .collect()
    }

    /// One update for each mini-batch of whole groups. Returns the loss's statistics and the gradient norms (none where an
    /// update was left out).
    fn updates(
        &self,
        learner: &mut Learner,
        experiences: &[Experience<'_>],
        learning_rate: f64,
    ) -> (PolicyStats, Vec<Option<f64>>) {
        let rl = &self.config.rl;
        let loss = PolicyLoss {
            clip_low: rl.clip[0],
            clip_high: rl.clip[1],
            kl: self.kl,
        };
        let (mut total, mut norms) = (PolicyStats::default(), Vec::new());
        for mini_batch in experiences.chunks(experiences.len().div_ceil(rl.mini_batches).max(1)) {
            let part: Vec<&Experience<'_>> = mini_batch.iter().filter(|e| e.kept).collect();
            let tokens: usize = part.iter().map(|e| e.rollout.response_len()).sum();
            if tokens == 0 {
                continue;
            }
            let shards: Vec<&[&Experience<'_>]> = part
                .chunks(part.len().div_ceil(self.config.shards))
                .collect();
            let pad = self.tokenizer.pad();
            let update = learner.update(&shards, learning_rate, |model, shard| {
                let sequences: Vec<Scored<'_>> = shard.iter().map(|e| scored(e.rollout)).collect();
                let log_probs = response_log_probs(model, &sequences, pad);
                let targets = Targets::of(shard);
                let targets = targets.borrow(self.kl != 0.0);
                let values: Vec<f32> = log_probs
                    .clone()
                    .inner()
                    .into_data()
                    .iter::<f32>()
                    .collect();
                let stats = loss.stats(&values, &targets);
                (loss.sum(log_probs, &targets) / tokens as f32, stats)
            });
            norms.push(update.applied.then_some(update.gradient_norm));
            total = update.shards.into_iter().fold(total, PolicyStats::merge);
        }
        (total, norms)
    }
}

/// What is known of the tokens of a shard, owned.
struct Targets {
    old: Vec<f32>,
    advantages: Vec<f32>,
    reference: Vec<f32>,
    mask: Vec<f32>,
}

impl Targets {
    fn of(shard: &[&Experience<'_>]) -> Self {
        let mut targets = Targets {
            old: Vec::new(),
            advantages: Vec::new(),
            reference: Vec::new(),
            mask: Vec::new(),
        };
        for e in shard {
            targets.old.extend(&e.rollout.log_probs);
            targets.reference.extend(&e.reference);
            targets.advantages.resize(targets.old.len(), e.advantage);
            targets.mask.resize(targets.old.len(), 1.0);
        }
        targets
    }

    fn borrow(&self, with_reference: bool) -> TokenTargets<'_> {
        TokenTargets {
            old: &self.old,
            advantages: &self.advantages,
            reference: with_reference.then_some(&self.reference),
            mask: &self.mask,
        }
    }
}

fn scored(rollout: &Rollout) -> Scored<'_> {
    Scored {
        tokens: &rollout.tokens,
        prompt: rollout.given,
    }
}

fn split_off(rest: &mut &[f32], length: usize) -> Vec<f32> {
    let (head, tail) = rest.split_at(length);
    *rest = tail;
    head.to_vec()
}
