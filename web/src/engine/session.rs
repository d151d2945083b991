//! A loaded checkpoint, and what can be asked of it.

use std::cell::RefCell;
use std::collections::HashMap;
use std::ops::ControlFlow;

use explang::Language;
use explang::action::{Action, ActionError, distribution};
use explang::generate::{GenerateError, Prompt, SampledToken, Sampling, generate_with_pauses};
use explang::model::kernels::top_k::top_k;
use explang::model::{CausalLm, ConfigError, ModelConfig, WeightsError};
use explang::prompt::{PromptError, PromptFormat, PromptTokens};
use explang::run::Stage;
use explang::text_stream::TextStream;
use explang::tokenizer::{Tokenizer, TokenizerError};
use explang::transcript::page_header;
use web_time::Instant;

use crate::protocol::{Choice, Column, Completed, Draw, Rival, Token};

/// How many tokens are told beside each one that is drawn.
const RIVALS: usize = 5;

/// The files of a checkpoint.
#[derive(Debug)]
pub struct Files {
    /// `config.json`.
    pub config: Vec<u8>,
    /// `tokenizer.json`.
    pub tokenizer: Vec<u8>,
    /// `model.safetensors`.
    pub weights: Vec<u8>,
}

/// A checkpoint that cannot be opened.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// `config.json` is wrong.
    #[error(transparent)]
    Config(#[from] ConfigError),
    /// `tokenizer.json` is wrong.
    #[error(transparent)]
    Tokenizer(#[from] TokenizerError),
    /// `model.safetensors` is wrong.
    #[error(transparent)]
    Weights(#[from] WeightsError),
    /// Tokenizer and model do not belong together.
    #[error(
        "the tokenizer has {tokenizer} tokens, the model's embedding {model} rows: they are of two checkpoints"
    )]
    Vocabulary {
        /// Tokens of the tokenizer.
        tokenizer: usize,
        /// Rows of the embedding.
        model: usize,
    },
}

