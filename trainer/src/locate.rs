//! What a path on the command line names: a checkpoint's folder or GGUF file, or a run folder and one of its stages.

use std::path::{Path, PathBuf};

use explang::run::{Config, Stage};

use crate::checkpoint::is_checkpoint;
use crate::hub::{self, HubError};
use crate::run::error::RunError;
use crate::run::folder;

/// A checkpoint on disk, and where it comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Location {
    /// The checkpoint's folder, or its GGUF file.
    pub checkpoint: PathBuf,
    /// The run that it belongs to; none for a checkpoint that stands alone.
    pub run: Option<PathBuf>,
    /// The stage that left it; none for a checkpoint that stands alone.
    pub stage: Option<Stage>,
}

impl Location {
    /// The configuration of the run that the checkpoint belongs to; none for a checkpoint that stands alone.
    ///
    /// # Errors
    /// When the run's configuration cannot be read.
    pub fn config(&self) -> anyhow::Result<Option<Config>> {
        let Some(run) = &self.run else {
            return Ok(None);
        };
        Ok(Some(run_config(run)?))
    }
}

/// A path that leads to no checkpoint.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum LocateError {
    /// There is nothing there.
    #[error("{} does not exist; give a .gguf file, or the folder of a checkpoint or of a run", .0.display())]
    Absent(PathBuf),
    /// There is nothing there, nor on the hub.
    #[error(transparent)]
    Hub(#[from] HubError),
    /// It is neither a checkpoint nor a run.
    #[error("{} is neither a checkpoint (it has no config.json or adapter_config.json) nor a run (it has no run.json); give the folder of one", .0.display())]
    Neither(PathBuf),
    /// It is a run whose `run.json` cannot be read.
    #[error("{0}")]
    Damaged(String),
    /// The run has finished no stage.
    #[error("the run in {} has finished no stage yet", .0.display())]
    Nothing(PathBuf),
    /// The run has not finished the stage that was asked for.
    #[error("the run in {} has not finished {stage}; finished: {finished}", path.display())]
    Unfinished {
        /// The run's folder.
        path: PathBuf,
        /// The stage.
        stage: Stage,
        /// The names of those that are, or `none`.
        finished: String,
    },
    /// A stage was asked of something that has none.
    #[error("{} is a single checkpoint, it has no stages to choose from", .0.display())]
    NoStages(PathBuf),
}

/// What a run is asked for when no stage is named: the first of these that is finished, or else the first that is.
const PREFERENCE: [Stage; 4] = [Stage::Exploit, Stage::Explore, Stage::Sft, Stage::Pretrain];

/// Finds the checkpoint that `path` names: the file or folder itself, or of a run the one of `stage`; without a stage, the
/// last finished one in the order exploit, explore, sft, pretrain, or else the first finished one. What is no path here, and could be the name of a model on the Hugging Face
/// hub, is downloaded.
///
/// # Errors
/// When there is no such checkpoint; the error says what there is.
pub fn locate(path: &Path, stage: Option<Stage>) -> Result<Location, LocateError> {
    let owned = || path.to_path_buf();
    if !path.exists() {
        let name = hub::name(path).ok_or_else(|| LocateError::Absent(owned()))?;
        return locate(&hub::fetch(name)?, stage);
    }
    if is_checkpoint(path) {
        let (run, found) = origin(path);
        return match stage {
            Some(asked) if found != Some(asked) => Err(LocateError::NoStages(owned())),
            _ => Ok(Location {
                checkpoint: owned(),
                run,
                stage: found,
            }),
        };
    }
    match folder::read_info(path) {
        Ok(_) => {}
        Err(RunError::NotARun { .. }) => return Err(LocateError::Neither(owned())),
        Err(error) => return Err(LocateError::Damaged(error.to_string())),
    }
    let finished = finished(path);
    let found = match stage {
        Some(stage) if finished.contains(&stage) => stage,
        Some(stage) => return Err(unfinished(path, stage, &finished)),
        None => PREFERENCE
            .into_iter()
            .find(|stage| finished.contains(stage))
            .or(finished.first().copied())
            .ok_or_else(|| LocateError::Nothing(owned()))?,
    };
    Ok(Location {
        checkpoint: checkpoint_path(path, found),
        run: Some(owned()),
        stage: Some(found),
    })
}

