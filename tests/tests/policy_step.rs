//! A step of reinforcement learning as a whole: which groups it learns from, what it pays for, and what it says of itself.

use std::collections::BTreeMap;

use burn::module::Module;
use explang::action::Action;
use explang::identify::WhatlangDetector;
use explang::learn::Learner;
use explang::model::{Decoder, Memory};
use explang::objective::ObjectiveName;
use explang::objective::Overlong;
use explang::objective::{DynamicSampling, Varied};
use explang::policy;
use explang::prompt::PromptFormat;
use explang::reward::Scored;
use explang::rollout::Rollout;
use explang::run::config::AdamWConfig;
use explang::run::{Config, PolicyMetrics};
use explang_trainer::config;
use explang_trainer::stages::rl;
use explang_trainer::threads::Threads;

use crate::support::{self, Policy};

/// A policy that gets some answers right by luck.
fn policy() -> Policy {
    Policy::taught(support::tokenizer(), 120)
}

fn config(name: ObjectiveName) -> Config {
    let mut config = config::load("smoke").unwrap();
    config.tasks = Some(support::tasks());
    config.rl.objective = name;
    (config.rl.prompts, config.rl.group) = (6, 4);
    config.rl.max_new_tokens = 40;
    config
}

/// What a step did.
struct Done {
    metrics: PolicyMetrics,
    rollouts: Vec<(Rollout, Scored)>,
    before: Vec<f32>,
    after: Vec<f32>,
}

fn weights(model: &Decoder) -> Vec<f32> {
    let all = model.named_weights().into_values();
    all.flat_map(|values| values.iter::<f32>().collect::<Vec<_>>())
        .collect()
}

/// The first step from `policy`, with a divergence paid for where `kl` is not 0.
fn step(policy: &Policy, config: &Config, kl: f32) -> Done {
    step_within(policy, config, kl, Memory::default())
}

/// [`step`] that keeps what `memory` allows.
fn step_within(policy: &Policy, config: &Config, kl: f32, memory: Memory) -> Done {
    let model = policy.model.clone().fork(&support::device().autodiff());
    let mut learner = Learner::new(model, AdamWConfig::default(), 1.0);
    let before = weights(&learner.model);
    let mut options = rl::options(config, &config.rl.exploit, Action::Free).unwrap();
    (options.kl, options.steps, options.memory) = (kl, 10, memory);
    let phase = policy::Phase {
        options: &options,
        source: config.tasks.as_ref().unwrap(),
        format: &PromptFormat::Line,
        tokenizer: &policy.tokenizer,
        detector: &WhatlangDetector::new(&explang::Language::SEEN),
        reference: (kl != 0.0).then_some(&policy.model),
        stream: 5,
        parallel: &Threads(2),
        now: || 0.0,
    };
    let report = pollster::block_on(policy::take(&phase, &mut learner, 0)).unwrap();
    let (metrics, rollouts) = (report.metrics, report.rollouts);
    let rollouts = rollouts.rollouts.into_iter().zip(rollouts.scored).collect();
    Done {
        metrics,
        rollouts,
        before,
        after: weights(&learner.model),
    }
}

/// Right answers of each group, in the order of the groups.
fn right(done: &Done) -> Vec<usize> {
    let mut groups = BTreeMap::<usize, usize>::new();
    for (rollout, scored) in &done.rollouts {
        *groups.entry(rollout.query).or_default() += usize::from(scored.components.verified > 0.0);
    }
    groups.into_values().collect()
}

#[test]
fn dynamic_sampling_looks_for_groups_that_differ_and_learns_from_no_other() {
    let policy = policy();
    let plain = config(ObjectiveName::Grpo);
    let mut dynamic = plain.clone();
    dynamic.rl.dynamic_sampling = Some(DynamicSampling {
        by: Varied::Accuracy,
        max_batches: 30,
    });
    let (without, with) = (step(&policy, &plain, 0.0), step(&policy, &dynamic, 0.0));
    let (prompts, group) = (plain.rl.prompts, plain.rl.group);
    let (batches, groups) = (with.metrics.batches, with.metrics.groups);
    let mixed: Vec<bool> = right(&with)
        .iter()
        .map(|n| (1..group).contains(n))
        .collect();
    let count = |part: &[bool]| part.iter().filter(|mixed| **mixed).count();
    // Without luck in this very batch the test would show nothing.
    assert!(batches > 1 && batches < 30, "{batches} batches");
    assert!(
        count(&mixed[..(batches - 1) * prompts]) < prompts,
        "it stops in time"
    );
    assert!(count(&mixed) >= prompts, "and not too early");
    assert_eq!(groups, [batches * prompts, prompts]);
    assert_eq!(with.rollouts.len(), batches * prompts * group);

    // The first batch is the one that there would have been anyway.
    assert_eq!(
        (without.metrics.batches, without.metrics.groups),
        (1, [prompts; 2])
    );
    for ((a, _), (b, _)) in without.rollouts.iter().zip(&with.rollouts) {
        assert_eq!((&a.tokens, a.query), (&b.tokens, b.query));
    }
    // Tokens of the updates are those of the first mixed groups.
    let mut left = prompts;
    let learned: usize = with
        .rollouts
        .chunks(group)
        .zip(&mixed)
        .filter(|(_, mixed)| {
            let taken = **mixed && left > 0;
            left -= usize::from(taken);
            taken
        })
        .flat_map(|(rollouts, _)| rollouts.iter().map(|(r, _)| r.tokens.len()))
        .sum();
    assert_eq!(with.metrics.trained_tokens, learned);
    // Figures of accuracy are of all that was sampled, else they would say what was looked for.
    let accuracy = right(&with).iter().sum::<usize>() as f64 / with.rollouts.len() as f64;
    assert!((with.metrics.accuracy - accuracy).abs() < 1e-12);
}

