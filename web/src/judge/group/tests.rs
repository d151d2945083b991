use explang::reward::{Component, Preset};
use explang::tasks::say;

use super::*;
use crate::judge::{completed, problem_text};

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
