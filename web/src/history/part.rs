//! The parts in which a run is shown: stages that follow each other on one axis of steps.

/// Stages that are shown together.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Part {
    /// Pretraining.
    Pretrain,
    /// Supervised fine-tuning.
    Sft,
    /// Reinforcement learning: explore, then exploit.
    Rl,
    /// The same with English forced.
    Control,
    /// The smaller student.
    Distil,
}

/// The windows that can be averaged over, in steps: odd, so that a window has a middle.
pub const WINDOWS: [u32; 8] = [1, 3, 5, 9, 15, 25, 51, 101];

/// The window of the figures that `explang` draws.
pub const DEFAULT_WINDOW: u32 = 5;

impl Part {
    /// All parts, in the order of training.
    pub const ALL: [Part; 5] = [
        Part::Pretrain,
        Part::Sft,
        Part::Rl,
        Part::Control,
        Part::Distil,
    ];

    /// Its name in the address.
    pub const fn name(self) -> &'static str {
        match self {
            Part::Pretrain => "pretrain",
            Part::Sft => "sft",
            Part::Rl => "rl",
            Part::Control => "control",
            Part::Distil => "distil",
        }
    }

    /// The part of a name.
    pub fn named(name: &str) -> Option<Part> {
        Part::ALL.into_iter().find(|part| part.name() == name)
    }

    /// Its name for people.
    pub const fn title(self) -> &'static str {
        match self {
            Part::Pretrain => "Pretraining",
            Part::Sft => "SFT",
            Part::Rl => "RL: explore, exploit",
            Part::Control => "Control: English only",
            Part::Distil => "Distillation",
        }
    }

    /// What happens in it.
    pub const fn told(self) -> &'static str {
        match self {
            Part::Pretrain => {
                "The model reads worked problems in all seventeen languages, without tags. It learns to write them."
            }
            Part::Sft => {
                "The model reads worked problems with tags. It learns to name a language first, and to keep to it."
            }
            Part::Rl => {
                "The model answers problems by itself and is paid. Explore also pays rare languages; exploit pays languages \
                 that reach right answers. Watch where the choice goes."
            }
            Part::Control => {
                "The same number of steps, but English is forced on every rollout. It shows what RL gains without a choice."
            }
            Part::Distil => {
                "A smaller model first reads answers of the model after exploit, its teacher. Then it answers by itself, and moves towards \
                 the teacher's probabilities at every token."
            }
        }
    }

    /// Its stages, as the lines of the log name them.
    pub const fn stages(self) -> &'static [&'static str] {
        match self {
            Part::Pretrain => &["pretrain"],
            Part::Sft => &["sft"],
            Part::Rl => &["explore", "exploit"],
            Part::Control => &["control-explore", "control"],
            Part::Distil => &["distil"],
        }
    }

    /// The part that a stage belongs to.
    pub fn of_stage(stage: &str) -> Option<Part> {
        Part::ALL
            .into_iter()
            .find(|part| part.stages().contains(&stage))
    }
}

/// A stage's name for people.
pub fn stage_title(stage: &str) -> &str {
    match stage {
        "pretrain" => "Pretraining",
        "sft" => "SFT",
        "explore" => "Explore",
        "exploit" => "Exploit",
        "control-explore" => "Control: explore",
        "control" => "Control: exploit",
        "distil" => "Distillation",
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_stage_of_the_page_is_in_a_part() {
        for stage in crate::protocol::Stage::ALL {
            assert!(Part::of_stage(stage.name()).is_some());
        }
        assert_eq!(Part::of_stage("control-explore"), Some(Part::Control));
        assert_eq!(Part::of_stage("other"), None);
        for part in Part::ALL {
            assert_eq!(Part::named(part.name()), Some(part));
        }
        assert!(WINDOWS.contains(&DEFAULT_WINDOW));
        assert!(WINDOWS.iter().all(|window| window % 2 == 1));
    }
}
