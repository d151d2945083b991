//! What a stage starts from, what its adapter is beside, and how both are saved.
//!
//! Where a run has `[lora]`, or begins with an adapter, the base stays where it is: a stage's checkpoints hold its adapter alone.

use std::path::{Path, PathBuf};

use anyhow::bail;
use burn::module::Module;
use explang::model::{Decoder, ModelConfig, Precision};
use explang::run::Stage;
use explang::run::config::{ModelPreset, ModelSection};

use super::driver::{Session, kept};
use crate::adapter::{self, absolute};
use crate::checkpoint;
use crate::locate::locate;

/// A model that a stage starts from.
pub(super) struct Start {
    /// The model; of an adapted one the adapter alone learns.
    pub(super) model: Decoder,
    /// The checkpoint of its adapter's base; none where all weights learn.
    pub(super) base: Option<PathBuf>,
}

/// Where a stage starts.
enum Origin {
    /// At a checkpoint.
    Checkpoint(PathBuf),
    /// At random weights of this shape.
    Random(ModelPreset),
}

impl Session {
    /// Where a stage starts: at what the nearest stage before it left, or where the run begins.
    fn origin(&self, stage: Stage) -> anyhow::Result<Origin> {
        Ok(match (self.config.starts_from(stage), &self.config.model) {
            (Some(before), _) => Origin::Checkpoint(self.checkpoint_path(before)),
            (None, ModelSection::New { preset, .. }) => Origin::Random(*preset),
            (None, ModelSection::From(path)) => {
                Origin::Checkpoint(locate(Path::new(path), None)?.checkpoint)
            }
        })
    }

    /// What a stage starts from. An adapter goes on learning; a whole checkpoint gets a fresh one where the run has `[lora]`.
    ///
    /// # Errors
    /// Those of [`Session::load`]; when the checkpoint's adapter is not as `[lora]` says.
    pub(super) fn start(&self, stage: Stage) -> anyhow::Result<Start> {
        let folder = match self.origin(stage)? {
            Origin::Checkpoint(folder) => folder,
            Origin::Random(preset) => {
                let shape = ModelConfig::of(preset, self.tokenizer.vocab_size());
                let model = Decoder::random(&shape, self.stream_named("init"), &self.device);
                let model = model.computing_in(self.precision);
                return Ok(Start { model, base: None });
            }
        };
        let mut model = self.load_from(&folder)?;
        if let Some(lora) = &self.config.lora {
            let fresh = (model.clone()).with_lora(lora, self.stream_named("lora"));
            if model.adapters().is_empty() {
                model = fresh;
            } else if shapes(&model) != shapes(&fresh) {
                bail!(
                    "{} holds an adapter of other ranks, alphas or targets than [lora]; leave [lora] out to go on with it, or merge it \
                     (`explang export --merge`) and begin with the merged checkpoint",
                    folder.display()
                );
            }
        }
        let base = match model.adapters().is_empty() {
            true => None,
            false => Some(adapter::base_of(&folder)?.unwrap_or(folder)),
        };
        Ok(Start { model, base })
    }

    /// What a stage started from, without autodiff, to compare `policy` with, which the stage trains. Where that is an adapter, both share
    /// the weights of its base.
    pub(super) fn reference(&self, stage: Stage, policy: &Decoder) -> anyhow::Result<Decoder> {
        match self.origin(stage)? {
            Origin::Checkpoint(folder) => self.load_beside(&folder, policy),
            Origin::Random(_) => Ok(self.start(stage)?.model.valid()),
        }
    }

    /// The model of a checkpoint of this run, without autodiff. Where `other` is an adapter on the same base, both share its weights.
    pub(super) fn load_beside(&self, folder: &Path, other: &Decoder) -> anyhow::Result<Decoder> {
        if other.adapters().is_empty() {
            return Ok(self.load_from(folder)?.valid());
        }
        let base = other.valid().without_adapters();
        match adapter::is_adapter(folder) {
            true => Ok(adapter::load(base, folder)?),
            // The base itself.
            false => Ok(base),
        }
    }

    /// The folder whose other files the run's checkpoints keep: that of the checkpoint it begins with, or of its first finished stage.
    fn kept(&self) -> anyhow::Result<Option<PathBuf>> {
        match &self.config.model {
            ModelSection::New { .. } => Ok(kept(self.folder.path())),
            ModelSection::From(path) => {
                let checkpoint = locate(Path::new(path), None)?.checkpoint;
                let base = adapter::base_of(&checkpoint)?;
                Ok(Some(base.unwrap_or(checkpoint)))
            }
        }
    }

    /// Writes a stage's checkpoint into an existing folder three below the run's: the adapter where there is a base, else all weights.
    pub(super) fn save(
        &self,
        folder: &Path,
        model: &Decoder,
        base: Option<&Path>,
    ) -> anyhow::Result<()> {
        let Some(base) = base else {
            let (tokenizer, kept) = (&self.tokenizer, self.kept()?);
            let precision = Precision::F32;
            return Ok(checkpoint::save(
                folder,
                model,
                tokenizer,
                precision,
                kept.as_deref(),
            )?);
        };
        // A base within the run is named by the way from the checkpoint, so that the run can be moved.
        let (base, run) = (absolute(base)?, absolute(self.folder.path())?);
        let name = match Path::new(&base).strip_prefix(&run) {
            Ok(rest) => format!("../../../{}", rest.display()),
            Err(_) => base,
        };
        Ok(adapter::save(folder, model, &name)?)
    }
}

/// Rank and alpha of every adapted module.
fn shapes(model: &Decoder) -> Vec<(String, usize, f64)> {
    let adapters = model.adapters().into_iter();
    adapters
        .map(|(module, adapter)| (module, adapter.rank(), adapter.alpha()))
        .collect()
}
