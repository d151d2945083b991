//! A group of rollouts: what each is paid, and which way learning from it would push the model.

use explang::Language;
use explang::objective::{AdvantageError, AdvantageOptions, Sample, advantages};
use explang::reward::{GroupId, Response, Scored};
use explang::transcript::Parsed;

use crate::judge::assess::DETECTOR;
use crate::judge::incentive::{Estimator, Incentive};
use crate::protocol::{Completed, Ending};

/// Rollouts of a group, as the run has them.
pub const SIZE: usize = 8;

/// Advantages closer to 0 than this are what is left of rounding.
const NOTHING: f64 = 1e-6;

/// A group that has been paid.
#[derive(Debug, Clone, PartialEq)]
pub struct Outcome {
    /// The language that each rollout named, of all seventeen.
    pub chosen: Vec<Option<Language>>,
    /// Each rollout's components and reward, in their order.
    pub scored: Vec<Scored>,
    /// What is learned from them; nothing where a reward is no number.
    pub learned: Result<Learned, AdvantageError>,
}

/// What is learned from a group.
#[derive(Debug, Clone, PartialEq)]
pub struct Learned {
    /// The mean reward: the baseline.
    pub mean: f64,
    /// The standard deviation of the rewards, with divisor n − 1.
    pub deviation: f64,
    /// All rewards are the same.
    pub all_same: bool,
    /// Each rollout's advantage, in their order.
    pub advantages: Vec<f64>,
    /// The advantages by chosen language, the highest sum first.
    pub pushes: Vec<Push>,
}

/// Which way one language is pushed.
#[derive(Debug, Clone, PartialEq)]
pub struct Push {
    /// The language; none for rollouts that named none.
    pub language: Option<Language>,
    /// Rollouts that chose it.
    pub rollouts: usize,
    /// The sum of their advantages.
    pub sum: f64,
}

/// Which way an advantage pushes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Direction {
    /// It becomes more likely.
    Up,
    /// It becomes less likely.
    Down,
    /// It stays.
    Still,
}

impl Direction {
    /// The direction of an advantage, or of a sum of them.
    pub fn of(advantage: f64) -> Direction {
        if advantage > NOTHING {
            Direction::Up
        } else if advantage < -NOTHING {
            Direction::Down
        } else {
            Direction::Still
        }
    }
}

/// Pays a finished group, and says what would be learned from it.
pub fn outcome(rollouts: &[Completed], truth: &str, incentive: &Incentive) -> Outcome {
    let group = GroupId(0);
    let responses: Vec<Response<'_>> = rollouts
        .iter()
        .map(|rollout| Response {
            group,
            text: &rollout.text,
            ground_truth: truth,
            truncated: rollout.end == Ending::CutShort,
        })
        .collect();
    let scored = incentive.reward().score(&responses, &*DETECTOR);
    let chosen: Vec<_> = rollouts.iter().map(|r| chosen(&r.text)).collect();
    let learned = learn(&scored, &chosen, incentive.estimator);
    Outcome {
        chosen,
        scored,
        learned,
    }
}

/// The language that a response's tag names.
fn chosen(text: &str) -> Option<Language> {
    let parsed = Parsed::of(text);
    parsed.language().filter(|_| parsed.anchored)
}

fn learn(
    scored: &[Scored],
    chosen: &[Option<Language>],
    estimator: Estimator,
) -> Result<Learned, AdvantageError> {
    let sample = |scored: &Scored| Sample {
        group: GroupId(0),
        reward: scored.reward,
        masked: scored.masked,
    };
    let samples: Vec<Sample> = scored.iter().map(sample).collect();
    let options = AdvantageOptions {
        estimator: estimator.into(),
        ..AdvantageOptions::default()
    };
    let found = advantages(&samples, &options)?;
    let mean = found.stats.mean_reward;
    let squares: f64 = samples.iter().map(|s| (s.reward - mean).powi(2)).sum();
    let advantages: Vec<f64> = found.values.iter().map(|a| f64::from(*a)).collect();
    Ok(Learned {
        mean,
        deviation: (squares / samples.len().saturating_sub(1).max(1) as f64).sqrt(),
        all_same: found.stats.zero_variance > 0,
        pushes: pushes(chosen, &advantages),
        advantages,
    })
}

/// The sum of the advantages of each chosen language.
fn pushes(chosen: &[Option<Language>], advantages: &[f64]) -> Vec<Push> {
    let mut pushes: Vec<Push> = Vec::new();
    for (&language, advantage) in chosen.iter().zip(advantages) {
        match pushes.iter_mut().find(|p| p.language == language) {
            Some(push) => {
                push.rollouts += 1;
                push.sum += advantage;
            }
            None => pushes.push(Push {
                language,
                rollouts: 1,
                sum: *advantage,
            }),
        }
    }
    pushes.sort_by(|a, b| b.sum.total_cmp(&a.sum));
    pushes
}

/// The end of a scale around 0 that holds all these values: a multiple of one half.
pub fn extent(values: impl Iterator<Item = f64>) -> f64 {
    let most = values.map(f64::abs).fold(0.0, f64::max);
    ((2.0 * most).ceil() / 2.0).max(0.5)
}

/// A number with its sign and two decimals.
pub fn signed(value: f64) -> String {
    match Direction::of(value) {
        Direction::Up => format!("+{value:.2}"),
        Direction::Down => format!("−{:.2}", value.abs()),
        Direction::Still => "0.00".into(),
    }
}

/// A reward with two decimals.
pub fn points(value: f64) -> String {
    if value.is_nan() {
        "not a number".into()
    } else if value < 0.0 {
        format!("−{:.2}", value.abs())
    } else {
        format!("{value:.2}")
    }
}

#[cfg(test)]
mod tests;
