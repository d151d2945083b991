//! What the loss needs to know of each rollout: what its tokens are credited with, and what the reference thinks of them.

use explang::likelihood::{Scored, response_log_probs};
use explang::objective::Batch;
use explang::objective::Component;
use explang::objective::Normaliser;
use explang::objective::Objective;
use explang::objective::TokenTargets;
use explang::objective::{AdvantageError, Sample};
use explang::reward::Components;

use super::policy_rollouts::Gathered;
use super::policy_step::PolicyStep;
use crate::learn::gradient::in_order;
use crate::rollout::Rollout;

/// A rollout with all that the loss needs.
pub(super) struct Experience<'a> {
    /// The rollout.
    pub(super) rollout: &'a Rollout,
    /// The advantage of each of its tokens.
    advantages: Vec<f32>,
    /// It takes part in the loss.
    pub(super) kept: bool,
    /// The reference's log-probability of each token; empty without a reference.
    reference: Vec<f32>,
}

impl PolicyStep<'_> {
    /// The reference's log-probabilities of the rollouts' tokens where a divergence is paid for, else nothing for each.
    pub(super) fn reference_log_probs(
        &self,
        rollouts: &[&Rollout],
        threads: usize,
    ) -> Vec<Vec<f32>> {
        let Some(reference) = self.reference.as_ref().filter(|_| self.kl != 0.0) else {
            return vec![Vec::new(); rollouts.len()];
        };
        let size = rollouts.len().div_ceil(self.config.shards.max(1)).max(1);
        let shards: Vec<&[&Rollout]> = rollouts.chunks(size).collect();
        in_order(&shards, threads, |shard| {
            let sequences: Vec<Scored<'_>> = shard.iter().map(|r| scored(r)).collect();
            let flat = response_log_probs(reference, &sequences, self.tokenizer.pad());
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

    /// The rollouts of the kept groups with what their tokens are credited with. `reference` holds their log-probabilities
    /// under the reference.
    ///
    /// # Errors
    /// When a reward is not finite.
    pub(super) fn experiences<'r>(
        &self,
        gathered: &'r Gathered,
        places: &[usize],
        reference: Vec<Vec<f32>>,
        objective: &Objective,
    ) -> Result<Vec<Experience<'r>>, AdvantageError> {
        let rollouts: Vec<&Rollout> = places.iter().map(|&i| &gathered.rollouts[i]).collect();
        let samples: Vec<Sample> = places.iter().map(|&i| gathered.sample(i)).collect();
        let log_probs: Vec<&[f32]> = rollouts.iter().map(|r| r.log_probs.as_slice()).collect();
        let batch = Batch {
            samples: &samples,
            components: &self.components(gathered, places, objective),
            log_probs: &log_probs,
            reference: &reference,
        };
        let credit = objective.credit(&batch, self.kl)?;
        let parts = rollouts.into_iter().zip(credit.tokens).zip(reference);
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
    fn components(
        &self,
        gathered: &Gathered,
        places: &[usize],
        objective: &Objective,
    ) -> Vec<Component> {
        let weights = self.reward.variant.weights;
        let terms = |i: usize| weights.terms(&gathered.scored[i].components);
        // What is paid nothing at all (empty, or cut short and penalised) is paid nothing for any component.
        let paid = |i: usize| !gathered.scored[i].forfeits;
        let named = weights.terms(&Components::default());
        let mut components: Vec<Component> = named
            .iter()
            .enumerate()
            .map(|(k, &(_, weight, _))| Component {
                weight,
                values: places
                    .iter()
                    .map(|&i| if paid(i) { terms(i)[k].2 } else { 0.0 })
                    .collect(),
            })
            .collect();
        components.push(Component {
            weight: objective.overlong.penalty,
            values: places.iter().map(|&i| gathered.overlong[i]).collect(),
        });
        components
    }
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

/// A rollout as what is scored by a model.
pub(super) fn scored(rollout: &Rollout) -> Scored<'_> {
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
