//! Batched sampling with a key-value cache: streaming, cancellable, and asynchronous, so that it also runs in a browser.

use std::ops::ControlFlow;

use crate::model::kernels::sample::{self, SampleError};
use crate::model::{Cache, Decoder, Packing};
use crate::random;
use crate::tokenizer::Tokenizer;

/// How tokens are drawn.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Sampling {
    /// Divides the logits; 0 takes the most probable token.
    pub temperature: f32,
    /// Draws from the smallest set of tokens that holds this much probability; 1 keeps all.
    pub top_p: f32,
    /// Longest completion, its prefilled and its end token included.
    pub max_new_tokens: usize,
}

/// One prompt and the random streams of its completions: as many completions as streams.
#[derive(Debug, Clone)]
pub struct Prompt {
    /// The prompt's tokens, a forced prefix included; never empty.
    pub tokens: Vec<u32>,
    /// How many of these tokens belong to the response: a prefilled tag. They count against the longest completion, so that a
    /// forced language has no more room to think than a chosen one.
    pub forced_len: usize,
    /// One stream a completion (see [`crate::random`]); equal streams give equal completions.
    pub streams: Vec<u64>,
}

/// Why a completion ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum End {
    /// The model ended it.
    EndOfText,
    /// It reached the longest length allowed, or the end of the rotary table.
    Length,
    /// The observer stopped the batch.
    Cancelled,
}

/// What the model said after a prompt.
#[derive(Debug, Clone, PartialEq)]
pub struct Completion {
    /// The tokens, the end token included where the model gave one.
    pub tokens: Vec<u32>,
    /// Log-probability of each token under the model itself (temperature 1, whole vocabulary).
    pub log_probs: Vec<f32>,
    /// Why it ended.
    pub end: End,
}

/// One token as it is drawn.
#[derive(Debug)]
pub struct SampledToken<'a> {
    /// Number of the completion, counted over all prompts in order.
    pub completion: usize,
    /// The token.
    pub token: u32,
    /// Its log-probability at temperature 1.
    pub log_prob: f32,
    /// The logits that it was drawn from, `[vocab]`.
    pub logits: &'a [f32],
}

/// What can go wrong while sampling.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum GenerateError {
    /// A prompt has no tokens.
    #[error("prompt {0} is empty")]
    EmptyPrompt(usize),
    /// A prompt leaves no room for an answer.
    #[error("prompt {prompt} has {tokens} tokens, the model reads at most {limit}")]
    PromptTooLong {
        /// Number of the prompt.
        prompt: usize,
        /// Its length.
        tokens: usize,
        /// Positions that the model has.
        limit: usize,
    },
    /// The model's output is not a distribution.
    #[error("the model's logits cannot be sampled from: {0}")]
    Logits(#[from] SampleError),
    /// The device did not give its numbers back.
    #[error("the device failed: {0}")]
    Device(String),
}

/// A row of the batch that is still being written.
struct Row {
    completion: usize,
    stream: u64,
    prompt: usize,
    /// Most tokens that may still be drawn in all.
    room: usize,
    finished: bool,
}

