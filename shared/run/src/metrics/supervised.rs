//! What an update on given responses did: pretraining, SFT and distillation.

use serde::{Deserialize, Serialize};

use crate::NotFinite;

/// What an update on documents did.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct SupervisedMetrics {
    /// Mean negative log-likelihood of a response token, in nats.
    pub loss: f64,
    /// Share of right answers to the problems that end pretraining, where the step ended with a look at them.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub accuracy: Option<f64>,
    /// Norm of the gradient before clipping.
    pub gradient_norm: f64,
    /// 1 where the update was left out because its loss or gradient was not finite, else 0.
    pub skipped: usize,
    /// What was not finite then.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub not_finite: Option<NotFinite>,
    /// Learning rate of the update, without a unit.
    pub learning_rate: f64,
    /// Tokens read, prompts included.
    pub tokens: usize,
}

impl Default for SupervisedMetrics {
    /// A line that lacks everything: its figures are NaN, its counts 0.
    fn default() -> Self {
        SupervisedMetrics {
            loss: f64::NAN,
            accuracy: None,
            gradient_norm: f64::NAN,
            skipped: 0,
            not_finite: None,
            learning_rate: f64::NAN,
            tokens: 0,
        }
    }
}

/// What an update on the student's own samples did.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct DistilMetrics {
    /// Mean divergence of a response token in nats, where the model chose its language: forward, `KL(teacher ‖ student)`, in the warm-up,
    /// then reverse.
    pub divergence: f64,
    /// Norm of the gradient before clipping.
    pub gradient_norm: f64,
    /// 1 where the update was left out because its loss or gradient was not finite, else 0.
    pub skipped: usize,
    /// What was not finite then.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub not_finite: Option<NotFinite>,
    /// Learning rate of the update, without a unit.
    pub learning_rate: f64,
    /// Tokens read, prompts included.
    pub tokens: usize,
}

impl Default for DistilMetrics {
    /// A line that lacks everything: its figures are NaN, its counts 0.
    fn default() -> Self {
        DistilMetrics {
            divergence: f64::NAN,
            gradient_norm: f64::NAN,
            skipped: 0,
            not_finite: None,
            learning_rate: f64::NAN,
            tokens: 0,
        }
    }
}
