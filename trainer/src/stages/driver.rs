//! What all stages share: steps that are logged, checkpointed, and taken up again after a kill.
//!
//! A stage lives in `stages/<name>/`: `resume/` while it runs (weights, optimizer, next step, length of the logs) and
//! `checkpoint/` when it is done. Random numbers depend on the step alone, so nothing else needs to be kept.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Instant;

use anyhow::Context;
use burn::tensor::Device;
use explang::Language;
use explang::identify::LinguaDetector;
use explang::learn::{AdamW, Learner, supervised};
use explang::likelihood::Sequence;
use explang::model::{Decoder, Precision};
use explang::prompt::PromptFormat;
use explang::random;
use explang::run::{Config, Line, Position, Stage, StageInfo, SupervisedMetrics};
use explang::tasks::Source;
use explang::tokenizer::Tokenizer;

use super::skipped::Skipped;
use super::start::Start;
use super::step::Step;
use super::tokenizer;
use crate::adapter;
use crate::checkpoint;
use crate::data::{Batches, source};
use crate::eval::sample::Evaluator;
use crate::files;
use crate::locate::finished;
use crate::progress::Progress;
use crate::prompt::format_of_run;
use crate::run::error::RunError;
use crate::run::folder::{RunFolder, read_json};
use crate::run::metrics_log::MetricsLog;
use crate::run::stop::Stop;
use crate::threads::Threads;

/// A run that is being worked on.
pub struct Session {
    /// The resolved configuration.
    pub config: Config,
    /// What is asked.
    pub source: Arc<dyn Source>,
    /// The run's folder.
    pub folder: RunFolder,
    /// The run's tokenizer.
    pub tokenizer: Tokenizer,
    /// The form of its prompts.
    pub format: PromptFormat,
    /// The device, with autodiff.
    pub device: Device,
    /// What products compute in; by default f32. The device has been tried in it.
    pub precision: Precision,
    /// Threads for shards.
    pub threads: usize,
    /// Detects the language of a trace among all seventeen, for evaluations. RL makes its own, by its `detector`.
    pub detector: LinguaDetector,
    /// What stops the run after the step that it is at; by default nothing does.
    pub stop: Stop,
    metrics: MetricsLog,
    samples: MetricsLog,
}

impl Session {
    /// Opens the working parts of a run: its problems, its tokenizer (trained now if the run begins with random weights and has none), logs
    /// and detector.
    ///
    /// # Errors
    /// When a file of problems or the checkpoint that the run begins with cannot be read, the tokenizer cannot be trained or the disk
    /// refuses.
    pub fn open(
        config: Config,
        folder: RunFolder,
        device: Device,
        threads: usize,
    ) -> anyhow::Result<Self> {
        let tokenizer = tokenizer::of_run(&config, &folder)?;
        let format = format_of_run(&config, folder.path())?;
        let source = source(&config, &tokenizer, &format)?;
        let (metrics, samples) = (
            folder.metrics()?,
            MetricsLog::open(&folder.join("samples.jsonl"))?,
        );
        Ok(Session {
            config,
            source,
            folder,
            tokenizer,
            format,
            device,
            precision: Precision::default(),
            threads,
            detector: LinguaDetector::new(&Language::ALL),
            stop: Stop::default(),
            metrics,
            samples,
        })
    }

    /// The stream of a stage.
    pub fn stream(&self, stage: Stage) -> u64 {
        self.stream_named(stage.name())
    }

    /// The stream of a name: a stage's, or that of a model's first weights.
    pub(super) fn stream_named(&self, name: &str) -> u64 {
        let path: Vec<u64> = name.bytes().map(u64::from).collect();
        random::derive(self.config.seed, &path)
    }

