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
        let result = advantages(&samples(&[(1, huge), (1, -huge), (1, -huge)]), &options).unwrap();
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

#[test]
fn rloo_by_hand() {
    // The mean of the others: 5, 4, 3.
    let batch = samples(&[(1, 2.0), (1, 4.0), (1, 6.0), (2, 9.0)]);
    let mut options = AdvantageOptions {
        estimator: Estimator::Rloo,
        ..Default::default()
    };
    let found = advantages(&batch, &options).unwrap();
    // A response alone has no others.
    close(&found.values, &[-3.0, 0.0, 3.0, 0.0]);
    // The deviation and its ε have no part in it.
    options.deviation = Deviation::Population;
    options.epsilon = 7.0;
    assert_eq!(advantages(&batch, &options).unwrap(), found);
}

#[test]
fn reinforce_plus_plus_leaves_the_scale_to_the_batch() {
    let batch = samples(&[(1, 2.0), (1, 4.0), (2, 3.0), (2, 3.0)]);
    let mut options = AdvantageOptions {
        estimator: Estimator::ReinforcePlusPlus,
        ..Default::default()
    };
    let raw = advantages(&batch, &options).unwrap();
    // A group that agrees is counted, and still stands somewhere in the batch.
    close(&raw.values, &[2.0, 4.0, 3.0, 3.0]);
    assert_eq!(raw.stats.zero_variance, 1);
    options.estimator = Estimator::ReinforcePlusPlusBaseline;
    let centred = advantages(&batch, &options).unwrap();
    close(&centred.values, &[-1.0, 1.0, 0.0, 0.0]);
    options.estimator = Estimator::Gdpo;
    let whole = advantages(&batch, &options).unwrap();
    close(&whole.values[..2], &[-FRAC_1_SQRT_2, FRAC_1_SQRT_2]);
}

#[test]
fn rounding_is_no_difference_at_any_scale() {
    for (rewards, same) in [
        ([1.0, 1.0 + 1e-12], true),
        ([0.0, 1e-8], false),
        ([1e9, 1e9 + 0.5], true),
        ([-1e9, -1e9 - 0.5], true),
        ([1e9, 1e9 + 2.0], false),
    ] {
        assert_eq!(all_the_same(rewards.into_iter()), same, "{rewards:?}");
    }
}
