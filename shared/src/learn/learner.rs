//! A policy that learns: the model with its optimizer.

use burn::tensor::Tensor;

use explang_run::NotFinite;
use explang_run::config::AdamWConfig;

use super::adamw::AdamW;
use super::gradient::{Gradient, global_norm, gradients};
use crate::model::Decoder;
use crate::parallel::Parallel;

/// The model and its optimizer.
#[derive(Debug, Clone)]
pub struct Learner {
    /// The model, on an autodiff device.
    pub model: Decoder,
    /// Its optimizer.
    pub optimizer: AdamW,
    /// Largest norm of a gradient; larger ones are scaled down to it.
    pub clip_norm: f64,
}

/// What one update did.
#[derive(Debug, Clone)]
pub struct Update<R> {
    /// Sum of the parts' losses.
    pub loss: f64,
    /// Norm of the gradient before clipping.
    pub gradient_norm: f64,
    /// What was no finite number, so that the update was left out; none where all were.
    pub not_finite: Option<NotFinite>,
    /// What the parts of all shards returned, in order.
    pub parts: Vec<R>,
}

impl Learner {
    /// A learner with a fresh optimizer.
    pub fn new(model: Decoder, optimizer: AdamWConfig, clip_norm: f64) -> Self {
        let optimizer = AdamW::new(optimizer, &model);
        Learner {
            model,
            optimizer,
            clip_norm,
        }
    }

    /// One update from the gradient of `loss` summed over the parts of all shards; the parts of a shard are worked on one after
    /// another. Where it or the loss is NaN or infinite nothing changes; nor does anything without parts.
    pub async fn update<P: Sync, R: Send>(
        &mut self,
        shards: &[Vec<P>],
        parallel: &dyn Parallel,
        learning_rate: f64,
        loss: impl AsyncFn(&Decoder, &P) -> (Tensor<1>, R) + Sync,
    ) -> Update<R> {
        let found = gradients(&self.model, shards, parallel, loss).await;
        let Gradient {
            mut flat,
            loss,
            parts,
        } = found;
        let gradient_norm = global_norm(&flat).await;
        let not_finite = [
            (loss, NotFinite::Loss),
            (gradient_norm, NotFinite::Gradient),
        ]
        .into_iter()
        .find_map(|(number, what)| (!number.is_finite()).then_some(what));
        if not_finite.is_none() && !flat.is_empty() {
            if gradient_norm > self.clip_norm {
                let scale = self.clip_norm / gradient_norm;
                flat = flat.into_iter().map(|g| g * scale).collect();
            }
            self.model = self.optimizer.step(self.model.clone(), flat, learning_rate);
        }
        Update {
            loss,
            gradient_norm,
            not_finite,
            parts,
        }
    }
}
