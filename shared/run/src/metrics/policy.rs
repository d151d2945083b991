//! What a step of reinforcement learning did.

use std::collections::BTreeMap;

use explang_language::Language;
use serde::{Deserialize, Serialize};

use super::ChoiceCounts;
use crate::NotFinite;

/// What a step did. Figures of rewards, lengths and languages are of all rollouts of the step, those of the loss of the tokens
/// that were learned from.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default = "PolicyMetrics::absent")]
pub struct PolicyMetrics {
    /// Mean reward, before what the end of the budget and the divergence cost.
    pub reward: f64,
    /// What each component of the reward adds to that mean, its weight included. `overlong`, where a run has it, is what
    /// the end of the budget costs.
    pub reward_parts: BTreeMap<String, f64>,
    /// Mean of each component.
    pub format: f64,
    /// Detected language equals the tag.
    pub compliance: f64,
    /// Share of correct answers.
    pub accuracy: f64,
    /// Mean diversity.
    pub diversity: f64,
    /// Mean pass@k of the chosen language.
    pub pass_at_k: f64,
    /// Mean accuracy of the chosen language.
    pub language_accuracy: f64,
    /// Share of groups whose rewards are all equal.
    pub zero_variance: f64,
    /// Batches sampled: more than one where groups were sampled again.
    pub batches: usize,
    /// Groups sampled, and those learned from.
    pub groups: [usize; 2],
    /// Responses left out of the update, including those of `non_finite`.
    pub masked: usize,
    /// Responses whose reward is infinite or NaN.
    pub non_finite: usize,
    /// Mean response length in tokens.
    pub response_tokens: f64,
    /// Length of the shortest and of the longest response.
    pub response_tokens_range: [usize; 2],
    /// Share of responses cut short.
    pub truncated: f64,
    /// Share of responses without any token before their end.
    pub empty: f64,
    /// Entropy of the choice over this step's rollouts, in nats; none without a tag.
    pub choice_entropy: Option<f64>,
    /// Mean of `-log π` over the sampled tokens: an unbiased estimate of the policy's entropy per token, in nats.
    pub token_entropy: f64,
    /// Mean of the policy's part of the loss over the tokens, each counted once.
    pub policy_loss: f64,
    /// Mean and largest k3 divergence of a token from the reference; 0 where none is paid for.
    pub kl: f64,
    /// See `kl`.
    pub kl_max: f64,
    /// Mean and largest `ρ − 1 − log ρ` of a token: the divergence of the policy from the one that sampled.
    pub drift: f64,
    /// See `drift`.
    pub drift_max: f64,
    /// Shares of tokens at the lower and upper limit of the ratio, and at that of the dual clip.
    pub clipped_low: f64,
    /// See `clipped_low`.
    pub clipped_high: f64,
    /// See `clipped_low`.
    pub clipped_dual: f64,
    /// Largest ratio between new and old probability, either way.
    pub ratio_max: f64,
    /// Norm of the gradient before clipping, mean over the updates.
    pub gradient_norm: f64,
    /// Largest norm of the gradient before clipping.
    pub gradient_norm_max: f64,
    /// Updates tried.
    pub updates: usize,
    /// Of these, those left out because their loss or gradient was not finite.
    pub skipped: usize,
    /// What was not finite in the first one that was left out.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub not_finite: Option<NotFinite>,
    /// Learning rate.
    pub learning_rate: f64,
    /// Choices of the rollouts by family.
    pub choices: BTreeMap<String, ChoiceCounts>,
    /// Correct answers by chosen language.
    pub correct: BTreeMap<Language, usize>,
    /// What became of the rollouts in each chosen language.
    pub languages: BTreeMap<Language, LanguageFigures>,
    /// Tokens sampled.
    pub sampled_tokens: usize,
    /// Tokens read in the updates.
    pub trained_tokens: usize,
    /// Where the time went.
    pub seconds: Seconds,
}

impl PolicyMetrics {
    /// A line that lacks everything: its figures are NaN, its counts 0.
    fn absent() -> Self {
        PolicyMetrics {
            reward: f64::NAN,
            format: f64::NAN,
            compliance: f64::NAN,
            accuracy: f64::NAN,
            diversity: f64::NAN,
            pass_at_k: f64::NAN,
            language_accuracy: f64::NAN,
            zero_variance: f64::NAN,
            response_tokens: f64::NAN,
            truncated: f64::NAN,
            empty: f64::NAN,
            token_entropy: f64::NAN,
            policy_loss: f64::NAN,
            kl: f64::NAN,
            kl_max: f64::NAN,
            drift: f64::NAN,
            drift_max: f64::NAN,
            clipped_low: f64::NAN,
            clipped_high: f64::NAN,
            clipped_dual: f64::NAN,
            ratio_max: f64::NAN,
            gradient_norm: f64::NAN,
            gradient_norm_max: f64::NAN,
            learning_rate: f64::NAN,
            ..PolicyMetrics::default()
        }
    }
}

/// The rollouts of a step that chose one language.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize)]
#[serde(default = "LanguageFigures::absent")]
pub struct LanguageFigures {
    /// How many there are.
    pub n: usize,
    /// Share of correct answers.
    pub accuracy: f64,
    /// Share whose trace is in the language.
    pub compliance: f64,
    /// Mean reward.
    pub reward: f64,
    /// Mean response length in tokens.
    pub response_tokens: f64,
}

impl LanguageFigures {
    fn absent() -> Self {
        LanguageFigures {
            n: 0,
            accuracy: f64::NAN,
            compliance: f64::NAN,
            reward: f64::NAN,
            response_tokens: f64::NAN,
        }
    }
}

/// Seconds of each part of a step.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Seconds {
    /// Sampling.
    pub sampling: f64,
    /// Rewarding: language detection and verification.
    pub reward: f64,
    /// The reference's log-probabilities.
    pub reference: f64,
    /// The updates.
    pub updates: f64,
}
