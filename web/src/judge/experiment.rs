//! Prepared experiments of view 8. All their numbers are here.

use explang::Language;
use explang::reward::{Component, Preset};

use crate::judge::incentive::{self, Estimator, Incentive};
use crate::protocol::learning::Settings;

/// What is paid and what is forced, and what to look for. Start, seed, sizes and kinds of problems stay the visitor's.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Experiment {
    /// Its name.
    pub name: &'static str,
    /// What to look for, in a sentence.
    pub look: &'static str,
    /// The variant of the reward.
    variant: &'static str,
    /// The only components that are paid; empty for the variant's own.
    only: &'static [(Component, f64)],
    /// The language that is forced.
    forced: Option<Language>,
    /// What a response costs that takes the whole budget.
    length_price: f64,
    /// Weight of the divergence from the start.
    kl: f64,
    /// Learning rate.
    learning_rate: f64,
}

/// What the experiments share: the paper's first phase.
const EXPLORE: Experiment = Experiment {
    name: "Explore",
    look: "The paper’s first phase pays right answers, and languages that are rare in their group. Watch the kinds part: each finds a \
           language of its own, and I(kind; language) rises.",
    variant: incentive::EXPLORE,
    only: &[],
    forced: None,
    length_price: 0.0,
    kl: 0.0,
    learning_rate: 4e-4,
};

/// The experiments, in the order in which they are shown.
pub const EXPERIMENTS: [Experiment; 6] = [
    EXPLORE,
    Experiment {
        name: "Without explore",
        look: "The paper’s second phase from the start: nothing pays a rare language. Watch whichever language leads first push the others \
               out before they are tried; I(kind; language) stays near 0 for as long as Explore needs. Only luck frees a kind later.",
        variant: incentive::EXPLOIT,
        ..EXPLORE
    },
    Experiment {
        name: "Only diversity is paid",
        look: "A right answer earns nothing here. Watch the choice stay open, choice entropy high, while I(kind; language) stays near 0 \
               and right answers are lost: variety alone is no reason to choose well, nor to think well.",
        only: &[(Component::Diversity, 1.0)],
        ..EXPLORE
    },
    Experiment {
        name: "English is forced",
        look: "The control: the same pay, and no choice. Watch right answers stay about where they were, at what English alone is worth, \
               and compare them with Explore.",
        forced: Some(Language::En),
        ..EXPLORE
    },
    Experiment {
        name: "English is paid for itself",
        look: "Reward hacking seen from inside: only naming English is paid. Watch the reward rise to its top while answers grow to the \
               full budget and none is right: nothing in what is paid tells you so.",
        only: &[(Component::English, 1.0)],
        ..EXPLORE
    },
    Experiment {
        name: "Short answers are paid",
        look: "A response costs as much as it is long. Watch its length fall, and whether languages that need fewer tokens win; then \
               whether right answers are still there, and the kinds part all the same.",
        length_price: 1.0,
        ..EXPLORE
    },
];

impl Experiment {
    /// The settings of the experiment on the visitor's own.
    pub fn settings(&self, base: &Settings) -> Settings {
        let mut incentive = Incentive::default();
        incentive.choose(self.variant, Preset::Paper);
        incentive.estimator = Estimator::Grpo;
        if !self.only.is_empty() {
            for component in Component::ALL {
                let paid = self.only.iter().find(|(of, _)| *of == component);
                incentive.weigh(component, paid.map_or(0.0, |(_, weight)| *weight));
            }
        }
        Settings {
            forced: self.forced,
            incentive,
            length_price: self.length_price,
            kl: self.kl,
            learning_rate: self.learning_rate,
            ..base.clone()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::protocol::learning::Start;

    /// A visitor's settings, all of them unlike an experiment's.
    fn base() -> Settings {
        let mut incentive = Incentive::default();
        incentive.weigh(Component::Verified, 0.35);
        incentive.estimator = Estimator::DrGrpo;
        Settings {
            start: Start::Yours,
            seed: 9,
            forced: Some(Language::Th),
            incentive,
            length_price: 0.35,
            kl: 0.07,
            learning_rate: 1e-5,
            prompts: 3,
            group: 5,
            max_new_tokens: 40,
            kinds: vec!["sums/steps".into()],
        }
    }

    #[test]
    fn an_experiment_changes_what_it_is_about_and_nothing_else() {
        for experiment in EXPERIMENTS {
            let settings = experiment.settings(&base());
            let name = experiment.name;
            assert_eq!(settings, experiment.settings(&settings), "{name}");
            let restored = Settings {
                forced: base().forced,
                incentive: base().incentive,
                length_price: base().length_price,
                kl: base().kl,
                learning_rate: base().learning_rate,
                ..settings
            };
            assert_eq!(restored, base(), "{name}");
        }
    }

    #[test]
    fn every_experiment_is_another_and_can_be_shown() {
        let all = EXPERIMENTS.map(|experiment| experiment.settings(&base()));
        for (at, settings) in all.iter().enumerate() {
            let others = all[..at].iter().any(|other| other == settings);
            assert!(!others, "{}", EXPERIMENTS[at].name);
            // The sliders hold its weights: they are read back from an address as they are.
            let parts: Vec<(String, String)> = settings.incentive.clone().into();
            assert_eq!(Incentive::from(parts), settings.incentive);
            assert!(EXPERIMENTS[at].look.ends_with('.'));
        }
    }

    #[test]
    fn what_is_not_paid_earns_nothing() {
        for (experiment, paid) in [
            ("Only diversity is paid", Component::Diversity),
            ("English is paid for itself", Component::English),
        ] {
            let experiment = EXPERIMENTS.iter().find(|of| of.name == experiment);
            let weights = experiment.unwrap().settings(&base()).incentive.weights();
            for component in Component::ALL {
                let expected = if component == paid { 1.0 } else { 0.0 };
                assert_eq!(*weights.get(component), expected, "{component}");
            }
        }
    }

    #[test]
    fn explore_and_without_explore_pay_what_the_paper_pays() {
        let incentive = |at: usize| EXPERIMENTS[at].settings(&base()).incentive;
        assert_eq!((incentive(0).variant, incentive(0).own), ("explore", None));
        assert_eq!((incentive(1).variant, incentive(1).own), ("exploit", None));
        let forced = EXPERIMENTS.map(|experiment| experiment.settings(&base()).forced);
        assert_eq!(forced.iter().flatten().count(), 1);
    }
}
