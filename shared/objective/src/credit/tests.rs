//! What tokens are credited with, worked out by hand.

use super::super::advantage::{Estimator, Sample, advantages};
use super::super::names::ObjectiveName;
use super::*;
use explang_reward::GroupId;

fn batch(rewards: &[f64], masked: usize) -> Vec<Sample> {
    let sample = |(i, &reward)| Sample {
        group: GroupId(0),
        reward,
        masked: i == masked,
    };
    rewards.iter().enumerate().map(sample).collect()
}

fn close(rows: &[Vec<f32>], wanted: &[&[f32]]) {
    assert_eq!(rows.len(), wanted.len());
    for (row, wanted) in rows.iter().zip(wanted) {
        assert_eq!(row.len(), wanted.len(), "{rows:?}");
        for (a, b) in row.iter().zip(*wanted) {
            assert!((a - b).abs() < 1e-5, "{rows:?}");
        }
    }
}

#[test]
fn without_more_every_token_has_its_response_s_advantage() {
    let options = AdvantageOptions {
        estimator: Estimator::DrGrpo,
        ..AdvantageOptions::default()
    };
    let found = advantages(&batch(&[1.0, 3.0, 50.0], 2), &options).unwrap();
    let rows = token_advantages(&found, &[2, 1, 3], None, &options);
    assert_eq!(rows, [vec![-1.0; 2], vec![1.0], vec![0.0; 3]]);
}

#[test]
fn reinforce_plus_plus_by_hand() {
    let mut options = AdvantageOptions {
        estimator: Estimator::ReinforcePlusPlus,
        epsilon: 0.0,
        whiten: Whiten::Responses,
        ..AdvantageOptions::default()
    };
    let found = advantages(&batch(&[0.0, 1.0, 100.0], 2), &options).unwrap();
    // Once each: mean 1/2, deviation sqrt(1/2). The masked one counts nowhere.
    let a = 0.5f32.sqrt();
    let rows = token_advantages(&found, &[3, 1, 2], None, &options);
    close(&rows, &[&[-a, -a, -a], &[a], &[0.0, 0.0]]);
    // Tokens 0 0 0 1: mean 1/4, squares 3/16 + 9/16 = 3/4, deviation sqrt(1/4).
    options.whiten = Whiten::Tokens;
    let rows = token_advantages(&found, &[3, 1, 2], None, &options);
    close(&rows, &[&[-0.5, -0.5, -0.5], &[1.5], &[0.0, 0.0]]);
}

#[test]
fn a_token_pays_for_the_divergence_from_itself_on() {
    let options = AdvantageOptions {
        estimator: Estimator::ReinforcePlusPlus,
        ..AdvantageOptions::default()
    };
    let found = advantages(&batch(&[1.0, 2.0, 9.0], 2), &options).unwrap();
    let penalties = [vec![0.5, 0.25, -0.125], vec![1.0], vec![8.0]];
    let rows = token_advantages(&found, &[3, 1, 1], Some(&penalties), &options);
    close(&rows, &[&[0.375, 0.875, 1.125], &[1.0], &[0.0]]);
}

/// The credit of two responses to one prompt, rewarded with 1 and 3, under an objective without whitening.
fn credited(mut objective: Objective, kl: f32) -> Vec<Vec<f32>> {
    objective.advantage.whiten = Whiten::Nothing;
    let samples = batch(&[1.0, 3.0], 2);
    // log π − log π_ref is 1/2 and 0 in the first response, 1 in the second.
    let batch = Batch {
        samples: &samples,
        components: &[],
        log_probs: &[&[-1.0, -1.0], &[-2.0]],
        reference: &[vec![-1.5, -1.0], vec![-3.0]],
    };
    let credit = objective.credit(&batch, kl).unwrap();
    assert_eq!(credit.kept, [true, true]);
    credit.tokens
}

#[test]
fn the_divergence_is_paid_in_one_place() {
    // From the reward of a whole response: 1 − 2 (1/2 + 0) = 0 and 3 − 2 = 1.
    let rloo = Objective::named(ObjectiveName::Rloo);
    close(&credited(rloo, 2.0), &[&[-1.0, -1.0], &[1.0]]);
    close(&credited(rloo, 0.0), &[&[-2.0, -2.0], &[2.0]]);
    assert_eq!(rloo.policy_loss(2.0).kl, 0.0);
    // From the return of each token, what lies ahead of it.
    let reinforce = Objective::named(ObjectiveName::ReinforcePlusPlus);
    close(&credited(reinforce, 2.0), &[&[0.0, 1.0], &[1.0]]);
    close(&credited(reinforce, 0.0), &[&[1.0, 1.0], &[3.0]]);
    assert_eq!(reinforce.policy_loss(2.0).kl, 0.0);
    // In the loss, and nowhere before it.
    let dr_grpo = Objective::named(ObjectiveName::DrGrpo);
    for kl in [0.0, 2.0] {
        close(&credited(dr_grpo, kl), &[&[-1.0, -1.0], &[1.0]]);
        assert_eq!(dr_grpo.policy_loss(kl).kl, kl);
    }
    let loss = dr_grpo.policy_loss(2.0);
    assert_eq!(
        (loss.clip_low, loss.surrogate),
        (dr_grpo.loss.clip_low, dr_grpo.loss.surrogate)
    );
}

#[test]
fn gdpo_looks_at_the_components() {
    let mut objective = Objective::named(ObjectiveName::Gdpo);
    objective.advantage.whiten = Whiten::Nothing;
    objective.advantage.epsilon = 0.0;
    let components = [(1.0, [0.0, 1.0]), (0.5, [0.0, 8.0])].map(|(weight, values)| Component {
        weight,
        values: values.to_vec(),
    });
    let samples = batch(&[0.0, 5.0], 2);
    let batch = Batch {
        samples: &samples,
        components: &components,
        log_probs: &[&[-1.0], &[-1.0]],
        reference: &[],
    };
    let a = 1.5 * 0.5f32.sqrt();
    close(
        &objective.credit(&batch, 0.0).unwrap().tokens,
        &[&[-a], &[a]],
    );
}
