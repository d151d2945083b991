//! Section `[optimizer]`: constants that are the same in every stage.

use serde::{Deserialize, Serialize};

/// Constants of the optimizer.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct OptimizerSection {
    /// Constants of AdamW.
    pub adamw: AdamWConfig,
    /// Largest norm of a gradient.
    pub clip_norm: f64,
    /// A step whose loss, gradient, rewards or logits are NaN or infinite is skipped; after so many in a row the run stops. A step
    /// of several updates counts when one of them is skipped.
    pub max_skipped: usize,
}

impl Default for OptimizerSection {
    fn default() -> Self {
        OptimizerSection {
            adamw: AdamWConfig::default(),
            clip_norm: 1.0,
            max_skipped: 10,
        }
    }
}

/// Constants of AdamW (Loshchilov and Hutter 2019, arXiv 1711.05101).
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct AdamWConfig {
    /// Decay of the first moment.
    pub beta1: f64,
    /// Decay of the second moment.
    pub beta2: f64,
    /// Added to the root of the second moment.
    pub epsilon: f64,
    /// Decoupled weight decay, a share of the learning rate; not applied to gains.
    pub weight_decay: f64,
}

impl Default for AdamWConfig {
    fn default() -> Self {
        AdamWConfig {
            beta1: 0.9,
            beta2: 0.95,
            epsilon: 1e-8,
            weight_decay: 0.01,
        }
    }
}
