//! Advantages from rewards: how much better a response is than the others to the same prompt.
//!
//! | estimator | advantage of response i in a group of rewards r | source |
//! | --- | --- | --- |
//! | `grpo` | (r_i − mean r) / (std r + ε) | DeepSeekMath, arXiv 2402.03300, section 4.1 |
//! | `dr-grpo` | r_i − mean r | "Understanding R1-Zero-Like Training", arXiv 2503.20783, section 3.2 |
//!
//! Every token of a response gets the response's advantage.

use std::collections::BTreeMap;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::reward::GroupId;

/// Rewards of a group closer together than this are the same reward, summed in another order.
const SAME_REWARD: f64 = 1e-9;

/// How rewards become advantages.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Estimator {
    /// Centred on the group's mean, in units of the group's standard deviation.
    #[default]
    Grpo,
    /// Centred on the group's mean only, so that a group's weight does not depend on how nearly its
    /// rewards agree.
    DrGrpo,
}

/// A name that no estimator has.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is no advantage estimator; choose one of: grpo dr-grpo")]
pub struct UnknownEstimator(pub String);

impl FromStr for Estimator {
    type Err = UnknownEstimator;

    fn from_str(name: &str) -> Result<Self, UnknownEstimator> {
        match name {
            "grpo" => Ok(Estimator::Grpo),
            "dr-grpo" => Ok(Estimator::DrGrpo),
            _ => Err(UnknownEstimator(name.to_owned())),
        }
    }
}

/// Which standard deviation GRPO divides by.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Deviation {
    /// With divisor n − 1, as `torch.std` has it and the common trainers therefore use.
    #[default]
    Sample,
    /// With divisor n, as the formula of the GRPO paper reads.
    Population,
}

/// What becomes of a reward that is NaN, infinite, or beyond the range of `f32`.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum NonFinite {
    /// It is an error: the reward is broken, and learning from the rest would hide it.
    #[default]
    Reject,
    /// Its response is masked, and counted.
    Mask,
}

/// The choices of an advantage.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct AdvantageOptions {
    /// How rewards become advantages.
    pub estimator: Estimator,
    /// Which standard deviation GRPO divides by.
    pub deviation: Deviation,
    /// ε, added to the standard deviation, in units of reward; finite, 0 or more.
    pub epsilon: f64,
    /// What becomes of a reward that is not a finite number.
    pub non_finite: NonFinite,
}

impl Default for AdvantageOptions {
    fn default() -> Self {
        AdvantageOptions {
            estimator: Estimator::Grpo,
            deviation: Deviation::Sample,
            epsilon: 1e-6,
            non_finite: NonFinite::Reject,
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
    /// One a sample, in their order, always finite; 0 where masked and in groups of zero variance.
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

/// Advantages of a batch of samples; the members of a group need not be contiguous.
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
        match of_group(&rewards, options) {
            None => stats.zero_variance += 1,
            Some(group) => {
                for (&i, advantage) in members.iter().zip(group) {
                    values[i] = advantage;
                }
            }
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
    let (low, high) = rewards
        .iter()
        .fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), &r| {
            (low.min(r), high.max(r))
        });
    if high - low <= SAME_REWARD * high.abs().max(low.abs()).max(1.0) {
        return None;
    }
    let unit = match options.estimator {
        Estimator::DrGrpo => 1.0,
        Estimator::Grpo => {
            let squares: f64 = rewards.iter().map(|r| (r - mean).powi(2)).sum();
            let divisor = match options.deviation {
                // Two different rewards are at least two rewards.
                Deviation::Sample => n - 1.0,
                Deviation::Population => n,
            };
            (squares / divisor).sqrt() + options.epsilon
        }
    };
    // The range only binds for rewards near the limits of f32, centred but not scaled.
    let in_range = |a: f64| a.clamp(f64::from(f32::MIN), f64::from(f32::MAX)) as f32;
    Some(
        rewards
            .iter()
            .map(|r| in_range((r - mean) / unit))
            .collect(),
    )
}

#[cfg(test)]
mod tests {
    use std::f32::consts::FRAC_1_SQRT_2;

    use super::*;

    fn samples(rewards: &[(u64, f64)]) -> Vec<Sample> {
        rewards
            .iter()
            .map(|&(group, reward)| Sample {
                group: GroupId(group),
                reward,
                masked: false,
            })
            .collect()
    }

    fn close(values: &[f32], wanted: &[f32]) {
        assert_eq!(values.len(), wanted.len());
        for (v, w) in values.iter().zip(wanted) {
            assert!((v - w).abs() < 1e-5, "{values:?} is not {wanted:?}");
        }
    }

