//! What the visitor chose, as the options of a step and as the configuration of a run.

use explang::action::Action;
use explang::identify::Identifier;
use explang::model::Memory;
use explang::objective::{Objective, Overlong};
use explang::policy::PolicyOptions;
use explang::reward::Reward;
use explang::run::config::{Decay, PhaseSection, Schedule};
use explang::run::{Config, Stage};
use explang::tasks::{Mixture, Weighted};

use crate::judge::incentive::EXPLOIT;
use crate::protocol::learning::Settings;

/// Parts that a batch is split into: between two of them the page is heard. The presets have as many.
const SHARDS: usize = 4;

/// Settings that no training can have.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SettingsError {
    /// A number is out of its range.
    #[error("{name} is {found}; choose {least} to {most}")]
    Range {
        /// What it is.
        name: &'static str,
        /// What was chosen.
        found: String,
        /// The least that can be.
        least: &'static str,
        /// The most that can be.
        most: &'static str,
    },
    /// No kind of problem is left.
    #[error("none of the chosen kinds of problems was taught to this model; choose one that was")]
    Kinds,
}

/// The stage that a training's steps are logged as: the control where a language is forced, exploit where a variant of its name is paid
/// when the training begins, else explore.
pub fn stage(settings: &Settings) -> Stage {
    if settings.forced.is_some() {
        Stage::Control
    } else if settings.incentive.variant.starts_with(EXPLOIT) {
        Stage::Exploit
    } else {
        Stage::Explore
    }
}

/// Refuses what no training can have.
///
/// # Errors
/// When a number is out of its range.
pub fn check(settings: &Settings) -> Result<(), SettingsError> {
    let ranges = [
        ("the number of prompts", settings.prompts as f64, "1", "64"),
        ("the size of a group", settings.group as f64, "2", "32"),
        (
            "the longest response",
            settings.max_new_tokens as f64,
            "8",
            "128",
        ),
        ("the learning rate", settings.learning_rate, "0", "0.01"),
        ("the weight of the divergence", settings.kl, "0", "1"),
        ("the price of length", settings.length_price, "0", "2"),
    ];
    for (name, found, least, most) in ranges {
        let bound = |text: &str| text.parse::<f64>().unwrap_or(f64::NAN);
        // NaN is in no range.
        if !(bound(least)..=bound(most)).contains(&found) {
            return Err(SettingsError::Range {
                name,
                found: found.to_string(),
                least,
                most,
            });
        }
    }
    Ok(())
}

/// The problems that are asked: those of the chosen kinds, as often as they were taught.
///
/// # Errors
/// When none is left.
pub fn asked(taught: &[Weighted], kinds: &[String]) -> Result<Mixture, SettingsError> {
    let chosen = |task: &&Weighted| {
        kinds.is_empty() || kinds.iter().any(|kind| kind == task.spec.kind().as_str())
    };
    let chosen = taught.iter().filter(chosen).copied().collect();
    Mixture::new(chosen).map_err(|_| SettingsError::Kinds)
}

/// How advantages and loss are made.
fn objective(config: &Config, settings: &Settings) -> Objective {
    let mut objective = config.rl.objective();
    objective.advantage.estimator = settings.incentive.estimator.into();
    objective.overlong = Overlong {
        share: 1.0,
        penalty: settings.length_price,
    };
    objective
}

/// What is paid, with the detector that a browser can hold.
fn reward(settings: &Settings) -> Reward {
    let mut reward = settings.incentive.reward();
    reward.options.identifier = Identifier::Whatlang;
    reward
}

/// What a step keeps. All logits of a part are its largest tensors by far, and now and then longer than ever before: then they find no place
/// between the others, and the memory grows, which never shrinks.
fn memory() -> Memory {
    Memory {
        log_prob_rows: 256,
        ..Memory::default()
    }
}

/// The options of a step of a training that started from a model of the run with this configuration.
pub fn of(config: &Config, settings: &Settings) -> PolicyOptions {
    PolicyOptions {
        prompts: settings.prompts,
        asked_in_all: config.asked_in_all,
        group: settings.group,
        // One update a step: the weights are those that the rollouts were sampled with.
        mini_batches: 1,
        temperature: 1.0,
        max_new_tokens: settings.max_new_tokens,
        shards: SHARDS,
        memory: memory(),
        objective: objective(config, settings),
        kl: settings.kl as f32,
        reward: reward(settings),
        action: settings.forced.map_or(Action::Free, Action::Forced),
        schedule: constant(settings),
        // A constant rate does not ask how many there will be.
        steps: 1,
    }
}

/// The configuration of a run of `steps` steps with these settings. Weights of the visitor's own have no name in it: it names the variant that they
/// were begun from.
pub fn config(started_from: &Config, settings: &Settings, asked: &Mixture, steps: usize) -> Config {
    let mut config = started_from.clone();
    config.name = "yours".into();
    config.seed = settings.seed;
    config.shards = SHARDS;
    config.memory = memory();
    config.tasks = Some(asked.clone());
    let objective = objective(started_from, settings);
    let rl = &mut config.rl;
    rl.prompts = settings.prompts;
    rl.group = settings.group;
    rl.mini_batches = 1;
    rl.temperature = 1.0;
    rl.max_new_tokens = settings.max_new_tokens;
    rl.preset = settings.incentive.preset;
    rl.identifier = Some(Identifier::Whatlang);
    rl.advantage.estimator = Some(objective.advantage.estimator);
    rl.overlong = Some(objective.overlong);
    rl.control = settings.forced;
    let phase = |steps| PhaseSection {
        steps,
        variant: settings.incentive.variant.into(),
        kl: settings.kl as f32,
        schedule: constant(settings),
    };
    let explores = stage(settings) == Stage::Explore;
    rl.explore = phase(if explores { steps } else { 0 });
    rl.exploit = phase(if explores { 0 } else { steps });
    config.distil = None;
    config
}

fn constant(settings: &Settings) -> Schedule {
    Schedule {
        peak: settings.learning_rate,
        warm_up: 0.0,
        decay: Decay::Constant,
    }
}
