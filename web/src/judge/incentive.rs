//! What a trainer pays for, and how the pay becomes advantages: the choices of view 6, as the address spells them.

use explang::named::named;
use explang::objective::advantage;
use explang::reward::{Component, Options, Preset, Reward, Variant, Weights};
use serde::{Deserialize, Deserializer, Serialize};

/// Name of the paper's reward for its first phase.
pub const EXPLORE: &str = "explore";
/// Name of the paper's reward for its second phase.
pub const EXPLOIT: &str = "exploit";

/// The lowest weight that can be chosen: a component can be punished, too.
pub const LEAST_WEIGHT: f64 = -1.0;
/// The highest weight that can be chosen.
pub const MOST_WEIGHT: f64 = 2.0;
/// Weights are whole multiples of one in so many.
pub const WEIGHT_PARTS: f64 = 20.0;

/// How rewards become advantages: of the published ways, the two that need no more than one group.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Estimator {
    /// In units of the group's standard deviation.
    Grpo,
    /// In units of reward.
    DrGrpo,
}

named!(Estimator, "estimator", { Grpo => "grpo", DrGrpo => "dr-grpo" });

impl From<Estimator> for advantage::Estimator {
    fn from(estimator: Estimator) -> Self {
        match estimator {
            Estimator::Grpo => advantage::Estimator::Grpo,
            Estimator::DrGrpo => advantage::Estimator::DrGrpo,
        }
    }
}

/// How a group is paid, and what is made of it. To a file and to the learner it goes in its address's parts.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(into = "Vec<(String, String)>")]
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
            variant: EXPLOIT,
            preset: Preset::Paper,
            own: None,
            estimator: Estimator::Grpo,
        }
    }
}

impl From<Vec<(String, String)>> for Incentive {
    fn from(parts: Vec<(String, String)>) -> Self {
        let mut incentive = Incentive::default();
        for (key, value) in parts {
            incentive.read(&key, &value);
        }
        incentive
    }
}

// Derived, it would borrow the variant's name from what is read.
impl<'de> Deserialize<'de> for Incentive {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        Vec::<(String, String)>::deserialize(from).map(Incentive::from)
    }
}

impl From<Incentive> for Vec<(String, String)> {
    fn from(incentive: Incentive) -> Self {
        let parts = incentive.write().into_iter();
        parts.map(|(key, value)| (key.to_owned(), value)).collect()
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

    /// Changes the weight of one component.
    pub fn weigh(&mut self, component: Component, weight: f64) {
        if let Some(weight) = allowed(weight) {
            let mut own = self.weights();
            *own.get_mut(component) = weight;
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
            "weights" => self.own = read_weights(value).or(self.own),
            _ => {}
        }
    }

    /// The parts of an address, each with its key.
    pub fn write(&self) -> Vec<(&'static str, String)> {
        let mut parts = vec![
            ("variant", self.variant.to_owned()),
            ("preset", self.preset.to_string()),
            ("estimator", self.estimator.to_string()),
        ];
        if let Some(own) = &self.own {
            let weights = Component::ALL.map(|component| own.get(component).to_string());
            parts.push(("weights", weights.join("/")));
        }
        parts
    }
}

/// Weights in the order of [`Component::ALL`]; none where one of them cannot be chosen, or their number is wrong.
fn read_weights(text: &str) -> Option<Weights> {
    let weights: Vec<f64> = text
        .split('/')
        .map(|weight| allowed(weight.parse().ok()?))
        .collect::<Option<_>>()?;
    let mut weights = (weights.len() == Component::ALL.len()).then(|| weights.into_iter())?;
    Some(Weights::from_fn(|_| weights.next().unwrap_or_default()))
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
                let weights = incentive.weights();
                assert!(weights.format > 0.0, "{variant}");
                // The controls can show them all.
                let shown = Weights::from_fn(|of| allowed(*weights.get(of)).unwrap_or(f64::NAN));
                assert_eq!(shown, weights, "{variant}");
            }
        }
    }

    #[test]
    fn a_weight_of_ones_own_is_kept_until_it_is_the_variants_again() {
        let mut incentive = Incentive::default();
        incentive.weigh(Component::Verified, 0.35);
        incentive.weigh(Component::English, -0.4);
        incentive.estimator = Estimator::DrGrpo;
        assert_eq!(incentive.weights().verified, 0.35);
        assert_eq!(incentive.weights().english, -0.4);
        assert_eq!(incentive.weights().pass_at_k, 0.5);
        assert_eq!(incentive.write()[3].1, "0.2/0.2/0.35/0/0.5/0/-0.4/0");
        assert_eq!(read_back(&incentive), incentive);
        incentive.weigh(Component::Verified, 1.0);
        incentive.weigh(Component::English, -0.0);
        assert_eq!(incentive.own, None);
        incentive.weigh(Component::Verified, 0.5);
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
        incentive.weigh(Component::Format, f64::INFINITY);
        incentive.choose("nothing", Preset::Paper);
        assert_eq!(incentive, Incentive::default());
    }
}
