//! Section `[rl]`: what reinforcement learning samples, pays for and descends.

use explang_language::Language;
use explang_named::Unknown;
use explang_objective::{
    AdvantageOptions, Deviation, DynamicSampling, Estimator, KlEstimator, KlPlace, NonFinite,
    Normaliser, Objective, ObjectiveName, Overlong, PolicyLoss, Ratio, Surrogate, Whiten,
};
use explang_reward::identify::Identifier;
use explang_reward::{
    Detector, Options, Preset as RewardPreset, Quirk, Quirks, Reward, Scope, TraceText, Truncated,
    Variant,
};
use explang_verify::Extraction;
use serde::{Deserialize, Serialize};

use super::Schedule;
use crate::stage::Stage;

/// Reinforcement learning.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RlSection {
    /// Prompts a step.
    pub prompts: usize,
    /// Rollouts a prompt.
    pub group: usize,
    /// Updates a step: the rollouts are split into so many mini-batches of whole groups.
    pub mini_batches: usize,
    /// Sampling temperature.
    pub temperature: f32,
    /// Longest response.
    pub max_new_tokens: usize,
    /// The objective by name; all that follows here and is not given is as the name says.
    #[serde(default)]
    pub objective: ObjectiveName,
    /// Lower and upper clip of the ratio.
    #[serde(default)]
    pub clip: Option<[f32; 2]>,
    /// What a response that was cut short counts for.
    #[serde(default)]
    pub truncated: Truncated,
    /// The paper's reward, or the published code's with all its quirks.
    #[serde(default)]
    pub preset: RewardPreset,
    /// Over which responses languages are compared; the preset's, if not given.
    #[serde(default)]
    pub scope: Option<Scope>,
    /// Which part of a response may hold the answer; the preset's, if not given.
    #[serde(default)]
    pub answer_scope: Option<Extraction>,
    /// Which languages the detector of the thinking's language may name; the preset's, if not given.
    #[serde(default)]
    pub detector: Option<Detector>,
    /// Which detector that is; the preset's, if not given.
    #[serde(default)]
    pub identifier: Option<Identifier>,
    /// What of a thinking trace its language is read from; the preset's, if not given.
    #[serde(default)]
    pub trace_text: Option<TraceText>,
    /// The behaviours of the published code that are followed, and no other; the preset's, if not given.
    #[serde(default)]
    pub quirks: Option<Vec<Quirk>>,
    /// The language that the control is forced to think in; no control, if not given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub control: Option<Language>,
    /// How rewards become advantages.
    #[serde(default)]
    pub advantage: AdvantageSection,
    /// How advantages become a loss.
    #[serde(default)]
    pub loss: LossSection,
    /// Which groups are sampled again.
    #[serde(default)]
    pub dynamic_sampling: Option<DynamicSampling>,
    /// What the end of the budget costs.
    #[serde(default)]
    pub overlong: Option<Overlong>,
    /// Rare languages are paid.
    pub explore: PhaseSection,
    /// Languages that reach correct answers are paid.
    pub exploit: PhaseSection,
}

/// How rewards become advantages; what is not given is as the objective's name says.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct AdvantageSection {
    /// How rewards become advantages.
    pub estimator: Option<Estimator>,
    /// Which standard deviation is divided by.
    pub deviation: Option<Deviation>,
    /// Added to the standard deviation.
    pub epsilon: Option<f64>,
    /// What becomes of a reward that is not a finite number.
    pub non_finite: Option<NonFinite>,
    /// Over what advantages are whitened.
    pub whiten: Option<Whiten>,
}

/// How advantages become a loss; what is not given is as the objective's name says.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct LossSection {
    /// What is made of the ratio.
    pub surrogate: Option<Surrogate>,
    /// Which ratio.
    pub ratio: Option<Ratio>,
    /// How far a ratio can count against a response; without end, if not given.
    pub dual_clip: Option<f32>,
    /// What the sum of token losses is divided by.
    pub normaliser: Option<Normaliser>,
    /// How the divergence from the reference is estimated.
    pub kl_estimator: Option<KlEstimator>,
    /// Where it is paid.
    pub kl_place: Option<KlPlace>,
}

/// A phase of reinforcement learning.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PhaseSection {
    /// Steps.
    pub steps: usize,
    /// Name of the reward variant.
    pub variant: String,
    /// Weight of the divergence from the checkpoint that the phase started from.
    pub kl: f32,
    /// Learning rate.
    pub schedule: Schedule,
}

