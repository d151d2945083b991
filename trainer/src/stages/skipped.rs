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

use super::driver::Step;

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
mod tests {
    use explang::run::SupervisedMetrics;

    use super::*;

    #[test]
    fn what_is_not_finite_is_a_skipped_step_and_any_other_error_stays_one() {
        let logit = GenerateError::Logits(SampleError::Logit(3));
        let reward = AdvantageError::NonFinite {
            index: 0,
            reward: f64::NAN,
        };
        for (error, what) in [
            (
                anyhow::Error::new(RolloutError::Generate(logit)),
                NotFinite::Logit,
            ),
            (
                anyhow::Error::new(StepError::from(reward)),
                NotFinite::Reward,
            ),
        ] {
            let step = Step::skipped(error).unwrap();
            assert_eq!(step.metrics.not_finite(), Some(what));
        }
        let others = [
            anyhow::Error::new(RolloutError::Generate(GenerateError::EmptyPrompt(1))),
            anyhow::Error::new(AdvantageError::Epsilon(-1.0)),
            anyhow::anyhow!("the disk is full"),
        ];
        for error in others {
            let text = error.to_string();
            assert_eq!(Step::skipped(error).err().unwrap().to_string(), text);
        }
    }

    #[test]
    fn only_steps_in_a_row_are_too_many() {
        let step = |what: Option<NotFinite>| Step {
            metrics: Metrics::Supervised(SupervisedMetrics {
                not_finite: what,
                ..SupervisedMetrics::default()
            }),
            line: String::new(),
            tokens: 0,
            sample: None,
            last: false,
        };
        let (good, bad) = (step(None), step(Some(NotFinite::Loss)));
        let mut skipped = Skipped::new(3, 100);
        for step in [&bad, &bad, &good, &bad, &bad] {
            skipped.count(step).unwrap();
        }
        let line = skipped.line(NotFinite::Loss, &bad);
        assert!(
            !skipped.is_none()
                && line == "skipped: the loss was not finite (3 in a row; the run stops at 3)"
        );
        let error = skipped.count(&bad).unwrap_err().to_string();
        assert!(error.contains("3 steps in a row") && error.contains("the loss"));
        // A stage of which nothing comes does not end as if something had.
        let mut short = Skipped::new(10, 2);
        short.count(&bad).unwrap();
        assert!(short.count(&bad).is_err());
    }

    #[test]
    fn a_step_that_lost_one_of_its_updates_counts_and_says_so() {
        let lost = |skipped: usize, updates: usize| Step {
            metrics: Metrics::Policy(Box::new(PolicyMetrics {
                skipped,
                updates,
                not_finite: Some(NotFinite::Gradient),
                ..PolicyMetrics::default()
            })),
            line: "reward 0.50".to_owned(),
            tokens: 0,
            sample: None,
            last: false,
        };
        let mut skipped = Skipped::new(2, 100);
        for (step, said) in [
            (
                lost(1, 2),
                "reward 0.50 · skipped 1 of 2 updates: the gradient",
            ),
            (lost(2, 2), "skipped 2 of 2 updates: the gradient"),
        ] {
            let line = skipped.line(NotFinite::Gradient, &step);
            assert!(line.starts_with(said), "{line}");
        }
        skipped.count(&lost(1, 2)).unwrap();
        assert!(!skipped.is_none());
        assert!(skipped.count(&lost(1, 2)).is_err());
    }
}
