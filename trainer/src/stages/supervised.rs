//! One update on documents: the mean negative log-likelihood of their response tokens.

use explang::likelihood::{Scored, response_log_probs};
use explang::run::SupervisedMetrics;

use crate::data::Document;
use crate::learn::Learner;

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
        accuracy: None,
        gradient_norm: update.gradient_norm,
        skipped: usize::from(update.not_finite.is_some()),
        not_finite: update.not_finite,
        learning_rate,
        tokens: documents.iter().map(|d| d.tokens.len()).sum(),
    }
}
