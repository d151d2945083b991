//! Objectives by the names that the field uses: each is a set of choices, and nothing else.
//!
//! A name sets what its source says; every choice can be set otherwise, one by one. Where the published codes disagree, the
//! page of the choice says who does which.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use super::advantage::{AdvantageOptions, Estimator};
use super::dynamic::DynamicSampling;
use super::kl::{KlEstimator, KlPlace};
use super::normaliser::Normaliser;
use super::overlong::Overlong;
use super::policy::{PolicyLoss, Ratio, Surrogate};
use super::whiten::Whiten;
use crate::message::{brief, meant};

/// The name of an objective.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(into = "String", try_from = "String")]
pub enum Name {
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

/// A name that no objective has.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{}` is no objective{}; choose one of: {names}", brief(name, 60), meant(name, Name::ALL.map(Name::as_str)), names = Name::ALL.map(Name::as_str).join(" "))]
pub struct UnknownObjective {
    /// What was asked for.
    pub name: String,
}

impl Name {
    /// All names, in the order of this list.
    pub const ALL: [Name; 9] = [
        Name::Grpo,
        Name::DrGrpo,
        Name::Dapo,
        Name::Gspo,
        Name::Rloo,
        Name::ReinforcePlusPlus,
        Name::ReinforcePlusPlusBaseline,
        Name::Cispo,
        Name::Gdpo,
    ];

    /// As configurations spell it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Name::Grpo => "grpo",
            Name::DrGrpo => "dr-grpo",
            Name::Dapo => "dapo",
            Name::Gspo => "gspo",
            Name::Rloo => "rloo",
            Name::ReinforcePlusPlus => "reinforce++",
            Name::ReinforcePlusPlusBaseline => "reinforce++-baseline",
            Name::Cispo => "cispo",
            Name::Gdpo => "gdpo",
        }
    }
}

impl fmt::Display for Name {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for Name {
    type Err = UnknownObjective;

    fn from_str(name: &str) -> Result<Self, UnknownObjective> {
        let found = Name::ALL.into_iter().find(|known| known.as_str() == name);
        found.ok_or_else(|| UnknownObjective {
            name: name.to_owned(),
        })
    }
}

impl TryFrom<String> for Name {
    type Error = UnknownObjective;

