//! Objectives by the names that the field uses: each is a set of choices, and nothing else.
//!
//! A name sets what its source says; every choice can be set otherwise, one by one. Where the published codes disagree, the
//! module docs of each option list which library does what.

use explang_named::named;

use super::advantage::{AdvantageOptions, Estimator, Whiten};
use super::dynamic::DynamicSampling;
use super::kl::{KlEstimator, KlPlace};
use super::normaliser::Normaliser;
use super::overlong::Overlong;
use super::policy::{PolicyLoss, Ratio, Surrogate};

/// The name of an objective.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
pub enum ObjectiveName {
    /// GRPO with the token mean, as ExpLang used it (DeepSeekMath, arXiv 2402.03300, whose formula has `sequence-mean`).
    #[default]
    Grpo,
    /// Dr. GRPO: no deviation, and a constant normaliser (arXiv 2503.20783).
    DrGrpo,
    /// DAPO: clip-higher, token mean, dynamic sampling, overlong shaping (arXiv 2503.14476).
    Dapo,
    /// GSPO: one ratio a response, clipped within some 1e-4 (arXiv 2507.18071).
    Gspo,
    /// RLOO: the others' mean as baseline, the response as one action (arXiv 2402.14740), clipped as TRL does.
    Rloo,
    /// REINFORCE++: the reward, less a divergence a token, whitened over the batch (arXiv 2501.03262).
    ReinforcePlusPlus,
    /// REINFORCE++ with the group's mean as baseline and k2 in the loss (the same paper).
    ReinforcePlusPlusBaseline,
    /// CISPO: the clipped ratio as a weight, no gradient stopped (MiniMax-M1, arXiv 2506.13585).
    Cispo,
    /// GDPO: each component of the reward normalised by itself, whitened over the batch (arXiv 2601.05242).
    Gdpo,
}

named!(ObjectiveName, "objective", {
    Grpo => "grpo",
    DrGrpo => "dr-grpo",
    Dapo => "dapo",
    Gspo => "gspo",
    Rloo => "rloo",
    ReinforcePlusPlus => "reinforce++",
    ReinforcePlusPlusBaseline => "reinforce++-baseline",
    Cispo => "cispo",
    Gdpo => "gdpo",
});

/// All choices of an objective. The weight of the divergence is the caller's: `loss.kl` is 0.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Objective {
    /// From rewards to advantages.
    pub advantage: AdvantageOptions,
    /// From advantages to the loss of a token.
    pub loss: PolicyLoss,
    /// From the losses of tokens to that of a mini-batch.
    pub normaliser: Normaliser,
    /// Where the divergence is paid.
    pub kl_place: KlPlace,
    /// Which groups are sampled again.
    pub dynamic_sampling: DynamicSampling,
    /// What the end of the budget costs.
    pub overlong: Overlong,
}

impl Objective {
    /// What a name stands for.
    pub fn named(name: ObjectiveName) -> Self {
        let grpo = Objective {
            advantage: AdvantageOptions::default(),
            loss: PolicyLoss::default(),
            normaliser: Normaliser::TokenMean,
            kl_place: KlPlace::Loss,
            dynamic_sampling: DynamicSampling::NONE,
            overlong: Overlong::NONE,
        };
        let estimate = |estimator, whiten| AdvantageOptions {
            estimator,
            whiten,
            ..grpo.advantage
        };
        let clip = |clip_low, clip_high| PolicyLoss {
            clip_low,
            clip_high,
            ..grpo.loss
        };
        match name {
            ObjectiveName::Grpo => grpo,
            ObjectiveName::DrGrpo => Objective {
                advantage: estimate(Estimator::DrGrpo, Whiten::Nothing),
                normaliser: Normaliser::Constant,
                ..grpo
            },
            ObjectiveName::Dapo => Objective {
                loss: clip(0.2, 0.28),
                dynamic_sampling: DynamicSampling::DAPO,
                overlong: Overlong::DAPO,
                ..grpo
            },
            ObjectiveName::Gspo => Objective {
                loss: PolicyLoss {
                    ratio: Ratio::SequenceMean,
                    ..clip(3e-4, 4e-4)
                },
                normaliser: Normaliser::SequenceMean,
                ..grpo
            },
            ObjectiveName::Rloo => Objective {
                advantage: estimate(Estimator::Rloo, Whiten::Nothing),
                loss: PolicyLoss {
                    ratio: Ratio::SequenceProduct,
                    kl_estimator: KlEstimator::K1,
                    ..grpo.loss
                },
                normaliser: Normaliser::SequenceMean,
                kl_place: KlPlace::Reward,
                ..grpo
            },
            ObjectiveName::ReinforcePlusPlus => Objective {
                advantage: estimate(Estimator::ReinforcePlusPlus, Whiten::Tokens),
                loss: PolicyLoss {
                    kl_estimator: KlEstimator::K1,
                    ..grpo.loss
                },
                kl_place: KlPlace::Return,
                ..grpo
            },
            ObjectiveName::ReinforcePlusPlusBaseline => Objective {
                advantage: estimate(Estimator::ReinforcePlusPlusBaseline, Whiten::Tokens),
                loss: PolicyLoss {
                    kl_estimator: KlEstimator::K2,
                    ..grpo.loss
                },
                ..grpo
            },
            ObjectiveName::Cispo => Objective {
                loss: PolicyLoss {
                    surrogate: Surrogate::Cispo,
                    // No lower limit: no ratio is below 1 − 10.
                    ..clip(10.0, 0.2)
                },
                ..grpo
            },
            ObjectiveName::Gdpo => Objective {
                advantage: estimate(Estimator::Gdpo, Whiten::Responses),
                ..grpo
            },
        }
    }
}

#[cfg(test)]
mod tests;
