//! Variants of the reward: weights by name.

use serde::{Deserialize, Serialize};

use explang_named::Unknown;

use super::{Preset, Weights};

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

    /// Not published: the right answer alone, without a word about languages. GRPO as it is run without this method.
    pub const VERIFIED: &str = "verified";

    /// A published variant, or [`Variant::VERIFIED`]. The presets differ in `exploit` alone: the paper adds .5 P to the whole v, its
    /// code halves v.
    ///
    /// # Errors
    /// When no variant has that name; the error lists them.
    pub fn named(name: &str, preset: Preset) -> Result<Self, Unknown> {
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
            Self::VERIFIED => Weights {
                verified: 1.0,
                ..Weights::default()
            },
            _ => {
                let names = Self::NAMES.into_iter().chain([Self::VERIFIED]);
                return Err(Unknown {
                    what: "reward variant",
                    word: name.to_owned(),
                    names: names.collect(),
                });
            }
        };
        Ok(Variant {
            name: name.to_owned(),
            weights,
        })
    }
}
