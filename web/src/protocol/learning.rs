//! What the page and the learner say to each other: the worker that trains a model, for view 8.
//!
//! The learner does one order at a time. [`Order::Pause`], [`Order::Step`], [`Order::Run`] and [`Order::Change`] are heard between two shards of a
//! step; the others end the step that it is at, of which nothing is kept.

use explang::Language;
use explang::run::Stage;
use explang::tasks::Weighted;
use serde::{Deserialize, Serialize};

use super::Failure;
use crate::judge::incentive::{EXPLORE, Incentive};

/// From the page to the learner.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum Order {
    /// Take up the training that this browser keeps. Answered by [`News::Opened`], or [`News::Nothing`] where it keeps none.
    Open,
    /// Begin a training; one that was there is given up, and what was kept of it is replaced with the first checkpoint that is kept. Answered by
    /// [`News::Opened`].
    Begin(Settings),
    /// Go on with these settings from the next step. What [`Settings::needs_beginning`] names stays as it was.
    Change(Settings),
    /// Take steps until told otherwise.
    Run,
    /// Take one step, or finish the one that was paused.
    Step,
    /// Stop where it is, in the middle of a step too. What has been learned is kept: [`News::Kept`].
    Pause,
    /// Pack the training into one file. Answered by [`News::Packed`].
    Pack,
    /// Give the training up, and delete all that this browser keeps of it. Answered by [`News::Nothing`].
    Forget,
    /// Keep this training although another tab has kept one since: replaces the other tab's.
    Insist,
    /// Take steps from these completions in the place of sampled ones: by these, tests hold this learner against the trainer.
    Replay(Vec<Vec<Recorded>>),
}

/// A completion that was sampled elsewhere.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Recorded {
    /// Its tokens, that which ends it too.
    pub tokens: Vec<u32>,
    /// The log-probability of each, in nats.
    pub log_probs: Vec<f32>,
    /// It was cut short.
    pub truncated: bool,
}

/// From the learner to the page.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum News {
    /// It listens. What is sent before is lost.
    Ready,
    /// The files of the model to start from are on their way: bytes so far, and in all where that is known.
    Progress(u64, Option<u64>),
    /// A training is there, and waits.
    Opened(Box<Opened>),
    /// There is no training.
    Nothing,
    /// A step was taken.
    Step(Box<StepNews>),
    /// Everything up to this step is kept: after a reload it goes on from here.
    Kept(u32),
    /// It cannot be kept. The training goes on all the same.
    NotKept(NotKept, Failure),
    /// The training as one file.
    Packed(Packed),
    /// An order came to nothing. A training that was there still is, unless `over` says otherwise.
    Fail {
        /// What went wrong.
        failure: Failure,
        /// The learner is of no more use; another one has to be started.
        over: bool,
    },
}

/// Why a training is not kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum NotKept {
    /// The browser has no place to keep it, or refuses: a private window, or a full disk.
    Refused,
    /// Another tab has kept a training since: this one's would replace it.
    OtherTab,
    /// What was kept is of another version of this page, or damaged; it lies there until it is deleted or replaced.
    Unreadable,
}

/// A training as one file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Packed {
    /// A `blob:` address, good as long as the learner runs.
    pub address: String,
    /// The file's name.
    pub name: String,
    /// Its length.
    pub bytes: u64,
}

/// Where a training starts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Start {
    /// From the committed run `quick`, after SFT.
    Quick,
    /// From a stage of the run that the page was built with.
    Committed(Stage),
    /// From a stage of the run that the server shows.
    Served(Stage),
    /// From the model that this browser keeps, with a new optimizer.
    Yours,
}

