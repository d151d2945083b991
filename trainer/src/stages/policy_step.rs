//! One step of reinforcement learning: sample groups, reward them, compute advantages, update in mini-batches.
//!
//! As published: mini-batch updates with the log-probabilities stored when the rollouts were sampled. Which objective is the
//! configuration's choice ([`explang::objective::named`]); by default GRPO with the token mean, and in exploit a k3 divergence
//! from the checkpoint that the phase started from. What is left out: the entropy bonus (its coefficient is 0 in the paper).

use std::time::Instant;

use explang::action::Action;
use explang::identify::Identify;
use explang::likelihood::{Scored, response_log_probs};
use explang::model::Decoder;
use explang::objective::Objective;
use explang::objective::PolicyStats;
use explang::objective::{advantages, policy_loss};
use explang::random;
use explang::reward::{Reward, Scored as Rewarded};
use explang::run::config::{Config, Schedule};
use explang::run::{PolicyMetrics, Seconds};
use explang::tokenizer::Tokenizer;

use super::policy_experience::{Experience, Targets, scored};
use super::policy_metrics::{Described, Updates};
use super::policy_rollouts::Gathered;
use crate::learn::Learner;
use crate::rollout::Rollout;

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

impl PolicyStep<'_> {
    /// Runs step `step` of the phase. Returns its metrics, and all its rollouts with their rewards.
    ///
    /// # Errors
    /// When sampling fails or a reward is not finite.
    pub fn run(
        &self,
        learner: &mut Learner,
        step: usize,
    ) -> anyhow::Result<(PolicyMetrics, Vec<(Rollout, Rewarded)>)> {
        let objective = self.config.rl.objective();
        let mut seconds = Seconds::default();
        let stream = random::derive(self.stream, &[step as u64]);
        let gathered = self.gather(learner, stream, &objective, &mut seconds)?;
        // Of all groups, those left out too; a reward that is not finite is found here, wherever it is.
        let samples = (0..gathered.rollouts.len()).map(|i| gathered.sample(i));
        let groups = advantages(&samples.collect::<Vec<_>>(), &objective.advantage)?.stats;

        let began = Instant::now();
        let places = places(&gathered, self.config.rl.group);
        let kept: Vec<&Rollout> = places.iter().map(|&i| &gathered.rollouts[i]).collect();
        let reference = self.reference_log_probs(&kept, learner.threads);
        seconds.reference = began.elapsed().as_secs_f64();

        let began = Instant::now();
        let experiences = self.experiences(&gathered, &places, reference, &objective)?;
        let learning_rate = self.schedule.at(step, self.steps);
        let updates = self.updates(learner, &experiences, learning_rate, &objective);
        seconds.updates = began.elapsed().as_secs_f64();
        drop(experiences);

        let metrics = Described {
            gathered: &gathered,
            groups,
            weights: self.reward.variant.weights,
            updates: &updates,
            learning_rate,
            seconds,
        }
        .metrics();
        let Gathered {
            rollouts, scored, ..
        } = gathered;
        Ok((metrics, rollouts.into_iter().zip(scored).collect()))
    }

    /// One update for each mini-batch of whole groups.
    fn updates(
        &self,
        learner: &mut Learner,
        experiences: &[Experience<'_>],
        learning_rate: f64,
        objective: &Objective,
    ) -> Updates {
        let rl = &self.config.rl;
        let loss = objective.policy_loss(self.kl);
        let normaliser = objective.normaliser;
        let mut all = Updates {
            tokens: experiences.iter().map(|e| e.rollout.tokens.len()).sum(),
            ..Updates::default()
        };
        let groups = experiences.len() / rl.group;
        let size = groups.div_ceil(rl.mini_batches).max(1) * rl.group;
        for mini_batch in experiences.chunks(size) {
            let part: Vec<&Experience<'_>> = mini_batch.iter().filter(|e| e.kept).collect();
            let tokens: usize = part.iter().map(|e| e.rollout.response_len()).sum();
            if tokens == 0 {
                continue;
            }
            let divisor = normaliser.divisor(tokens, part.len(), rl.max_new_tokens);
            let shards: Vec<&[&Experience<'_>]> = part
                .chunks(part.len().div_ceil(self.config.shards))
                .collect();
            let pad = self.tokenizer.pad();
            let update = learner.update(&shards, learning_rate, |model, shard| {
                let sequences: Vec<Scored<'_>> = shard.iter().map(|e| scored(e.rollout)).collect();
                let log_probs = response_log_probs(model, &sequences, pad);
                let targets = Targets::of(shard, normaliser);
                let targets = targets.borrow();
                let values: Vec<f32> = log_probs
                    .clone()
                    .inner()
                    .into_data()
                    .iter::<f32>()
                    .collect();
                let stats = loss.stats(&values, &targets);
                (policy_loss(&loss, log_probs, &targets) / divisor, stats)
            });
            all.norms.push(match update.not_finite {
                None => Ok(update.gradient_norm),
                Some(what) => Err(what),
            });
            all.stats = update
                .shards
                .into_iter()
                .fold(all.stats, PolicyStats::merge);
        }
        all
    }
}

/// Where the rollouts of the kept groups stand among all, in order.
fn places(gathered: &Gathered, group: usize) -> Vec<usize> {
    let kept = gathered.kept.iter();
    kept.flat_map(|&query| query * group..(query + 1) * group)
        .collect()
}
