//! The step itself: rollouts, credit, updates.

use super::credit::{Experience, Targets, experience, reference_log_probs};
use explang_run::{PolicyMetrics, Seconds};

use super::metrics::{Updates, describe};
use super::rollouts::gather;
use super::{Phase, Rollouts};
use crate::learn::{Learner, values};
use crate::likelihood::{Sequence, response_log_probs};
use crate::model::{Decoder, memory};
use crate::objective::{AdvantageError, PolicyStats, advantages, policy_loss};
use crate::rollout::{Rollout, RolloutError};

/// What a step did, and what it learned from.
#[derive(Debug)]
pub struct StepReport {
    /// Its line of `metrics.jsonl`.
    pub metrics: PolicyMetrics,
    /// All its rollouts with their rewards.
    pub rollouts: Rollouts,
}

/// Why a step was not made.
#[derive(Debug, thiserror::Error)]
pub enum StepError {
    /// Sampling failed.
    #[error(transparent)]
    Rollout(#[from] RolloutError),
    /// A reward is not finite.
    #[error(transparent)]
    Advantage(#[from] AdvantageError),
}

/// Takes step `step` of a phase.
///
/// # Errors
/// When sampling fails or a reward is not finite; the learner is then as it was.
pub async fn take(
    phase: &Phase<'_>,
    learner: &mut Learner,
    step: usize,
) -> Result<StepReport, StepError> {
    let mut seconds = Seconds::default();
    let rollouts = gather(phase, &learner.model, step, &mut seconds).await?;
    learn(phase, learner, step, rollouts, seconds).await
}

/// The part of step `step` that follows its rollouts, wherever those are from: credit, then updates. `seconds` holds what the rollouts took.
///
/// # Errors
/// When a reward is not finite; the learner is then as it was.
pub async fn learn(
    phase: &Phase<'_>,
    learner: &mut Learner,
    step: usize,
    rollouts: Rollouts,
    mut seconds: Seconds,
) -> Result<StepReport, StepError> {
    // Over all groups, those left out too: a reward that is not finite is found here, wherever it is.
    let samples: Vec<_> = (0..rollouts.rollouts.len())
        .map(|i| rollouts.sample(i))
        .collect();
    let groups = advantages(&samples, &phase.options.objective.advantage)?.stats;

    let began = (phase.now)();
    let places = rollouts.kept_rollouts(phase.options.group);
    let kept: Vec<&Rollout> = places.iter().map(|&i| &rollouts.rollouts[i]).collect();
    let reference = reference_log_probs(phase, &kept).await;
    seconds.reference = (phase.now)() - began;

    let began = (phase.now)();
    let experience = experience(phase, &rollouts, &places, reference)?;
    let learning_rate = phase.options.schedule.at(step, phase.options.steps);
    let updates = update(phase, learner, &experience, learning_rate).await;
    seconds.updates = (phase.now)() - began;

    let weights = phase.options.reward.variant.weights;
    let metrics = describe(
        &rollouts,
        groups,
        &weights,
        &updates,
        learning_rate,
        seconds,
    );
    Ok(StepReport { metrics, rollouts })
}

/// One update for each mini-batch of whole groups.
async fn update(
    phase: &Phase<'_>,
    learner: &mut Learner,
    experience: &[Experience<'_>],
    learning_rate: f64,
) -> Updates {
    let options = phase.options;
    let loss = options.objective.policy_loss(options.kl);
    let normaliser = options.objective.normaliser;
    let mut all = Updates {
        tokens: experience.iter().map(|e| e.rollout.tokens.len()).sum(),
        ..Updates::default()
    };
    let groups = experience.len() / options.group;
    let size = groups.div_ceil(options.mini_batches).max(1) * options.group;
    for mini_batch in experience.chunks(size) {
        let part: Vec<&Experience<'_>> = mini_batch.iter().filter(|e| e.kept).collect();
        let tokens: usize = part.iter().map(|e| e.rollout.response_len()).sum();
        if tokens == 0 {
            continue;
        }
        let divisor = normaliser.divisor(tokens, part.len(), options.max_new_tokens);
        let (memory, pad) = (options.memory, phase.tokenizer.pad());
        let device = learner.model.device();
        let shards = memory::shards(memory, &part, options.shards, &device, |e| {
            e.rollout.tokens.len()
        });
        let part_loss = async |model: &Decoder, part: &Vec<&Experience<'_>>| {
            let sequences: Vec<Sequence<'_>> = part.iter().map(|e| e.rollout.sequence()).collect();
            let log_probs = response_log_probs(model, &sequences, pad, memory);
            let targets = Targets::of(part, normaliser);
            let targets = targets.borrow();
            let stats = loss.stats(&values(log_probs.clone().inner()).await, &targets);
            (policy_loss(&loss, log_probs, &targets) / divisor, stats)
        };
        let update = learner
            .update(&shards, phase.parallel, learning_rate, part_loss)
            .await;
        all.norms.push(match update.not_finite {
            None => Ok(update.gradient_norm),
            Some(what) => Err(what),
        });
        all.stats = update.parts.into_iter().fold(all.stats, PolicyStats::merge);
    }
    all
}