/// What the visitor has chosen.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Settings {
    /// Where the training starts.
    pub start: Start,
    /// Seed of problems and sampling.
    pub seed: u64,
    /// The language that is forced; none lets the model choose.
    pub forced: Option<Language>,
    /// What is paid.
    pub incentive: Incentive,
    /// What a response costs that takes the whole budget, in points of reward; a shorter one costs in proportion. 0: length is free.
    pub length_price: f64,
    /// β: weight of the divergence from the model that the training started from.
    pub kl: f64,
    /// Learning rate of AdamW, the same at every step.
    pub learning_rate: f64,
    /// Prompts a step.
    pub prompts: usize,
    /// Rollouts a prompt: the size of a group.
    pub group: usize,
    /// Longest response, in tokens.
    pub max_new_tokens: usize,
    /// The kinds of problems that are asked, such as `sums/steps`; empty for all that the model was taught.
    pub kinds: Vec<String>,
}

impl Default for Settings {
    fn default() -> Self {
        let mut incentive = Incentive::default();
        incentive.choose(EXPLORE, incentive.preset);
        Settings {
            start: Start::Quick,
            seed: 1,
            forced: None,
            incentive,
            length_price: 0.0,
            kl: 0.0,
            learning_rate: 4e-4,
            prompts: 8,
            group: 8,
            max_new_tokens: 64,
            kinds: Vec::new(),
        }
    }
}

impl Settings {
    /// Whether going from `before` to these settings calls for a new training: the start, the seed and a forced language are a training's own.
    pub fn needs_beginning(&self, before: &Settings) -> bool {
        (self.start, self.seed, self.forced) != (before.start, before.seed, before.forced)
    }
}

/// A training that is there.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Opened {
    /// What was chosen last.
    pub settings: Settings,
    /// The stage that its steps are logged as.
    pub stage: Stage,
    /// All kinds of problems that the model was taught, chosen or not.
    pub tasks: Vec<Weighted>,
    /// Its history: one point before the first step, then one a step.
    pub points: Vec<Point>,
    /// It was kept by this browser; otherwise it has just begun.
    pub kept: bool,
    /// Why what this browser keeps could not be taken up, where that was so.
    pub failure: Option<Failure>,
}

/// What is known after a number of steps.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Point {
    /// Steps taken.
    pub step: u32,
    /// The step's means over its rollouts; none before the first.
    pub rollouts: Option<Means>,
    /// How the model chooses now, for each kind of [`Opened::tasks`] in their order: the mean of the exact π(language | problem) over a few held-out
    /// problems, in the order of [`Language::ALL`]. Empty where a language is forced.
    pub choice: Vec<Vec<f32>>,
    /// I(kind; language) in nats, of `choice`; none where a language is forced or there is one kind.
    pub information: Option<f64>,
    /// Entropy of `choice`, its mean over kinds, in nats.
    pub entropy: Option<f64>,
    /// Held-out accuracy, where it was measured at this step.
    pub held_out: Option<HeldOut>,
}

/// Means over the rollouts of a step.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Means {
    /// The reward.
    pub reward: f64,
    /// Share of right answers.
    pub accuracy: f64,
    /// Share whose trace is in the language of the tag.
    pub compliance: f64,
    /// Response length in tokens.
    pub response_tokens: f64,
    /// Seconds that the step took.
    pub seconds: f64,
}

/// Right answers to held-out problems, each answered once.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct HeldOut {
    /// Right answers.
    pub right: u32,
    /// Problems.
    pub problems: u32,
    /// 95 % interval of their share (Wilson 1927).
    pub interval: [f64; 2],
}

/// A step that was taken.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct StepNews {
    /// What is known after it.
    pub point: Point,
    /// The group of the step in which most was to be learned: the one with the widest rewards.
    pub group: Group,
}

/// The rollouts of one prompt.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Group {
    /// The problem in words.
    pub question: String,
    /// The right answer.
    pub answer: String,
    /// Its rollouts.
    pub rollouts: Vec<Shown>,
}

/// A rollout as it is shown.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Shown {
    /// The response.
    pub text: String,
    /// The language that its tag names.
    pub language: Option<Language>,
    /// Its answer is right.
    pub right: bool,
    /// What it was paid.
    pub reward: f64,
    /// What its tokens were credited with.
    pub advantage: f64,
}