    #[test]
    fn grpo_by_hand() {
        // Rewards 0 0 1 1: mean 1/2, sample deviation sqrt(1/3), population deviation 1/2.
        let batch = samples(&[(7, 0.0), (7, 0.0), (7, 1.0), (7, 1.0)]);
        let mut options = AdvantageOptions::default();
        let sample = advantages(&batch, &options).unwrap();
        let a = 0.866_025;
        close(&sample.values, &[-a, -a, a, a]);
        options.deviation = Deviation::Population;
        close(
            &advantages(&batch, &options).unwrap().values,
            &[-1.0, -1.0, 1.0, 1.0],
        );
        options.epsilon = 0.5;
        close(
            &advantages(&batch, &options).unwrap().values,
            &[-0.5, -0.5, 0.5, 0.5],
        );
        options.estimator = Estimator::DrGrpo;
        close(
            &advantages(&batch, &options).unwrap().values,
            &[-0.5, -0.5, 0.5, 0.5],
        );
    }

    #[test]
    fn groups_do_not_mix_even_when_interleaved() {
        let batch = samples(&[(1, 0.0), (2, 5.0), (1, 2.0), (2, 9.0)]);
        let options = AdvantageOptions {
            estimator: Estimator::DrGrpo,
            ..Default::default()
        };
        let result = advantages(&batch, &options).unwrap();
        close(&result.values, &[-1.0, -2.0, 1.0, 2.0]);
        assert_eq!((result.stats.groups, result.stats.zero_variance), (2, 0));
        assert!((result.stats.mean_reward - 4.0).abs() < 1e-12);
    }

    #[test]
    fn a_group_of_equal_rewards_teaches_nothing_and_is_counted() {
        // .1 + .2 and .3 differ in their last bit only; group 3 has a single sample.
        let batch = samples(&[(1, 0.1 + 0.2), (1, 0.3), (2, 0.0), (2, 1.0), (3, 8.0)]);
        let result = advantages(&batch, &AdvantageOptions::default()).unwrap();
        assert_eq!(result.values[..2], [0.0, 0.0]);
        assert_eq!(result.values[4], 0.0);
        assert!(result.values[3] > 0.7);
        assert_eq!(result.stats.zero_variance, 2);
        assert!((result.stats.zero_variance_share() - 2.0 / 3.0).abs() < 1e-12);
        assert_eq!(result.kept, [true; 5]);
    }

    #[test]
    fn a_masked_sample_moves_nobody() {
        let mut batch = samples(&[(1, 0.0), (1, 1.0), (1, 100.0)]);
        batch[2].masked = true;
        let result = advantages(&batch, &AdvantageOptions::default()).unwrap();
        close(&result.values, &[-FRAC_1_SQRT_2, FRAC_1_SQRT_2, 0.0]);
        assert_eq!(result.kept, [true, true, false]);
        assert_eq!((result.stats.masked, result.stats.non_finite), (1, 0));
        assert!((result.stats.mean_reward - 0.5).abs() < 1e-12);
    }

    #[test]
    fn a_reward_that_is_no_number_is_an_error_or_is_masked() {
        for broken in [f64::NAN, f64::INFINITY, f64::NEG_INFINITY, 1e300] {
            let batch = samples(&[(1, 0.0), (1, broken), (1, 1.0)]);
            let error = advantages(&batch, &AdvantageOptions::default()).unwrap_err();
            assert!(matches!(error, AdvantageError::NonFinite { index: 1, .. }));
            let options = AdvantageOptions {
                non_finite: NonFinite::Mask,
                ..Default::default()
            };
            let result = advantages(&batch, &options).unwrap();
            close(&result.values, &[-FRAC_1_SQRT_2, 0.0, FRAC_1_SQRT_2]);
            assert_eq!(result.kept, [true, false, true]);
            assert_eq!((result.stats.masked, result.stats.non_finite), (1, 1));
        }
    }

    #[test]
    fn extreme_rewards_and_no_rewards_stay_finite() {
        let huge = f64::from(f32::MAX);
        for estimator in [Estimator::Grpo, Estimator::DrGrpo] {
            let options = AdvantageOptions {
                estimator,
                epsilon: 0.0,
                ..Default::default()
            };
            let result =
                advantages(&samples(&[(1, huge), (1, -huge), (1, -huge)]), &options).unwrap();
            assert!(result.values.iter().all(|v| v.is_finite()));
            let none = advantages(&[], &options).unwrap();
            assert_eq!(none.stats, GroupStats::default());
            assert_eq!(none.stats.zero_variance_share(), 0.0);
        }
    }

    #[test]
    fn an_unusable_epsilon_and_an_unknown_name_are_refused() {
        for epsilon in [-1e-6, f64::NAN, f64::INFINITY] {
            let options = AdvantageOptions {
                epsilon,
                ..Default::default()
            };
            assert!(matches!(
                advantages(&[], &options),
                Err(AdvantageError::Epsilon(_))
            ));
        }
        assert_eq!("dr-grpo".parse(), Ok(Estimator::DrGrpo));
        let error = "ppo".parse::<Estimator>().unwrap_err();
        assert!(error.to_string().contains("`ppo`"));
    }
}
