//! Pretraining carries most of the tokens: traces in all seventeen languages, untagged, each under a plain header with its
//! language's code. So the codes of unseen languages mean something though neither SFT nor RL ever shows their tags.
//!
//! It may end before its last step, once the model can do as much as is wanted of it.

use explang::run::{Metrics, Stage, SupervisedMetrics};

use super::driver::Session;
use super::step::Step;
use crate::data::Document;

/// Runs the stage; nothing where the configuration has no such section.
///
/// # Errors
/// When the disk refuses or the tokenizer fails.
pub fn run(session: &mut Session) -> anyhow::Result<()> {
    let config = session.config.clone();
    let Some(pretrain) = &config.pretrain else {
        return Ok(());
    };
    session.drive(
        Stage::Pretrain,
        pretrain.steps,
        |session| session.start(Stage::Pretrain),
        |session, learner, step| {
            let pages = session.batches(Stage::Pretrain).pages(
                step,
                pretrain.batch,
                pretrain.asked_in_own_language,
                &pretrain.practice,
            )?;
            let rate = pretrain.schedule.at(step, pretrain.steps);
            let sequences: Vec<_> = pages.iter().map(Document::sequence).collect();
            let mut metrics = session.supervised(learner, &sequences, rate);
            let mut done = Step::supervised(metrics);
            if let Some(until) = &pretrain.until
                && (step + 1) % until.every == 0
            {
                let accuracy =
                    (session.evaluator()).on_pages(&learner.model, until.kind, until.problems)?;
                metrics.accuracy = Some(accuracy);
                done.metrics = Metrics::Supervised(metrics);
                done.line += &format!(" · {:.0} % of {} right", 100.0 * accuracy, until.kind);
                done.last = accuracy >= until.accuracy;
            }
            Ok(done)
        },
    )
}

impl Step {
    /// The step of a supervised stage.
    pub(super) fn supervised(metrics: SupervisedMetrics) -> Step {
        Step {
            metrics: Metrics::Supervised(metrics),
            line: format!("loss {:.3}", metrics.loss),
            tokens: metrics.tokens,
            sample: None,
            last: false,
        }
    }
}
