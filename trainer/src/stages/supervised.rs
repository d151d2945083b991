//! One update on documents: the mean negative log-likelihood of their response tokens.

use explang::likelihood::{Scored, response_log_probs};
use serde::Serialize;

use crate::data::Document;
use crate::learn::Learner;

/// What an update on documents did: one line of `metrics.jsonl`.
#[derive(Debug, Clone, Copy, Serialize)]
pub struct SupervisedMetrics {
    /// Mean negative log-likelihood of a response token, in nats.
    pub loss: f64,
    /// Norm of the gradient before clipping.
    pub gradient_norm: f64,
    /// True where the update was left out because its gradient was not finite.
    pub skipped: bool,
    /// Learning rate.
    pub learning_rate: f64,
    /// Tokens read, prompts included.
    pub tokens: usize,
}

/// One update on `documents`, split into `shards` parts.
pub fn update(
    learner: &mut Learner,
    documents: &[Document],
    learning_rate: f64,
    shards: usize,
    pad: u32,
) -> SupervisedMetrics {
    let targets: usize = documents.iter().map(Document::response_len).sum();
    let parts: Vec<&[Document]> = documents
        .chunks(documents.len().div_ceil(shards).max(1))
        .collect();
    let update = learner.update(&parts, learning_rate, |model, part| {
        let scored: Vec<Scored<'_>> = part.iter().map(Document::scored).collect();
        let loss = response_log_probs(model, &scored, pad).sum() / -(targets as f32);
        let value = f64::from(loss.clone().inner().into_scalar::<f32>());
        (loss, value)
    });
    SupervisedMetrics {
        loss: update.shards.iter().sum(),
        gradient_norm: update.gradient_norm,
        skipped: !update.applied,
        learning_rate,
        tokens: documents.iter().map(|d| d.tokens.len()).sum(),
    }
}
