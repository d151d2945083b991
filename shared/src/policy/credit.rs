//! What each token is credited with, and what the reference thinks of it: all that the loss needs to know of a rollout.

use super::{Phase, Rollouts};
use crate::learn::values;
use crate::likelihood::{Sequence, response_log_probs};
use crate::model::memory;
use crate::objective::{AdvantageError, Batch, Component, Normaliser, Sample, TokenTargets};
use crate::parallel::in_order;
use crate::reward::Component as Part;
use crate::rollout::Rollout;

/// A rollout with all that the loss needs.
#[derive(Debug)]
pub struct Experience<'a> {
    /// The rollout.
    pub rollout: &'a Rollout,
    /// The advantage of each of its tokens.
    pub advantages: Vec<f32>,
    /// It takes part in the loss.
    pub kept: bool,
    /// The reference's log-probability of each token; empty without a reference.
    pub reference: Vec<f32>,
}

/// The reference's log-probabilities of the rollouts' tokens where a divergence is paid for, else nothing for each.
pub async fn reference_log_probs(phase: &Phase<'_>, rollouts: &[&Rollout]) -> Vec<Vec<f32>> {
    let options = phase.options;
    let Some(reference) = phase.reference.filter(|_| options.kl != 0.0) else {
        return vec![Vec::new(); rollouts.len()];
    };
    let (memory, pad) = (options.memory, phase.tokenizer.pad());
    let numbered: Vec<(usize, &Rollout)> = rollouts.iter().copied().enumerate().collect();
    let device = reference.device();
    let shards = memory::shards(memory, &numbered, options.shards, &device, |(_, r)| {
        r.tokens.len()
    });
    let found = in_order(phase.parallel, &shards, async |shard| {
        let mut found = Vec::new();
        for part in shard {
            let sequences: Vec<Sequence<'_>> = part.iter().map(|(_, r)| r.sequence()).collect();
            let flat = values(response_log_probs(reference, &sequences, pad, memory)).await;
            let mut rest = flat.as_slice();
            found.extend(
                part.iter()
                    .map(|(i, r)| (*i, split_off(&mut rest, r.response_len()))),
            );
        }
        found
    })
    .await;
    let mut log_probs = vec![Vec::new(); rollouts.len()];
    for (i, found) in found.into_iter().flatten() {
        log_probs[i] = found;
    }
    log_probs
}

/// The rollouts at `places` with what their tokens are credited with. `reference` holds their log-probabilities under the reference.
///
/// # Errors
/// When a reward is not finite.
pub fn experience<'r>(
    phase: &Phase<'_>,
    rollouts: &'r Rollouts,
    places: &[usize],
    reference: Vec<Vec<f32>>,
) -> Result<Vec<Experience<'r>>, AdvantageError> {
    let kept: Vec<&Rollout> = places.iter().map(|&i| &rollouts.rollouts[i]).collect();
    let samples: Vec<Sample> = places.iter().map(|&i| rollouts.sample(i)).collect();
    let log_probs: Vec<&[f32]> = kept.iter().map(|r| r.log_probs.as_slice()).collect();
    let batch = Batch {
        samples: &samples,
        components: &components(phase, rollouts, places),
        log_probs: &log_probs,
        reference: &reference,
    };
    let credit = phase.options.objective.credit(&batch, phase.options.kl)?;
    let parts = kept.into_iter().zip(credit.tokens).zip(reference);
    Ok(parts
        .zip(credit.kept)
        .map(|(((rollout, advantages), reference), kept)| Experience {
            rollout,
            advantages,
            kept: kept && rollout.response_len() > 0,
            reference,
        })
        .collect())
}

/// What the rewards are made of.
fn components(phase: &Phase<'_>, rollouts: &Rollouts, places: &[usize]) -> Vec<Component> {
    let options = phase.options;
    let weights = options.reward.variant.weights;
    // A response that forfeits its reward is paid for no component.
    let value = |part: Part, i: usize| match &rollouts.scored[i] {
        scored if scored.forfeits => 0.0,
        scored => *scored.components.get(part),
    };
    let mut components: Vec<Component> = Part::ALL
        .into_iter()
        .map(|part| Component {
            weight: *weights.get(part),
            values: places.iter().map(|&i| value(part, i)).collect(),
        })
        .collect();
    components.push(Component {
        weight: options.objective.overlong.penalty,
        values: places.iter().map(|&i| rollouts.overlong[i]).collect(),
    });
    components
}

/// What is known of the tokens of a shard, owned.
pub(super) struct Targets {
    old: Vec<f32>,
    advantages: Vec<f32>,
    reference: Vec<f32>,
    weights: Vec<f32>,
    lengths: Vec<usize>,
}

impl Targets {
    /// The tokens of some rollouts, weighed by a normaliser.
    pub(super) fn of(shard: &[&Experience<'_>], normaliser: Normaliser) -> Self {
        let mut targets = Targets {
            old: Vec::new(),
            advantages: Vec::new(),
            reference: Vec::new(),
            weights: Vec::new(),
            lengths: Vec::new(),
        };
        for e in shard {
            let length = e.rollout.response_len();
            targets.old.extend(&e.rollout.log_probs);
            targets.reference.extend(&e.reference);
            targets.advantages.extend(&e.advantages);
            targets
                .weights
                .resize(targets.old.len(), normaliser.weight(length));
            targets.lengths.push(length);
        }
        targets
    }

    /// The targets as the loss takes them.
    pub(super) fn borrow(&self) -> TokenTargets<'_> {
        TokenTargets {
            old: &self.old,
            advantages: &self.advantages,
            reference: (!self.reference.is_empty()).then_some(&self.reference),
            weights: &self.weights,
            lengths: &self.lengths,
        }
    }
}

fn split_off(rest: &mut &[f32], length: usize) -> Vec<f32> {
    let (head, tail) = rest.split_at(length.min(rest.len()));
    *rest = tail;
    head.to_vec()
}
