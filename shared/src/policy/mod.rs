//! One step of reinforcement learning, in the order of its files:
//!
//! 1. [`rollouts`]: groups of responses are sampled from the policy and rewarded;
//! 2. [`credit`]: rewards become the advantage of each token, beside what the reference thinks of it;
//! 3. `step`: mini-batches of whole groups move the weights;
//! 4. `metrics`: what the step did.
//!
//! As published: mini-batch updates with the log-probabilities stored when the rollouts were sampled. Which objective is a
//! choice ([`crate::objective::names`]); by default GRPO with the token mean, and in exploit a k3 divergence from the checkpoint
//! that the phase started from. Left out: an entropy bonus (its coefficient is 0 in the paper) and a critic.
//!
//! A step opens no file, reads no clock and starts no thread: [`Phase`] brings all three where there are any. Whatever a device
//! has to give back is awaited, so a step also runs in a browser.

pub mod credit;
mod metrics;
pub mod rollouts;
mod step;

pub use rollouts::Rollouts;
pub use step::{StepError, StepReport, learn, take};

use crate::action::Action;
use crate::identify::Identify;
use crate::model::{Decoder, Memory};
use crate::objective::Objective;
use crate::parallel::Parallel;
use crate::prompt::PromptFormat;
use crate::reward::Reward;
use crate::tasks::Source;
use crate::tokenizer::Tokenizer;
use explang_run::config::Schedule;

/// The choices of a phase.
#[derive(Debug, Clone)]
pub struct PolicyOptions {
    /// Prompts a step.
    pub prompts: usize,
    /// Share of the prompts that are asked in one of the seventeen languages, each alike; the others are asked in English.
    pub asked_in_all: f64,
    /// Rollouts a prompt: the size of a group.
    pub group: usize,
    /// Updates a step: the rollouts are split into so many mini-batches of whole groups.
    pub mini_batches: usize,
    /// Sampling temperature.
    pub temperature: f32,
    /// Longest response, in tokens, tag included.
    pub max_new_tokens: usize,
    /// Parts that a batch is split into; the result depends on it, and not on the number of cores.
    pub shards: usize,
    /// What an update may keep in memory.
    pub memory: Memory,
    /// From rewards to a loss.
    pub objective: Objective,
    /// β: weight of the divergence from the reference.
    pub kl: f32,
    /// What is paid.
    pub reward: Reward,
    /// Free, or forced for the control.
    pub action: Action,
    /// Learning rate over the steps of the phase.
    pub schedule: Schedule,
    /// Steps of the phase, for the schedule.
    pub steps: usize,
}

/// What a step needs beside the learner.
#[derive(Clone, Copy)]
pub struct Phase<'a> {
    /// The choices.
    pub options: &'a PolicyOptions,
    /// What is asked.
    pub source: &'a dyn Source,
    /// The form of a prompt.
    pub format: &'a PromptFormat,
    /// Tokenizer of the policy.
    pub tokenizer: &'a Tokenizer,
    /// Detector of the thinking language.
    pub detector: &'a dyn Identify,
    /// The checkpoint that the phase started from, without autodiff; needed where `kl` is not 0.
    pub reference: Option<&'a Decoder>,
    /// Stream of the phase's random numbers.
    pub stream: u64,
    /// How shards are worked on.
    pub parallel: &'a dyn Parallel,
    /// Seconds since some moment, for the metrics; a phase without a clock returns 0.
    pub now: fn() -> f64,
}