#[test]
fn where_nothing_can_be_learned_nothing_is() {
    // It has learned nothing, so all its answers are wrong.
    let policy = Policy::taught(support::tokenizer(), 0);
    let done = step(&policy, &config(ObjectiveName::Dapo), 0.0);
    assert_eq!(done.metrics.groups, [60, 0]);
    assert_eq!((done.metrics.batches, done.metrics.skipped), (10, 0));
    assert_eq!(
        (done.metrics.gradient_norm, done.metrics.trained_tokens),
        (0.0, 0)
    );
    assert!(done.before == done.after);
}

#[test]
fn the_end_of_the_budget_costs_and_is_shown() {
    let policy = policy();
    let plain = config(ObjectiveName::Grpo);
    let mut shaped = plain.clone();
    let overlong = Overlong {
        share: 0.5,
        penalty: 2.0,
    };
    shaped.rl.overlong = Some(overlong);
    let (without, with) = (step(&policy, &plain, 0.0), step(&policy, &shaped, 0.0));
    // What is sampled and what is paid for it are the same.
    assert_eq!(with.metrics.reward, without.metrics.reward);
    let cost = |(rollout, _): &(Rollout, Scored)| overlong.punishment(rollout.response_len(), 40);
    let mean = with.rollouts.iter().map(cost).sum::<f64>() / with.rollouts.len() as f64;
    assert!(mean < -0.01 && (with.metrics.reward_parts["overlong"] - mean).abs() < 1e-12);
    assert!(!without.metrics.reward_parts.contains_key("overlong"));
    // What is learned is not.
    assert!(without.before == with.before && without.after != with.after);
}

#[test]
fn every_objective_learns_and_its_figures_agree_with_each_other() {
    let policy = policy();
    for name in ObjectiveName::ALL {
        let done = step(&policy, &config(name), 0.02);
        let m = &done.metrics;
        assert!(
            done.before != done.after && done.after.iter().all(|w| w.is_finite()),
            "{name}"
        );
        assert!(
            m.gradient_norm > 0.0 && m.gradient_norm_max >= m.gradient_norm,
            "{name}"
        );
        assert!(m.kl_max >= m.kl && m.kl > 0.0, "{name}: {m:?}");
        assert!(m.drift_max >= m.drift && m.drift > 0.0, "{name}: {m:?}");
        assert!(m.ratio_max >= 1.0 && m.policy_loss.is_finite());
        // The parts of the reward are the reward.
        let parts = m
            .reward_parts
            .iter()
            .filter(|(part, _)| **part != "overlong");
        let sum: f64 = parts.map(|(_, value)| value).sum();
        assert!(
            (sum - m.reward).abs() < 1e-9,
            "{name}: {sum} is not {}",
            m.reward
        );
        let n: usize = m.languages.values().map(|l| l.n).sum();
        let tagged: usize = m.choices.values().flat_map(|c| c.tagged.values()).sum();
        assert_eq!(n, tagged);
        for (language, figures) in &m.languages {
            let right = m.correct.get(language).copied().unwrap_or(0) as f64;
            assert!((figures.accuracy * figures.n as f64 - right).abs() < 1e-9);
        }
        let lengths: Vec<usize> = done
            .rollouts
            .iter()
            .map(|(r, _)| r.response_len())
            .collect();
        let range = [
            *lengths.iter().min().unwrap(),
            *lengths.iter().max().unwrap(),
        ];
        assert_eq!(m.response_tokens_range, range);
    }
}

#[test]
fn a_step_in_parts_with_recomputation_is_the_step_of_the_whole() {
    let policy = policy();
    let config = config(ObjectiveName::Grpo);
    let whole = step(&policy, &config, 0.02);
    let memory = Memory {
        micro_batch_tokens: Some(100),
        recompute_layers: true,
        log_prob_rows: 7,
        cache_tokens: Some(150),
    };
    let parts = step_within(&policy, &config, 0.02, memory);
    let pairs = [
        (whole.metrics.gradient_norm, parts.metrics.gradient_norm),
        (whole.metrics.policy_loss, parts.metrics.policy_loss),
        (whole.metrics.kl, parts.metrics.kl),
    ];
    for (a, b) in pairs {
        assert!(a.abs() > 1e-9 && (a - b).abs() < 1e-6, "{pairs:?}");
    }
    // Adam's first step is as long where a gradient is next to nothing, so single numbers may differ: all together they do not.
    let moved = |a: &[f32], b: &[f32]| -> f64 {
        let pairs = a.iter().zip(b);
        pairs.map(|(a, b)| f64::from((a - b).abs())).sum()
    };
    let (step, difference) = (
        moved(&whole.before, &whole.after),
        moved(&whole.after, &parts.after),
    );
    assert!(
        step > 1e-5 && difference < 1e-3 * step,
        "{difference} of {step}"
    );
}
