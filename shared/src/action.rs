//! The language action: the first thing a response does is to choose the language it will think in.
//!
//! The choice is *free*, and sampled like any other token, or *forced* by a prefilled tag. For a prompt, the distribution over
//! the pool is exact: the tag of every language is scored after `<lang_select>\n` and the scores are renormalised over the
//! pool. It works with every tokenizer, whether a tag is one token or several.

use crate::Language;
use crate::model::device::Unread;
use crate::model::kernels::log_prob;
use crate::model::{CacheRows, CausalLm, Packing};
use crate::tokenizer::{Tokenizer, TokenizerError};
use crate::transcript::{CLOSE_TAG, forced_prefix};

/// How the thinking language of a response is decided.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Action {
    /// The model chooses.
    Free,
    /// The tag is prefilled.
    Forced(Language),
}

impl Action {
    /// The text that is prefilled after the prompt: nothing, or the tag up to the first word of the trace.
    pub fn prefix(self) -> String {
        match self {
            Action::Free => String::new(),
            Action::Forced(language) => forced_prefix(language),
        }
    }
}

/// π(language | prompt) over a pool.
#[derive(Debug, Clone, PartialEq)]
pub struct ActionDistribution {
    /// Probability of each language of the pool, in the pool's order; they sum to 1.
    pub probabilities: Vec<(Language, f32)>,
    /// Probability that the model gives to the whole pool once it has opened a tag: what is missing to 1 went to other texts.
    pub mass: f32,
}

