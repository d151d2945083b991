use super::super::advantage::{Estimator, NonFinite};
use super::*;
use explang_reward::GroupId;

fn batch(groups: &[u64], components: &[Component]) -> Vec<Sample> {
    let reward = |i: usize| components.iter().map(|c| c.weight * c.values[i]).sum();
    let sample = |(i, &group)| Sample {
        group: GroupId(group),
        reward: reward(i),
        masked: false,
    };
    groups.iter().enumerate().map(sample).collect()
}

fn options() -> AdvantageOptions {
    AdvantageOptions {
        estimator: Estimator::Gdpo,
        epsilon: 0.0,
        ..AdvantageOptions::default()
    }
}

#[test]
fn gdpo_by_hand() {
    // Two groups of two. Of two different values the deviations are ± sqrt(1/2).
    let components = [
        Component {
            weight: 1.0,
            values: vec![0.0, 1.0, 1.0, 1.0],
        },
        Component {
            weight: 0.5,
            values: vec![0.0, 8.0, 3.0, 0.0],
        },
    ];
    let found = decoupled(&batch(&[4, 4, 9, 9], &components), &components, &options());
    let found = found.unwrap();
    let a = 0.5f32.sqrt();
    for (value, wanted) in found.values.iter().zip([-1.5, 1.5, 0.5, -0.5]) {
        assert!((value - wanted * a).abs() < 1e-6, "{found:?}");
    }
    assert_eq!((found.stats.groups, found.stats.zero_variance), (2, 0));
}

#[test]
fn sums_that_agree_are_told_apart() {
    // 1 + 0, 0 + 1, 0 + 0, 0 + 1: as one number three of four are the same.
    let components = [[1.0, 0.0, 0.0, 0.0], [0.0, 1.0, 0.0, 1.0]].map(|values| Component {
        weight: 1.0,
        values: values.to_vec(),
    });
    let samples = batch(&[0; 4], &components);
    let values = decoupled(&samples, &components, &options()).unwrap().values;
    // The rarer component is worth more: deviations 1/2 and sqrt(1/3).
    assert!((values[0] - (1.5 - 0.866_025)).abs() < 1e-5, "{values:?}");
    assert!((values[1] - (-0.5 + 0.866_025)).abs() < 1e-5, "{values:?}");
    assert!(values[0] > values[1]);
}

#[test]
fn a_broken_reward_is_masked_in_every_component_and_weight_nothing_is_not_looked_at() {
    let components = [
        Component {
            weight: 1.0,
            values: vec![0.0, f64::NAN, 1.0],
        },
        Component {
            weight: 0.0,
            values: vec![f64::NAN; 3],
        },
    ];
    let mut samples = batch(&[0; 3], &components[..1]);
    samples[1].reward = f64::NAN;
    assert!(decoupled(&samples, &components, &options()).is_err());
    let options = AdvantageOptions {
        non_finite: NonFinite::Mask,
        ..options()
    };
    let found = decoupled(&samples, &components, &options).unwrap();
    assert_eq!(found.kept, [true, false, true]);
    assert_eq!(found.stats.non_finite, 1);
    assert!((found.values[2] - 0.5f32.sqrt()).abs() < 1e-6 && found.values[1] == 0.0);
}

#[test]
fn who_does_not_take_part_moves_no_component() {
    let components = [Component {
        weight: 1.0,
        values: vec![0.0, 5.0, 1.0],
    }];
    let mut samples = batch(&[0; 3], &components);
    samples[1].reward = f64::INFINITY;
    let options = AdvantageOptions {
        non_finite: NonFinite::Mask,
        ..options()
    };
    let values = decoupled(&samples, &components, &options).unwrap().values;
    let a = 0.5f32.sqrt();
    assert!(
        (values[0] + a).abs() < 1e-6 && (values[2] - a).abs() < 1e-6,
        "{values:?}"
    );
    assert_eq!(values[1], 0.0);
}
