//! What a trainer pays for, and how the pay becomes advantages: the choices of view 6, as the address spells them.

use std::str::FromStr;

use explang::objective::advantage;
use explang::reward::{Components, Options, Preset, Reward, Variant, Weights};

/// The lowest weight that can be chosen: a component can be punished, too.
pub const LEAST_WEIGHT: f64 = -1.0;
/// The highest weight that can be chosen.
pub const MOST_WEIGHT: f64 = 2.0;
/// Weights are whole multiples of one in so many.
pub const WEIGHT_PARTS: f64 = 20.0;

/// Each component of the reward: its name, and when it is 1.
pub const COMPONENTS: [(&str, &str); 8] = [
    ("format", "it opens with a tag and ends its thinking"),
    ("complies", "it thinks in the language that it named"),
    ("right", "its answer is right"),
    ("diversity", "its language is the rarest of the group"),
    ("pass@k", "some rollout in its language is right"),
    (
        "language accuracy",
        "share of right rollouts in its language",
    ),
    ("English", "it named English"),
    ("another language", "it named a language other than English"),
];

/// How rewards become advantages: of the published ways, the two that need no more than one group.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Estimator {
    /// In units of the group's standard deviation.
    Grpo,
    /// In units of reward.
    DrGrpo,
}

impl From<Estimator> for advantage::Estimator {
    fn from(estimator: Estimator) -> Self {
        match estimator {
            Estimator::Grpo => advantage::Estimator::Grpo,
            Estimator::DrGrpo => advantage::Estimator::DrGrpo,
        }
    }
}

/// A name that the page does not know.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Unknown;

impl FromStr for Estimator {
    type Err = Unknown;

    fn from_str(name: &str) -> Result<Self, Unknown> {
        [Estimator::Grpo, Estimator::DrGrpo]
            .into_iter()
            .find(|estimator| estimator_name(*estimator) == name)
            .ok_or(Unknown)
    }
}

/// How a group is paid, and what is made of it.
#[derive(Debug, Clone, PartialEq)]
pub struct Incentive {
    /// A name of [`Variant::NAMES`].
    pub variant: &'static str,
    /// The choices around the weights.
    pub preset: Preset,
    /// Weights in place of the variant's.
    pub own: Option<Weights>,
    /// How rewards become advantages.
    pub estimator: Estimator,
}

impl Default for Incentive {
    fn default() -> Self {
        Incentive {
            variant: "exploit",
            preset: Preset::Paper,
            own: None,
            estimator: Estimator::Grpo,
        }
    }
}

impl Incentive {
    /// The weights that are paid.
    pub fn weights(&self) -> Weights {
        self.own.unwrap_or_else(|| self.published())
    }

    /// The variant's weights.
    fn published(&self) -> Weights {
        // The names are all known.
        Variant::named(self.variant, self.preset).map_or_else(|_| Weights::default(), |v| v.weights)
    }

    /// Starts from a variant; weights of one's own are given up.
    pub fn choose(&mut self, variant: &str, preset: Preset) {
        let mut names = Variant::NAMES.into_iter();
        if let Some(name) = names.find(|name| *name == variant) {
            self.variant = name;
        }
        self.preset = preset;
        self.own = None;
    }

    /// Changes the weight of one component, by its place in [`COMPONENTS`].
    pub fn weigh(&mut self, component: usize, weight: f64) {
        let mut weights = listed(&self.weights());
        if let (Some(place), Some(weight)) = (weights.get_mut(component), allowed(weight)) {
            *place = weight;
            let own = unlisted(weights);
            self.own = (own != self.published()).then_some(own);
        }
    }

    /// The reward that these choices make.
    pub fn reward(&self) -> Reward {
        Reward {
            variant: Variant {
                name: self.variant.to_owned(),
                weights: self.weights(),
            },
            options: Options::of(self.preset),
        }
    }

    /// Reads one part of an address. What is wrong changes nothing.
    pub fn read(&mut self, key: &str, value: &str) {
        match key {
            "variant" => {
                let mut names = Variant::NAMES.into_iter();
                self.variant = names.find(|name| *name == value).unwrap_or(self.variant);
            }
            "preset" => self.preset = value.parse().unwrap_or(self.preset),
            "estimator" => self.estimator = value.parse().unwrap_or(self.estimator),
            "weights" => {
                let weights: Option<Vec<f64>> = value
                    .split('/')
                    .map(|weight| allowed(weight.parse().ok()?))
                    .collect();
                let weights = weights.and_then(|weights| weights.try_into().ok());
                self.own = weights.map(unlisted).or(self.own);
            }
            _ => {}
        }
    }

