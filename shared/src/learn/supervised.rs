//! One update on sequences: the mean negative log-likelihood of their response tokens. Pretraining and SFT are made of these.

use explang_run::SupervisedMetrics;

use super::Learner;
use crate::likelihood::{Sequence, response_log_probs};
use crate::model::{Decoder, Memory, memory};
use crate::parallel::Parallel;

/// One update on `sequences`, split into `shards` shards.
pub async fn update(
    learner: &mut Learner,
    parallel: &dyn Parallel,
    sequences: &[Sequence<'_>],
    learning_rate: f64,
    shards: usize,
    pad: u32,
    memory: Memory,
) -> SupervisedMetrics {
    let targets: usize = sequences.iter().map(|s| s.response().len()).sum();
    let device = learner.model.device();
    let shards = memory::shards(memory, sequences, shards, &device, |s| s.tokens.len());
    let loss = async |model: &Decoder, part: &Vec<Sequence<'_>>| {
        let log_probs = response_log_probs(model, part, pad, memory);
        (log_probs.sum() / -(targets as f32), ())
    };
    let update = learner.update(&shards, parallel, learning_rate, loss).await;
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::device::reads;
    use crate::model::{ModelConfig, ModelPreset};
    use crate::parallel::Inline;
    use burn::module::Module;
    use burn::tensor::Device;
    use explang_run::config::AdamWConfig;

    /// Loss and norm of the last of three updates, and the weights after them.
    fn updated(rows: &[Vec<u32>], memory: Memory) -> ([f64; 2], Vec<f32>) {
        let device = Device::flex().autodiff();
        let model = Decoder::random(&ModelConfig::of(ModelPreset::Pico, 40), 1, &device);
        let mut learner = Learner::new(model, AdamWConfig::default(), 1.0);
        let sequence = |tokens| Sequence {
            tokens,
            prompt_len: 2,
        };
        let sequences: Vec<Sequence<'_>> = rows.iter().map(|r| sequence(r)).collect();
        let mut figures = [0.0; 2];
        for _ in 0..3 {
            let update = update(&mut learner, &Inline, &sequences, 1e-4, 1, 0, memory);
            let metrics = pollster::block_on(update);
            figures = [metrics.loss, metrics.gradient_norm];
        }
        let weights = learner.model.valid().named_weights().into_values();
        let weights = weights.flat_map(|w| w.iter::<f32>().collect::<Vec<_>>());
        (figures, weights.collect())
    }

    #[test]
    fn an_update_reads_the_loss_of_each_part_and_one_norm() {
        let rows: Vec<Vec<u32>> = (0..8).map(|i| vec![i, i + 1, 7, 9, 5]).collect();
        for parts in [1, 2, 4] {
            let memory = Memory {
                micro_batch_tokens: Some(40 / parts),
                ..Memory::default()
            };
            let before = reads();
            // Three updates.
            updated(&rows, memory);
            assert_eq!(reads() - before, 3 * (parts as u64 + 1));
        }
    }

    #[test]
    fn four_parts_give_the_update_of_the_whole() {
        let row = |i: u32| (0..10).map(|j| (i * 7 + j * j * 3) % 40).collect();
        let rows: Vec<Vec<u32>> = (0..8).map(row).collect();
        let (figures, weights) = updated(&rows, Memory::default());
        let parts = Memory {
            micro_batch_tokens: Some(20),
            ..Memory::default()
        };
        let all = Memory {
            recompute_layers: true,
            log_prob_rows: 5,
            ..parts
        };
        for memory in [parts, all] {
            let (found, moved) = updated(&rows, memory);
            for (a, b) in figures.iter().zip(found) {
                assert!((a - b).abs() < 1e-6 * a, "{figures:?} {found:?}");
            }
            let pairs = weights.iter().zip(&moved);
            let worst = pairs.map(|(a, b)| (a - b).abs()).fold(0.0, f32::max);
            assert!(worst < 1e-6, "{worst}");
        }
    }
}
