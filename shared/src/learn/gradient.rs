//! Gradients of a batch, shard by shard.
//!
//! A batch is split into shards of about equal cost, and a shard into parts (see [`Memory`](crate::model::Memory)).
//! Each part is one forward and backward pass, those of a shard one after another on one thread. Gradients are added in the order
//! of the parts and of the shards, as soon as that order allows. So the result depends on the shards and parts, which a run's
//! configuration decides, and not on the number of cores or on who finishes first; and what is kept does not grow with the parts.

use std::collections::BTreeMap;
use std::sync::Mutex;

use burn::module::{Module, ModuleVisitor, Param};
use burn::tensor::{Gradients, Tensor};

use crate::model::Decoder;
use crate::model::device::read;
use crate::parallel::{Parallel, in_order};

/// Gradients of the parameters that learn, each flattened to `[size]`, in the order in which the module visits them.
pub(super) type Flat = Vec<Tensor<1>>;

/// What a batch gave.
#[derive(Debug)]
pub(super) struct Gradient<R> {
    /// The sum of the parts' gradients; empty where there were no parts.
    pub(super) flat: Flat,
    /// The sum of the parts' losses.
    pub(super) loss: f64,
    /// What each part returned besides its loss, in order.
    pub(super) parts: Vec<R>,
}

/// The sum over the parts of all shards of the gradient of `loss(model, part)` and of the loss, and what each part returned besides.
///
/// `loss` returns a scalar `[1]` that is already divided by what the whole batch is divided by.
///
/// Where the model computes in f16, the loss is multiplied by [`Precision::loss_scale`](crate::model::Precision::loss_scale) and the gradient divided by
/// it. A gradient that is too large then is computed again with a smaller factor: no step is left out, and a step depends on nothing before it.
pub(super) async fn gradients<P: Sync, R: Send>(
    model: &Decoder,
    shards: &[Vec<P>],
    parallel: &dyn Parallel,
    loss: impl AsyncFn(&Decoder, &P) -> (Tensor<1>, R) + Sync,
) -> Gradient<R> {
    let mut scale = model.precision().loss_scale();
    loop {
        let found = scaled(model, shards, parallel, &loss, scale).await;
        if scale <= 1.0 || global_norm(&found.flat).await.is_finite() {
            return found;
        }
        scale /= SMALLER;
    }
}

/// What a loss's factor is divided by where a gradient was too large; a power of two, so that it rounds nothing.
const SMALLER: f32 = 16.0;

/// [`gradients`] of a loss that is multiplied by `scale` before its backward pass.
async fn scaled<P: Sync, R: Send>(
    model: &Decoder,
    shards: &[Vec<P>],
    parallel: &dyn Parallel,
    loss: &(impl AsyncFn(&Decoder, &P) -> (Tensor<1>, R) + Sync),
    scale: f32,
) -> Gradient<R> {
    let device = model.device();
    let sum = Mutex::new(Sum::default());
    let numbered: Vec<(usize, &Vec<P>)> = shards.iter().enumerate().collect();
    let shards = in_order(parallel, &numbered, async |&(i, shard)| {
        let mut shard_sum = None;
        let mut shard_loss = 0.0;
        let mut rest = Vec::with_capacity(shard.len());
        for part in shard {
            // Separate leaves for each part, so that threads do not share a graph.
            let fork = model.clone().fork(&device);
            let (loss, returned) = loss(&fork, part).await;
            shard_loss += f64::from(scalar(loss.clone().inner()).await);
            let of_part = flatten(&fork, times(loss, scale).backward());
            let of_part = of_part.into_iter().map(|part| times(part, scale.recip()));
            shard_sum = add(shard_sum, Some(of_part.collect()));
            rest.push(returned);
        }
        // A poisoned lock means that another thread panicked: whoever runs the shards passes that on.
        if let Ok(mut sum) = sum.lock() {
            sum.take(i, shard_sum);
        }
        (shard_loss, rest)
    })
    .await;
    let (losses, parts): (Vec<f64>, Vec<Vec<R>>) = shards.into_iter().unzip();
    let sum = sum.into_inner().unwrap_or_default();
    Gradient {
        flat: sum.flat.unwrap_or_default(),
        loss: losses.into_iter().fold(0.0, |sum, loss| sum + loss),
        parts: parts.into_iter().flatten().collect(),
    }
}

/// The sum of the shards' gradients, in the shards' order.
#[derive(Default)]
struct Sum {
    flat: Option<Flat>,
    /// The shard whose turn it is.
    next: usize,
    /// Shards that were done before their turn.
    early: BTreeMap<usize, Option<Flat>>,
}

impl Sum {
    fn take(&mut self, shard: usize, flat: Option<Flat>) {
        self.early.insert(shard, flat);
        while let Some(flat) = self.early.remove(&self.next) {
            self.flat = add(self.flat.take(), flat);
            self.next += 1;
        }
    }
}

fn times(x: Tensor<1>, factor: f32) -> Tensor<1> {
    if factor == 1.0 { x } else { x * factor }
}

fn add(sum: Option<Flat>, more: Option<Flat>) -> Option<Flat> {
    match (sum, more) {
        (Some(sum), Some(more)) => Some(sum.into_iter().zip(more).map(|(a, b)| a + b).collect()),
        (sum, more) => sum.or(more),
    }
}

/// The gradients of the parameters that learn, flattened; zero where one took no part.
fn flatten(model: &Decoder, gradients: Gradients) -> Flat {
    struct Visit {
        gradients: Gradients,
        flat: Flat,
    }
    impl ModuleVisitor for Visit {
        fn visit_float<const D: usize>(&mut self, param: &Param<Tensor<D>>) {
            let value = param.val();
            if !learns(&value) {
                return;
            }
            let size = value.shape().num_elements();
            // Taken out: flattening most of them copies them.
            let gradient = value
                .grad_remove(&mut self.gradients)
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

/// The Euclidean norm of all gradients together.
pub(super) async fn global_norm(gradients: &Flat) -> f64 {
    if gradients.is_empty() {
        return 0.0;
    }
    // One read for all of them: on a GPU each read waits for everything before it.
    let squares = gradients.iter().map(|g| g.clone().powi_scalar(2).sum());
    let squares = values(Tensor::cat(squares.collect(), 0)).await;
    squares.into_iter().map(f64::from).sum::<f64>().sqrt()
}

/// The number of a scalar `[1]`.
async fn scalar(tensor: Tensor<1>) -> f32 {
    values(tensor).await.first().copied().unwrap_or(f32::NAN)
}

/// The numbers of a tensor.
///
/// # Panics
/// When the device does not give them back, as all of burn does then: no later step could be learned from either. On a CPU it always does.
pub(crate) async fn values(tensor: Tensor<1>) -> Vec<f32> {
    match read(tensor).await {
        Ok(numbers) => numbers,
        Err(unread) => panic!("{unread}"),
    }
}

#[cfg(test)]
mod tests;