/// A stage was asked for that is not among the finished ones.
pub(crate) fn unfinished(run: &Path, stage: Stage, finished: &[Stage]) -> LocateError {
    LocateError::Unfinished {
        path: run.to_path_buf(),
        stage,
        finished: listed(finished),
    }
}

/// The configuration that a run was begun with.
///
/// # Errors
/// When it cannot be read.
pub fn run_config(run: &Path) -> anyhow::Result<Config> {
    let path = run.join("run.toml");
    Ok(Config::parse(
        &path.to_string_lossy(),
        &folder::read_config(run)?,
    )?)
}

/// The evaluated stages that a run has finished, in the order of training.
pub fn finished(run: &Path) -> Vec<Stage> {
    let done = |stage: &Stage| checkpoint_path(run, *stage).exists();
    Stage::EVALUATED.into_iter().filter(done).collect()
}

/// Where a run keeps a stage's checkpoint.
fn checkpoint_path(run: &Path, stage: Stage) -> PathBuf {
    run.join(stage.checkpoint_path())
}

/// The run and the stage of a checkpoint that lies where a run keeps it.
fn origin(checkpoint: &Path) -> (Option<PathBuf>, Option<Stage>) {
    let whole = checkpoint
        .canonicalize()
        .unwrap_or_else(|_| checkpoint.to_path_buf());
    let found = whole.ancestors().nth(3).and_then(|run| {
        let stage = Stage::EVALUATED
            .into_iter()
            .find(|stage| checkpoint_path(run, *stage) == whole)?;
        folder::read_info(run).ok()?;
        Some((run.to_path_buf(), stage))
    });
    found.map_or((None, None), |(run, stage)| (Some(run), Some(stage)))
}

fn listed(stages: &[Stage]) -> String {
    if stages.is_empty() {
        return "none".to_owned();
    }
    let names: Vec<&str> = stages.iter().map(|stage| stage.name()).collect();
    names.join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::run::folder::RunFolder;
    use std::fs;

    fn finish(run: &Path, stage: Stage) -> PathBuf {
        let checkpoint = checkpoint_path(run, stage);
        fs::create_dir_all(&checkpoint).unwrap();
        fs::write(checkpoint.join("config.json"), "{}").unwrap();
        checkpoint
    }

    #[test]
    fn a_run_gives_its_last_policy_and_a_stage_by_name() {
        let folder = tempfile::tempdir().unwrap();
        let run = folder.path();
        drop(RunFolder::create(run, "toy", 1, "0", "").unwrap());
        assert_eq!(
            locate(run, None),
            Err(LocateError::Nothing(run.to_path_buf()))
        );
        finish(run, Stage::Control);
        assert_eq!(locate(run, None).unwrap().stage, Some(Stage::Control));
        finish(run, Stage::Pretrain);
        let sft = finish(run, Stage::Sft);
        // Beside others, the control is only given when it is asked for.
        assert_eq!(locate(run, None).unwrap().stage, Some(Stage::Sft));
        assert_eq!(locate(run, None).unwrap().checkpoint, sft);
        let control = locate(run, Some(Stage::Control)).unwrap();
        assert!(control.checkpoint.ends_with("stages/control/checkpoint"));
        let error = locate(run, Some(Stage::Exploit)).unwrap_err();
        assert!(
            error
                .to_string()
                .ends_with("has not finished exploit; finished: pretrain sft control"),
            "{error}"
        );
        // The checkpoint's own path leads back to its run.
        let direct = locate(&sft, None).unwrap();
        assert_eq!(direct.stage, Some(Stage::Sft));
        assert!(direct.run.is_some());
    }

    #[test]
    fn what_is_neither_is_told_apart() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().to_path_buf();
        assert_eq!(locate(&path, None), Err(LocateError::Neither(path.clone())));
        let absent = path.join("nowhere");
        assert_eq!(
            locate(&absent, None),
            Err(LocateError::Absent(absent.clone()))
        );
        fs::write(path.join("config.json"), "{}").unwrap();
        let alone = locate(&path, None).unwrap();
        assert_eq!((alone.run, alone.stage), (None, None));
        assert_eq!(
            locate(&path, Some(Stage::Sft)),
            Err(LocateError::NoStages(path))
        );
    }
}
