//! Rollouts: examples answered in groups, read back as text, and rewarded.

use std::ops::ControlFlow;

use crate::generate::{
    Completion, End, GenerateError, Prompt, SampledToken, Sampling, generate_within,
};
use crate::identify::Identify;
use crate::likelihood::Sequence;
use crate::model::Decoder;
use crate::parallel::{Parallel, in_order, split};
use crate::prompt::{PromptError, PromptFormat};
use crate::random;
use crate::reward::{GroupId, Response, Reward, Scored};
use crate::tasks::Example;
use crate::tokenizer::{END_OF_TEXT, PAD, Tokenizer};

/// An example to be answered, and how often.
#[derive(Debug, Clone)]
pub struct Query {
    /// The example.
    pub example: Example,
    /// What is prefilled after the question: nothing where the model chooses its language, a tag where it is forced.
    pub prefix: String,
    /// Number of answers: the size of the group.
    pub samples: usize,
}

/// One answer of the policy.
#[derive(Debug, Clone)]
pub struct Rollout {
    /// Number of the query that it answers: its group.
    pub query: usize,
    /// Prompt, forced prefix and response.
    pub tokens: Vec<u32>,
    /// Tokens that the policy did not choose: prompt and forced prefix.
    pub prompt_len: usize,
    /// Log-probability of each chosen token when it was sampled, in nats.
    pub log_probs: Vec<f32>,
    /// The response's text with its forced prefix, end token stripped.
    pub text: String,
    /// It was cut short.
    pub truncated: bool,
}

impl Rollout {
    /// Number of tokens that the policy chose.
    pub fn response_len(&self) -> usize {
        self.tokens.len() - self.prompt_len
    }

    /// The rollout as a model reads it.
    pub fn sequence(&self) -> Sequence<'_> {
        Sequence {
            tokens: &self.tokens,
            prompt_len: self.prompt_len,
        }
    }
}

/// What can go wrong while sampling.
#[derive(Debug, thiserror::Error)]
pub enum RolloutError {
    /// A question cannot be put to the model.
    #[error(transparent)]
    Prompt(#[from] PromptError),
    /// The model failed.
    #[error(transparent)]
    Generate(#[from] GenerateError),
    /// Recorded completions do not fit the queries.
    #[error("{found} recorded completions, but the step has {wanted} rollouts")]
    Count {
        /// Completions that came.
        found: usize,
        /// Rollouts that the queries ask for.
        wanted: usize,
    },
    /// It was asked to stop before all was sampled.
    #[error("not all was sampled")]
    Cancelled,
}

/// Asked before every token: true ends the sampling.
pub type Cancel<'a> = &'a (dyn Fn() -> bool + Sync);

/// Samples from a policy.
#[derive(Clone, Copy)]
pub struct Sampler<'a> {
    /// The policy.
    pub model: &'a Decoder,
    /// Its tokenizer.
    pub tokenizer: &'a Tokenizer,
    /// The form of its prompts.
    pub format: &'a PromptFormat,
    /// How tokens are drawn.
    pub sampling: Sampling,
    /// Parts that the queries are split into; each is sampled on its own, in one batch that others join as some end.
    pub shards: usize,
    /// How the parts are worked on.
    pub parallel: &'a dyn Parallel,
    /// Most tokens whose keys and values a part holds at once, see [`generate_within`]; all, if not given.
    pub cache_tokens: Option<usize>,
    /// What ends the sampling early; none where it belongs to a step, which is finished.
    pub cancel: Option<Cancel<'a>>,
}

impl Sampler<'_> {
    /// Answers every query `samples` times; the rollouts of a query are neighbours, in the order of the queries. Sample `j` of
    /// query `i` draws from the stream `(stream, i, j)`.
    ///
    /// # Errors
    /// When a prompt is too long, the model's logits are not finite, or the sampling is cancelled.
    pub async fn sample(
        &self,
        queries: &[Query],
        stream: u64,
    ) -> Result<Vec<Rollout>, RolloutError> {
        let prompts = self.prompts(queries, stream)?;
        let completions = self.complete(&prompts).await?;
        if self.cancel.is_some_and(|asked| asked()) {
            return Err(RolloutError::Cancelled);
        }
        self.rollouts(queries, &prompts, completions)
    }

