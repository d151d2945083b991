//! Text written as it is sampled.

use std::io::Write;
use std::ops::ControlFlow;
use std::time::Instant;

use explang::generate::{End, Prompt, SampledToken, Sampling, generate};
use explang::model::Decoder;
use explang::prompt::PromptTokens;
use explang::text_stream::TextStream;
use explang::tokenizer::Tokenizer;

/// A response that was written.
pub(super) struct Streamed {
    /// Its text, with what was forced.
    pub(super) text: String,
    /// Tokens that were sampled.
    tokens: usize,
    /// How long that took.
    seconds: f64,
    /// Why it ended.
    end: End,
}

impl Streamed {
    /// Tokens and their rate, and whether the response was cut short.
    pub(super) fn rate(&self) -> String {
        let rate = self.tokens as f64 / self.seconds.max(1e-9);
        let cut = match self.end {
            End::Length => "cut short · ",
            End::EndOfText | End::Cancelled => "",
        };
        format!("{cut}{} tokens, {rate:.0} tokens/s", self.tokens)
    }
}

/// Samples a response, and writes its text as it comes: first what is forced, which is given as tokens and as a text.
pub(super) fn stream(
    model: &Decoder,
    tokenizer: &Tokenizer,
    (prompt, prefix, seed): (PromptTokens, String, u64),
    sampling: &Sampling,
    out: &mut impl Write,
) -> anyhow::Result<Streamed> {
    let prompts = [Prompt {
        tokens: prompt.tokens,
        forced_len: prompt.forced_len,
        streams: vec![seed],
    }];
    let mut text = prefix;
    let mut written = out.write_all(text.as_bytes()).and_then(|()| out.flush());
    let mut stream = TextStream::new(tokenizer);
    let started = Instant::now();
    let observe = |drawn: SampledToken<'_>| {
        if !tokenizer.is_end(drawn.token) {
            let piece = stream.push(drawn.token);
            written = out.write_all(piece.as_bytes()).and_then(|()| out.flush());
            text.push_str(&piece);
        }
        match written {
            Ok(()) => ControlFlow::Continue(()),
            Err(_) => ControlFlow::Break(()),
        }
    };
    let completions = pollster::block_on(generate(model, tokenizer, &prompts, sampling, observe))?;
    let seconds = started.elapsed().as_secs_f64();
    written?;
    let rest = stream.finish();
    out.write_all(rest.as_bytes())?;
    out.flush()?;
    text.push_str(&rest);
    let completion = completions.first();
    Ok(Streamed {
        text,
        tokens: completion.map_or(0, |c| c.tokens.len()),
        seconds,
        end: completion.map_or(End::Length, |c| c.end),
    })
}
