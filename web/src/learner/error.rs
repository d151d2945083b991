//! Why a training cannot be begun, or a step not be taken.

use explang::action::ActionError;
use explang::identify::NotBuilt;
use explang::model::WeightsError;
use explang::policy;
use explang::rollout::RolloutError;
use explang::tokenizer::TokenizerError;

use super::options::SettingsError;

/// A training that cannot be begun, or not be taken up.
#[derive(Debug, thiserror::Error)]
pub enum BeginError {
    /// A file is missing.
    #[error("{0} is missing")]
    Missing(&'static str),
    /// `config.json` is wrong.
    #[error(transparent)]
    Model(#[from] explang::model::ConfigError),
    /// `tokenizer.json` is wrong.
    #[error(transparent)]
    Tokenizer(#[from] TokenizerError),
    /// Weights or the optimizer's state are wrong.
    #[error(transparent)]
    Weights(#[from] WeightsError),
    /// `run.toml` is wrong.
    #[error(transparent)]
    Run(#[from] explang::run::ConfigError),
    /// The run's problems are files, which are not here.
    #[error("its run learned from files of problems, which this page does not have")]
    Foreign,
    /// The settings are.
    #[error(transparent)]
    Settings(#[from] SettingsError),
    /// The detector is not in this build.
    #[error(transparent)]
    Detector(#[from] NotBuilt),
    /// The model does not compute.
    #[error(transparent)]
    Measure(#[from] MeasureError),
}

/// A model that cannot be looked at.
#[derive(Debug, thiserror::Error)]
pub enum MeasureError {
    /// Its choice.
    #[error(transparent)]
    Choice(#[from] ActionError),
    /// Its answers.
    #[error(transparent)]
    Answers(#[from] RolloutError),
}

/// A step that was not taken; the training is as it was before it.
#[derive(Debug, thiserror::Error)]
pub enum StepError {
    /// The step itself.
    #[error(transparent)]
    Policy(#[from] policy::StepError),
    /// Recorded completions do not fit.
    #[error(transparent)]
    Recorded(#[from] RolloutError),
    /// What came out of it is no model: its numbers are not finite.
    #[error("the model broke: {0}; go back to the beginning, and choose a lower learning rate")]
    Broken(#[from] MeasureError),
}