/// Samples all completions of all prompts as one batch. `observe` sees every token as it is drawn and may stop the batch.
///
/// The prompt of a group is read once, however many completions it has. A completion depends on its own stream alone, not
/// on its neighbours in the batch (up to the rounding of the device).
///
/// # Errors
/// On empty or overlong prompts, logits that are NaN, or a device that fails.
pub async fn generate(
    model: &Decoder,
    tokenizer: &Tokenizer,
    prompts: &[Prompt],
    sampling: &Sampling,
    observe: impl FnMut(SampledToken<'_>) -> ControlFlow<()>,
) -> Result<Vec<Completion>, GenerateError> {
    let go_on = async || ControlFlow::Continue(());
    generate_with_pauses(model, tokenizer, prompts, sampling, observe, go_on).await
}

/// [`generate`], with a pause after every step of the batch, that is once for the next token of all its rows.
///
/// In a browser a computation on the CPU holds its thread: it never waits, so no message can come in. A pause that waits
/// for the event loop lets one in, and may stop the batch.
///
/// # Errors
/// As [`generate`].
pub async fn generate_with_pauses(
    model: &Decoder,
    tokenizer: &Tokenizer,
    prompts: &[Prompt],
    sampling: &Sampling,
    mut observe: impl FnMut(SampledToken<'_>) -> ControlFlow<()>,
    mut pause: impl AsyncFnMut() -> ControlFlow<()>,
) -> Result<Vec<Completion>, GenerateError> {
    let limit = model.config().max_positions;
    check(prompts, limit)?;
    let mut done: Vec<Completion> = prompts
        .iter()
        .flat_map(|p| &p.streams)
        .map(|_| Completion {
            tokens: Vec::new(),
            log_probs: Vec::new(),
            end: End::Length,
        })
        .collect();
    let mut rows: Vec<Row> = Vec::with_capacity(done.len());
    for (i, prompt) in prompts.iter().enumerate() {
        for &stream in &prompt.streams {
            let room = sampling.max_new_tokens.saturating_sub(prompt.forced_len);
            rows.push(Row {
                completion: rows.len(),
                stream,
                prompt: i,
                room,
                finished: room == 0,
            });
        }
    }
    if rows.iter().all(|row| row.finished) {
        return Ok(done);
    }

    let model = &*model.for_sampling();
    let (mut cache, mut logits) = prefill(model, tokenizer, prompts, sampling).await?;
    let groups: Vec<usize> = rows.iter().map(|r| r.prompt).collect();
    cache.keep(&groups);
    let vocab = model.config().vocab_size;
    logits = groups
        .iter()
        .flat_map(|&g| logits[g * vocab..(g + 1) * vocab].to_vec())
        .collect();

    loop {
        let mut next = Vec::with_capacity(rows.len());
        let mut alive = Vec::with_capacity(rows.len());
        for (i, row) in rows.iter_mut().enumerate() {
            let out = &mut done[row.completion];
            if row.finished {
                // A finished row that could not be dropped yet: it is fed filling.
                next.push(tokenizer.pad());
                continue;
            }
            let u = random::uniform(row.stream, out.tokens.len() as u64);
            let row_logits = &logits[i * vocab..(i + 1) * vocab];
            let drawn = sample::sample(row_logits, sampling.temperature, sampling.top_p, u)?;
            out.tokens.push(drawn.token);
            out.log_probs.push(drawn.log_prob);
            next.push(drawn.token);
            let seen = SampledToken {
                completion: row.completion,
                token: drawn.token,
                log_prob: drawn.log_prob,
                logits: row_logits,
            };
            if observe(seen).is_break() {
                cancel(&rows, &mut done);
                return Ok(done);
            }
            let length = prompts[row.prompt].tokens.len() + out.tokens.len();
            let ended = tokenizer.is_end(drawn.token);
            if ended {
                out.end = End::EndOfText;
            }
            row.finished = ended || out.tokens.len() == row.room || length >= limit;
            if !row.finished {
                alive.push(i);
            }
        }
        if alive.is_empty() {
            return Ok(done);
        }
        if pause().await.is_break() {
            cancel(&rows, &mut done);
            return Ok(done);
        }
        if alive.len() < rows.len() && (cache.drops_are_free() || 2 * alive.len() <= rows.len()) {
            cache.keep(&alive);
            rows.retain(|row| !row.finished);
            next = alive.iter().map(|&i| next[i]).collect();
        }
        let step = Packing::new(vec![1; rows.len()]);
        let hidden = model.extend(&next, &step, &mut cache);
        logits = read(model.logits(hidden)).await?;
    }
}

/// Marks what is still being written as cancelled.
fn cancel(rows: &[Row], done: &mut [Completion]) {
    for row in rows.iter().filter(|row| !row.finished) {
        done[row.completion].end = End::Cancelled;
    }
}

/// Reads the prompts, each once; returns the cache and the logits `[prompts, vocab]` after each prompt's last token.
async fn prefill(
    model: &Decoder,
    tokenizer: &Tokenizer,
    prompts: &[Prompt],
    sampling: &Sampling,
) -> Result<(Cache, Vec<f32>), GenerateError> {
    let lengths = prompts.iter().map(|p| p.tokens.len());
    let longest = lengths.clone().max().unwrap_or(0);
    let capacity = longest + sampling.max_new_tokens.min(model.config().max_positions);
    let device = model.device();
    let mut cache = Cache::new(model.config(), &device, prompts.len(), capacity);
    let packing = if cache.drops_are_free() {
        Packing::new(lengths)
    } else {
        Packing::padded(lengths)
    };
    let tokens = packing.flatten(prompts.iter().map(|p| p.tokens.as_slice()), tokenizer.pad());
    let hidden = model.extend(&tokens, &packing, &mut cache);
    let last: Vec<usize> = packing
        .offsets()
        .iter()
        .zip(packing.lengths())
        .map(|(start, length)| start + length - 1)
        .collect();
    let logits = read(model.logits(crate::model::ops::rows(hidden, &last))).await?;
    Ok((cache, logits))
}

/// Brings a tensor's values to the host.
async fn read(tensor: burn::tensor::Tensor<2>) -> Result<Vec<f32>, GenerateError> {
    let data = tensor
        .into_data_async()
        .await
        .map_err(|e| GenerateError::Device(format!("{e:?}")))?;
    data.try_into_vec()
        .map_err(|e| GenerateError::Device(format!("{e:?}")))
}

fn check(prompts: &[Prompt], limit: usize) -> Result<(), GenerateError> {
    for (i, prompt) in prompts.iter().enumerate() {
        match prompt.tokens.len() {
            0 => return Err(GenerateError::EmptyPrompt(i)),
            tokens if tokens >= limit => {
                return Err(GenerateError::PromptTooLong {
                    prompt: i,
                    tokens,
                    limit,
                });
            }
            _ => {}
        }
    }
    Ok(())
}
