//! A training: a model that learns step by step, with its history.

mod step;

use std::collections::BTreeMap;

use burn::module::Module;
use burn::tensor::Device;
use explang::identify::Identify;
use explang::learn::{AdamW, Learner};
use explang::model::{Decoder, ModelConfig, Precision, WeightsError};
use explang::parallel::Parallel;
use explang::policy::PolicyOptions;
use explang::run::{Config, Stage};
use explang::tasks::{Mixture, Weighted};
use explang::tokenizer::Tokenizer;

use super::error::{BeginError, MeasureError};
use super::from::From;
use super::measure::Measure;
use super::options;
use crate::kept::{CONFIG, Earlier, Kept, OPTIMIZER, START, TOKENIZER, WEIGHTS};
use crate::protocol::learning::{Opened, Point, Settings};

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
