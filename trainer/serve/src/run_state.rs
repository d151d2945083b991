//! Where a run is: what `run/state.json` tells, read from the run's folder alone.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};
use std::time::{SystemTime, UNIX_EPOCH};

use anyhow::Context;
use explang_run::state::{CheckpointState, LinesState, Progress, StageState};
use explang_run::{Config, Line, RunState, Stage};

use crate::ServeError;
use crate::checkpoint_files::version;
use crate::tail::{Grown, Tail};

/// Bytes of the metrics that are read at once.
const PIECE: u64 = 1 << 20;

/// A run's folder, read while others may write in it.
#[derive(Debug)]
pub struct RunSource {
    path: PathBuf,
    steps: Mutex<Steps>,
}

/// What tells that a run has gone on by more than steps.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Marks {
    stages: Vec<(Stage, Progress, Option<CheckpointState>)>,
    summary: Option<u64>,
    began: Option<u64>,
}

/// Steps logged so far, counted as the metrics grow.
#[derive(Debug)]
struct Steps {
    tail: Tail,
    done: BTreeMap<Stage, usize>,
}

impl RunSource {
    /// The run in a folder.
    ///
    /// # Errors
    /// When there is no run or its configuration cannot be read.
    pub fn open(path: &Path) -> anyhow::Result<Self> {
        let source = RunSource::awaited(path);
        if !source.has_begun() {
            return Err(ServeError::NoRun(path.to_owned()).into());
        }
        source.state()?;
        Ok(source)
    }

    /// The run that will be in a folder; until it has begun, the routes say so.
    pub fn awaited(path: &Path) -> Self {
        RunSource {
            path: path.to_owned(),
            steps: Mutex::new(Steps {
                tail: Tail::new(path.join("metrics.jsonl"), 0),
                done: BTreeMap::new(),
            }),
        }
    }

    /// True when there is a run: `run.json` is the last file that a beginning run writes.
    pub(crate) fn has_begun(&self) -> bool {
        self.join("run.json").is_file()
    }

    /// The path of something in the folder.
    pub(crate) fn join(&self, name: impl AsRef<Path>) -> PathBuf {
        self.path.join(name)
    }

    fn read<T>(&self, name: &str, parse: impl Fn(&str) -> anyhow::Result<T>) -> anyhow::Result<T> {
        let file = self.join(name);
        std::fs::read_to_string(&file)
            .map_err(anyhow::Error::from)
            .and_then(|text| parse(&text))
            .with_context(|| format!("{} cannot be read", file.display()))
    }

    /// All of it.
    ///
    /// # Errors
    /// When a file of the run cannot be read.
    pub(crate) fn state(&self) -> anyhow::Result<RunState> {
        let config = self.read("run.toml", |text| Ok(Config::parse("run.toml", text)?))?;
        let steps = self.steps()?;
        let stages = Stage::ALL
            .into_iter()
            .filter_map(|name| {
                let planned = config.steps(name)?;
                let (state, checkpoint) = self.stage(name);
                Some(StageState {
                    name,
                    state,
                    steps: steps.get(&name).copied().unwrap_or(0),
                    planned,
                    checkpoint,
                })
            })
            .collect();
        Ok(RunState {
            info: self.read("run.json", |text| Ok(serde_json::from_str(text)?))?,
            stages,
            config,
            metrics: lines(&self.join("metrics.jsonl")),
            samples: lines(&self.join("samples.jsonl")),
            summary: self.join("summary.json").exists(),
        })
    }

    /// What changes when a stage begins or ends, a checkpoint is replaced, or the run has ended.
    pub(crate) fn marks(&self) -> Marks {
        let stages = Stage::ALL.into_iter().map(|name| {
            let (state, checkpoint) = self.stage(name);
            (name, state, checkpoint)
        });
        Marks {
            stages: stages.collect(),
            summary: written(&self.join("summary.json")),
            began: written(&self.join("run.json")),
        }
    }

    fn stage(&self, name: Stage) -> (Progress, Option<CheckpointState>) {
        let checkpoint = |kind: &str| {
            let path = format!("stages/{name}/{kind}");
            version(&self.join(&path)).map(|version| CheckpointState {
                path: format!("run/{path}"),
                version,
            })
        };
        if let Some(done) = checkpoint("checkpoint") {
            (Progress::Done, Some(done))
        } else if let Some(resume) = checkpoint("resume") {
            (Progress::Running, Some(resume))
        } else if name == Stage::ControlExplore && self.stage(Stage::Control).0 != Progress::Waiting
        {
            // An exported run hands on the control's result only.
            (Progress::Done, None)
        } else {
            (Progress::Waiting, None)
        }
    }

    fn steps(&self) -> anyhow::Result<BTreeMap<Stage, usize>> {
        // A count that a panic broke off is still a count: the tail says how far it goes.
        let mut steps = self.steps.lock().unwrap_or_else(PoisonError::into_inner);
        loop {
            match steps.tail.advance(PIECE)? {
                Grown::Nothing => return Ok(steps.done.clone()),
                Grown::CutBack => steps.done.clear(),
                Grown::Lines(lines) => {
                    for line in lines.split(|&byte| byte == b'\n') {
                        // A line of another form is no step.
                        if let Ok(line) = serde_json::from_slice::<Line>(line) {
                            steps.done.insert(line.stage, line.step.saturating_add(1));
                        }
                    }
                }
            }
        }
    }
}

fn lines(file: &Path) -> LinesState {
    LinesState {
        bytes: std::fs::metadata(file).map_or(0, |file| file.len()),
        written: written(file),
    }
}

/// When a file was last written: milliseconds since 1970.
fn written(file: &Path) -> Option<u64> {
    let time: SystemTime = std::fs::metadata(file).ok()?.modified().ok()?;
    let since = time.duration_since(UNIX_EPOCH).ok()?;
    u64::try_from(since.as_millis()).ok()
}
