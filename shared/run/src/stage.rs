//! The stages of a run.

use explang_named::{Named, Unknown, named};

/// A stage of a run: it leaves lines in `metrics.jsonl` and a checkpoint in `stages/<name>/`.
///
/// Stages sort as reports and `summary.json` list them, the control last: it is what the others are compared with. [`Stage::ALL`] has the
/// order of training.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Stage {
    /// Traces in all languages, without tags.
    Pretrain,
    /// Supervised fine-tuning on tagged traces.
    Sft,
    /// RL that pays rare languages.
    Explore,
    /// RL that pays languages that reach correct answers.
    Exploit,
    /// A smaller student of the RL policy.
    Distil,
    /// The first phase of the control: explore with one language forced.
    ControlExplore,
    /// The second phase of the control, and its result: exploit with one language forced.
    Control,
}

named!(Stage, "stage", {
    Pretrain => "pretrain",
    Sft => "sft",
    Explore => "explore",
    Exploit => "exploit",
    ControlExplore => "control-explore",
    Control => "control",
    Distil => "distil",
});

impl Stage {
    /// The stages whose policies are evaluated, in the order of training.
    pub const EVALUATED: [Stage; 6] = [
        Stage::Pretrain,
        Stage::Sft,
        Stage::Explore,
        Stage::Exploit,
        Stage::Control,
        Stage::Distil,
    ];

    /// True where the stage's policy is evaluated: not between the two phases of the control.
    pub const fn is_evaluated(self) -> bool {
        !matches!(self, Stage::ControlExplore)
    }

    /// The evaluated stage with this name, for people to choose from.
    ///
    /// # Errors
    /// When there is none; the error lists the names, and the nearest one first.
    pub fn evaluated(name: &str) -> Result<Stage, Unknown> {
        let found = Stage::EVALUATED
            .into_iter()
            .find(|stage| stage.name() == name);
        found.ok_or_else(|| Unknown {
            what: Stage::WHAT,
            word: name.to_owned(),
            names: Stage::EVALUATED.map(Stage::name).to_vec(),
        })
    }

    /// The stage whose checkpoint this one starts from; of distillation, the teacher's.
    pub const fn starts_from(self) -> Option<Stage> {
        match self {
            Stage::Pretrain => None,
            Stage::Sft => Some(Stage::Pretrain),
            Stage::Explore | Stage::ControlExplore => Some(Stage::Sft),
            Stage::Exploit => Some(Stage::Explore),
            Stage::Control => Some(Stage::ControlExplore),
            Stage::Distil => Some(Stage::Exploit),
        }
    }

    /// True for both phases of the control, in which one language is forced.
    pub const fn is_control(self) -> bool {
        matches!(self, Stage::ControlExplore | Stage::Control)
    }

    /// The stage with the same problems and rewards in which the model chooses its language; of the others, the stage itself.
    pub const fn free(self) -> Stage {
        match self {
            Stage::ControlExplore => Stage::Explore,
            Stage::Control => Stage::Exploit,
            stage => stage,
        }
    }

    /// True where the model knows the tags of languages after the stage. Before, the header of a page names the language.
    pub const fn knows_tags(self) -> bool {
        !matches!(self, Stage::Pretrain)
    }

    /// Where a run keeps the stage's checkpoint, from its folder.
    pub fn checkpoint_path(self) -> String {
        format!("stages/{self}/checkpoint")
    }

    /// Where a run keeps the judged samples of the stage's evaluation, from its folder.
    pub fn evaluation_path(self) -> String {
        format!("stages/{self}/evaluation.jsonl")
    }

    /// Where a run keeps which languages the stage's policy would choose, from its folder.
    pub fn choices_path(self) -> String {
        format!("stages/{self}/choices.jsonl")
    }

    /// The stage's name in English, for people.
    pub const fn title(self) -> &'static str {
        match self {
            Stage::Pretrain => "Pretraining",
            Stage::Sft => "SFT",
            Stage::Explore => "Explore",
            Stage::Exploit => "Exploit",
            Stage::ControlExplore => "Control: explore",
            Stage::Control => "Control: exploit",
            Stage::Distil => "Distillation",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_stage_starts_from_an_earlier_one() {
        let place = |stage: Stage| Stage::ALL.iter().position(|of| *of == stage);
        for stage in Stage::ALL {
            let before = stage.starts_from();
            assert!(
                before.is_none_or(|before| place(before) < place(stage)),
                "{stage}"
            );
            assert_eq!(before.is_none(), stage == Stage::Pretrain);
            assert_eq!(Stage::EVALUATED.contains(&stage), stage.is_evaluated());
        }
        let in_order: Vec<Stage> = Stage::ALL
            .into_iter()
            .filter(|stage| stage.is_evaluated())
            .collect();
        assert_eq!(in_order, Stage::EVALUATED);
    }

    #[test]
    fn people_choose_among_the_evaluated_stages() {
        assert_eq!(Stage::evaluated("control"), Ok(Stage::Control));
        let error = Stage::evaluated("exploite").unwrap_err().to_string();
        assert_eq!(
            error,
            "unknown stage `exploite` (did you mean `exploit`?); expected one of: pretrain sft explore exploit control distil"
        );
        assert!(Stage::evaluated("control-explore").is_err());
        assert_eq!("control-explore".parse(), Ok(Stage::ControlExplore));
    }
}
