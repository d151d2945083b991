//! What a step costs in memory, before it is run.
//!
//! The terms are those of the CPU's operations, where a test that counts allocations holds the sum against the peak. Elsewhere the
//! scores of attention come on top, and the sum has not been measured. Left out: the program itself and the tokenizer, a reference
//! or teacher with weights of its own (each costs `weights` again), and what an allocator loses.

use super::Memory;
use crate::model::ModelConfig;
use crate::parallel::shard_len;

/// Bytes of a number: everything is computed in f32.
const F32: u64 = 4;

/// The work of a step.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Work {
    /// Numbers that learn: an adapter's, or [`ModelConfig::num_parameters`].
    pub learning: usize,
    /// Sequences of an update.
    pub sequences: usize,
    /// Tokens of a prompt.
    pub prompt_len: usize,
    /// Tokens of a response.
    pub response_len: usize,
    /// Shards that an update's sequences, and the rollouts of a step, are split into.
    pub shards: usize,
    /// Shards that are worked on at once.
    pub threads: usize,
    /// Rollouts of a step; 0 where nothing is sampled.
    pub rollouts: usize,
    /// Logits of a teacher beside those of the student.
    pub teacher: bool,
    /// True for the CPU's operations.
    pub cpu: bool,
}

/// Bytes that a step needs, by what they are for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Estimate {
    /// Weights and the rotary table: `4 · parameters + 4 · max_positions · head_dim`.
    pub weights: u64,
    /// AdamW's two moments of what learns: `8 · learning`.
    pub moments: u64,
    /// For each shard at once the sum of its parts' gradients, those of the newest part and, where it is large, a copy of the head's;
    /// or, in the optimizer's step, the sum and the new weights. See [`Memory::micro_batch_tokens`]: one part needs no sum.
    pub gradients: u64,
    /// What the layers keep for the backward pass of one part, for each shard at once. With [`Memory::recompute_layers`] that is the
    /// layers' inputs and what one layer keeps.
    pub activations: u64,
    /// Logits and their gradient, `8 · rows · vocab` for each shard at once, half as much again with a teacher; `rows` are a part's
    /// response tokens, [`Memory::log_prob_rows`] at most.
    pub logits: u64,
    /// While rollouts are sampled: the matrices as sampling reads them, and the logits of the newest tokens.
    pub sampling: u64,
    /// Keys and values of the rollouts that are sampled at once: `8 · layers · kv_heads · head_dim` for each of their tokens.
    pub cache: u64,
}

impl Estimate {
    /// What a step of a model of this shape needs.
    pub fn of(config: &ModelConfig, work: &Work, memory: Memory) -> Self {
        let [vocab, d, layers] = [config.vocab_size, config.hidden_size, config.num_layers];
        let [vocab, d, layers] = [vocab, d, layers].map(|n| n as u64);
        let learning = work.learning as u64;
        let parameters = config.num_parameters() as u64;
        let at_once = work.threads.clamp(1, work.shards.max(1)) as u64;
        let tokens = work.part_tokens(memory);
        let share = |part: usize| tokens * part as u64 / work.len().max(1) as u64;
        let responses = share(work.response_len);
        let rows = match memory.log_prob_rows {
            0 => responses,
            rows => responses.min(rows as u64),
        };
        let layer = tokens * per_token(config, work);
        let kept = match memory.recompute_layers {
            false => (layers + 1) * layer,
            // The layer that runs again, and its gradients.
            true => layers * tokens * d + 2 * layer,
        };
        // The head's gradient is added from chunks, or from the head and the embedding.
        let head = if learning >= vocab * d { vocab * d } else { 0 };
        let one_part = memory.micro_batch_tokens.is_none();
        let sums = if one_part { 1 } else { 2 };
        let gradients = (at_once * (sums * learning + 2 * head)).max(2 * learning);
        let rollouts = shard_len(work.rollouts, work.shards) as u64 * at_once;
        let sampled = rollouts.min(work.rollouts as u64);
        let turned = if work.cpu && sampled > 0 {
            parameters
                + if config.tie_word_embeddings {
                    0
                } else {
                    vocab * d
                }
        } else {
            0
        };
        let kv = (config.num_kv_heads * config.head_dim) as u64;
        Estimate {
            weights: F32 * (parameters + (config.max_positions * config.head_dim) as u64),
            moments: F32 * 2 * learning,
            gradients: F32 * gradients,
            activations: F32 * at_once * (kept + 4 * tokens * d),
            logits: F32 * at_once * rows * vocab * if work.teacher { 3 } else { 2 },
            sampling: F32 * (turned + 2 * sampled * vocab),
            cache: F32 * 2 * sampled * work.len() as u64 * layers * kv,
        }
    }

    /// Bytes at the peak of an update, with weights and moments.
    pub fn update(&self) -> u64 {
        let Estimate {
            gradients,
            activations,
            logits,
            ..
        } = self;
        self.weights + self.moments + gradients + activations + logits
    }

    /// Bytes at the peak of sampling, with weights and moments.
    pub fn rollout(&self) -> u64 {
        self.weights + self.moments + self.sampling + self.cache
    }

    /// Bytes at the peak of the step.
    pub fn peak(&self) -> u64 {
        self.update().max(self.rollout())
    }
}

impl Work {
    /// Tokens of a sequence.
    fn len(&self) -> usize {
        self.prompt_len + self.response_len
    }

    /// Tokens of the largest part of a shard.
    fn part_tokens(&self, memory: Memory) -> u64 {
        let shard = shard_len(self.sequences, self.shards) * self.len();
        let part = match memory.micro_batch_tokens {
            None => shard,
            Some(most) => shard.min(most.max(self.len())),
        };
        part as u64
    }
}

/// Numbers that a layer keeps for the backward pass, a token: the inputs of its norms and products, queries, keys and values before
/// and after their rotation, the attention's result, and the three widths of the feed-forward layer.
fn per_token(config: &ModelConfig, work: &Work) -> u64 {
    let hd = config.head_dim;
    let (q, kv) = (config.num_heads * hd, config.num_kv_heads * hd);
    let scores = if work.cpu {
        config.num_heads
    } else {
        // Scores, masked scores and weights of each token before it.
        3 * config.num_heads * work.len()
    };
    (4 * config.hidden_size + 3 * (q + kv) + scores + 3 * config.intermediate_size) as u64
}
