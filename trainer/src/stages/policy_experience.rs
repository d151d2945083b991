//! What the loss needs to know of each rollout: what its tokens are credited with, and what the reference thinks of them.

use explang::likelihood::{Scored, response_log_probs};
use explang::objective::advantage::{AdvantageError, Advantages, Estimator, Sample, advantages};
use explang::objective::credit::token_advantages;
use explang::objective::gdpo::{Component, decoupled};
use explang::objective::kl::{KlPlace, penalties};
use explang::objective::named::Objective;
use explang::objective::normaliser::Normaliser;
use explang::objective::policy::TokenTargets;
use explang::reward::GroupId;

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
        let paid_before = objective.kl_place != KlPlace::Loss && self.kl != 0.0;
        let penalties: Option<Vec<Vec<f32>>> = paid_before.then(|| {
            let pairs = rollouts.iter().zip(&reference);
            let of = |(r, reference): (&&Rollout, &Vec<f32>)| {
                penalties(
                    objective.loss.kl_estimator,
                    self.kl,
                    &r.log_probs,
                    reference,
                )
            };
            pairs.map(of).collect()
        });
        let (from_reward, from_return) = match objective.kl_place {
            KlPlace::Reward => (penalties, None),
            KlPlace::Loss | KlPlace::Return => (None, penalties),
        };
        let samples: Vec<Sample> = places
            .iter()
            .enumerate()
            .map(|(at, &i)| Sample {
                group: GroupId(gathered.rollouts[i].query as u64),
                reward: gathered.reward(i) - from_reward.as_ref().map_or(0.0, |p| sum(&p[at])),
                masked: gathered.scored[i].masked,
            })
            .collect();
        let found = self.advantages(gathered, places, &samples, objective)?;
        let lengths: Vec<usize> = rollouts.iter().map(|r| r.response_len()).collect();
        let rows = token_advantages(
            &found,
            &lengths,
            from_return.as_deref(),
            &objective.advantage,
        );
        Ok(rollouts
            .into_iter()
            .zip(rows)
            .zip(reference)
            .zip(found.kept)
            .map(|(((rollout, advantages), reference), kept)| Experience {
                rollout,
                advantages,
                kept: kept && rollout.response_len() > 0,
                reference,
            })
            .collect())
    }

    /// The advantage of each response, before whitening.
    fn advantages(
        &self,
        gathered: &Gathered,
        places: &[usize],
        samples: &[Sample],
        objective: &Objective,
    ) -> Result<Advantages, AdvantageError> {
        if objective.advantage.estimator != Estimator::Gdpo {
            return advantages(samples, &objective.advantage);
        }
        let terms: Vec<_> = places
            .iter()
            .map(|&i| {
                let scored = &gathered.scored[i];
                let mut terms = self.reward.variant.weights.terms(&scored.components);
                // What is paid nothing at all (empty, or cut short and penalised) is paid nothing for any component.
                if scored.reward == 0.0 {
                    terms.iter_mut().for_each(|(_, _, value)| *value = 0.0);
                }
                terms
            })
            .collect();
        let named = |k: usize| Component {
            weight: terms.first().map_or(0.0, |terms| terms[k].1),
            values: terms.iter().map(|terms| terms[k].2).collect(),
        };
        let mut components: Vec<Component> = (0..8).map(named).collect();
        components.push(Component {
            weight: objective.overlong.penalty,
            values: places.iter().map(|&i| gathered.overlong[i]).collect(),
        });
        decoupled(samples, &components, &objective.advantage)
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

fn sum(values: &[f32]) -> f64 {
    values.iter().map(|&value| f64::from(value)).sum()
}

fn split_off(rest: &mut &[f32], length: usize) -> Vec<f32> {
    let (head, tail) = rest.split_at(length);
    *rest = tail;
    head.to_vec()
}
