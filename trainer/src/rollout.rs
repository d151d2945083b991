//! Rollouts: prompts sampled in groups, read back as text, and rewarded.

use std::ops::ControlFlow;

use explang::Language;
use explang::generate::{Completion, Drawn, End, GenerateError, Prompt, Sampling, generate};
use explang::identify::Identify;
use explang::model::Decoder;
use explang::random;
use explang::reward::{GroupId, Response, Reward, Scored};
use explang::tasks::Problem;
use explang::tokenizer::{END_OF_TEXT, PAD, Tokenizer, TokenizerError};

use crate::data::documents::question;
use crate::learn::gradient::in_order;
use crate::run::stop::{Stop, Stopped};

/// A problem to be answered, and how often.
#[derive(Debug, Clone)]
pub struct Query {
    /// The problem.
    pub problem: Problem,
    /// The language that the problem is asked in.
    pub asked_in: Language,
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
    pub given: usize,
    /// Log-probability of each chosen token when it was sampled.
    pub log_probs: Vec<f32>,
    /// The response's text with its forced prefix, end token stripped.
    pub text: String,
    /// It was cut short.
    pub truncated: bool,
}

impl Rollout {
    /// Number of tokens that the policy chose.
    pub fn response_len(&self) -> usize {
        self.tokens.len() - self.given
    }
}

/// What can go wrong while sampling.
#[derive(Debug, thiserror::Error)]
pub enum RolloutError {
    /// The tokenizer failed.
    #[error(transparent)]
    Tokenizer(#[from] TokenizerError),
    /// The model failed.
    #[error(transparent)]
    Generate(#[from] GenerateError),
    /// It was broken off.
    #[error("not all was sampled")]
    Stopped(#[from] Stopped),
}

/// Samples from a policy.
#[derive(Debug, Clone, Copy)]
pub struct Sampler<'a> {
    /// The policy.
    pub model: &'a Decoder,
    /// Its tokenizer.
    pub tokenizer: &'a Tokenizer,
    /// How tokens are drawn.
    pub sampling: Sampling,
    /// Parts that the queries are split into; each is one batch on one thread.
    pub shards: usize,
    /// Threads.
    pub threads: usize,
    /// What breaks the sampling off; none where it belongs to a step, which is finished.
    pub stop: Option<&'a Stop>,
}

impl Sampler<'_> {
    /// Answers every query `samples` times; the rollouts of a query are neighbours, in the order of the queries. Sample `j` of
    /// query `i` draws from the stream `(stream, i, j)`.
    ///
    /// # Errors
    /// When a prompt is too long, the model's logits are not finite, or it is broken off.
    pub fn sample(&self, queries: &[Query], stream: u64) -> Result<Vec<Rollout>, RolloutError> {
        let prompts = queries
            .iter()
            .enumerate()
            .map(|(i, query)| self.prompt(query, random::derive(stream, &[i as u64])))
            .collect::<Result<Vec<_>, _>>()?;
        let completions = complete(
            self.model,
            self.tokenizer,
            &prompts,
            &self.sampling,
            self.shards,
            self.threads,
            self.stop,
        )?;
        // What was broken off is no completion.
        self.stop.map_or(Ok(()), Stop::check)?;
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

    fn prompt(&self, query: &Query, stream: u64) -> Result<Prompt, TokenizerError> {
        let text = question(&query.problem, query.asked_in);
        let mut tokens = self.tokenizer.encode(&text)?;
        let question = tokens.len();
        tokens.extend(self.tokenizer.encode(&query.prefix)?);
        let given = tokens.len() - question;
        let streams = (0..query.samples as u64)
            .map(|j| random::derive(stream, &[j]))
            .collect();
        Ok(Prompt {
            tokens,
            given,
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
            given: prompt.len(),
            tokens,
            log_probs: completion.log_probs,
            text,
            truncated: completion.end != End::EndOfText,
        }
    }
}

/// All completions of all prompts, in their order: the prompts are split into `shards` parts, each one batch on one of the threads.
/// Where `stop` is asked for meanwhile, those that are not finished end in [`End::Cancelled`].
///
/// # Errors
/// When a prompt is too long or the model's logits are not finite.
pub fn complete(
    model: &Decoder,
    tokenizer: &Tokenizer,
    prompts: &[Prompt],
    sampling: &Sampling,
    shards: usize,
    threads: usize,
    stop: Option<&Stop>,
) -> Result<Vec<Completion>, GenerateError> {
    let model = model.for_sampling();
    let size = prompts.len().div_ceil(shards.max(1)).max(1);
    let parts: Vec<&[Prompt]> = prompts.chunks(size).collect();
    let parts = in_order(&parts, threads, |part| {
        let watch = |_: Drawn<'_>| match stop {
            Some(stop) if stop.is_asked() => ControlFlow::Break(()),
            _ => ControlFlow::Continue(()),
        };
        pollster::block_on(generate(&model, tokenizer, part, sampling, watch))
    });
    let parts = parts.into_iter().collect::<Result<Vec<_>, _>>()?;
    Ok(parts.into_iter().flatten().collect())
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
    let answers: Vec<String> = queries.iter().map(|q| q.problem.answer()).collect();
    let responses: Vec<Response<'_>> = rollouts
        .iter()
        .map(|r| Response {
            group: GroupId(r.query as u64),
            text: &r.text,
            ground_truth: &answers[r.query],
            truncated: r.truncated,
        })
        .collect();
    reward.score(&responses, detector)
}

/// Family and style of a problem, such as `sums/steps`: the kinds that choices and accuracies are told apart by.
pub fn kind(problem: &Problem) -> String {
    format!("{}/{}", problem.family(), problem.style())
}
