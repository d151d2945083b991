//! A policy that learns: the model with its optimizer.

use burn::tensor::Tensor;
use explang::model::Decoder;

use super::adamw::{AdamW, AdamWConfig};
use super::gradient::{global_norm, gradients};

/// The model and its optimizer.
#[derive(Debug, Clone)]
pub struct Learner {
    /// The model, on an autodiff device.
    pub model: Decoder,
    /// Its optimizer.
    pub optimizer: AdamW,
    /// Largest norm of a gradient; larger ones are scaled down to it.
    pub clip_norm: f64,
    /// Threads that shards are spread over.
    pub threads: usize,
}

/// What one update did.
#[derive(Debug, Clone)]
pub struct Update<R> {
    /// Norm of the gradient before clipping.
    pub gradient_norm: f64,
    /// False where the gradient was not finite and the update was left out.
    pub applied: bool,
    /// What the shards returned.
    pub shards: Vec<R>,
}

impl Learner {
    /// A learner with a fresh optimizer.
    pub fn new(model: Decoder, optimizer: AdamWConfig, clip_norm: f64, threads: usize) -> Self {
        let optimizer = AdamW::new(optimizer, &model);
        Learner {
            model,
            optimizer,
            clip_norm,
            threads,
        }
    }

    /// One update from the gradient of `loss` summed over the shards. A gradient that is NaN or infinite changes nothing.
    pub fn update<T: Sync, R: Send>(
        &mut self,
        shards: &[T],
        learning_rate: f64,
        loss: impl Fn(&Decoder, &T) -> (Tensor<1>, R) + Sync,
    ) -> Update<R> {
        let (mut flat, shards) = gradients(&self.model, shards, self.threads, loss);
        let gradient_norm = global_norm(&flat);
        let applied = gradient_norm.is_finite() && !flat.is_empty();
        if applied {
            if gradient_norm > self.clip_norm {
                let scale = self.clip_norm / gradient_norm;
                flat = flat.into_iter().map(|g| g * scale).collect();
            }
            self.model = self.optimizer.step(self.model.clone(), flat, learning_rate);
        }
        Update {
            gradient_norm,
            applied,
            shards,
        }
    }
}
