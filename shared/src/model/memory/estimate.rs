//! What a step costs in memory, before it is run.
//!
//! The terms are those of the CPU's operations, where a test that counts allocations holds the sum against the peak. Elsewhere the
//! scores of attention come on top, and the sum has not been measured. Left out: the program itself and the tokenizer, a reference
//! or teacher with weights of its own (each costs `weights` again), and what an allocator loses.

use super::Memory;
use crate::model::{ModelConfig, layout};
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
    /// Rollouts of a prompt.
    pub group: usize,
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
    /// Gradients at the end of a part, for each shard at once: `4 · learning`, as much again for the sum where a shard has several
    /// parts, and the head's twice while it is laid out; or, in the optimizer's step, the sum and the new weights.
    pub gradients: u64,
    /// Those of them that wait while a part's activations and logits are there: the sum, and the head's from chunks before.
    pub waiting: u64,
    /// What the layers keep for the backward pass of one part, for each shard at once. With [`Memory::recompute_layers`] that is the
    /// layers' inputs and what one layer keeps.
    pub activations: u64,
    /// Logits and their gradient, `8 · rows · vocab` for each shard at once, half as much again with a teacher; `rows` are a part's
    /// response tokens, [`Memory::log_prob_rows`] at most.
    pub logits: u64,
    /// While rollouts are sampled: the matrices as sampling reads them, and the logits of the newest tokens.
    pub sampling: u64,
    /// Keys and values of the rollouts that are sampled at once, [`Memory::cache_tokens`] for each shard at most:
    /// `8 · layers · kv_heads · head_dim` for each of their tokens. On a CPU the rollouts of a group share those of their prompt.
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
        let (tokens, parts) = work.parts(memory);
        let responses = tokens * work.response_len as u64 / work.len().max(1) as u64;
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
        // Where an adapter learns, the head does not.
        let head = if learning > vocab * d { vocab * d } else { 0 };
        let sum = if parts > 1 { learning } else { 0 };
        let waiting = at_once * (sum + if rows < responses { head } else { 0 });
        let gradients = (at_once * (sum + learning + head)).max(2 * learning);
        // The rollouts of a large model are one part, see `Sampler`.
        let (parts, sampled_at_once) = match work.cpu && layout::is_large(config) {
            true => (1, 1),
            false => (work.shards, at_once),
        };
        let [sampled, cached] = (work.sampled(memory, parts)).map(|n| n * sampled_at_once);
        let sampled = sampled.min(work.rollouts as u64);
        // All matrices but the embedding; a tied head gets a copy of its own.
        let untied = if config.tie_word_embeddings {
            0
        } else {
            vocab * d
        };
        let turned = match sampled {
            0 => 0,
            _ if work.cpu && !layout::is_large(config) => parameters - untied,
            _ => 0,
        };
        let kv = (config.num_kv_heads * config.head_dim) as u64;
        Estimate {
            weights: F32 * (parameters + (config.max_positions * config.head_dim) as u64),
            moments: F32 * 2 * learning,
            gradients: F32 * gradients,
            waiting: F32 * waiting,
            activations: F32 * at_once * (kept + 4 * tokens * d),
            logits: F32 * at_once * rows * vocab * if work.teacher { 3 } else { 2 },
            sampling: F32 * (turned + sampled * vocab),
            cache: F32 * 2 * cached * layers * kv,
        }
    }

    /// Bytes at the peak of an update, with weights and moments.
    pub fn update(&self) -> u64 {
        let amid = self.waiting + self.activations + self.logits;
        self.weights + self.moments + amid.max(self.gradients)
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

    /// Rollouts that one of so many shards samples at once, and tokens of their keys and values, where all are as long as they may be.
    fn sampled(&self, memory: Memory, shards: usize) -> [u64; 2] {
        let group = self.group.max(1);
        let prompts = shard_len(self.rollouts.div_ceil(group), shards);
        let rollouts = (prompts * group).min(self.rollouts);
        let [prompt, new] = match self.cpu {
            true => [self.prompt_len, self.response_len],
            false => [0, self.len()],
        };
        let tokens = |rollouts: usize| rollouts.div_ceil(group) * prompt + rollouts * new;
        let most = memory.cache_tokens.unwrap_or(usize::MAX);
        let fits = |rollouts: &usize| tokens(*rollouts) <= most;
        let rollouts = (1..=rollouts).rev().find(fits).unwrap_or(rollouts.min(1));
        [rollouts, tokens(rollouts)].map(|n| n as u64)
    }

    /// Tokens of the largest part of a shard, and how many parts the shard has.
    fn parts(&self, memory: Memory) -> (u64, usize) {
        let sequences = shard_len(self.sequences, self.shards);
        let most = memory.micro_batch_tokens.unwrap_or(usize::MAX);
        let part = (most / self.len().max(1)).clamp(1, sequences);
        ((part * self.len()) as u64, sequences.div_ceil(part))
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
