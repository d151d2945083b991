//! The steps of a training, and what is measured after each.

use explang::generate::{Completion, End};
use explang::learn::Learner;
use explang::parallel::Parallel;
use explang::policy::{self, Phase, StepReport};
use explang::prompt::PromptFormat;
use explang::random;
use explang::run::{Line, Metrics, Seconds};
use web_time::Instant;

use super::Session;
use crate::learner::error::{MeasureError, StepError};
use crate::learner::group::shown;
use crate::protocol::learning::{Means, Point, Recorded, StepNews};

/// Steps between two looks at the held-out accuracy.
const HELD_OUT_EVERY: usize = 10;

impl Session {
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
    pub(super) async fn look(
        &self,
        step: usize,
        parallel: &dyn Parallel,
    ) -> Result<Point, MeasureError> {
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
}

/// Part of the path of a training's random numbers.
const STREAM: u64 = 0x6C65_6172;

/// Seconds since the first call: a step's clock.
fn seconds() -> f64 {
    use std::sync::LazyLock;
    static BEGAN: LazyLock<Instant> = LazyLock::new(Instant::now);
    BEGAN.elapsed().as_secs_f64()
}