    /// The rollouts that these completions of the queries are, in the order in which [`Sampler::sample`] gives them.
    ///
    /// # Errors
    /// When a prompt is too long, or there is not one completion for each sample.
    pub fn read(
        &self,
        queries: &[Query],
        completions: Vec<Completion>,
    ) -> Result<Vec<Rollout>, RolloutError> {
        let prompts = self.prompts(queries, 0)?;
        self.rollouts(queries, &prompts, completions)
    }

    fn rollouts(
        &self,
        queries: &[Query],
        prompts: &[Prompt],
        completions: Vec<Completion>,
    ) -> Result<Vec<Rollout>, RolloutError> {
        let wanted = queries.iter().map(|query| query.samples).sum();
        if completions.len() != wanted {
            return Err(RolloutError::Count {
                found: completions.len(),
                wanted,
            });
        }
        let owners = queries
            .iter()
            .enumerate()
            .flat_map(|(i, q)| std::iter::repeat_n(i, q.samples));
        let mut rollouts = Vec::with_capacity(completions.len());
        for (query, completion) in owners.zip(completions) {
            let prefix = &queries[query].prefix;
            rollouts.push(self.rollout(query, &prompts[query].tokens, prefix, completion));
        }
        Ok(rollouts)
    }

    /// All completions of all prompts, in their order. Where the sampling is cancelled, those that are not finished end in
    /// [`End::Cancelled`].
    ///
    /// # Errors
    /// When a prompt is too long or the model's logits are not finite.
    pub async fn complete(&self, prompts: &[Prompt]) -> Result<Vec<Completion>, GenerateError> {
        let model = self.model.for_sampling();
        let model = &*model;
        // What a large model's products cost is reading it: once for all rows rather than once for each shard.
        let shards = if model.is_large() { 1 } else { self.shards };
        let parts = in_order(self.parallel, &split(prompts, shards), async |part| {
            let watch = |_: SampledToken<'_>| match self.cancel {
                Some(asked) if asked() => ControlFlow::Break(()),
                _ => ControlFlow::Continue(()),
            };
            let go_on = async || ControlFlow::Continue(());
            let (tokenizer, sampling, most) = (self.tokenizer, &self.sampling, self.cache_tokens);
            generate_within(model, tokenizer, part, sampling, most, watch, go_on).await
        })
        .await;
        let parts = parts.into_iter().collect::<Result<Vec<_>, _>>()?;
        Ok(parts.into_iter().flatten().collect())
    }

    fn prompts(&self, queries: &[Query], stream: u64) -> Result<Vec<Prompt>, RolloutError> {
        let numbered = queries.iter().enumerate();
        numbered
            .map(|(i, query)| Ok(self.prompt(query, random::derive(stream, &[i as u64]))?))
            .collect()
    }

    fn prompt(&self, query: &Query, stream: u64) -> Result<Prompt, PromptError> {
        let prompt = self
            .format
            .tokens(self.tokenizer, &query.example.question, &query.prefix)?;
        let streams = (0..query.samples as u64)
            .map(|j| random::derive(stream, &[j]))
            .collect();
        Ok(Prompt {
            tokens: prompt.tokens,
            forced_len: prompt.forced_len,
            streams,
        })
    }

    fn rollout(
        &self,
        query: usize,
        prompt: &[u32],
        prefix: &str,
        completion: Completion,
    ) -> Rollout {
        let text = format!("{prefix}{}", visible(self.tokenizer, &completion.tokens));
        let mut tokens = prompt.to_vec();
        tokens.extend(&completion.tokens);
        Rollout {
            query,
            prompt_len: prompt.len(),
            tokens,
            log_probs: completion.log_probs,
            text,
            truncated: completion.end != End::EndOfText,
        }
    }
}

/// The text of a completion without the tokens that only end or fill it.
pub fn visible(tokenizer: &Tokenizer, tokens: &[u32]) -> String {
    let end = tokens
        .iter()
        .position(|&t| tokenizer.is_end(t))
        .unwrap_or(tokens.len());
    tokenizer
        .decode(&tokens[..end])
        .replace(END_OF_TEXT, "")
        .replace(PAD, "")
}

/// Rewards the rollouts of `queries`, in their order.
pub fn reward(
    queries: &[Query],
    rollouts: &[Rollout],
    reward: &Reward,
    detector: &dyn Identify,
) -> Vec<Scored> {
    let responses: Vec<Response<'_>> = rollouts
        .iter()
        .map(|r| Response {
            group: GroupId(r.query as u64),
            text: &r.text,
            ground_truth: &queries[r.query].example.answer,
            truncated: r.truncated,
        })
        .collect();
    reward.score(&responses, detector)
}
