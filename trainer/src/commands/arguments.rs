//! Arguments that several commands share, and how they are read.

use std::path::PathBuf;

use clap::Args;
use explang::Language;
use explang::run::Stage;
use explang::tasks::{Family, Mixture, Spec, Style};
use explang_trainer::locate::{Location, locate};

/// Which kinds of problems are meant.
#[derive(Debug, Clone, Copy, Args)]
pub(crate) struct KindArguments {
    /// Family of problems: sums, differences, products, weekdays, months or clock.
    #[arg(long)]
    pub(crate) family: Option<Family>,
    /// Style of the reasoning: steps or breath.
    #[arg(long)]
    pub(crate) style: Option<Style>,
    /// Level of difficulty, from 1.
    #[arg(long)]
    pub(crate) level: Option<u8>,
}

impl KindArguments {
    /// True when nothing was asked for.
    pub(crate) const fn is_empty(self) -> bool {
        self.family.is_none() && self.style.is_none() && self.level.is_none()
    }

    /// The kinds that fit, each with the same share.
    pub(crate) fn mixture(self) -> anyhow::Result<Mixture> {
        if let (Some(family), Some(level)) = (self.family, self.level) {
            // Names the levels that the family has.
            Spec::new(family, Style::Steps, level)?;
        }
        let fits = |spec: &Spec| {
            self.family.is_none_or(|family| spec.family() == family)
                && self.style.is_none_or(|style| spec.style() == style)
                && self.level.is_none_or(|level| spec.level() == level)
        };
        Mixture::even(Spec::all().filter(fits)).map_err(|_| {
            anyhow::anyhow!("there is no such kind of problem; `explang tasks --list` shows all")
        })
    }
}

/// Which checkpoint is meant.
#[derive(Debug, Clone, Args)]
pub(crate) struct CheckpointArguments {
    /// Folder of a checkpoint, or of a run: then the first finished stage of exploit, explore, sft, pretrain, or else the only one.
    pub(crate) checkpoint: PathBuf,
    /// The stage of the run.
    #[arg(long, value_parser = Stage::evaluated)]
    pub(crate) stage: Option<Stage>,
}

impl CheckpointArguments {
    /// Where the checkpoint is.
    pub(crate) fn locate(&self) -> anyhow::Result<Location> {
        Ok(locate(&self.checkpoint, self.stage)?)
    }
}

/// A language that the model chooses, or one that is forced.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum LanguageChoice {
    /// The model chooses.
    Auto,
    /// The tag is prefilled.
    Forced(Language),
}

impl std::str::FromStr for LanguageChoice {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        if text == "auto" {
            return Ok(LanguageChoice::Auto);
        }
        match text.parse() {
            Ok(language) => Ok(LanguageChoice::Forced(language)),
            Err(error) => Err(format!("{error}, or auto")),
        }
    }
}
