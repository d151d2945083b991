//! Advantages from rewards: how much better a response is than others.
//!
//! For response i of a group (the responses to one prompt) with rewards r:
//!
//! | estimator | advantage of response i | source |
//! | --- | --- | --- |
//! | `grpo` | (r_i − mean r) / (std r + ε) | DeepSeekMath, arXiv 2402.03300, section 4.1 |
//! | `dr-grpo` | r_i − mean r | "Understanding R1-Zero-Like Training", arXiv 2503.20783, section 3.2 |
//! | `rloo` | r_i − mean of the others' r = n / (n − 1) · (r_i − mean r) | "Back to Basics", arXiv 2402.14740, section 3 |
//! | `reinforce++` | r_i, then whitened over the batch | REINFORCE++, arXiv 2501.03262 |
//! | `reinforce++-baseline` | r_i − mean r, then whitened over the batch | the same paper, "with baseline" |
//! | `gdpo` | Σ_k w_k · `grpo` of component k, then whitened over the batch | GDPO, arXiv 2601.05242; [`super::gdpo`] |
//!
//! Whitening is a step of its own ([`super::whiten`]), and a choice of its own. Every token of a response gets the
//! response's advantage, unless a divergence is taken from it token by token ([`super::credit`]).
//!
//! # Who does which
//! - Divisor of the deviation: verl, TRL and OpenRLHF call `torch.std`, so n − 1 ([`Deviation::Sample`]); the formula of the
//!   GRPO paper reads n.
//! - ε: verl 1e-6, TRL 1e-4, OpenRLHF 1e-9.
//! - A group of one: verl's `grpo` and `rloo` leave its reward as it is (its `rloo_vectorized` gives 0), OpenRLHF divides by
//!   nothing. Here it is 0: one response says nothing of another.
//! - A group whose rewards are all the same is exactly 0 here, where the codes may leave rounding divided by ε.
//!
//! (verl: `trainer/ppo/core_algos.py`, January 2026; TRL: `trainer/grpo_trainer.py` and `rloo_trainer.py`, July 2026;
//! OpenRLHF: `trainer/ppo_utils/experience_maker.py`, August 2026.)

use std::collections::BTreeMap;

use explang_named::named;
use explang_reward::GroupId;
use serde::{Deserialize, Serialize};

/// Rewards of a group closer together than this are the same reward, summed in another order.
const SAME_REWARD: f64 = 1e-9;

/// How rewards become advantages.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
pub enum Estimator {
    /// Centred on the group's mean, in units of the group's standard deviation.
    #[default]
    Grpo,
    /// Centred on the group's mean only, so that a group's weight does not depend on how nearly its
    /// rewards agree.
    DrGrpo,
    /// Centred on the mean of the group's other responses, which does not depend on the response itself: an unbiased baseline.
    Rloo,
    /// The reward itself; made an advantage by whitening over the batch.
    ReinforcePlusPlus,
    /// Centred on the group's mean; the scale is the batch's, by whitening.
    ReinforcePlusPlusBaseline,
    /// Each component of the reward like GRPO by itself, then the weighted sum. Of a reward that comes as one number
    /// ([`advantages`]) it is GRPO's.
    Gdpo,
}

named!(Estimator, "advantage estimator", {
    Grpo => "grpo",
    DrGrpo => "dr-grpo",
    Rloo => "rloo",
    ReinforcePlusPlus => "reinforce++",
    ReinforcePlusPlusBaseline => "reinforce++-baseline",
    Gdpo => "gdpo",
});

/// Over what advantages are whitened.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
pub enum Whiten {
    /// They stay as the estimator made them.
    #[default]
    Nothing,
    /// Over the batch's responses, each counted once.
    Responses,
    /// Over the batch's tokens.
    Tokens,
}

named!(Whiten, "choice for `whiten`", { Nothing => "nothing", Responses => "responses", Tokens => "tokens" });

/// Which standard deviation is divided by.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
pub enum Deviation {
    /// With divisor n − 1, as `torch.std` has it and the common trainers therefore use.
    #[default]
    Sample,
    /// With divisor n, as the formula of the GRPO paper reads.
    Population,
}

named!(Deviation, "deviation", { Sample => "sample", Population => "population" });

/// What becomes of a reward that is NaN, infinite, or beyond the range of `f32`.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
pub enum NonFinite {
    /// It is an error: the reward is broken, and learning from the rest would hide it.
    #[default]
    Reject,
    /// Its response is masked, and counted.
    Mask,
}

named!(NonFinite, "choice for `non_finite`", { Reject => "reject", Mask => "mask" });

/// The choices of an advantage.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct AdvantageOptions {
    /// How rewards become advantages.
    pub estimator: Estimator,
    /// Which standard deviation is divided by.
    pub deviation: Deviation,
    /// ε, added to the standard deviation, in units of reward; finite, 0 or more.
    pub epsilon: f64,
    /// What becomes of a reward that is not a finite number.
    pub non_finite: NonFinite,
    /// Over what the advantages are whitened after the estimator.
    pub whiten: Whiten,
}

impl Default for AdvantageOptions {
    fn default() -> Self {
        AdvantageOptions {
            estimator: Estimator::Grpo,
            deviation: Deviation::Sample,
            epsilon: 1e-6,
            non_finite: NonFinite::Reject,
            whiten: Whiten::Nothing,
        }
    }
}

/// One response's reward.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Sample {
    /// The prompt it answers.
    pub group: GroupId,
    /// Its reward.
    pub reward: f64,
    /// It takes no part: not in its group's mean, not in the loss.
    pub masked: bool,
}

