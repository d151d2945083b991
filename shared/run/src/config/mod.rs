//! `run.toml`: what a run is.
//!
//! [`Config::parse`] reads the text and refuses, in one sentence with the line, what no run could have; [`Config::to_toml`] writes it back
//! with everything that a name stands for written out.

mod check;
mod data;
mod excerpt;
mod extends;
mod lora;
mod memory;
mod model;
mod optimizer;
mod practice;
mod prompt;
mod reading;
mod rl;
mod schedule;

pub use check::MOST_PROBLEMS;
pub use data::{DataSection, FileSection, Layout};
pub use excerpt::{Excerpt, RlExcerpt};
pub use lora::{LoraSection, LoraTarget};
pub use memory::MemorySection;
pub use model::{LEAST_TOKENS, ModelPreset, ModelSection, PresetShape};
pub use optimizer::{AdamWConfig, OptimizerSection};
pub use practice::Practice;
pub use prompt::{PromptForm, PromptSection};
pub use reading::line_number;
pub use rl::{AdvantageSection, LossSection, PhaseSection, RlSection};
pub use schedule::{Decay, Schedule};

use std::collections::BTreeMap;

use explang_language::Language;
use explang_tasks::{Mixture, Spec};
use serde::{Deserialize, Serialize};

use crate::stage::Stage;

/// A whole run.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Config {
    /// The run's name, and its folder's.
    pub name: String,
    /// Every random number of the run derives from it.
    pub seed: u64,
    /// Parts that a batch is split into; fixed, so that results do not depend on the number of cores.
    pub shards: usize,
    /// Steps between two checkpoints to resume from.
    pub checkpoint_every: usize,
    /// Share of the problems, in every stage, that are asked in one of the seventeen languages, each alike, whatever they are thought
    /// about in; the others are asked in English.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub asked_in_all: f64,
    /// The model that the run begins with.
    pub model: ModelSection,
    /// How a question is put to it.
    #[serde(default, skip_serializing_if = "PromptSection::is_default")]
    pub prompt: PromptSection,
    /// Adapters that learn in place of the weights.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lora: Option<LoraSection>,
    /// What lowers the memory of an update.
    #[serde(default, skip_serializing_if = "MemorySection::is_default")]
    pub memory: MemorySection,
    /// Constants of the optimizer, the same in every stage.
    #[serde(default)]
    pub optimizer: OptimizerSection,
    /// Traces in all languages, untagged.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pretrain: Option<PretrainSection>,
    /// Tagged traces in the seen languages.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sft: Option<SftSection>,
    /// Reinforcement learning: explore, exploit and the control.
    pub rl: RlSection,
    /// The smaller student.
    pub distil: Option<DistilSection>,
    /// How every stage is measured.
    pub eval: EvalSection,
    /// Kinds of problems and their weights, the same in every stage.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tasks: Option<Mixture>,
    /// Problems of files, in place of `tasks`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub data: Option<DataSection>,
}

/// A run that asks in English alone says nothing about other languages.
fn is_zero(share: &f64) -> bool {
    *share == 0.0
}

/// Pretraining.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PretrainSection {
    /// Updates; with [`PretrainSection::until`], the most there can be.
    pub steps: usize,
    /// Documents an update.
    pub batch: usize,
    /// Share of the problems that are asked in the language of the trace; [`Config::asked_in_all`] says how the others are asked.
    pub asked_in_own_language: f64,
    /// Which kinds are shown in some languages more than in others; evenly in all, if not given.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub practice: Vec<Practice>,
    /// Learning rate.
    pub schedule: Schedule,
    /// What ends the stage before its last step; nothing, if not given.
    #[serde(default)]
    pub until: Option<UntilSection>,
}

/// A skill that ends pretraining. A small model learns arithmetic suddenly, and not at the same step with every seed: a fixed
/// number of steps would leave one run with nothing learned and another with nothing left to learn.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct UntilSection {
    /// The kind of problem that is watched.
    pub kind: Spec,
    /// The share of right answers that is enough, over the seen languages.
    pub accuracy: f64,
    /// Steps between two looks.
    pub every: usize,
    /// Problems a look: always the same ones, from the training side of the split, so that the held-out side stays unseen.
    pub problems: usize,
}

/// Supervised fine-tuning.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SftSection {
    /// Updates.
    pub steps: usize,
    /// Documents an update.
    pub batch: usize,
    /// A file of tagged rows, as `explang data filter` writes them; transcripts of the embedded tasks, if not given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rows: Option<String>,
    /// Share of a language's tag among the samples; what is left is divided evenly among the other seen languages. Of rows, that they have
    /// themselves, if none is given.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub shares: BTreeMap<Language, f64>,
    /// Learning rate.
    pub schedule: Schedule,
}

/// Distillation into a smaller student.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DistilSection {
    /// The student's shape.
    pub preset: ModelPreset,
    /// Updates on the teacher's samples first, so that the student's own are worth judging.
    pub warm_up_steps: usize,
    /// Updates on the student's own samples.
    pub steps: usize,
    /// Prompts an update.
    pub prompts: usize,
    /// Share of the prompts with a forced language, all seventeen in turn and the unseen ones twice: what the student learns to obey. In
    /// the others the model chooses.
    #[serde(default)]
    pub forced: f64,
    /// Learning rate of the warm-up.
    pub warm_up_schedule: Schedule,
    /// Learning rate on the student's own samples.
    pub schedule: Schedule,
}

