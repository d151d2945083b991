//! Gradients of a batch, shard by shard.
//!
//! A batch is split into shards of about equal cost. Each shard is one forward and backward pass on one thread, and their
//! gradients are added in the order of the shards. So the result depends on the number of shards, which is part of a run's
//! configuration, and not on the number of cores or on who finishes first.

use burn::module::{Module, ModuleVisitor, Param};
use burn::tensor::{Gradients, Tensor};

use crate::model::Decoder;
use crate::parallel::{Parallel, in_order};

/// Gradients of the parameters that learn, each flattened to `[size]`, in the order in which the module visits them.
pub(super) type Flat = Vec<Tensor<1>>;

/// What a batch gave.
#[derive(Debug)]
pub(super) struct Gradient<R> {
    /// The sum of the shards' gradients; empty where there were no shards.
    pub(super) flat: Flat,
    /// The sum of the shards' losses.
    pub(super) loss: f64,
    /// What each shard returned besides its loss.
    pub(super) shards: Vec<R>,
}

/// The sum over shards of the gradient of `loss(model, shard)` and of the loss, and what each shard returned besides.
///
/// `loss` returns a scalar `[1]` that is already divided by what the whole batch is divided by.
pub(super) async fn gradients<T: Sync, R: Send>(
    model: &Decoder,
    shards: &[T],
    parallel: &dyn Parallel,
    loss: impl AsyncFn(&Decoder, &T) -> (Tensor<1>, R) + Sync,
) -> Gradient<R> {
    let device = model.device();
    let parts = in_order(parallel, shards, async |shard| {
        // Separate leaves for each shard, so that threads do not share a graph.
        let fork = model.clone().fork(&device);
        let (loss, rest) = loss(&fork, shard).await;
        let value = f64::from(scalar(loss.clone().inner()).await);
        (flatten(&fork, &loss.backward()), value, rest)
    })
    .await;
    let mut sum: Option<Flat> = None;
    let mut shards = Vec::with_capacity(parts.len());
    let mut loss = 0.0;
    for (part, value, rest) in parts {
        sum = Some(match sum {
            None => part,
            Some(sum) => sum.into_iter().zip(part).map(|(a, b)| a + b).collect(),
        });
        loss += value;
        shards.push(rest);
    }
    Gradient {
        flat: sum.unwrap_or_default(),
        loss,
        shards,
    }
}

/// The gradients of the parameters that learn, flattened; zero where one took no part.
fn flatten(model: &Decoder, gradients: &Gradients) -> Flat {
    struct Visit<'a> {
        gradients: &'a Gradients,
        flat: Flat,
    }
    impl ModuleVisitor for Visit<'_> {
        fn visit_float<const D: usize>(&mut self, param: &Param<Tensor<D>>) {
            let value = param.val();
            if !learns(&value) {
                return;
            }
            let size = value.shape().num_elements();
            let gradient = value
                .grad(self.gradients)
                .unwrap_or_else(|| value.inner().zeros_like());
            self.flat.push(gradient.reshape([size]));
        }
    }
    let mut visit = Visit {
        gradients,
        flat: Vec::new(),
    };
    model.visit(&mut visit);
    visit.flat
}

/// Whether a parameter learns: the one predicate for gradients and for the optimizer's state.
pub(super) fn learns<const D: usize>(value: &Tensor<D>) -> bool {
    value.is_require_grad()
}

/// The Euclidean norm of all gradients together; NaN where the device does not give its numbers back.
pub(super) async fn global_norm(gradients: &Flat) -> f64 {
    if gradients.is_empty() {
        return 0.0;
    }
    // One read for all of them: on a GPU each read waits for everything before it.
    let squares = gradients.iter().map(|g| g.clone().powi_scalar(2).sum());
    let squares = values(Tensor::cat(squares.collect(), 0)).await;
    squares.into_iter().map(f64::from).sum::<f64>().sqrt()
}

/// The number of a scalar `[1]`; NaN where the device does not give it back.
async fn scalar(tensor: Tensor<1>) -> f32 {
    values(tensor).await.first().copied().unwrap_or(f32::NAN)
}

/// The numbers of a tensor; a NaN where the device does not give them back, so that nothing is learned from them.
pub(crate) async fn values(tensor: Tensor<1>) -> Vec<f32> {
    match tensor.into_data_async().await {
        Ok(data) => data.iter::<f32>().collect(),
        Err(_) => vec![f32::NAN],
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::likelihood::{Sequence, response_log_probs};
    use crate::model::{ModelConfig, ModelPreset};
    use crate::parallel::Inline;
    use burn::tensor::Device;

    #[test]
    fn shards_add_up_to_the_batch() {
        let device = Device::flex().autodiff();
        let model = Decoder::random(&ModelConfig::of(ModelPreset::Pico, 40), 1, &device);
        let rows: Vec<Vec<u32>> = (0..6)
            .map(|i| (0..5 + i).map(|j| (i * 7 + j * 3) % 40).collect())
            .collect();
        let loss = async |model: &Decoder, shard: &Vec<usize>| {
            let scored: Vec<Sequence<'_>> = shard
                .iter()
                .map(|&i| Sequence {
                    tokens: &rows[i],
                    prompt_len: 2,
                })
                .collect();
            (response_log_probs(model, &scored, 0).sum().neg(), ())
        };
        let run = |shards: &[Vec<usize>]| -> Vec<f32> {
            let found = pollster::block_on(gradients(&model, shards, &Inline, &loss));
            (found.flat.into_iter())
                .flat_map(|g| g.into_data().iter::<f32>().collect::<Vec<_>>())
                .collect()
        };
        let split = [vec![0, 3], vec![1, 4], vec![2, 5]];
        let one = run(&split);
        let whole = run(&[(0..6).collect()]);
        let worst = whole
            .iter()
            .zip(&one)
            .map(|(a, b)| (a - b).abs())
            .fold(0.0, f32::max);
        assert!(
            whole.iter().any(|g| g.abs() > 0.1) && worst < 1e-4,
            "{worst}"
        );
    }

    #[test]
    fn the_norm_is_over_all_gradients_and_a_frozen_parameter_has_none() {
        let device = Device::flex().autodiff();
        let mut model = Decoder::random(&ModelConfig::of(ModelPreset::Pico, 40), 1, &device);
        let all = flatten(&model, &model.model.norm.weight.val().sum().backward());
        // The gradient of a sum is one everywhere, and the other parameters took no part.
        let norm = pollster::block_on(global_norm(&all));
        assert!((norm - (64f64).sqrt()).abs() < 1e-6, "{norm}");
        model.model.norm.weight = model.model.norm.weight.set_require_grad(false);
        let gain = model.model.embed_tokens.weight.val().sum();
        assert_eq!(flatten(&model, &gain.backward()).len(), all.len() - 1);
    }
}