/// The advantages of a batch.
#[derive(Debug, Clone, PartialEq)]
pub struct Advantages {
    /// One a sample, in their order, always finite; 0 where masked, and (but for `reinforce++`) in groups of zero variance.
    pub values: Vec<f32>,
    /// Which samples take part in the loss, in their order.
    pub kept: Vec<bool>,
    /// What the groups looked like.
    pub stats: GroupStats,
}

/// What the groups of a batch looked like.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize)]
pub struct GroupStats {
    /// Groups with at least one sample that is not masked.
    pub groups: usize,
    /// Groups whose rewards are all the same, single samples among them: nothing to learn from.
    pub zero_variance: usize,
    /// Masked samples, those of non-finite reward included.
    pub masked: usize,
    /// Samples whose reward was not a finite number.
    pub non_finite: usize,
    /// Mean reward of the samples that are not masked; 0 without any.
    pub mean_reward: f64,
}

impl GroupStats {
    /// Share of the groups that have zero variance, in 0..=1; 0 without groups.
    pub fn zero_variance_share(&self) -> f64 {
        self.zero_variance as f64 / self.groups.max(1) as f64
    }
}

/// Why there are no advantages.
#[derive(Debug, Clone, Copy, PartialEq, thiserror::Error)]
pub enum AdvantageError {
    /// A reward is NaN, infinite, or beyond the range of `f32`.
    #[error(
        "the reward of sample {index} is {reward}, not a finite number; mask such samples or mend the reward"
    )]
    NonFinite {
        /// Position among the samples.
        index: usize,
        /// Its reward.
        reward: f64,
    },
    /// ε is negative or not a number.
    #[error("epsilon is {0}, but must be a finite number, 0 or more")]
    Epsilon(f64),
}

/// Advantages of a batch of samples before whitening; the members of a group need not be contiguous.
///
/// # Errors
/// On a reward that is not finite, unless such are masked, and on an unusable ε.
pub fn advantages(
    samples: &[Sample],
    options: &AdvantageOptions,
) -> Result<Advantages, AdvantageError> {
    if !(options.epsilon.is_finite() && options.epsilon >= 0.0) {
        return Err(AdvantageError::Epsilon(options.epsilon));
    }
    let mut stats = GroupStats::default();
    let mut kept = Vec::with_capacity(samples.len());
    let mut groups: BTreeMap<GroupId, Vec<usize>> = BTreeMap::new();
    let mut total = 0.0;
    for (
        index,
        &Sample {
            group,
            reward,
            masked,
        },
    ) in samples.iter().enumerate()
    {
        // Judged in the precision of the advantages; it also keeps squares within f64.
        let finite = (reward as f32).is_finite();
        if !finite && !masked {
            if options.non_finite == NonFinite::Reject {
                return Err(AdvantageError::NonFinite { index, reward });
            }
            stats.non_finite += 1;
        }
        let keep = finite && !masked;
        kept.push(keep);
        if keep {
            total += reward;
            groups.entry(group).or_default().push(index);
        } else {
            stats.masked += 1;
        }
    }
    stats.groups = groups.len();
    stats.mean_reward = total / (samples.len() - stats.masked).max(1) as f64;

    let mut values = vec![0.0; samples.len()];
    for members in groups.values() {
        let rewards: Vec<f64> = members.iter().map(|&i| samples[i].reward).collect();
        stats.zero_variance += usize::from(all_the_same(rewards.iter().copied()));
        for (&i, advantage) in members
            .iter()
            .zip(of_group(&rewards, options).into_iter().flatten())
        {
            values[i] = advantage;
        }
    }
    Ok(Advantages {
        values,
        kept,
        stats,
    })
}

/// The advantages of one group of finite rewards; none where they are all the same.
fn of_group(rewards: &[f64], options: &AdvantageOptions) -> Option<Vec<f32>> {
    let n = rewards.len() as f64;
    let mean = rewards.iter().sum::<f64>() / n;
    let same = all_the_same(rewards.iter().copied());
    let (baseline, unit) = match options.estimator {
        // Only the batch gives this one its zero: a group that agrees still says how it stands to the others.
        Estimator::ReinforcePlusPlus => (0.0, 1.0),
        _ if same => return None,
        Estimator::DrGrpo | Estimator::ReinforcePlusPlusBaseline => (mean, 1.0),
        // Two different rewards are at least two rewards.
        Estimator::Rloo => (mean, (n - 1.0) / n),
        Estimator::Grpo | Estimator::Gdpo => (mean, deviation(rewards, mean, options)),
    };
    Some(
        rewards
            .iter()
            .map(|r| in_range((r - baseline) / unit))
            .collect(),
    )
}

/// std + ε of values that are not all the same.
pub(super) fn deviation(values: &[f64], mean: f64, options: &AdvantageOptions) -> f64 {
    let squares: f64 = values.iter().map(|v| (v - mean).powi(2)).sum();
    let n = values.len() as f64;
    let divisor = match options.deviation {
        Deviation::Sample => n - 1.0,
        Deviation::Population => n,
    };
    (squares / divisor).sqrt() + options.epsilon
}

/// True where values differ by rounding only.
pub(super) fn all_the_same(values: impl Iterator<Item = f64>) -> bool {
    let (low, high) = values.fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), r| {
        (low.min(r), high.max(r))
    });
    high - low <= SAME_REWARD * high.abs().max(low.abs()).max(1.0)
}

/// As `f32`. The range only binds for rewards near the limits of f32, centred but not scaled.
pub(super) fn in_range(advantage: f64) -> f32 {
    advantage.clamp(f64::from(f32::MIN), f64::from(f32::MAX)) as f32
}

#[cfg(test)]
mod tests;