/// What can go wrong when a loaded checkpoint is asked.
#[derive(Debug, thiserror::Error)]
pub enum AskError {
    /// The distribution cannot be computed.
    #[error(transparent)]
    Action(#[from] ActionError),
    /// The tokens cannot be drawn.
    #[error(transparent)]
    Generate(#[from] GenerateError),
    /// A prompt cannot be encoded.
    #[error(transparent)]
    Prompt(#[from] PromptError),
}

/// A checkpoint on its device.
#[derive(Debug)]
pub struct Session<M> {
    model: M,
    tokenizer: Tokenizer,
    stage: Stage,
    /// Of tokens that were told.
    texts: RefCell<HashMap<u32, String>>,
}

impl<M: CausalLm> Session<M> {
    /// Opens a checkpoint, whose model `build` makes of its shape and weights.
    ///
    /// # Errors
    /// When a file is damaged, or the files are of different checkpoints.
    pub fn open(
        files: &Files,
        stage: Stage,
        build: impl FnOnce(&ModelConfig, &[u8]) -> Result<M, WeightsError>,
    ) -> Result<Self, OpenError> {
        let config = ModelConfig::from_json(&String::from_utf8_lossy(&files.config))?;
        let tokenizer = Tokenizer::from_json(&files.tokenizer)?;
        let build = || build(&config, &files.weights).map_err(OpenError::from);
        Session::of(&config, tokenizer, stage, build)
    }

    /// A session with a model of this shape, which `build` makes, and its tokenizer.
    ///
    /// # Errors
    /// When these do not belong together; those of `build`.
    pub(super) fn of<E: From<OpenError>>(
        config: &ModelConfig,
        tokenizer: Tokenizer,
        stage: Stage,
        build: impl FnOnce() -> Result<M, E>,
    ) -> Result<Self, E> {
        if !tokenizer.fits(config.vocab_size) {
            let error = OpenError::Vocabulary {
                tokenizer: tokenizer.vocab_size(),
                model: config.vocab_size,
            };
            return Err(error.into());
        }
        Ok(Session {
            model: build()?,
            tokenizer,
            stage,
            texts: RefCell::default(),
        })
    }

    /// How many numbers the model has learned.
    pub fn parameters(&self) -> usize {
        self.model.config().num_parameters()
    }

    /// The exact distribution of the language action for a problem.
    ///
    /// # Errors
    /// When the problem is empty or too long, or the device fails.
    pub async fn choice(&self, prompt: &str) -> Result<Choice, AskError> {
        let begun = Instant::now();
        let tokens = prompt_tokens(&self.tokenizer, prompt, "")?.tokens;
        let action = distribution(&self.model, &self.tokenizer, &tokens, &Language::ALL).await?;
        Ok(Choice {
            probabilities: action.probabilities.iter().map(|(_, p)| *p).collect(),
            mass: action.mass,
            milliseconds: begun.elapsed().as_secs_f64() * 1e3,
        })
    }

    /// Writes all columns as one batch. What is asked in several of them is read once. After each step `step` gets the tokens that were drawn; it waits as long as it likes,
    /// and may stop the batch.
    ///
    /// # Errors
    /// When a prompt is empty or too long, or the device fails.
    pub async fn ask(
        &self,
        columns: &[Column],
        sampling: &Draw,
        mut step: impl AsyncFnMut(Vec<Token>) -> ControlFlow<()>,
    ) -> Result<Vec<Completed>, AskError> {
        let mut prompts: Vec<Prompt> = Vec::new();
        // The columns of each prompt.
        let mut asked: Vec<Vec<usize>> = Vec::new();
        let mut texts: Vec<(String, String)> = Vec::with_capacity(columns.len());
        for (at, column) in columns.iter().enumerate() {
            let prefix = self.prefix(column.language);
            let PromptTokens {
                tokens, forced_len, ..
            } = prompt_tokens(&self.tokenizer, &column.prompt, &prefix)?;
            let same = |of: &Prompt| of.tokens == tokens && of.forced_len == forced_len;
            let known = prompts.iter().position(same).unwrap_or_else(|| {
                prompts.push(Prompt {
                    tokens,
                    forced_len,
                    streams: Vec::new(),
                });
                asked.push(Vec::new());
                prompts.len() - 1
            });
            prompts[known].streams.push(column.seed);
            asked[known].push(at);
            texts.push((prefix.clone(), prefix));
        }
        // The column of each completion.
        let column = asked.concat();
        let sampling = Sampling {
            temperature: sampling.temperature,
            top_p: sampling.top_p,
            max_new_tokens: sampling.max_new_tokens,
        };
        let mut streams: Vec<TextStream<'_>> = columns
            .iter()
            .map(|_| TextStream::new(&self.tokenizer))
            .collect();
        // What the observer sees is handed to the pause after it, which may wait.
        let drawn = RefCell::new(Vec::with_capacity(columns.len()));
        let observe = |seen: SampledToken<'_>| {
            let end = self.tokenizer.is_end(seen.token);
            let column = column[seen.completion];
            let piece = if end {
                String::new()
            } else {
                streams[column].push(seen.token)
            };
            texts[column].0.push_str(&piece);
            drawn.borrow_mut().push(Token {
                column,
                piece,
                token: seen.token,
                log_prob: seen.log_prob,
                rivals: self.rivals(&seen),
            });
            ControlFlow::Continue(())
        };
        let mut step = async || {
            let tokens = drawn.take();
            step(tokens).await
        };
        let done = generate_with_pauses(
            &self.model,
            &self.tokenizer,
            &prompts,
            &sampling,
            observe,
            &mut step,
        )
        .await?;
        // The tokens of the last step, after which there is no pause.
        let _ended = step().await;
        let forced = prompts.iter().zip(&asked);
        let forced = forced.flat_map(|(prompt, of)| of.iter().map(|_| prompt.forced_len));
        let mut done: Vec<_> = column.iter().zip(done.into_iter().zip(forced)).collect();
        done.sort_by_key(|(column, _)| **column);
        let ended = done.into_iter().zip(streams).zip(texts);
        let ended = ended.map(
            |(((_, (completion, forced_len)), stream), (mut text, forced_text))| {
                text.push_str(&stream.finish());
                Completed {
                    text,
                    forced_text,
                    drawn: completion.tokens.len(),
                    tokens: forced_len + completion.tokens.len(),
                    end: completion.end.into(),
                }
            },
        );
        Ok(ended.collect())
    }

    /// What is written for the model when a language is forced.
    fn prefix(&self, language: Option<Language>) -> String {
        match language {
            None => Action::Free.prefix(),
            Some(language) if self.stage.knows_tags() => Action::Forced(language).prefix(),
            Some(language) => page_header(language),
        }
    }

    /// The most probable tokens in the place of the one that was drawn.
    fn rivals(&self, seen: &SampledToken<'_>) -> Vec<Rival> {
        // The logarithm of the sum over all of them is in the log-probability of the one.
        let log_sum = seen.logits[seen.token as usize] - seen.log_prob;
        let best = top_k(seen.logits, RIVALS).into_iter();
        best.map(|(token, logit)| Rival {
            text: self.text(token),
            token,
            probability: (logit - log_sum).exp(),
        })
        .collect()
    }

    /// The text of a token by itself, which is found once.
    fn text(&self, token: u32) -> String {
        let mut texts = self.texts.borrow_mut();
        let text = texts.entry(token);
        text.or_insert_with(|| self.tokenizer.decode(&[token]))
            .clone()
    }
}

/// The tokens of a question and of what is forced after it.
fn prompt_tokens(
    tokenizer: &Tokenizer,
    question: &str,
    prefix: &str,
) -> Result<PromptTokens, PromptError> {
    PromptFormat::Line.tokens(tokenizer, question.trim_end(), prefix)
}

#[cfg(test)]
#[cfg(not(target_arch = "wasm32"))]
mod tests {
    use explang::model::SliceDecoder;

    use super::*;

    fn student() -> Session<SliceDecoder> {
        let folder = "../checkpoints/wide/stages/distil/checkpoint";
        let read = |name: &str| std::fs::read(format!("{folder}/{name}")).unwrap();
        let files = Files {
            config: read("config.json"),
            tokenizer: read("tokenizer.json"),
            weights: read("model.safetensors"),
        };
        Session::open(&files, Stage::Distil, SliceDecoder::from_safetensors).unwrap()
    }

    fn asked(session: &Session<SliceDecoder>, columns: &[Column]) -> (Vec<Completed>, Vec<Token>) {
        let draw = Draw {
            // So high that seeds differ: the student is sure of itself.
            temperature: 2.0,
            top_p: 1.0,
            max_new_tokens: 40,
        };
        let mut tokens = Vec::new();
        let step = async |mut drawn: Vec<Token>| {
            tokens.append(&mut drawn);
            ControlFlow::Continue(())
        };
        let done = pollster::block_on(session.ask(columns, &draw, step)).unwrap();
        (done, tokens)
    }

    #[test]
    fn a_column_is_what_it_is_alone_whatever_stands_beside_it() {
        let session = student();
        let column = |prompt: &str, language, seed| Column {
            prompt: prompt.into(),
            language,
            seed,
        };
        let (sum, day) = ("What is 47 + 38? Think in steps.", "What is 12 + 7?");
        let columns = [
            column(sum, None, 3),
            column(day, None, 3),
            column(sum, Some(Language::Th), 3),
            column(sum, None, 4),
            column(day, None, 9),
            column(sum, None, 3),
        ];
        let (all, tokens) = asked(&session, &columns);
        assert_eq!(all.len(), columns.len());
        assert_ne!(all[0].text, all[3].text);
        for (at, column) in columns.iter().enumerate() {
            let (alone, mut expected) = asked(&session, std::slice::from_ref(column));
            assert_eq!(all[at..=at], alone);
            expected.iter_mut().for_each(|token| token.column = at);
            let own = tokens.iter().filter(|token| token.column == at);
            assert!(own.eq(&expected), "{at}");
        }
    }
}
