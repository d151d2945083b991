//! Batched sampling with a key-value cache: streaming, cancellable, and asynchronous, so that it also runs in a browser.

mod batch;
mod queue;

use std::ops::ControlFlow;

use crate::model::device::Unread;
use crate::model::kernels::sample::{self, SampleError};
use crate::model::{CausalLm, Coming, ComingRow};
use crate::random;
use crate::tokenizer::Tokenizer;
use batch::Batch;
use queue::{Queue, Row};

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
    #[error(transparent)]
    Device(#[from] Unread),
}

/// Samples all completions of all prompts as one batch. `observe` sees every token as it is drawn and may stop the batch.
///
/// The prompt of a group is read once and held once, however many completions it has. A completion depends on its own stream
/// alone, not on its neighbours in the batch: on a CPU bit for bit, elsewhere up to the rounding of the device.
///
/// # Errors
/// On empty or overlong prompts, logits that are NaN, or a device that fails.
pub async fn generate(
    model: &impl CausalLm,
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
    model: &impl CausalLm,
    tokenizer: &Tokenizer,
    prompts: &[Prompt],
    sampling: &Sampling,
    observe: impl FnMut(SampledToken<'_>) -> ControlFlow<()>,
    pause: impl AsyncFnMut() -> ControlFlow<()>,
) -> Result<Vec<Completion>, GenerateError> {
    generate_within(model, tokenizer, prompts, sampling, None, observe, pause).await
}

/// [`generate_with_pauses`], with keys and values of at most `cache_tokens` tokens at once, those of one completion at least.
///
/// Completions wait for their turn in their order. On a CPU one begins as soon as those that have ended leave room for it;
/// elsewhere a batch begins when the last one has ended.
///
/// # Errors
/// As [`generate`].
pub async fn generate_within(
    model: &impl CausalLm,
    tokenizer: &Tokenizer,
    prompts: &[Prompt],
    sampling: &Sampling,
    cache_tokens: Option<usize>,
    observe: impl FnMut(SampledToken<'_>) -> ControlFlow<()>,
    mut pause: impl AsyncFnMut() -> ControlFlow<()>,
) -> Result<Vec<Completion>, GenerateError> {
    let limit = model.config().max_positions;
    check(prompts, limit)?;
    let model = &*model.for_sampling();
    let mut writer = Writer::new(tokenizer, prompts, sampling, observe);
    let mut batch = Batch::new(model, tokenizer, prompts, sampling);
    let mut queue = Queue::new(prompts, sampling, limit, cache_tokens, batch.shares());
    for completion in queue.without_room() {
        writer.done[completion].end = End::Length;
    }
    while !(batch.is_empty() && queue.is_empty()) {
        if batch.step(&mut writer).await?.is_break() {
            break;
        }
        if batch.takes_more() {
            let next = queue.next(batch.rows());
            let waiting = queue.prompt();
            if batch.begin(next, waiting, &mut writer).await?.is_break() {
                break;
            }
        }
        let over = batch.is_empty() && queue.is_empty();
        if !over && pause().await.is_break() {
            break;
        }
    }
    Ok(writer.done)
}

/// Writes down what is drawn.
struct Writer<'a, F> {
    tokenizer: &'a Tokenizer,
    sampling: &'a Sampling,
    /// Cancelled until they end otherwise.
    done: Vec<Completion>,
    observe: F,
}

impl<'a, F: FnMut(SampledToken<'_>) -> ControlFlow<()>> Writer<'a, F> {
    fn new(
        tokenizer: &'a Tokenizer,
        prompts: &[Prompt],
        sampling: &'a Sampling,
        observe: F,
    ) -> Self {
        let streams = prompts.iter().flat_map(|prompt| &prompt.streams);
        let unwritten = |_| Completion {
            tokens: Vec::new(),
            log_probs: Vec::new(),
            end: End::Cancelled,
        };
        Writer {
            tokenizer,
            sampling,
            done: streams.map(unwritten).collect(),
            observe,
        }
    }

    /// How the next tokens of `rows` will be drawn.
    fn coming(&self, rows: &[Row]) -> Coming {
        let coming = |row: &Row| {
            let drawn = self.done[row.completion].tokens.len();
            ComingRow {
                stream: row.stream,
                drawn: drawn as u64,
                left: if row.finished { 0 } else { row.room - drawn },
            }
        };
        Coming {
            temperature: self.sampling.temperature,
            top_p: self.sampling.top_p,
            rows: rows.iter().map(coming).collect(),
        }
    }

    /// Draws the next token of a row from its logits.
    fn draw(&mut self, row: &mut Row, logits: &[f32]) -> Result<ControlFlow<()>, SampleError> {
        let out = &mut self.done[row.completion];
        let u = random::uniform(row.stream, out.tokens.len() as u64);
        let Sampling {
            temperature, top_p, ..
        } = *self.sampling;
        let drawn = sample::sample(logits, temperature, top_p, u)?;
        out.tokens.push(drawn.token);
        out.log_probs.push(drawn.log_prob);
        row.newest = drawn.token;
        if (self.observe)(SampledToken {
            completion: row.completion,
            token: drawn.token,
            log_prob: drawn.log_prob,
            logits,
        })
        .is_break()
        {
            return Ok(ControlFlow::Break(()));
        }
        if self.tokenizer.is_end(drawn.token) {
            out.end = End::EndOfText;
            row.finished = true;
        } else if out.tokens.len() == row.room {
            out.end = End::Length;
            row.finished = true;
        }
        Ok(ControlFlow::Continue(()))
    }
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
