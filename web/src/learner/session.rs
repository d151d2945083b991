//! A training: a model that learns step by step, with its history.

use std::collections::BTreeMap;

use burn::module::Module;
use burn::tensor::Device;
use explang::generate::{Completion, End};
use explang::identify::Identify;
use explang::learn::{AdamW, Learner};
use explang::model::{Decoder, ModelConfig, Precision, WeightsError};
use explang::parallel::Parallel;
use explang::policy::{self, Phase, PolicyOptions, StepReport};
use explang::prompt::PromptFormat;
use explang::random;
use explang::run::{Config, Line, Metrics, Seconds, Stage};
use explang::tasks::{Mixture, Weighted};
use explang::tokenizer::Tokenizer;
use web_time::Instant;

use super::error::{BeginError, MeasureError, StepError};
use super::from::From;
use super::group::shown;
use super::measure::Measure;
use super::options;
use crate::kept::{CONFIG, Earlier, Kept, OPTIMIZER, START, TOKENIZER, WEIGHTS};
use crate::protocol::learning::{Means, Opened, Point, Recorded, Settings, StepNews};

/// Steps between two looks at the held-out accuracy.
pub const HELD_OUT_EVERY: usize = 10;

/// A training.
pub struct Session {
    settings: Settings,
    /// What was chosen before, and until which step.
    earlier: Vec<Earlier>,
    stage: Stage,
    run: String,
    config: Config,
    /// The kinds that the model was taught.
    taught: Vec<Weighted>,
    /// Those that are asked.
    asked: Mixture,
    options: PolicyOptions,
    detector: Box<dyn Identify>,
    tokenizer: Tokenizer,
    /// Files that stay as they are.
    files: BTreeMap<String, Vec<u8>>,
    learner: Learner,
    reference: Option<Decoder>,
    measure: Measure,
    points: Vec<Point>,
    metrics: String,
}

impl Session {
    /// Begins a training.
    ///
    /// # Errors
    /// When a file is damaged, the settings cannot be, or the model does not compute.
    pub async fn begin(
        from: From,
        settings: Settings,
        parallel: &dyn Parallel,
    ) -> Result<Self, BeginError> {
        let From { run, mut files } = from;
        let weights = files.remove(WEIGHTS);
        let weights = weights.ok_or(BeginError::Missing(WEIGHTS))?;
        files.insert(START.into(), weights);
        let kept = Kept {
            stage: options::stage(&settings),
            settings,
            earlier: Vec::new(),
            step: 0,
            config: run,
            files,
            points: Vec::new(),
            metrics: String::new(),
        };
        let mut session = Session::of(kept, None)?;
        let first = session.look(0, parallel).await?;
        session.points.push(first);
        Ok(session)
    }

    /// Takes up what was kept.
    ///
    /// # Errors
    /// When a file is damaged.
    pub fn take_up(mut kept: Kept) -> Result<Self, BeginError> {
        let mut take = |name| kept.files.remove(name).ok_or(BeginError::Missing(name));
        let learned = (take(WEIGHTS)?, take(OPTIMIZER)?);
        Session::of(kept, Some(learned))
    }

    /// A training with these weights and this optimizer's state; a new one without.
    fn of(kept: Kept, learned: Option<(Vec<u8>, Vec<u8>)>) -> Result<Self, BeginError> {
        let Kept {
            settings,
            earlier,
            stage,
            config: run,
            files,
            points,
            metrics,
            ..
        } = kept;
        options::check(&settings)?;
        let config = Config::parse("run.toml", &run)?;
        let taught = config.tasks.as_ref().ok_or(BeginError::Foreign)?;
        let taught = taught.parts().iter().filter(|task| task.weight > 0);
        let taught: Vec<Weighted> = taught.copied().collect();
        let asked = options::asked(&taught, &settings.kinds)?;
        let options = options::of(&config, &settings);
        let detector = options.reward.options.identifier()?;
        let text = |name| files.get(name).ok_or(BeginError::Missing(name));
        let shape = ModelConfig::from_json(&String::from_utf8_lossy(text(CONFIG)?))?;
        let tokenizer = Tokenizer::from_json(text(TOKENIZER)?)?;
        let device = Device::flex().autodiff();
        let (weights, optimizer) = match &learned {
            Some((weights, optimizer)) => (weights, Some(optimizer)),
            None => (text(START)?, None),
        };
        let model = Decoder::from_safetensors(&shape, weights, &device)?;
        let adamw = config.optimizer.adamw;
        let mut learner = Learner::new(model, adamw, config.optimizer.clip_norm);
        if let Some(bytes) = optimizer {
            learner.optimizer = AdamW::from_safetensors(adamw, &learner.model, bytes)?;
        }
        let measure = Measure::new(&taught, &tokenizer).map_err(MeasureError::from)?;
        let mut session = Session {
            settings,
            earlier,
            stage,
            run,
            config,
            taught,
            asked,
            options,
            detector,
            tokenizer,
            files,
            learner,
            reference: None,
            measure,
            points,
            metrics,
        };
        session.refer()?;
        Ok(session)
    }

