//! What each token of a response is credited with: its response's advantage, less the divergence that it leads to.
//!
//! `A_{i,t} = A_i − Σ_{s ≥ t} p_{i,s}` with the penalty `p = β k` of each token ([`super::kl`]), then whitened over the tokens
//! where that is asked for (REINFORCE++, arXiv 2501.03262: the return of a reward that is paid at the end and of penalties
//! that are paid on the way).

use super::advantage::{
    AdvantageError, AdvantageOptions, Advantages, Estimator, Sample, Whiten, advantages, in_range,
};
use super::gdpo::{Component, decoupled};
use super::kl::{KlPlace, penalties};
use super::names::Objective;
use super::policy::PolicyLoss;
use super::whiten::whiten;

/// What is known of a batch of responses when they have been rewarded.
#[derive(Debug, Clone, Copy)]
pub struct Batch<'a> {
    /// Group and reward of each response.
    pub samples: &'a [Sample],
    /// What the rewards are made of; only GDPO asks.
    pub components: &'a [Component],
    /// Log-probabilities of each response's tokens when they were sampled.
    pub log_probs: &'a [&'a [f32]],
    /// The same under the reference policy; not looked at where no divergence is paid before the loss.
    pub reference: &'a [Vec<f32>],
}

/// What a batch is credited with.
#[derive(Debug, Clone, PartialEq)]
pub struct Credit {
    /// The advantage of every token: one row a response.
    pub tokens: Vec<Vec<f32>>,
    /// Which responses take part in the loss.
    pub kept: Vec<bool>,
}

impl Objective {
    /// From rewards to the advantage of every token, with `kl` as the weight β of the divergence.
    ///
    /// # Errors
    /// When a reward is not finite and such are not masked.
    pub fn credit(&self, batch: &Batch<'_>, kl: f32) -> Result<Credit, AdvantageError> {
        let paid = (self.kl_place != KlPlace::Loss && kl != 0.0).then(|| {
            let pairs = batch.log_probs.iter().zip(batch.reference);
            let of = |(log_probs, reference): (&&[f32], &Vec<f32>)| {
                penalties(self.loss.kl_estimator, kl, log_probs, reference)
            };
            pairs.map(of).collect::<Vec<_>>()
        });
        let (from_reward, from_return) = match self.kl_place {
            KlPlace::Reward => (paid, None),
            KlPlace::Loss | KlPlace::Return => (None, paid),
        };
        let mut samples = batch.samples.to_vec();
        for (sample, penalties) in samples.iter_mut().zip(from_reward.iter().flatten()) {
            sample.reward -= penalties.iter().map(|&p| f64::from(p)).sum::<f64>();
        }
        let found = match self.advantage.estimator {
            Estimator::Gdpo => decoupled(&samples, batch.components, &self.advantage)?,
            _ => advantages(&samples, &self.advantage)?,
        };
        let lengths: Vec<usize> = batch.log_probs.iter().map(|l| l.len()).collect();
        let tokens = token_advantages(&found, &lengths, from_return.as_deref(), &self.advantage);
        Ok(Credit {
            tokens,
            kept: found.kept,
        })
    }

    /// The loss of a token, with `kl` as the weight of the divergence where it is paid in the loss.
    pub fn policy_loss(&self, kl: f32) -> PolicyLoss {
        let kl = if self.kl_place == KlPlace::Loss {
            kl
        } else {
            0.0
        };
        PolicyLoss { kl, ..self.loss }
    }
}

/// The advantage of every token: one row a response, `lengths[i]` long, in the order of `advantages`; zeros for a response
/// that takes no part.
///
/// `penalties`, where there are any, have the shape of the result. Whitening over responses comes before the penalties, for
/// it knows no tokens; whitening over tokens comes after them.
pub(crate) fn token_advantages(
    advantages: &Advantages,
    lengths: &[usize],
    penalties: Option<&[Vec<f32>]>,
    options: &AdvantageOptions,
) -> Vec<Vec<f32>> {
    let mut values = advantages.values.clone();
    if options.whiten == Whiten::Responses {
        let kept = || advantages.kept.iter().copied();
        let mut taking_part: Vec<f64> = values
            .iter()
            .zip(kept())
            .filter(|(_, kept)| *kept)
            .map(|(&value, _)| f64::from(value))
            .collect();
        whiten(&mut taking_part, options);
        let places = values.iter_mut().zip(kept()).filter(|(_, kept)| *kept);
        for ((place, _), value) in places.zip(taking_part) {
            *place = in_range(value);
        }
    }
    let mut rows: Vec<Vec<f32>> = values
        .iter()
        .zip(lengths)
        .map(|(&value, &length)| vec![value; length])
        .collect();
    let kept = |i: &usize| advantages.kept[*i];
    if let Some(penalties) = penalties {
        for i in (0..rows.len()).filter(kept) {
            let mut ahead = 0.0;
            for (advantage, &penalty) in rows[i].iter_mut().zip(&penalties[i]).rev() {
                ahead += f64::from(penalty);
                *advantage = in_range(f64::from(*advantage) - ahead);
            }
        }
    }
    if options.whiten == Whiten::Tokens {
        let mut tokens: Vec<f64> = (0..rows.len())
            .filter(kept)
            .flat_map(|i| rows[i].iter().map(|&a| f64::from(a)))
            .collect();
        whiten(&mut tokens, options);
        let places = rows.iter_mut().enumerate().filter(|(i, _)| kept(i));
        for (place, value) in places.flat_map(|(_, row)| row).zip(tokens) {
            *place = in_range(value);
        }
    }
    rows
}

#[cfg(test)]
mod tests;
