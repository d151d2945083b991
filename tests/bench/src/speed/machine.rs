//! What the processor can do, measured in the same run, and how much of it a kind of work gets.

use std::hint::black_box;
use std::time::{Duration, Instant};

use burn::tensor::{Device, Distribution, Tensor};
use explang::model::ModelConfig;
use explang::parallel::in_order;
use explang_trainer::threads::Threads;

use super::kind::Kind;

/// How long each is tried.
const TRIED: Duration = Duration::from_millis(400);

/// Side of the matrices that are multiplied: large enough that nothing but the product counts, small enough for a core's cache.
const SIDE: usize = 384;

/// Numbers that each thread reads: more than any cache holds.
const NUMBERS: usize = 48 << 20;

/// What the threads do together.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub(crate) struct Machine {
    /// Floating-point operations a second in products of matrices in f32; a multiplication with its addition is two.
    pub(crate) operations: f64,
    /// Bytes a second that are read from memory.
    pub(crate) bytes: f64,
}

impl Machine {
    /// Tries the processor with as many threads.
    pub(crate) fn measure(threads: usize) -> Self {
        let each = vec![(); threads];
        let product = async |(): &()| {
            let matrix = || {
                let device = Device::flex();
                Tensor::<2>::random([SIDE, SIDE], Distribution::Default, &device)
            };
            let (a, b) = (matrix(), matrix());
            rate(2.0 * (SIDE * SIDE * SIDE) as f64, || {
                black_box(a.clone().matmul(b.clone()));
            })
        };
        let read = async |(): &()| {
            let numbers = vec![1.0f32; NUMBERS];
            rate(4.0 * NUMBERS as f64, || {
                black_box(sum(black_box(&numbers)));
            })
        };
        let together = |rates: Vec<f64>| rates.iter().sum();
        Machine {
            operations: together(pollster::block_on(in_order(
                &Threads(threads),
                &each,
                product,
            ))),
            bytes: together(pollster::block_on(in_order(&Threads(threads), &each, read))),
        }
    }

    /// The share of its operations that a kind of work gets which does so many tokens a second.
    pub(super) fn share(self, kind: Kind, config: &ModelConfig, tokens: f64) -> f64 {
        tokens * operations(kind, config) / self.operations
    }
}

/// Units a second of `work`, which does `units`.
fn rate(units: f64, mut work: impl FnMut()) -> f64 {
    work();
    let started = Instant::now();
    let mut done = 0.0;
    while started.elapsed() < TRIED {
        work();
        done += units;
    }
    done / started.elapsed().as_secs_f64()
}

/// Many sums at once, as no single one can be waited for.
fn sum(numbers: &[f32]) -> f32 {
    let mut sums = [0.0f32; 64];
    for part in numbers.as_chunks::<64>().0 {
        for (sum, number) in sums.iter_mut().zip(part) {
            *sum += number;
        }
    }
    sums.iter().sum()
}

/// Operations that a token needs in products with the weights: two for each weight in a forward pass, and twice as many again backwards
/// (Kaplan et al. 2020, section 2.1). Attention and what is done element by element are not counted.
fn operations(kind: Kind, config: &ModelConfig) -> f64 {
    let table = config.vocab_size * config.hidden_size;
    // A table that is also the head is read as a table for nothing.
    let tables = if config.tie_word_embeddings { 0 } else { table };
    let weights = (config.num_parameters() - tables) as f64;
    match kind {
        Kind::Train => 6.0 * weights,
        Kind::Rollout | Kind::HalfRollout => 2.0 * weights,
    }
}

#[cfg(test)]
mod tests {
    use explang::model::ModelPreset;

    use super::*;

    #[test]
    fn the_machine_is_measured_and_a_share_counts_operations() {
        let machine = Machine::measure(2);
        assert!(
            machine.operations > 1e8 && machine.bytes > 1e8,
            "{machine:?}"
        );
        let config = ModelConfig::of(ModelPreset::Pico, 100);
        let all = config.num_parameters() as f64;
        let share = |kind| machine.share(kind, &config, machine.operations / all);
        assert!((share(Kind::Rollout) - 2.0).abs() < 1e-9);
        assert!((share(Kind::Train) - 6.0).abs() < 1e-9);
    }
}