    /// Evaluates checkpoints of the run.
    pub fn evaluator(&self) -> Evaluator<'_> {
        Evaluator {
            config: &self.config,
            source: &*self.source,
            tokenizer: &self.tokenizer,
            format: &self.format,
            detector: &self.detector,
            threads: self.threads,
            stop: &self.stop,
        }
    }

    /// The documents that a stage learns from.
    pub(super) fn batches(&self, stage: Stage) -> Batches<'_> {
        Batches {
            source: &*self.source,
            tokenizer: &self.tokenizer,
            format: &self.format,
            stream: self.stream(stage),
            asked_in_all: self.config.asked_in_all,
        }
    }

    /// One supervised update, on the run's threads and by its shards.
    pub(super) fn supervised(
        &self,
        learner: &mut Learner,
        sequences: &[Sequence<'_>],
        learning_rate: f64,
    ) -> SupervisedMetrics {
        pollster::block_on(supervised::update(
            learner,
            &Threads(self.threads),
            sequences,
            learning_rate,
            self.config.shards,
            self.tokenizer.pad(),
            self.config.memory,
        ))
    }

    /// The folder of a finished stage's checkpoint.
    pub(crate) fn checkpoint_path(&self, stage: Stage) -> PathBuf {
        self.folder.join(stage.checkpoint_path())
    }

    /// True when a stage is done.
    pub(crate) fn is_done(&self, stage: Stage) -> bool {
        self.checkpoint_path(stage).exists()
    }

    /// The model that a finished stage left; of an adapter's run the adapter on its base.
    ///
    /// # Errors
    /// When the checkpoint is missing or damaged, or its tokenizer is not the run's.
    pub fn load(&self, stage: Stage) -> anyhow::Result<Decoder> {
        self.load_from(&self.checkpoint_path(stage))
    }

    /// The model of a checkpoint of this run.
    pub(super) fn load_from(&self, folder: &Path) -> anyhow::Result<Decoder> {
        let run = self.folder.join(tokenizer::FILE);
        let model = checkpoint::load_of_run(folder, &self.tokenizer, &run, &self.device)?;
        Ok(model.computing_in(self.precision))
    }

    /// A new learner with a fresh optimizer.
    pub fn learner(&self, model: Decoder) -> Learner {
        let optimizer = &self.config.optimizer;
        Learner::new(model, optimizer.adamw, optimizer.clip_norm)
    }

    /// Runs a stage of `steps` steps at most, or what is left of it; nothing where it is done.
    ///
    /// A checkpoint is written when a step has been made from it: one whose next step is not finite is of no use, and the one
    /// before it stays.
    ///
    /// # Errors
    /// Those of `start` and `body`; when too many steps in a row are not finite; when the disk refuses;
    /// [`Stopped`](crate::run::stop::Stopped) when the session was asked to stop.
    pub(super) fn drive(
        &mut self,
        stage: Stage,
        steps: usize,
        start: impl FnOnce(&Self) -> anyhow::Result<Start>,
        mut body: impl FnMut(&Self, &mut Learner, usize) -> anyhow::Result<Step>,
    ) -> anyhow::Result<()> {
        let resume = self.folder.join(format!("stages/{stage}/resume"));
        if self.is_done(stage) {
            // What a kill between the stage's last two lines has left.
            std::fs::remove_dir_all(&resume).ok();
            return Ok(());
        }
        if !resume.exists() {
            let Start { model, base } = start(self)?;
            let learner = self.learner(model);
            self.keep(stage, &learner, base.as_deref(), self.position(0, 0.0))?;
        }
        let (mut learner, begin) = self.resume(&resume)?;
        let base = adapter::base_of(&resume)?;
        let progress = Progress::new(stage.name(), begin.step, steps);
        let started = Instant::now();
        let spent = || begin.seconds + started.elapsed().as_secs_f64();
        let mut skipped = Skipped::new(self.config.optimizer.max_skipped, steps);
        // The place of the checkpoint on the disk, and the one that is to follow.
        let (mut kept, mut next) = (begin.step, None);
        for step in begin.step..steps {
            if step > begin.step && step % self.config.checkpoint_every == 0 {
                next = Some((learner.clone(), self.position(step, spent())));
            }
            let began = Instant::now();
            let done = body(self, &mut learner, step).or_else(Step::skipped)?;
            let seconds = began.elapsed().as_secs_f64();
            let rate = done.tokens as f64 / seconds.max(1e-9);
            self.log(stage, step, &done, seconds, rate)?;
            if let Some(sample) = &done.sample {
                self.samples.append(sample)?;
            }
            match done.metrics.not_finite() {
                None => progress.step(step, &format!("{} · {rate:.0} tokens/s", done.line)),
                Some(what) => progress.skipped(step, &skipped.line(what, &done)),
            }
            skipped.count(&done).with_context(|| {
                format!(
                    "{stage} ends at step {}; its last good checkpoint, from before step {}, is in {}",
                    step + 1,
                    kept + 1,
                    resume.display()
                )
            })?;
            if skipped.is_none()
                && let Some((learner, position)) = next.take()
            {
                self.keep(stage, &learner, base.as_deref(), position)?;
                kept = position.step;
            }
            if done.last {
                break;
            }
            if step + 1 < steps
                && let Err(stopped) = self.stop.check()
            {
                let mut place = format!("stopped after step {} of {stage}", step + 1);
                if skipped.is_none() {
                    let position = self.position(step + 1, spent());
                    self.keep(stage, &learner, base.as_deref(), position)?;
                    place += ", with a checkpoint";
                } else {
                    place += &format!(
                        ", which was skipped, with the checkpoint from before step {}",
                        kept + 1
                    );
                }
                return Err(anyhow::Error::new(stopped).context(place));
            }
        }
        progress.finish();
        self.metrics.sync()?;
        let finished = StageInfo { seconds: spent() };
        self.folder
            .write_folder(stage.checkpoint_path(), |tmp| -> anyhow::Result<()> {
                self.save(tmp, &learner.model, base.as_deref())?;
                let text = serde_json::to_vec_pretty(&finished)?;
                Ok(files::write(&tmp.join("stage.json"), &text)?)
            })?;
        // The stage is done; what it would have resumed from is of no more use.
        std::fs::remove_dir_all(&resume).ok();
        let stopped = self.stop.check();
        stopped.with_context(|| format!("stopped at the end of {stage}, with its checkpoint"))
    }

    /// Seconds that a finished stage trained.
    pub fn seconds(&self, stage: Stage) -> Option<f64> {
        let text = std::fs::read(self.checkpoint_path(stage).join("stage.json")).ok()?;
        serde_json::from_slice::<StageInfo>(&text)
            .ok()
            .map(|info| info.seconds)
    }

    fn log(
        &mut self,
        stage: Stage,
        step: usize,
        done: &Step,
        seconds: f64,
        rate: f64,
    ) -> anyhow::Result<()> {
        let line = Line {
            stage,
            step,
            metrics: done.metrics.clone(),
            step_seconds: seconds,
            tokens_per_s: rate,
        };
        // As a value first, whose members are in the order of their names.
        Ok(self.metrics.append(&serde_json::to_value(&line)?)?)
    }

    /// The place before step `step`, now that all before it is logged.
    const fn position(&self, step: usize, seconds: f64) -> Position {
        Position {
            step,
            metrics: self.metrics.len(),
            samples: self.samples.len(),
            seconds,
        }
    }

    /// Writes what the stage can be resumed from.
    fn keep(
        &self,
        stage: Stage,
        learner: &Learner,
        base: Option<&Path>,
        position: Position,
    ) -> anyhow::Result<()> {
        self.metrics.sync()?;
        self.samples.sync()?;
        self.folder.write_folder(
            format!("stages/{stage}/resume"),
            |tmp| -> anyhow::Result<()> {
                self.save(tmp, &learner.model, base)?;
                let optimizer = learner.optimizer.to_safetensors(&learner.model)?;
                files::write(&tmp.join("optimizer.safetensors"), &optimizer)?;
                Ok(files::write(
                    &tmp.join("position.json"),
                    &serde_json::to_vec(&position)?,
                )?)
            },
        )
    }

    /// Takes a stage up where [`Session::keep`] left it; drops the lines that were logged since.
    fn resume(&mut self, folder: &Path) -> anyhow::Result<(Learner, Position)> {
        let position: Position = read_json(&folder.join("position.json"))?;
        let model = self.load_from(folder)?;
        let path = folder.join("optimizer.safetensors");
        let bytes = files::read(&path)?;
        let mut learner = self.learner(model);
        learner.optimizer =
            AdamW::from_safetensors(self.config.optimizer.adamw, &learner.model, &bytes)
                .map_err(|source| checkpoint::CheckpointError::Weights { path, source })?;
        self.metrics.truncate_to(position.metrics)?;
        self.samples.truncate_to(position.samples)?;
        Ok((learner, position))
    }

    /// All lines of `metrics.jsonl` of one stage.
    ///
    /// # Errors
    /// When the file cannot be read.
    pub fn logged(&self, stage: Stage) -> Result<Vec<Line>, RunError> {
        let mut lines: Vec<Line> =
            crate::run::metrics_log::read_lines(&self.folder.join("metrics.jsonl"))?;
        lines.retain(|line| line.stage == stage);
        Ok(lines)
    }
}

/// What the checkpoints of a run in the folder `run` have beside their weights, as its first finished stage has it; none before that.
pub(super) fn kept(run: &Path) -> Option<PathBuf> {
    let first = finished(run).first()?.checkpoint_path();
    Some(run.join(first))
}
