//! One update on sequences: the mean negative log-likelihood of their response tokens. Pretraining and SFT are made of these.

use explang_run::SupervisedMetrics;

use super::Learner;
use crate::likelihood::{Sequence, response_log_probs};
use crate::model::Decoder;
use crate::parallel::{Parallel, split};

/// One update on `sequences`, split into `shards` parts.
pub async fn update(
    learner: &mut Learner,
    parallel: &dyn Parallel,
    sequences: &[Sequence<'_>],
    learning_rate: f64,
    shards: usize,
    pad: u32,
) -> SupervisedMetrics {
    let targets: usize = sequences.iter().map(|s| s.response().len()).sum();
    let parts = split(sequences, shards);
    let loss = async |model: &Decoder, part: &&[Sequence<'_>]| {
        let log_probs = response_log_probs(model, part, pad);
        (log_probs.sum() / -(targets as f32), ())
    };
    let update = learner.update(&parts, parallel, learning_rate, loss).await;
    SupervisedMetrics {
        loss: update.loss,
        accuracy: None,
        gradient_norm: update.gradient_norm,
        skipped: usize::from(update.not_finite.is_some()),
        not_finite: update.not_finite,
        learning_rate,
        tokens: sequences.iter().map(|s| s.tokens.len()).sum(),
    }
}
