//! What a model does on held-out problems, between two steps of its training: how it chooses, and how often it is right.

use burn::module::Module;
use explang::Language;
use explang::action::{ActionError, distribution};
use explang::generate::Sampling;
use explang::model::Decoder;
use explang::policy::Phase;
use explang::prompt::PromptFormat;
use explang::rollout::{Query, RolloutError, Sampler, reward};
use explang::run::metrics::{entropy, information};
use explang::tasks::{Mixture, Source, Weighted};
use explang::tokenizer::Tokenizer;

use crate::protocol::learning::HeldOut;

/// Held-out problems of each kind by which the choice is looked at.
const PROBLEMS_PER_KIND: usize = 4;
/// Held-out problems that are answered.
const ANSWERED: usize = 48;
/// Sampling of an answer, as the presets evaluate.
const SAMPLING: (f32, f32) = (0.1, 0.9);
/// Problems of every training are the same, so that trainings can be compared.
const STREAM: u64 = 0x6865_6C64;

/// How a model chooses.
#[derive(Debug, Clone, PartialEq)]
pub struct Choosing {
    /// For each kind, the mean of the exact π(language | problem), in the order of [`Language::ALL`].
    pub by_kind: Vec<Vec<f32>>,
    /// I(kind; language), in nats; none where there is one kind.
    pub information: Option<f64>,
    /// The mean entropy of a kind's choice, in nats.
    pub entropy: f64,
}

/// Held-out problems of some kinds.
#[derive(Debug)]
pub struct Measure {
    /// Tokens of the prompts of each kind.
    prompts: Vec<Vec<Vec<u32>>>,
    /// What is answered, all kinds in turn.
    queries: Vec<Query>,
}

impl Measure {
    /// The problems of `taught`, each kind by itself, asked in English.
    ///
    /// # Errors
    /// When the tokenizer cannot write a question.
    pub fn new(taught: &[Weighted], tokenizer: &Tokenizer) -> Result<Self, RolloutError> {
        let kinds = kinds(taught);
        let mut prompts = Vec::with_capacity(kinds.len());
        let mut queries = Vec::with_capacity(ANSWERED);
        for mixture in &kinds {
            let answered = ANSWERED.div_ceil(kinds.len());
            let examples = mixture.held_out(STREAM, answered.max(PROBLEMS_PER_KIND), Language::En);
            let tokens = |question: &str| {
                let prompt = PromptFormat::Line.tokens(tokenizer, question, "")?;
                Ok::<_, RolloutError>(prompt.tokens)
            };
            let chosen = examples.iter().take(PROBLEMS_PER_KIND);
            let chosen = chosen.map(|example| tokens(&example.question));
            prompts.push(chosen.collect::<Result<_, _>>()?);
            let examples = examples.into_iter().take(answered);
            queries.extend(examples.map(|example| Query {
                example,
                prefix: String::new(),
                samples: 1,
            }));
        }
        Ok(Measure { prompts, queries })
    }

    /// How the model chooses.
    ///
    /// # Errors
    /// When its numbers are not finite.
    pub async fn choosing(
        &self,
        model: &Decoder,
        tokenizer: &Tokenizer,
    ) -> Result<Choosing, ActionError> {
        let model = model.valid();
        let model = model.for_sampling();
        let mut rows = Vec::with_capacity(self.prompts.len());
        for prompts in &self.prompts {
            let mut mean = [0.0; Language::ALL.len()];
            for prompt in prompts {
                let action = distribution(&*model, tokenizer, prompt, &Language::ALL).await?;
                for (mean, (_, p)) in mean.iter_mut().zip(&action.probabilities) {
                    *mean += f64::from(*p) / prompts.len() as f64;
                }
            }
            rows.push(mean);
        }
        let entropies = rows.iter().filter_map(|row| entropy(row.iter().copied()));
        Ok(Choosing {
            information: (rows.len() > 1).then(|| information(&rows)),
            entropy: entropies.sum::<f64>() / rows.len().max(1) as f64,
            by_kind: rows
                .iter()
                .map(|row| row.iter().map(|p| *p as f32).collect())
                .collect(),
        })
    }

    /// How often the model is right, under the phase's action, budget and verdict.
    ///
    /// # Errors
    /// When sampling fails.
    pub async fn held_out(
        &self,
        phase: &Phase<'_>,
        model: &Decoder,
    ) -> Result<HeldOut, RolloutError> {
        let options = phase.options;
        let (temperature, top_p) = SAMPLING;
        let sampler = Sampler {
            model: &model.valid(),
            tokenizer: phase.tokenizer,
            format: phase.format,
            sampling: Sampling {
                temperature,
                top_p,
                max_new_tokens: options.max_new_tokens,
            },
            shards: options.shards,
            parallel: phase.parallel,
            cache_tokens: None,
            cancel: None,
        };
        let mut queries = self.queries.clone();
        for query in &mut queries {
            query.prefix = options.action.prefix();
        }
        let rollouts = sampler.sample(&queries, STREAM).await?;
        let scored = reward(&queries, &rollouts, &options.reward, phase.detector);
        let right = scored.iter().filter(|s| s.components.verified > 0.0);
        let (right, problems) = (right.count() as u32, queries.len() as u32);
        Ok(HeldOut {
            right,
            problems,
            interval: wilson(right, problems),
        })
    }
}

/// The taught problems by kind, the kinds in the order in which they were taught. Two levels of one kind are one kind.
fn kinds(taught: &[Weighted]) -> Vec<Mixture> {
    let mut kinds: Vec<Vec<Weighted>> = Vec::new();
    for task in taught {
        let kind = task.spec.kind();
        match kinds.iter_mut().find(|of| of[0].spec.kind() == kind) {
            Some(of) => of.push(*task),
            None => kinds.push(vec![*task]),
        }
    }
    // A kind that is never asked has no problems to look at.
    let mixtures = kinds.into_iter().map(Mixture::new);
    mixtures.filter_map(Result::ok).collect()
}

/// The 95 % interval of a share of which `right` of `n` were seen (Wilson 1927, equation 8).
fn wilson(right: u32, n: u32) -> [f64; 2] {
    const Z: f64 = 1.959_963_984_540_054;
    if n == 0 {
        return [0.0, 1.0];
    }
    let (p, n) = (f64::from(right) / f64::from(n), f64::from(n));
    let middle = p + Z * Z / (2.0 * n);
    let half = Z * (p * (1.0 - p) / n + Z * Z / (4.0 * n * n)).sqrt();
    let whole = 1.0 + Z * Z / n;
    [(middle - half) / whole, (middle + half) / whole].map(|bound| bound.clamp(0.0, 1.0))
}

#[cfg(all(test, not(target_arch = "wasm32")))]
mod tests {
    use super::*;

    #[test]
    fn the_interval_is_wilsons_and_holds_the_share() {
        // Newcombe 1998, table I: 81 of 263 and 15 of 148, to four places.
        for (right, n, expected) in [(81, 263, [0.2553, 0.3662]), (15, 148, [0.0624, 0.1605])] {
            let found = wilson(right, n);
            for (a, b) in found.iter().zip(expected) {
                assert!((a - b).abs() < 5e-5, "{found:?}");
            }
        }
        for n in 1..60 {
            for right in 0..=n {
                let [low, high] = wilson(right, n);
                let share = f64::from(right) / f64::from(n);
                assert!(0.0 <= low && low <= share + 1e-12 && share <= high + 1e-12 && high <= 1.0);
                assert!(low < high);
            }
        }
    }
}