impl RlSection {
    /// The section of a stage's phase; none of the stages that are not reinforcement learning.
    pub const fn phase(&self, stage: Stage) -> Option<&PhaseSection> {
        match stage.free() {
            Stage::Explore => Some(&self.explore),
            Stage::Exploit => Some(&self.exploit),
            _ => None,
        }
    }

    /// The reward of a phase.
    ///
    /// # Errors
    /// When no variant has the phase's name.
    pub fn reward(&self, phase: &PhaseSection) -> Result<Reward, Unknown> {
        Ok(Reward {
            variant: Variant::named(&phase.variant, self.preset)?,
            options: self.reward_options(),
        })
    }

    /// The choices around the reward: the preset's, and those that were made otherwise.
    fn reward_options(&self) -> Options {
        let named = Options::of(self.preset);
        Options {
            scope: self.scope.unwrap_or(named.scope),
            answer_scope: self.answer_scope.unwrap_or(named.answer_scope),
            truncated: self.truncated,
            detector: self.detector.unwrap_or(named.detector),
            identifier: self.identifier.unwrap_or(named.identifier),
            trace_text: self.trace_text.unwrap_or(named.trace_text),
            quirks: self.quirks.as_deref().map_or(named.quirks, Quirks::of),
            ..named
        }
    }

    /// What the objective's name stands for, with the choices that were made otherwise.
    pub fn objective(&self) -> Objective {
        let named = Objective::named(self.objective);
        let (advantage, loss) = (&self.advantage, &self.loss);
        let [clip_low, clip_high] = self
            .clip
            .unwrap_or([named.loss.clip_low, named.loss.clip_high]);
        Objective {
            advantage: AdvantageOptions {
                estimator: advantage.estimator.unwrap_or(named.advantage.estimator),
                deviation: advantage.deviation.unwrap_or(named.advantage.deviation),
                epsilon: advantage.epsilon.unwrap_or(named.advantage.epsilon),
                non_finite: advantage.non_finite.unwrap_or(named.advantage.non_finite),
                whiten: advantage.whiten.unwrap_or(named.advantage.whiten),
            },
            loss: PolicyLoss {
                surrogate: loss.surrogate.unwrap_or(named.loss.surrogate),
                ratio: loss.ratio.unwrap_or(named.loss.ratio),
                clip_low,
                clip_high,
                dual_clip: loss.dual_clip.or(named.loss.dual_clip),
                kl: named.loss.kl,
                kl_estimator: loss.kl_estimator.unwrap_or(named.loss.kl_estimator),
            },
            normaliser: loss.normaliser.unwrap_or(named.normaliser),
            kl_place: loss.kl_place.unwrap_or(named.kl_place),
            dynamic_sampling: self.dynamic_sampling.unwrap_or(named.dynamic_sampling),
            overlong: self.overlong.unwrap_or(named.overlong),
        }
    }

    /// The same section with every choice written out.
    pub(super) fn resolved(&self) -> Self {
        let Objective {
            advantage,
            loss,
            normaliser,
            kl_place,
            dynamic_sampling,
            overlong,
        } = self.objective();
        let paid = self.reward_options();
        RlSection {
            clip: Some([loss.clip_low, loss.clip_high]),
            scope: Some(paid.scope),
            answer_scope: Some(paid.answer_scope),
            detector: Some(paid.detector),
            identifier: Some(paid.identifier),
            trace_text: Some(paid.trace_text),
            quirks: Some(paid.quirks.named()),
            advantage: AdvantageSection {
                estimator: Some(advantage.estimator),
                deviation: Some(advantage.deviation),
                epsilon: Some(advantage.epsilon),
                non_finite: Some(advantage.non_finite),
                whiten: Some(advantage.whiten),
            },
            loss: LossSection {
                surrogate: Some(loss.surrogate),
                ratio: Some(loss.ratio),
                dual_clip: loss.dual_clip,
                normaliser: Some(normaliser),
                kl_estimator: Some(loss.kl_estimator),
                kl_place: Some(kl_place),
            },
            dynamic_sampling: Some(dynamic_sampling),
            overlong: Some(overlong),
            ..self.clone()
        }
    }
}

#[cfg(test)]
mod tests;
