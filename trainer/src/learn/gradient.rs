//! Gradients of a batch, shard by shard.
//!
//! A batch is split into shards of about equal cost. Each shard is one forward and backward pass on one thread, and their
//! gradients are added in the order of the shards. So the result depends on the number of shards, which is part of a run's
//! configuration, and not on the number of cores or on who finishes first.

use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

use burn::module::{Module, ModuleVisitor, Param};
use burn::tensor::{Gradients, Tensor};
use explang::model::Decoder;

/// Gradients of all parameters, each flattened to `[size]`, in the order in which the module visits them.
pub(crate) type Flat = Vec<Tensor<1>>;

/// What a batch gave.
#[derive(Debug)]
pub(crate) struct Gradient<R> {
    /// The sum of the shards' gradients; empty where there were no shards.
    pub(crate) flat: Flat,
    /// The sum of the shards' losses.
    pub(crate) loss: f64,
    /// What each shard returned besides its loss.
    pub(crate) shards: Vec<R>,
}

/// Runs `work` on every item with up to `threads` threads; results come in the order of the items.
pub(crate) fn in_order<T: Sync, R: Send>(
    items: &[T],
    threads: usize,
    work: impl Fn(&T) -> R + Sync,
) -> Vec<R> {
    if threads <= 1 || items.len() <= 1 {
        return items.iter().map(work).collect();
    }
    let next = AtomicUsize::new(0);
    let results = Mutex::new(Vec::with_capacity(items.len()));
    std::thread::scope(|scope| {
        for _ in 0..threads.min(items.len()) {
            scope.spawn(|| {
                loop {
                    let i = next.fetch_add(1, Ordering::Relaxed);
                    let Some(item) = items.get(i) else { break };
                    let result = work(item);
                    // A poisoned lock means that another thread panicked: the scope passes that on.
                    if let Ok(mut results) = results.lock() {
                        results.push((i, result));
                    }
                }
            });
        }
    });
    let mut results = results.into_inner().unwrap_or_default();
    results.sort_by_key(|(i, _)| *i);
    results.into_iter().map(|(_, r)| r).collect()
}

/// The sum over shards of the gradient of `loss(model, shard)` and of the loss, and what each shard returned besides.
///
/// `loss` returns a scalar `[1]` that is already divided by what the whole batch is divided by.
pub(crate) fn gradients<T: Sync, R: Send>(
    model: &Decoder,
    shards: &[T],
    threads: usize,
    loss: impl Fn(&Decoder, &T) -> (Tensor<1>, R) + Sync,
) -> Gradient<R> {
    let device = model.device();
    let parts = in_order(shards, threads, |shard| {
        // Leaves of its own for each shard, so that threads do not share a graph.
        let fork = model.clone().fork(&device);
        let (loss, rest) = loss(&fork, shard);
        let value = f64::from(loss.clone().inner().into_scalar::<f32>());
        (flatten(&fork, &loss.backward()), value, rest)
    });
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

/// The gradients of a module's parameters, flattened; zero where a parameter took no part.
fn flatten(model: &Decoder, gradients: &Gradients) -> Flat {
    struct Visit<'a> {
        gradients: &'a Gradients,
        flat: Flat,
    }
    impl ModuleVisitor for Visit<'_> {
        fn visit_float<const D: usize>(&mut self, param: &Param<Tensor<D>>) {
            let value = param.val();
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

/// The Euclidean norm of all gradients together.
pub(crate) fn global_norm(gradients: &Flat) -> f64 {
    let squares = gradients.iter().map(|g| g.clone().powi_scalar(2).sum());
    let total: f64 = squares.map(|s| f64::from(s.into_scalar::<f32>())).sum();
    total.sqrt()
}

#[cfg(test)]
mod tests {
    use super::*;
    use burn::tensor::Device;
    use explang::likelihood::{Scored, response_log_probs};
    use explang::model::{ModelConfig, ModelPreset};

    #[test]
    fn results_come_in_the_order_of_the_items_whatever_the_threads() {
        let items: Vec<u64> = (0..50).collect();
        let slow_first = |&i: &u64| {
            std::thread::sleep(std::time::Duration::from_micros(50 - i));
            i * i
        };
        let expected: Vec<u64> = items.iter().map(|i| i * i).collect();
        for threads in [1, 2, 7] {
            assert_eq!(in_order(&items, threads, slow_first), expected);
        }
    }

    #[test]
    fn shards_add_up_to_the_batch_and_threads_change_no_bit() {
        let device = Device::flex().autodiff();
        let model = Decoder::random(&ModelConfig::of(ModelPreset::Pico, 40), 1, &device);
        let rows: Vec<Vec<u32>> = (0..6)
            .map(|i| (0..5 + i).map(|j| (i * 7 + j * 3) % 40).collect())
            .collect();
        let loss = |model: &Decoder, shard: &Vec<usize>| {
            let scored: Vec<Scored<'_>> = shard
                .iter()
                .map(|&i| Scored {
                    tokens: &rows[i],
                    prompt: 2,
                })
                .collect();
            (response_log_probs(model, &scored, 0).sum().neg(), ())
        };
        let run = |shards: &[Vec<usize>], threads| -> Vec<f32> {
            let found = gradients(&model, shards, threads, loss);
            (found.flat.into_iter())
                .flat_map(|g| g.into_data().iter::<f32>().collect::<Vec<_>>())
                .collect()
        };
        let split = [vec![0, 3], vec![1, 4], vec![2, 5]];
        let (one, two) = (run(&split, 1), run(&split, 2));
        assert_eq!(one, two);
        let whole = run(&[(0..6).collect()], 1);
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
}