/// Evaluation.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct EvalSection {
    /// Held-out problems in the modes *self* and *en*.
    pub problems: usize,
    /// Samples a problem in these modes: the k of pass@k.
    pub samples: usize,
    /// Held-out problems in the modes *multi* and *ood*, one sample a language.
    pub forced_problems: usize,
    /// Sampling temperature.
    pub temperature: f32,
    /// Nucleus.
    pub top_p: f32,
}

/// Presets of a whole run: each one's name and its text.
pub const PRESETS: [(&str, &str); 7] = [
    ("smoke", include_str!("../../presets/smoke.toml")),
    ("quick", include_str!("../../presets/quick.toml")),
    ("wide", include_str!("../../presets/wide.toml")),
    ("even", include_str!("../../presets/even.toml")),
    ("no-explore", include_str!("../../presets/no-explore.toml")),
    ("grpo", include_str!("../../presets/grpo.toml")),
    ("exchanged", include_str!("../../presets/exchanged.toml")),
];

/// A configuration that cannot be run.
#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    /// It is not of the expected form, or a value makes no sense.
    #[error("{path}{}: {what}", line.map_or_else(String::new, |line| format!(", line {line}")))]
    Invalid {
        /// The file.
        path: String,
        /// Number of the line, from 1; none where the mistake is in no line.
        line: Option<usize>,
        /// What is wrong, and what would be right.
        what: String,
    },
    /// It cannot be written as TOML.
    #[error("the configuration cannot be written as TOML: {0}")]
    Written(String),
}

impl Config {
    /// Reads the text of a TOML file; `path` is for messages.
    ///
    /// # Errors
    /// When it is not of the expected form or a value makes no sense.
    pub fn parse(path: &str, text: &str) -> Result<Self, ConfigError> {
        let wrong = |line: Option<usize>, what: String| ConfigError::Invalid {
            path: path.to_owned(),
            line,
            what,
        };
        let config: Config =
            reading::read(text).map_err(|mistake| wrong(mistake.line, mistake.what))?;
        config.check().map_err(|wrong_value| {
            wrong(
                reading::line_of(text, &wrong_value.key),
                wrong_value.to_string(),
            )
        })?;
        Ok(config)
    }

    /// Most steps that a stage can have; none where the configuration lacks the stage.
    pub fn steps(&self, stage: Stage) -> Option<usize> {
        match stage {
            Stage::Pretrain => self.pretrain.as_ref().map(|pretrain| pretrain.steps),
            Stage::Sft => self.sft.as_ref().map(|sft| sft.steps),
            Stage::ControlExplore | Stage::Control if self.rl.control.is_none() => None,
            Stage::Explore | Stage::ControlExplore => Some(self.rl.explore.steps),
            Stage::Exploit | Stage::Control => Some(self.rl.exploit.steps),
            Stage::Distil => {
                (self.distil.as_ref()).map(|distil| distil.warm_up_steps + distil.steps)
            }
        }
    }

    /// The stage whose checkpoint `stage` starts from: the nearest of those before it that the configuration has; none where there is none,
    /// so that it starts from the model that the run begins with.
    pub fn starts_from(&self, stage: Stage) -> Option<Stage> {
        let mut before = stage.starts_from();
        while let Some(stage) = before
            && self.steps(stage).is_none()
        {
            before = stage.starts_from();
        }
        before
    }

    /// Makes a checkpoint the model that the run begins with, and `first` its first stage: those before it are left out.
    pub fn begin_with(&mut self, first: Stage, checkpoint: impl Into<String>) {
        self.model = ModelSection::From(checkpoint.into());
        if first != Stage::Pretrain {
            self.pretrain = None;
        }
        if ![Stage::Pretrain, Stage::Sft].contains(&first) {
            self.sft = None;
        }
    }

    /// The paths of files and folders that the run reads.
    pub fn paths_mut(&mut self) -> impl Iterator<Item = &mut String> {
        let model = match &mut self.model {
            ModelSection::New { .. } => None,
            ModelSection::From(path) => Some(path),
        };
        let files = (self.data.iter_mut())
            .flat_map(|data| data.train.iter_mut().chain(&mut data.held_out))
            .map(|file| &mut file.path);
        let rows = self.sft.iter_mut().filter_map(|sft| sft.rows.as_mut());
        model.into_iter().chain(files).chain(rows)
    }

    /// The TOML text of the resolved configuration: what a name stands for is written out.
    ///
    /// # Errors
    /// When it cannot be written as TOML.
    pub fn to_toml(&self) -> Result<String, ConfigError> {
        let mut resolved = Config {
            rl: self.rl.resolved(),
            ..self.clone()
        };
        for practice in (resolved.pretrain.iter_mut()).flat_map(|pretrain| &mut pretrain.practice) {
            *practice = practice.resolved();
        }
        toml::to_string_pretty(&resolved).map_err(|e| ConfigError::Written(e.to_string()))
    }
}

impl SftSection {
    /// Share of each seen language's tag; they sum to 1.
    pub fn tag_shares(&self) -> Vec<(Language, f64)> {
        let named: f64 = self.shares.values().sum();
        let others = Language::SEEN.len() - self.shares.len();
        let rest = if others == 0 {
            0.0
        } else {
            (1.0 - named) / others as f64
        };
        Language::SEEN
            .into_iter()
            .map(|l| (l, self.shares.get(&l).copied().unwrap_or(rest)))
            .collect()
    }
}