    /// The training as the page shows it when it opens.
    pub fn opened(&self) -> Opened {
        Opened {
            settings: self.settings.clone(),
            stage: self.stage,
            tasks: self.taught.clone(),
            points: self.points.clone(),
            kept: false,
            failure: None,
        }
    }

    /// Steps taken.
    pub fn steps(&self) -> usize {
        self.points.len().saturating_sub(1)
    }

    /// The settings.
    pub const fn settings(&self) -> &Settings {
        &self.settings
    }

    /// Goes on with other settings; start, seed and forced language stay as they were.
    ///
    /// # Errors
    /// When they cannot be; then everything stays as it was.
    pub fn change(&mut self, settings: Settings) -> Result<(), BeginError> {
        let settings = Settings {
            start: self.settings.start,
            seed: self.settings.seed,
            forced: self.settings.forced,
            ..settings
        };
        options::check(&settings)?;
        let asked = options::asked(&self.taught, &settings.kinds)?;
        let options = options::of(&self.config, &settings);
        self.detector = options.reward.options.identifier()?;
        self.asked = asked;
        self.options = options;
        let before = std::mem::replace(&mut self.settings, settings);
        let until = self.steps() as u32;
        let last = self.earlier.last().map_or(0, |earlier| earlier.until);
        if before != self.settings && until > last {
            self.earlier.push(Earlier {
                until,
                settings: before,
            });
        }
        self.refer()
    }

    /// Opens the model that a divergence is paid from, where one is.
    fn refer(&mut self) -> Result<(), BeginError> {
        if self.settings.kl == 0.0 {
            self.reference = None;
        } else if self.reference.is_none() {
            let start = self.files.get(START);
            let start = start.ok_or(BeginError::Missing(START))?;
            let shape = self.learner.model.config();
            self.reference = Some(Decoder::from_safetensors(shape, start, &Device::flex())?);
        }
        Ok(())
    }

    /// Takes a step. Dropped before its end, it leaves the training as it was.
    ///
    /// # Errors
    /// When sampling fails, a reward is not finite, or the model is no more.
    pub async fn step(&mut self, parallel: &dyn Parallel) -> Result<StepNews, StepError> {
        let began = Instant::now();
        let mut learner = self.learner.clone();
        let report = policy::take(&self.phase(parallel), &mut learner, self.steps()).await?;
        self.took(learner, report, began, parallel).await
    }

    /// Takes a step from completions that were sampled elsewhere.
    ///
    /// # Errors
    /// As [`Session::step`], and when there are not as many as the step has rollouts.
    pub async fn replay(
        &mut self,
        recorded: &[Recorded],
        parallel: &dyn Parallel,
    ) -> Result<StepNews, StepError> {
        let began = Instant::now();
        let completion = |recorded: &Recorded| Completion {
            tokens: recorded.tokens.clone(),
            log_probs: recorded.log_probs.clone(),
            end: match recorded.truncated {
                true => End::Length,
                false => End::EndOfText,
            },
        };
        let completions = recorded.iter().map(completion).collect();
        let mut learner = self.learner.clone();
        let phase = self.phase(parallel);
        let step = self.steps();
        let rollouts = policy::rollouts::recorded(&phase, &learner.model, step, completions)?;
        let report =
            policy::learn(&phase, &mut learner, step, rollouts, Seconds::default()).await?;
        self.took(learner, report, began, parallel).await
    }

    /// What the next step would sample: by it, what the step draws elsewhere is told apart.
    ///
    /// # Errors
    /// When sampling fails.
    pub async fn sample(&self, parallel: &dyn Parallel) -> Result<Vec<Recorded>, StepError> {
        let mut seconds = Seconds::default();
        let phase = self.phase(parallel);
        let model = &self.learner.model;
        let sampled = policy::rollouts::gather(&phase, model, self.steps(), &mut seconds).await?;
        let recorded = sampled.rollouts.into_iter().map(|rollout| Recorded {
            tokens: rollout.tokens[rollout.prompt_len..].to_vec(),
            log_probs: rollout.log_probs,
            truncated: rollout.truncated,
        });
        Ok(recorded.collect())
    }

