//! A step of supervised learning with LoRA in f32, beside PyTorch and PEFT.

use std::io::Write;
use std::time::Instant;

use anyhow::ensure;
use burn::tensor::Device;
use clap::Args;
use explang::learn::Learner;
use explang::likelihood::{Sequence, response_log_probs};
use explang::model::{Decoder, Memory, WeightForm};
use explang::parallel::split;
use explang::random;
use explang::run::config::{AdamWConfig, LoraSection, LoraTarget};
use explang_trainer::checkpoint;
use explang_trainer::threads::Threads;
use serde::Deserialize;
use serde_json::json;

use super::Setting;
use crate::peer::{Peer, PeerError};
use crate::statistics::Rates;

/// Sequences of a step, their tokens, and how many of these are the prompt, which is read and not learned.
const ROWS: [usize; 3] = [8, 128, 64];

/// Has no effect on the speed.
const LEARNING_RATE: f64 = 1e-4;

/// How far the first losses may lie apart.
const TOLERANCE: f64 = 1e-3;

/// Arguments of this part.
#[derive(Debug, Args)]
pub(super) struct StepArguments {
    /// Least speed of a LoRA step, in times that of PyTorch with PEFT.
    #[arg(long, default_value_t = 1.0)]
    least_step_ratio: f64,
}

/// What the peer answers.
#[derive(Deserialize)]
struct Answer {
    loss: f64,
    seconds: f64,
}

impl StepArguments {
    /// Takes the same steps here and in the peer, in turns; writes what it found.
    pub(super) fn compare(
        &self,
        setting: &Setting<'_>,
        peer: &mut Peer,
        out: &mut impl Write,
    ) -> anyhow::Result<()> {
        let device = Device::flex().autodiff();
        let (model, _) = checkpoint::load_in(WeightForm::F32, setting.gguf, &device)?;
        let vocabulary = model.config().vocab_size;
        let lora = LoraSection {
            rank: 8,
            alpha: 16.0,
            targets: LoraTarget::ALL.to_vec(),
        };
        let model = model.with_lora(&lora, 1);
        let mut learner = Learner::new(model, AdamWConfig::default(), 1.0);
        let [rows, tokens, prompt] = ROWS;
        let token = |row: usize, at: usize| {
            (random::uniform(1 + row as u64, at as u64) * vocabulary as f32) as u32
        };
        let rows: Vec<Vec<u32>> = (0..rows)
            .map(|row| (0..tokens).map(|at| token(row, at)).collect())
            .collect();
        let asked = json!({"step": rows, "prompt": prompt, "rank": lora.rank});
        let mut rates = Rates::default();
        // The first step allocates; it is not measured.
        for round in 0..=setting.rounds {
            let (loss, seconds) = step(&mut learner, &rows, prompt, setting.threads);
            let theirs: Result<Answer, PeerError> = peer.ask(&asked.to_string());
            let theirs = theirs?;
            if round > 0 {
                let learned = (rows.len() * tokens) as f64;
                rates.add(learned / seconds, learned / theirs.seconds);
                continue;
            }
            // Before the first update an adapter changes nothing, so both compute the same.
            ensure!(
                (loss - theirs.loss).abs() <= TOLERANCE * theirs.loss,
                "the first loss is {loss}, that of PyTorch {}",
                theirs.loss
            );
        }
        let ratio = rates.report("a LoRA step in f32", "PyTorch with PEFT", out)?;
        ensure!(
            ratio >= self.least_step_ratio,
            "a LoRA step is {ratio:.2} times as fast as that of PyTorch with PEFT, less than {}",
            self.least_step_ratio
        );
        Ok(())
    }
}

/// One update; its loss, and the seconds that it took.
fn step(learner: &mut Learner, rows: &[Vec<u32>], prompt: usize, threads: usize) -> (f64, f64) {
    let targets: usize = rows.iter().map(|row| row.len() - prompt).sum();
    let shards: Vec<Vec<Vec<&[u32]>>> = split(rows, threads)
        .into_iter()
        .map(|shard| vec![shard.iter().map(Vec::as_slice).collect()])
        .collect();
    let loss = async |model: &Decoder, part: &Vec<&[u32]>| {
        let sequences: Vec<Sequence<'_>> = (part.iter())
            .map(|tokens| Sequence {
                tokens,
                prompt_len: prompt,
            })
            .collect();
        let log_probs = response_log_probs(model, &sequences, 0, Memory::default());
        (log_probs.sum() / -(targets as f64), ())
    };
    let started = Instant::now();
    let threads = Threads(threads);
    let update = pollster::block_on(learner.update(&shards, &threads, LEARNING_RATE, loss));
    (update.loss, started.elapsed().as_secs_f64())
}
