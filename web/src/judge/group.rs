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
mod tests {
    use explang::reward::{Component, Preset};
    use explang::tasks::say;

    use super::*;
    use crate::judge::problem_text;

    /// A rollout that thinks the task's own steps of `thinks`, under the tag of `tag`, and answers `answer`.
    fn rollout(tag: Language, thinks: Language, answer: &str) -> Completed {
        let problem = problem_text::read("sums/steps/3/47/38").unwrap();
        let trace = say::trace(&problem, thinks);
        completed(
            &format!(
                "<lang_select>\n{tag}\n</lang_select>\n<think>\n{trace}\n</think>\n\\boxed{{{answer}}}"
            ),
            Ending::Finished,
        )
    }

    fn completed(text: &str, end: Ending) -> Completed {
        Completed {
            text: text.into(),
            given: String::new(),
            drawn: 9,
            tokens: 9,
            end,
        }
    }

    fn close(found: &[f64], expected: &[f64]) {
        assert_eq!(found.len(), expected.len());
        for (a, b) in found.iter().zip(expected) {
            assert!((a - b).abs() < 1e-5, "{found:?} is not {expected:?}");
        }
    }

    fn rewards(outcome: &Outcome) -> Vec<f64> {
        outcome.scored.iter().map(|s| s.reward).collect()
    }

    /// Two right in Chinese, one wrong in English, one that thinks in another language than it named, one cut short in its
    /// thinking, one of no tag, and two wrong in Chinese.
    fn mixed() -> Vec<Completed> {
        use Language::{De, En, Fr, Ja, Zh};
        let problem = problem_text::read("sums/steps/3/47/38").unwrap();
        let cut = format!(
            "<lang_select>\nja\n</lang_select>\n<think>\n{}",
            say::trace(&problem, Ja)
        );
        vec![
            rollout(Zh, Zh, "85"),
            rollout(Zh, Zh, "85"),
            rollout(En, En, "84"),
            rollout(Fr, De, "85"),
            completed(&cut, Ending::CutShort),
            completed("85", Ending::Finished),
            rollout(Zh, Zh, "84"),
            rollout(Zh, Zh, "84"),
        ]
    }

    #[test]
    fn the_components_make_the_reward() {
        let paid = outcome(&mixed(), "85", &Incentive::default());
        // .2 format + .2 complies + 1 right + .5 pass@k; a rollout that does not comply earns no pass@k; one that never ends
        // its thinking has no format.
        close(&rewards(&paid), &[1.9, 1.9, 0.4, 1.2, 0.2, 0.0, 0.9, 0.9]);
        // Their sum is 7.4.
        assert!((paid.learned.unwrap().mean - 0.925).abs() < 1e-9);
    }

    #[test]
    fn diversity_pays_the_rare_and_weights_are_ones_own() {
        let mut incentive = Incentive::default();
        for component in Component::ALL {
            incentive.weigh(component, 0.0);
        }
        incentive.weigh(Component::Diversity, 1.0);
        let paid = outcome(&mixed(), "85", &incentive);
        // Four chose Chinese, one each English and Japanese; French did not comply.
        close(
            &rewards(&paid),
            &[0.25, 0.25, 1.0, 0.0, 1.0, 0.0, 0.25, 0.25],
        );
    }

    #[test]
    fn half_right_and_half_wrong_push_the_languages_apart() {
        use Language::{En, Zh};
        let group: Vec<Completed> = (0..8)
            .map(|i| match i % 2 {
                0 => rollout(Zh, Zh, "85"),
                _ => rollout(En, En, "84"),
            })
            .collect();
        let mut incentive = Incentive::default();
        let paid = outcome(&group, "85", &incentive);
        let learned = paid.learned.as_ref().unwrap();
        // 1.9 and .4, four times each: mean 1.15, squares 8 × .75² = 4.5, deviation √(4.5 / 7) = .801784,
        // advantages ± .75 / .801784 = ± .935414.
        assert!((learned.mean - 1.15).abs() < 1e-9);
        assert!((learned.deviation - 0.801_784).abs() < 1e-5);
        close(&learned.advantages, &[0.935_414, -0.935_414].repeat(4));
        close(
            &learned.pushes.iter().map(|p| p.sum).collect::<Vec<_>>(),
            &[3.741_656, -3.741_656],
        );
        let order: Vec<_> = learned
            .pushes
            .iter()
            .map(|p| (p.language, p.rollouts))
            .collect();
        assert_eq!(order, [(Some(Zh), 4), (Some(En), 4)]);
        assert!(!learned.all_same);

        incentive.estimator = Estimator::DrGrpo;
        let learned = outcome(&group, "85", &incentive).learned.unwrap();
        close(&learned.advantages, &[0.75, -0.75].repeat(4));
    }

    #[test]
    fn equal_rewards_teach_nothing() {
        let group = vec![rollout(Language::Zh, Language::Zh, "85"); SIZE];
        let learned = outcome(&group, "85", &Incentive::default())
            .learned
            .unwrap();
        assert!(learned.all_same);
        assert!((learned.mean - 1.9).abs() < 1e-9);
        assert_eq!(learned.advantages, [0.0; SIZE]);
        assert_eq!(learned.pushes.len(), 1);
    }

    #[test]
    fn one_language_alone_is_pushed_neither_way() {
        let mut group = vec![rollout(Language::Zh, Language::Zh, "85"); SIZE];
        group[3] = rollout(Language::Zh, Language::Zh, "84");
        let learned = outcome(&group, "85", &Incentive::default())
            .learned
            .unwrap();
        assert_eq!(Direction::of(learned.advantages[3]), Direction::Down);
        assert_eq!(Direction::of(learned.advantages[0]), Direction::Up);
        assert_eq!(Direction::of(learned.pushes[0].sum), Direction::Still);
    }

    #[test]
    fn by_the_published_code_nobody_complying_is_no_number() {
        let group = vec![completed("85", Ending::Finished); SIZE];
        let mut incentive = Incentive::default();
        incentive.choose("explore", Preset::Official);
        let paid = outcome(&group, "85", &incentive);
        assert!(paid.scored[0].reward.is_nan());
        assert!(paid.learned.is_err());
        incentive.choose("explore", Preset::Paper);
        assert!(outcome(&group, "85", &incentive).learned.is_ok());
    }

    #[test]
    fn numbers_carry_their_sign_and_scales_hold_them() {
        assert_eq!(
            [signed(0.935), signed(-2.0), signed(-1e-9)],
            ["+0.94", "−2.00", "0.00"]
        );
        assert_eq!(
            [points(1.9), points(-0.25), points(f64::NAN)],
            ["1.90", "−0.25", "not a number"]
        );
        for (values, end) in [
            (vec![], 0.5),
            (vec![0.2, -0.75], 1.0),
            (vec![-2.5], 2.5),
            (vec![2.51], 3.0),
        ] {
            assert_eq!(extent(values.into_iter()), end);
        }
    }
}