    /// The parts of an address, each with its key.
    pub fn write(&self) -> Vec<(&'static str, String)> {
        let mut parts = vec![
            ("variant", self.variant.to_owned()),
            ("preset", preset_name(self.preset).to_owned()),
            ("estimator", estimator_name(self.estimator).to_owned()),
        ];
        if let Some(own) = &self.own {
            let weights = listed(own).map(|weight| weight.to_string());
            parts.push(("weights", weights.join("/")));
        }
        parts
    }
}

/// A preset's name.
pub const fn preset_name(preset: Preset) -> &'static str {
    match preset {
        Preset::Paper => "paper",
        Preset::Official => "official",
    }
}

/// An estimator's name.
pub const fn estimator_name(estimator: Estimator) -> &'static str {
    match estimator {
        Estimator::Grpo => "grpo",
        Estimator::DrGrpo => "dr-grpo",
    }
}

/// The weights in the order of [`COMPONENTS`].
pub fn listed(weights: &Weights) -> [f64; 8] {
    let terms = weights.terms(&Components::default());
    terms.map(|(_, weight, _)| weight)
}

/// The components' values in the order of [`COMPONENTS`].
pub fn values(components: &Components) -> [f64; 8] {
    let terms = Weights::default().terms(components);
    terms.map(|(_, _, value)| value)
}

fn unlisted(weights: [f64; 8]) -> Weights {
    let [
        format,
        compliance,
        verified,
        diversity,
        pass_at_k,
        language_accuracy,
        english,
        other_language,
    ] = weights;
    Weights {
        format,
        compliance,
        verified,
        diversity,
        pass_at_k,
        language_accuracy,
        english,
        other_language,
    }
}

/// The weight, to the nearest part; none where it is no weight that can be chosen.
fn allowed(weight: f64) -> Option<f64> {
    // Adding 0 makes −0 a plain 0.
    let nearest = (weight * WEIGHT_PARTS).round() / WEIGHT_PARTS + 0.0;
    (LEAST_WEIGHT..=MOST_WEIGHT)
        .contains(&nearest)
        .then_some(nearest)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read_back(incentive: &Incentive) -> Incentive {
        let mut read = Incentive::default();
        for (key, value) in incentive.write() {
            read.read(key, &value);
        }
        read
    }

    #[test]
    fn every_variant_is_read_back_and_has_weights() {
        for preset in [Preset::Paper, Preset::Official] {
            for variant in Variant::NAMES {
                let mut incentive = Incentive::default();
                incentive.choose(variant, preset);
                assert_eq!(read_back(&incentive), incentive);
                assert!(!incentive.write().iter().any(|(key, _)| *key == "weights"));
                let weights = listed(&incentive.weights());
                assert!(weights[0] > 0.0, "{variant}");
                // The controls can show them all.
                assert!(weights.iter().all(|w| allowed(*w) == Some(*w)), "{variant}");
                assert_eq!(unlisted(weights), incentive.weights());
            }
        }
    }

    #[test]
    fn a_weight_of_ones_own_is_kept_until_it_is_the_variants_again() {
        let mut incentive = Incentive::default();
        incentive.weigh(2, 0.35);
        incentive.weigh(6, -0.4);
        incentive.estimator = Estimator::DrGrpo;
        assert_eq!(incentive.weights().verified, 0.35);
        assert_eq!(incentive.weights().english, -0.4);
        assert_eq!(incentive.weights().pass_at_k, 0.5);
        assert_eq!(incentive.write()[3].1, "0.2/0.2/0.35/0/0.5/0/-0.4/0");
        assert_eq!(read_back(&incentive), incentive);
        incentive.weigh(2, 1.0);
        incentive.weigh(6, -0.0);
        assert_eq!(incentive.own, None);
        incentive.weigh(2, 0.5);
        incentive.choose("exploit", Preset::Official);
        assert_eq!(incentive.own, None);
        assert_eq!(incentive.weights().verified, 0.5);
    }

    #[test]
    fn what_is_no_choice_changes_nothing() {
        let mut incentive = Incentive::default();
        for (key, value) in [
            ("variant", "exploit_mod9"),
            ("preset", "best"),
            ("estimator", "ppo"),
            ("weights", "1/2/3"),
            ("weights", "0/0/0/0/0/0/0/NaN"),
            ("weights", "0/0/0/0/0/0/0/9"),
            ("weights", "0/0/0/0/0/0/0/0/0"),
            ("other", "1"),
        ] {
            incentive.read(key, value);
        }
        incentive.weigh(0, f64::INFINITY);
        incentive.weigh(9, 1.0);
        incentive.choose("nothing", Preset::Paper);
        assert_eq!(incentive, Incentive::default());
    }
}