    fn try_from(name: String) -> Result<Self, UnknownObjective> {
        name.parse()
    }
}

impl From<Name> for String {
    fn from(name: Name) -> String {
        name.as_str().to_owned()
    }
}

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
    pub fn named(name: Name) -> Self {
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
            Name::Grpo => grpo,
            Name::DrGrpo => Objective {
                advantage: estimate(Estimator::DrGrpo, Whiten::Nothing),
                normaliser: Normaliser::Constant,
                ..grpo
            },
            Name::Dapo => Objective {
                loss: clip(0.2, 0.28),
                dynamic_sampling: DynamicSampling::DAPO,
                overlong: Overlong::DAPO,
                ..grpo
            },
            Name::Gspo => Objective {
                loss: PolicyLoss {
                    ratio: Ratio::SequenceMean,
                    ..clip(3e-4, 4e-4)
                },
                normaliser: Normaliser::SequenceMean,
                ..grpo
            },
            Name::Rloo => Objective {
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
            Name::ReinforcePlusPlus => Objective {
                advantage: estimate(Estimator::ReinforcePlusPlus, Whiten::Tokens),
                loss: PolicyLoss {
                    kl_estimator: KlEstimator::K1,
                    ..grpo.loss
                },
                kl_place: KlPlace::Return,
                ..grpo
            },
            Name::ReinforcePlusPlusBaseline => Objective {
                advantage: estimate(Estimator::ReinforcePlusPlusBaseline, Whiten::Tokens),
                loss: PolicyLoss {
                    kl_estimator: KlEstimator::K2,
                    ..grpo.loss
                },
                ..grpo
            },
            Name::Cispo => Objective {
                loss: PolicyLoss {
                    surrogate: Surrogate::Cispo,
                    // No lower limit: no ratio is below 1 − 10.
                    ..clip(10.0, 0.2)
                },
                ..grpo
            },
            Name::Gdpo => Objective {
                advantage: estimate(Estimator::Gdpo, Whiten::Responses),
                ..grpo
            },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_name_is_read_as_it_is_written_and_no_two_are_the_same() {
        for name in Name::ALL {
            assert_eq!(name.to_string().parse(), Ok(name));
            let json = serde_json::to_string(&name).unwrap();
            assert_eq!(serde_json::from_str::<Name>(&json).unwrap(), name);
            let same = Name::ALL.into_iter().filter(|&other| {
                Objective::named(other) == Objective::named(name) || other.as_str() == name.as_str()
            });
            assert_eq!(same.count(), 1, "{name}");
            assert_eq!(Objective::named(name).loss.kl, 0.0);
        }
        for (name, estimator) in Estimator::NAMED {
            assert_eq!(name.parse(), Ok(estimator));
            assert_eq!(serde_json::to_value(estimator).unwrap(), name);
        }
    }

    #[test]
    fn the_nearest_name_is_offered_where_one_is_near() {
        for (wrong, meant) in [
            ("dpao", "dapo"),
            ("GSPO", "gspo"),
            ("dr_grpo", "dr-grpo"),
            ("reinforce", "reinforce++"),
            ("rloo2", "rloo"),
        ] {
            let error = wrong.parse::<Name>().unwrap_err().to_string();
            assert!(
                error.contains(&format!("did you mean `{meant}`?")),
                "{error}"
            );
            assert!(error.contains(&format!("`{wrong}` is no objective")));
        }
        // As far as half of a name is near, and no farther.
        for (wrong, near) in [("reinfxxxx++", true), ("reinfxxxxxx", false)] {
            let error = wrong.parse::<Name>().unwrap_err().to_string();
            assert_eq!(
                error.contains("did you mean `reinforce++`?"),
                near,
                "{error}"
            );
        }
        let error = "actor-critic".parse::<Name>().unwrap_err().to_string();
        assert_eq!(
            error,
            "`actor-critic` is no objective; choose one of: grpo dr-grpo dapo gspo rloo reinforce++ reinforce++-baseline \
             cispo gdpo"
        );
    }

    /// Every choice of every name, as the papers and codes that the page names have it.
    #[test]
    fn each_name_stands_for_what_was_published() {
        let choices = |name: Name| {
            let Objective {
                advantage,
                loss,
                normaliser,
                kl_place,
                dynamic_sampling,
                overlong,
            } = Objective::named(name);
            assert_eq!(loss.kl, 0.0, "{name}");
            assert_eq!(loss.dual_clip, None, "{name}");
            format!(
                "{:?} {:?} | {:?} {:?} {} {} | {normaliser:?} | {:?} {kl_place:?} | {:?} {} {}",
                advantage.estimator,
                advantage.whiten,
                loss.surrogate,
                loss.ratio,
                loss.clip_low,
                loss.clip_high,
                loss.kl_estimator,
                dynamic_sampling.by,
                dynamic_sampling.max_batches,
                overlong.penalty,
            )
        };
        for (name, published) in Name::ALL.into_iter().zip([
            "Grpo Nothing | Clip Token 0.2 0.2 | TokenMean | K3 Loss | Nothing 10 0",
            "DrGrpo Nothing | Clip Token 0.2 0.2 | Constant | K3 Loss | Nothing 10 0",
            "Grpo Nothing | Clip Token 0.2 0.28 | TokenMean | K3 Loss | Accuracy 10 1",
            "Grpo Nothing | Clip SequenceMean 0.0003 0.0004 | SequenceMean | K3 Loss | Nothing 10 0",
            "Rloo Nothing | Clip SequenceProduct 0.2 0.2 | SequenceMean | K1 Reward | Nothing 10 0",
            "ReinforcePlusPlus Tokens | Clip Token 0.2 0.2 | TokenMean | K1 Return | Nothing 10 0",
            "ReinforcePlusPlusBaseline Tokens | Clip Token 0.2 0.2 | TokenMean | K2 Loss | Nothing 10 0",
            "Grpo Nothing | Cispo Token 10 0.2 | TokenMean | K3 Loss | Nothing 10 0",
            "Gdpo Responses | Clip Token 0.2 0.2 | TokenMean | K3 Loss | Nothing 10 0",
        ]) {
            assert_eq!(choices(name), published, "{name}");
        }
    }
}
