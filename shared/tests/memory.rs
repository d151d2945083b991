//! Peak bytes of an update with a large vocabulary, counted by the allocator. A program of its own, since the allocator is the program's.

// A test that panics fails, and that is all it should do.
#![allow(clippy::unwrap_used)]

use std::sync::atomic::{AtomicUsize, Ordering};

use burn::module::Module;
use burn::tensor::Device;
use explang::learn::{Learner, supervised};
use explang::likelihood::Sequence;
use explang::model::memory::{Estimate, Work};
use explang::model::{Decoder, Memory, ModelConfig, ModelPreset};
use explang::parallel::{Job, Local, Parallel};
use explang::run::config::AdamWConfig;
use peak_alloc::PeakAlloc;

#[global_allocator]
static ALLOCATOR: PeakAlloc = PeakAlloc;

/// Qwen3's vocabulary.
const VOCABULARY: usize = 151_936;
/// Tokens of a prompt and of its response.
const LENGTHS: [usize; 2] = [32, 128];
/// Shards, each on a thread of its own.
const SHARDS: usize = 2;
const MIB: f64 = (1 << 20) as f64;

/// A thread for each shard.
struct Threads;

impl Parallel for Threads {
    fn run<'a>(&'a self, count: usize, job: &'a Job<'a>) -> Local<'a, ()> {
        let next = AtomicUsize::new(0);
        std::thread::scope(|scope| {
            for _ in 0..count {
                scope.spawn(|| pollster::block_on(job(next.fetch_add(1, Ordering::Relaxed))));
            }
        });
        Box::pin(std::future::ready(()))
    }
}

/// Bytes above weights and optimizer at the peak of an update of so many sequences, and what was estimated.
fn update(sequences: usize, frozen_head: bool, memory: Memory) -> (f64, f64) {
    let config = ModelConfig {
        hidden_size: 64,
        intermediate_size: 128,
        num_heads: 4,
        num_kv_heads: 2,
        head_dim: 16,
        num_layers: 4,
        max_positions: 256,
        ..ModelConfig::of(ModelPreset::Pico, VOCABULARY)
    };
    let mut model = Decoder::random(&config, 1, &Device::flex().autodiff());
    let mut learning = config.num_parameters();
    if frozen_head {
        learning -= VOCABULARY * config.hidden_size;
        model.model.embed_tokens = model.model.embed_tokens.no_grad();
    }
    let mut learner = Learner::new(model, AdamWConfig::default(), 1.0);
    let [prompt_len, response_len] = LENGTHS;
    let rows: Vec<Vec<u32>> = (0..sequences as u32)
        .map(|i| {
            (0..160)
                .map(|j| (i * 7919 + j * 104_729) % VOCABULARY as u32)
                .collect()
        })
        .collect();
    let batch: Vec<Sequence<'_>> = rows
        .iter()
        .map(|tokens| Sequence { tokens, prompt_len })
        .collect();
    ALLOCATOR.reset_peak_usage();
    let before = ALLOCATOR.current_usage();
    let done = supervised::update(&mut learner, &Threads, &batch, 1e-3, SHARDS, 0, memory);
    let done = pollster::block_on(done);
    assert!(done.skipped == 0 && done.gradient_norm > 0.0, "{done:?}");
    let work = Work {
        learning,
        sequences,
        prompt_len,
        response_len,
        shards: SHARDS,
        threads: SHARDS,
        rollouts: 0,
        group: 1,
        teacher: false,
        cpu: true,
    };
    let estimate = Estimate::of(&config, &work, memory);
    let above = estimate.update() - estimate.weights - estimate.moments;
    (
        (ALLOCATOR.peak_usage() - before) as f64 / MIB,
        above as f64 / MIB,
    )
}

/// 2,048 response tokens, and an eighth of them with everything kept: that is linear in them, and slow.
#[test]
fn a_large_vocabulary_fits_and_the_estimate_is_near() {
    let chosen = Memory {
        micro_batch_tokens: Some(640),
        recompute_layers: true,
        log_prob_rows: 128,
        ..Memory::default()
    };
    for frozen_head in [true, false] {
        let (before, before_estimate) = update(2, frozen_head, Memory::default());
        let (after, after_estimate) = update(16, frozen_head, chosen);
        println!(
            "above weights and optimizer, head {}: all kept, 256 response tokens {before:.0} MiB (estimated {before_estimate:.0}); \
             recomputed, 2,048 response tokens {after:.0} MiB (estimated {after_estimate:.0})",
            if frozen_head { "frozen" } else { "learning" },
        );
        assert!(after < 1536.0);
        for (found, estimate) in [(before, before_estimate), (after, after_estimate)] {
            let factor = estimate / found;
            assert!((0.67..1.5).contains(&factor), "{factor}");
        }
    }
}