    fn phase<'a>(&'a self, parallel: &'a dyn Parallel) -> Phase<'a> {
        Phase {
            options: &self.options,
            source: &self.asked,
            format: &PromptFormat::Line,
            tokenizer: &self.tokenizer,
            detector: &*self.detector,
            reference: self.reference.as_ref(),
            stream: random::derive(self.settings.seed, &[STREAM]),
            parallel,
            now: seconds,
        }
    }

    /// Adds a step to the history.
    async fn took(
        &mut self,
        learner: Learner,
        report: StepReport,
        began: Instant,
        parallel: &dyn Parallel,
    ) -> Result<StepNews, StepError> {
        let StepReport { metrics, rollouts } = report;
        let group = shown(&rollouts, &self.options).map_err(policy::StepError::from)?;
        let step = self.steps();
        let before = std::mem::replace(&mut self.learner, learner);
        let mut point = match self.look(step + 1, parallel).await {
            Ok(point) => point,
            Err(error) => {
                self.learner = before;
                return Err(error.into());
            }
        };
        let step_seconds = began.elapsed().as_secs_f64();
        point.rollouts = Some(Means {
            reward: metrics.reward,
            accuracy: metrics.accuracy,
            compliance: metrics.compliance,
            response_tokens: metrics.response_tokens,
            seconds: step_seconds,
        });
        let tokens = metrics.sampled_tokens + metrics.trained_tokens;
        let line = Line {
            stage: self.stage,
            step,
            metrics: Metrics::Policy(Box::new(metrics)),
            step_seconds,
            tokens_per_s: tokens as f64 / step_seconds.max(1e-9),
        };
        // A line holds nothing that JSON cannot.
        if let Ok(line) = serde_json::to_string(&line) {
            self.metrics += &line;
            self.metrics.push('\n');
        }
        self.points.push(point.clone());
        Ok(StepNews { point, group })
    }

    /// What is known after `step` steps but for their rollouts.
    async fn look(&self, step: usize, parallel: &dyn Parallel) -> Result<Point, MeasureError> {
        let model = &self.learner.model;
        let choosing = match self.settings.forced {
            Some(_) => None,
            None => Some(self.measure.choosing(model, &self.tokenizer).await?),
        };
        let held_out = if step.is_multiple_of(HELD_OUT_EVERY) {
            let phase = self.phase(parallel);
            Some(self.measure.held_out(&phase, model).await?)
        } else {
            None
        };
        Ok(Point {
            step: step as u32,
            rollouts: None,
            information: choosing.as_ref().and_then(|of| of.information),
            entropy: choosing.as_ref().map(|of| of.entropy),
            choice: choosing.map(|of| of.by_kind).unwrap_or_default(),
            held_out,
        })
    }

    /// Everything that the training can be taken up from.
    ///
    /// # Errors
    /// When a weight is not finite.
    pub fn kept(&self) -> Result<Kept, WeightsError> {
        let mut files = self.files.clone();
        let model = self.learner.model.valid();
        let (end, pad) = (self.tokenizer.end_of_text(), self.tokenizer.pad());
        // The weights may have come in another number format.
        let config = model.config().to_json(end, pad).into_bytes();
        files.insert(CONFIG.into(), config);
        files.insert(WEIGHTS.into(), model.to_safetensors(Precision::F32)?);
        files.insert(
            OPTIMIZER.into(),
            self.learner.optimizer.to_safetensors(&self.learner.model)?,
        );
        Ok(Kept {
            settings: self.settings.clone(),
            earlier: self.earlier.clone(),
            stage: self.stage,
            step: self.steps() as u32,
            config: self.run.clone(),
            files,
            points: self.points.clone(),
            metrics: self.metrics.clone(),
        })
    }

    /// The configuration of the training as a run.
    pub fn config(&self) -> Config {
        options::config(&self.config, &self.settings, &self.asked, self.steps())
    }

    /// What a training from the beginning starts from.
    pub fn start(&self) -> From {
        let mut files = self.files.clone();
        if let Some(weights) = files.remove(START) {
            files.insert(WEIGHTS.into(), weights);
        }
        From {
            run: self.run.clone(),
            files,
        }
    }
}

/// Part of the path of a training's random numbers.
const STREAM: u64 = 0x6C65_6172;

/// Seconds since the first call: a step's clock.
fn seconds() -> f64 {
    use std::sync::LazyLock;
    static BEGAN: LazyLock<Instant> = LazyLock::new(Instant::now);
    BEGAN.elapsed().as_secs_f64()
}
