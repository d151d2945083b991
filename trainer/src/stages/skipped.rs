//! Steps that are skipped because a number in them was NaN or infinite.
//!
//! The model and the optimizer stay as they were, and the next step has other problems: where it was those that no number came of,
//! the run goes on. Where it is the model, no step will ever come of it, and after some in a row the run stops. A step of several
//! updates counts as skipped when one of them was: a model that loses a part of every step does not learn what it should.

use explang::generate::GenerateError;
use explang::model::kernels::sample::SampleError;
use explang::objective::AdvantageError;
use explang::policy::StepError;
use explang::rollout::RolloutError;
use explang::run::{Metrics, NotFinite, PolicyMetrics, SkippedStep};

use super::step::Step;

/// The steps skipped in a row, in whole or in part.
#[derive(Debug)]
pub(super) struct Skipped {
    in_a_row: usize,
    limit: usize,
}

/// Too many steps in a row were skipped.
#[derive(Debug, thiserror::Error)]
#[error(
    "{steps} steps in a row were skipped, in the last one {what} was not finite; begin another run with {}",
    remedy(*what)
)]
pub(super) struct TooMany {
    steps: usize,
    what: NotFinite,
}

/// What to change: rewards are not the model's doing.
const fn remedy(what: NotFinite) -> &'static str {
    match what {
        NotFinite::Reward => "smaller rewards and penalties",
        NotFinite::Loss | NotFinite::Gradient | NotFinite::Logit => "a lower learning rate",
    }
}

impl Skipped {
    /// None yet, and `limit` at most, of a stage of `steps` steps not all.
    pub(super) fn new(limit: usize, steps: usize) -> Self {
        Skipped {
            in_a_row: 0,
            limit: limit.min(steps).max(1),
        }
    }

    /// True when the last step was not skipped.
    pub(super) const fn is_none(&self) -> bool {
        self.in_a_row == 0
    }

    /// Counts a step.
    ///
    /// # Errors
    /// When it is one too many.
    pub(super) fn count(&mut self, step: &Step) -> Result<(), TooMany> {
        let Some(what) = step.metrics.not_finite() else {
            self.in_a_row = 0;
            return Ok(());
        };
        self.in_a_row += 1;
        if self.in_a_row < self.limit {
            return Ok(());
        }
        Err(TooMany {
            steps: self.in_a_row,
            what,
        })
    }

    /// What a person is told of the next skipped step: where only some of its updates were, what it did besides.
    pub(super) fn line(&self, what: NotFinite, step: &Step) -> String {
        let skipped = match step.metrics.policy() {
            Some(&PolicyMetrics {
                skipped: some,
                updates: all,
                ..
            }) if some < all => format!("{} · skipped {some} of {all} updates", step.line),
            Some(policy) => format!("skipped {0} of {0} updates", policy.updates),
            None => "skipped".to_owned(),
        };
        format!(
            "{skipped}: {what} was not finite ({} in a row; the run stops at {})",
            self.in_a_row + 1,
            self.limit
        )
    }
}

impl Step {
    /// The step that an error stands for, where it says that a number was not finite.
    ///
    /// # Errors
    /// Any other error, as it is.
    pub(super) fn skipped(error: anyhow::Error) -> anyhow::Result<Step> {
        let Some(what) = not_finite(&error) else {
            return Err(error);
        };
        Ok(Step {
            metrics: Metrics::Skipped(SkippedStep {
                skipped: 1,
                not_finite: Some(what),
            }),
            line: String::new(),
            tokens: 0,
            sample: None,
            last: false,
        })
    }
}

/// What was not finite.
fn not_finite(error: &anyhow::Error) -> Option<NotFinite> {
    let rollout = match error.downcast_ref() {
        Some(StepError::Advantage(AdvantageError::NonFinite { .. })) => {
            return Some(NotFinite::Reward);
        }
        Some(StepError::Rollout(error)) => Some(error),
        _ => error.downcast_ref(),
    };
    match rollout {
        Some(RolloutError::Generate(GenerateError::Logits(
            SampleError::Logit(_) | SampleError::Nothing,
        ))) => Some(NotFinite::Logit),
        _ => None,
    }
}

#[cfg(test)]
mod tests;