/// What can go wrong while scoring the pool.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum ActionError {
    /// The tokenizer failed.
    #[error(transparent)]
    Tokenizer(#[from] TokenizerError),
    /// The pool is empty.
    #[error("the pool of languages is empty")]
    EmptyPool,
    /// There is nothing before the tag that it could be predicted from.
    #[error("the prompt is empty")]
    EmptyPrompt,
    /// The prompt leaves no room for a tag.
    #[error("the prompt and a tag have {tokens} tokens, the model reads at most {limit}")]
    PromptTooLong {
        /// Tokens of the prompt and of the longest tag.
        tokens: usize,
        /// Positions that the model has.
        limit: usize,
    },
    /// The device did not give its numbers back.
    #[error("the language action cannot be computed: {0}")]
    Device(#[from] Unread),
    /// They are not probabilities.
    #[error("the language action cannot be computed: {0}")]
    NotProbabilities(&'static str),
}

impl ActionDistribution {
    /// The probability of a language; zero outside the pool.
    pub fn of(&self, language: Language) -> f32 {
        let found = self.probabilities.iter().find(|(l, _)| *l == language);
        found.map_or(0.0, |(_, p)| *p)
    }

    /// Entropy in nats.
    pub fn entropy(&self) -> f32 {
        let terms = self.probabilities.iter().filter(|(_, p)| *p > 0.0);
        -terms.map(|(_, p)| p * p.ln()).sum::<f32>()
    }
}

/// The exact distribution of the language action after `prompt` (tokens of the problem), at temperature 1.
///
/// # Errors
/// When the pool or the prompt is empty, the prompt is too long, the tokenizer fails, or the model's numbers are not finite.
pub async fn distribution(
    model: &impl CausalLm,
    tokenizer: &Tokenizer,
    prompt: &[u32],
    pool: &[Language],
) -> Result<ActionDistribution, ActionError> {
    let Some(&first) = pool.first() else {
        return Err(ActionError::EmptyPool);
    };
    let whole = |language| tag_tokens(tokenizer, language);
    // What all tags of the 17 begin with is no choice; it counts as given, whatever the pool.
    let mut shared = whole(first)?;
    for language in Language::ALL {
        let tokens = whole(language)?;
        let common = shared
            .iter()
            .zip(&tokens)
            .take_while(|(a, b)| a == b)
            .count();
        shared.truncate(common);
    }
    let tags = pool
        .iter()
        .map(|&language| Ok(whole(language)?.split_off(shared.len())))
        .collect::<Result<Vec<_>, TokenizerError>>()?;
    let mut opened = prompt.to_vec();
    opened.extend(&shared);
    let limit = model.config().max_positions;
    let tokens = opened.len() + tags.iter().map(Vec::len).max().unwrap_or(0);
    if prompt.is_empty() {
        return Err(ActionError::EmptyPrompt);
    }
    if tokens > limit {
        return Err(ActionError::PromptTooLong { tokens, limit });
    }
    let totals = tag_log_probs(model, tokenizer, &opened, &tags).await?;
    let mass: f64 = totals.iter().map(|t| t.exp()).sum();
    let top = totals.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    let sum: f64 = totals.iter().map(|t| (t - top).exp()).sum();
    if !sum.is_finite() || !top.is_finite() {
        return Err(ActionError::NotProbabilities(
            "the model's logits are not finite",
        ));
    }
    let share = |t: f64| ((t - top).exp() / sum) as f32;
    Ok(ActionDistribution {
        probabilities: pool
            .iter()
            .copied()
            .zip(totals.iter().map(|&t| share(t)))
            .collect(),
        mass: mass.min(1.0) as f32,
    })
}

/// The tokens of a tag as a response has them, up to the one with which its closing mark is complete.
///
/// They are taken from what follows too: with many tokenizers the end of the mark and the line break after it are one token, and a tag
/// that is written any other way is one that a model never writes.
fn tag_tokens(tokenizer: &Tokenizer, language: Language) -> Result<Vec<u32>, TokenizerError> {
    let mut tokens = tokenizer.encode(&forced_prefix(language))?;
    let closed = |end: &usize| tokenizer.decode(&tokens[..*end]).contains(CLOSE_TAG);
    let end = (1..tokens.len()).find(closed).unwrap_or(tokens.len());
    tokens.truncate(end);
    Ok(tokens)
}

/// Log-probability of each of `tags` after `opened`, whose keys and values are computed once for all of them.
///
/// The closing mark is part of a tag: without it `e` would be a tag that `en` begins with.
async fn tag_log_probs(
    model: &impl CausalLm,
    tokenizer: &Tokenizer,
    opened: &[u32],
    tags: &[Vec<u32>],
) -> Result<Vec<f64>, ActionError> {
    let model = &*model.for_sampling();
    let vocab = model.config().vocab_size;
    let longest = tags.iter().map(Vec::len).max().unwrap_or(0);
    let mut cache = model.cache(1, opened.len() + longest);
    let first = Packing::new([opened.len()]);
    let mut logits = Vec::new();
    let read = model.next_logits(opened, &first, &mut cache, &mut logits);
    read.await?;
    logits = logits.repeat(tags.len());
    cache.keep(&vec![0; tags.len()]);
    let step = Packing::new(vec![1; tags.len()]);
    let mut totals = vec![0.0; tags.len()];
    for i in 0..longest {
        // A tag that has ended goes on with filling, which does not count.
        let next = |tag: &Vec<u32>| tag.get(i).copied().unwrap_or(tokenizer.pad());
        let tokens: Vec<u32> = tags.iter().map(next).collect();
        if tokens.iter().any(|&token| token as usize >= vocab) {
            return Err(ActionError::NotProbabilities(
                "the tokenizer has more tokens than the model",
            ));
        }
        let (log_probs, _) = log_prob::forward(&logits, &tokens);
        for ((total, tag), log_prob) in totals.iter_mut().zip(tags).zip(log_probs) {
            if i < tag.len() {
                *total += f64::from(log_prob);
            }
        }
        if i + 1 < longest {
            let read = model.next_logits(&tokens, &step, &mut cache, &mut logits);
            read.await?;
        }
    }
    Ok(totals)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_forced_language_is_prefilled_and_a_free_choice_is_not() {
        assert_eq!(Action::Free.prefix(), "");
        let forced = Action::Forced(Language::Zh).prefix();
        assert_eq!(forced, "<lang_select>\nzh\n</lang_select>\n<think>\n");
    }

    #[test]
    fn probabilities_are_looked_up_and_their_entropy_is_in_nats() {
        let of = |probabilities: &[(Language, f32)]| ActionDistribution {
            probabilities: probabilities.to_vec(),
            mass: 1.0,
        };
        let three = of(&[
            (Language::En, 0.5),
            (Language::Zh, 0.25),
            (Language::Th, 0.25),
        ]);
        assert_eq!(
            (three.of(Language::En), three.of(Language::Th)),
            (0.5, 0.25)
        );
        assert_eq!(three.of(Language::Sw), 0.0);
        // 1/2 ln 2 + 2 · 1/4 ln 4 = 3/2 ln 2.
        assert!((three.entropy() - 1.5 * std::f32::consts::LN_2).abs() < 1e-6);
        // What never happens adds nothing: p ln p goes to 0, and is no number at 0.
        assert_eq!(
            of(&[(Language::En, 1.0), (Language::Zh, 0.0)]).entropy(),
            0.0
        );
    }
}
