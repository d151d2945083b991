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
    /// 1 where the update was left out because its loss or gradient was not finite, else 0.
    pub skipped: usize,
    /// What was not finite then.
    #[serde(skip)]
    pub not_finite: Option<&'static str>,
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
        let log_probs = response_log_probs(model, &scored, pad);
        (log_probs.sum() / -(targets as f32), ())
    });
    SupervisedMetrics {
        loss: update.loss,
        gradient_norm: update.gradient_norm,
        skipped: usize::from(update.not_finite.is_some()),
        not_finite: update.not_finite,
        learning_rate,
        tokens: documents.iter().map(|d| d.tokens.len()).sum(),
    }
}
