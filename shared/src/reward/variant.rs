//! Variants of the reward: weights by name.

use serde::{Deserialize, Serialize};

use super::{Components, Preset};
use crate::message::{brief, meant};

/// A name that no published variant has.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "`{}` is no reward variant{}; choose one of: {names}",
    brief(.0, 60),
    meant(.0, Variant::NAMES),
    names = Variant::NAMES.join(" ")
)]
pub struct UnknownVariant(pub String);

/// The weight of each component in the sum; a weight left out of a file is 0.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Weights {
    /// Of f.
    pub format: f64,
    /// Of c.
    pub compliance: f64,
    /// Of v.
    pub verified: f64,
    /// Of d: the paper's λd.
    pub diversity: f64,
    /// Of P: the paper's λp.
    pub pass_at_k: f64,
    /// Of the mean of v in the same language.
    pub language_accuracy: f64,
    /// Paid for a tag that names English.
    pub english: f64,
    /// Paid for a tag that names another language of the pool.
    pub other_language: f64,
}

impl Weights {
    /// The weighted sum. A component of weight 0 is left out, so that an undefined one cannot spoil it.
    pub fn sum(&self, components: &Components) -> f64 {
        self.terms(components)
            .into_iter()
            .filter(|(_, weight, _)| *weight != 0.0)
            .map(|(_, weight, component)| weight * component)
            .sum()
    }

    /// What is summed: the name, the weight and the value of each component.
    pub fn terms(&self, components: &Components) -> [(&'static str, f64, f64); 8] {
        let Components {
            format,
            compliance,
            verified,
            diversity,
            pass_at_k,
            language_accuracy,
            english,
            other_language,
        } = *components;
        [
            ("format", self.format, format),
            ("compliance", self.compliance, compliance),
            ("verified", self.verified, verified),
            ("diversity", self.diversity, diversity),
            ("pass_at_k", self.pass_at_k, pass_at_k),
            (
                "language_accuracy",
                self.language_accuracy,
                language_accuracy,
            ),
            ("english", self.english, english),
            ("other_language", self.other_language, other_language),
        ]
    }
}

/// A variant of the reward: nothing but data.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Variant {
    /// Its name, for reports.
    pub name: String,
    /// Its weights.
    pub weights: Weights,
}

impl Variant {
    /// The variants of the published code.
    pub const NAMES: [&str; 10] = [
        "naive",
        "explore",
        "explore_mod1",
        "explore_mod2",
        "exploit",
        "exploit_mod1",
        "exploit_mod2",
        "exploit_acc",
        "combine",
        "combine_acc",
    ];

    /// A published variant. The presets differ in `exploit` alone: the paper adds .5 P to the whole v, its
    /// code halves v.
    ///
    /// # Errors
    /// When no variant has that name; the error lists them.
    pub fn named(name: &str, preset: Preset) -> Result<Self, UnknownVariant> {
        // What all ten share.
        let base = Weights {
            format: 0.2,
            compliance: 0.2,
            verified: 1.0,
            ..Weights::default()
        };
        let explore = |diversity| Weights { diversity, ..base };
        let exploit = |verified, pass_at_k| Weights {
            verified,
            pass_at_k,
            ..base
        };
        let weights = match name {
            "naive" => Weights {
                english: 0.1,
                other_language: 0.2,
                ..base
            },
            "explore" => explore(0.2),
            "explore_mod1" => explore(0.1),
            "explore_mod2" => explore(0.3),
            "exploit" => match preset {
                Preset::Paper => exploit(1.0, 0.5),
                Preset::Official => exploit(0.5, 0.5),
            },
            "exploit_mod1" => exploit(0.6, 0.4),
            "exploit_mod2" => exploit(0.4, 0.6),
            "exploit_acc" => Weights {
                language_accuracy: 1.0,
                ..base
            },
            "combine" => Weights {
                diversity: 0.2,
                ..exploit(0.5, 0.5)
            },
            "combine_acc" => Weights {
                verified: 0.5,
                language_accuracy: 0.5,
                ..explore(0.2)
            },
            _ => return Err(UnknownVariant(name.to_owned())),
        };
        Ok(Variant {
            name: name.to_owned(),
            weights,
        })
    }
}
