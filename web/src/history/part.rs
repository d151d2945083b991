//! The parts in which a run is shown: stages that follow each other on one axis of steps.

use explang::run::Stage;

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

    /// Its name in the address: that of its stage, or of the last one.
    pub const fn name(self) -> &'static str {
        match self {
            Part::Pretrain => Stage::Pretrain.name(),
            Part::Sft => Stage::Sft.name(),
            Part::Rl => "rl",
            Part::Control => Stage::Control.name(),
            Part::Distil => Stage::Distil.name(),
        }
    }

    /// The part of a name.
    pub fn named(name: &str) -> Option<Part> {
        Part::ALL.into_iter().find(|part| part.name() == name)
    }

    /// Its name for people.
    pub const fn title(self) -> &'static str {
        match self {
            Part::Pretrain => Stage::Pretrain.title(),
            Part::Sft => Stage::Sft.title(),
            Part::Rl => "RL: explore, exploit",
            Part::Control => "Control: English only",
            Part::Distil => Stage::Distil.title(),
        }
    }

    /// What happens in it.
    pub const fn told(self) -> &'static str {
        match self {
            Part::Pretrain => {
                "The model reads worked problems in all seventeen languages, without tags. The map below says how much of each kind is \
                 in which language."
            }
            Part::Sft => {
                "The model reads worked problems with tags, all languages alike for every kind. It learns to name a language first, and to \
                 keep to it, but not which."
            }
            Part::Rl => {
                "The model answers problems by itself and is paid. Explore also pays languages that are rare in their group; exploit pays \
                 languages that reach right answers. Watch where the choice goes."
            }
            Part::Control => {
                "The same steps and the same rewards, but English is forced on every rollout: what RL gains without a choice."
            }
            Part::Distil => {
                "A smaller model first reads answers of the model after exploit, its teacher, some of them in a language that was forced. \
                 Then it answers by itself. In both it moves towards the teacher's probabilities at every token."
            }
        }
    }

    /// Its stages.
    pub const fn stages(self) -> &'static [Stage] {
        match self {
            Part::Pretrain => &[Stage::Pretrain],
            Part::Sft => &[Stage::Sft],
            Part::Rl => &[Stage::Explore, Stage::Exploit],
            Part::Control => &[Stage::ControlExplore, Stage::Control],
            Part::Distil => &[Stage::Distil],
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_stage_is_in_one_part_in_the_order_of_training() {
        let stages: Vec<Stage> = Part::ALL
            .into_iter()
            .flat_map(Part::stages)
            .copied()
            .collect();
        assert_eq!(stages, Stage::ALL);
        for part in Part::ALL {
            assert_eq!(Part::named(part.name()), Some(part));
        }
        assert!(WINDOWS.contains(&DEFAULT_WINDOW));
        assert!(WINDOWS.iter().all(|window| window % 2 == 1));
    }
}
