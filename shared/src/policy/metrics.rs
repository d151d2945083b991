//! What a step of reinforcement learning did: one line of `metrics.jsonl`.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::Rollouts;
use crate::Language;
use crate::objective::{GroupStats, PolicyStats};
use crate::reward::{Scored, Weights};
use crate::rollout::Rollout;

/// How often each language was chosen; what training counts of its rollouts.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ChoiceCounts {
    /// Responses with the tag of each language.
    pub tagged: BTreeMap<Language, usize>,
    /// Responses without a tag of the pool.
    pub untagged: usize,
}

impl ChoiceCounts {
    /// Counts one response by its tag.
    pub fn add(&mut self, tag: Option<Language>) {
        match tag {
            Some(language) => *self.tagged.entry(language).or_default() += 1,
            None => self.untagged += 1,
        }
    }

    /// Adds what another count holds.
    pub fn merge(&mut self, other: &ChoiceCounts) {
        for (&language, &count) in &other.tagged {
            let sum = self.tagged.entry(language).or_default();
            // A file can hold any number.
            *sum = sum.saturating_add(count);
        }
        self.untagged = self.untagged.saturating_add(other.untagged);
    }

    /// All responses counted.
    pub fn total(&self) -> usize {
        (self.tagged.values()).fold(self.untagged, |sum, &count| sum.saturating_add(count))
    }
}

/// What a step did. Figures of rewards, lengths and languages are of all rollouts of the step, those of the loss of the tokens
/// that were learned from.
#[derive(Debug, Clone, Serialize)]
pub struct PolicyMetrics {
    /// Mean reward, before what the end of the budget and the divergence cost.
    pub reward: f64,
    /// What each component of the reward adds to that mean, its weight included; and `overlong`, what the end of the budget
    /// costs besides, where it costs anything.
    pub reward_parts: BTreeMap<&'static str, f64>,
    /// Mean of each component.
    pub format: f64,
    /// Detected language equals the tag.
    pub compliance: f64,
    /// Share of correct answers.
    pub accuracy: f64,
    /// Mean diversity.
    pub diversity: f64,
    /// Mean pass@k of the chosen language.
    pub pass_at_k: f64,
    /// Mean accuracy of the chosen language.
    pub language_accuracy: f64,
    /// Share of groups whose rewards are all equal.
    pub zero_variance: f64,
    /// Batches sampled: more than one where groups were sampled again.
    pub batches: usize,
    /// Groups sampled, and those learned from.
    pub groups: [usize; 2],
    /// Responses that take no part, those whose reward is no finite number among them.
    pub masked: usize,
    /// Responses whose reward is no finite number.
    pub non_finite: usize,
    /// Mean response length in tokens.
    pub response_tokens: f64,
    /// Length of the shortest and of the longest response.
    pub response_tokens_range: [usize; 2],
    /// Share of responses cut short.
    pub truncated: f64,
    /// Share of responses without any token before their end.
    pub empty: f64,
    /// Entropy of the choice over this step's rollouts, in nats; none without a tag.
    pub choice_entropy: Option<f64>,
    /// Mean of `-log π` over the sampled tokens: an unbiased estimate of the policy's entropy per token, in nats.
    pub token_entropy: f64,
    /// Mean of the policy's part of the loss over the tokens, each counted once.
    pub policy_loss: f64,
    /// Mean and largest k3 divergence of a token from the reference; 0 where none is paid for.
    pub kl: f64,
    /// See `kl`.
    pub kl_max: f64,
    /// Mean and largest `ρ − 1 − log ρ` of a token: the divergence of the policy from the one that sampled.
    pub drift: f64,
    /// See `drift`.
    pub drift_max: f64,
    /// Shares of tokens at the lower and upper limit of the ratio, and at that of the dual clip.
    pub clipped_low: f64,
    /// See `clipped_low`.
    pub clipped_high: f64,
    /// See `clipped_low`.
    pub clipped_dual: f64,
    /// Largest ratio between new and old probability, either way.
    pub ratio_max: f64,
    /// Norm of the gradient before clipping, mean over the updates.
    pub gradient_norm: f64,
    /// Largest norm of the gradient before clipping.
    pub gradient_norm_max: f64,
    /// Updates tried.
    pub updates: usize,
    /// Of these, those left out because their loss or gradient was not finite.
    pub skipped: usize,
    /// What was not finite in the first one that was left out.
    #[serde(skip)]
    pub not_finite: Option<&'static str>,
    /// Learning rate.
    pub learning_rate: f64,
    /// Choices of the rollouts by family.
    pub choices: BTreeMap<String, ChoiceCounts>,
    /// Correct answers by chosen language.
    pub correct: BTreeMap<Language, usize>,
    /// What became of the rollouts in each chosen language.
    pub languages: BTreeMap<Language, LanguageFigures>,
    /// Tokens sampled.
    pub sampled_tokens: usize,
    /// Tokens read in the updates.
    pub trained_tokens: usize,
    /// Where the time went.
    pub seconds: Seconds,
}

/// The rollouts of a step that chose one language.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize)]
pub struct LanguageFigures {
    /// How many there are.
    pub n: usize,
    /// Share of correct answers.
    pub accuracy: f64,
    /// Share whose trace is in the language.
    pub compliance: f64,
    /// Mean reward.
    pub reward: f64,
    /// Mean response length in tokens.
    pub response_tokens: f64,
}

/// Seconds of each part of a step.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize)]
pub struct Seconds {
    /// Sampling.
    pub sampling: f64,
    /// Rewarding: language detection and verification.
    pub reward: f64,
    /// The reference's log-probabilities.
    pub reference: f64,
    /// The updates.
    pub updates: f64,
}

/// Shannon entropy in nats of a distribution given by non-negative weights, which need not sum to 1. It is
/// the plain plug-in estimate: no correction for small counts, so few samples read low. `None` without weight.
fn entropy(weights: impl IntoIterator<Item = f64> + Clone) -> Option<f64> {
    let mut total = 0.0;
    for weight in weights.clone() {
        if !weight.is_finite() || weight < 0.0 {
            return None;
        }
        total += weight;
    }
    if !total.is_finite() || total <= 0.0 {
        return None;
    }
    let sum: f64 = weights
        .into_iter()
        .filter(|&weight| weight > 0.0)
        .map(|weight| {
            let p = weight / total;
            -p * p.ln()
        })
        .sum();
    // A single choice sums to −0.0, which JSON would show.
    Some(if sum > 0.0 { sum } else { 0.0 })
}

/// What the updates of a step did.
#[derive(Debug, Clone, Default)]
pub(super) struct Updates {
    /// Sums over the tokens of all updates.
    pub(super) stats: PolicyStats,
    /// Norm of each update's gradient; what was not finite where it was left out.
    pub(super) norms: Vec<Result<f64, &'static str>>,
    /// Tokens read, prompts included.
    pub(super) tokens: usize,
}

impl Updates {
    /// What was not finite in the first update that was left out. One is enough: where a part of every step is lost, the run must
    /// not go on as if nothing were.
    fn not_finite(&self) -> Option<&'static str> {
        self.norms.iter().find_map(|norm| norm.err())
    }
}

/// The line of `metrics.jsonl` of a step.
pub(super) fn describe(
    gathered: &Rollouts,
    groups: GroupStats,
    weights: &Weights,
    updates: &Updates,
    learning_rate: f64,
    seconds: Seconds,
) -> PolicyMetrics {
    let Rollouts {
        rollouts, scored, ..
    } = gathered;
    let Updates { stats, norms, .. } = updates;
    let n = rollouts.len().max(1) as f64;
    let mean = |f: &dyn Fn(&Scored) -> f64| scored.iter().map(f).sum::<f64>() / n;
    let share = |f: &dyn Fn(&Rollout) -> bool| rollouts.iter().filter(|r| f(r)).count() as f64 / n;
    let (choices, languages) = by_language(gathered);
    let mut all = ChoiceCounts::default();
    choices.values().for_each(|c| all.merge(c));
    let tokens = stats.tokens.max(1.0);
    let log_probs = rollouts.iter().flat_map(|r| &r.log_probs);
    let lengths = || rollouts.iter().map(Rollout::response_len);
    let sampled_tokens = lengths().sum::<usize>();
    PolicyMetrics {
        reward: mean(&|s| s.reward),
        reward_parts: reward_parts(gathered, weights),
        format: mean(&|s| s.components.format),
        compliance: mean(&|s| s.components.compliance),
        accuracy: mean(&|s| s.components.verified),
        diversity: mean(&|s| s.components.diversity),
        pass_at_k: mean(&|s| s.components.pass_at_k),
        language_accuracy: mean(&|s| s.components.language_accuracy),
        zero_variance: groups.zero_variance_share(),
        batches: gathered.num_batches,
        groups: [gathered.queries.len(), gathered.kept.len()],
        masked: groups.masked,
        non_finite: groups.non_finite,
        response_tokens: sampled_tokens as f64 / n,
        response_tokens_range: [
            lengths().min().unwrap_or_default(),
            lengths().max().unwrap_or_default(),
        ],
        truncated: share(&|r| r.truncated),
        empty: share(&|r| r.response_len() <= 1),
        choice_entropy: entropy(all.tagged.values().map(|&c| c as f64)),
        token_entropy: -log_probs.map(|&l| f64::from(l)).sum::<f64>()
            / sampled_tokens.max(1) as f64,
        policy_loss: stats.policy / tokens,
        kl: stats.kl / tokens,
        kl_max: stats.kl_max,
        drift: stats.drift / tokens,
        drift_max: stats.drift_max,
        clipped_low: stats.clipped_low / tokens,
        clipped_high: stats.clipped_high / tokens,
        clipped_dual: stats.clipped_dual / tokens,
        ratio_max: stats.ratio_max,
        gradient_norm: norms.iter().flatten().sum::<f64>() / norms.len().max(1) as f64,
        gradient_norm_max: norms.iter().flatten().copied().fold(0.0, f64::max),
        updates: norms.len(),
        skipped: norms.iter().filter(|norm| norm.is_err()).count(),
        not_finite: updates.not_finite(),
        learning_rate,
        choices,
        correct: correct(gathered),
        languages,
        sampled_tokens,
        trained_tokens: updates.tokens,
        seconds,
    }
}

/// What each component adds to the mean reward.
fn reward_parts(gathered: &Rollouts, weights: &Weights) -> BTreeMap<&'static str, f64> {
    let n = gathered.scored.len().max(1) as f64;
    let mut parts = BTreeMap::new();
    for scored in &gathered.scored {
        let terms = weights.terms(&scored.components);
        // A response that is paid nothing at all is paid nothing for any component.
        let paid = if scored.forfeits { 0.0 } else { 1.0 };
        for (component, weight, value) in terms.into_iter().filter(|(_, weight, _)| *weight != 0.0)
        {
            *parts.entry(component.name()).or_insert(0.0) += paid * weight * value / n;
        }
    }
    let overlong = gathered.overlong.iter().sum::<f64>() / n;
    if overlong != 0.0 {
        parts.insert("overlong", overlong);
    }
    parts
}

/// Choices by kind of problem, and figures by chosen language.
fn by_language(
    gathered: &Rollouts,
) -> (
    BTreeMap<String, ChoiceCounts>,
    BTreeMap<Language, LanguageFigures>,
) {
    let mut choices: BTreeMap<String, ChoiceCounts> = BTreeMap::new();
    let mut languages: BTreeMap<Language, LanguageFigures> = BTreeMap::new();
    for (rollout, scored) in gathered.rollouts.iter().zip(&gathered.scored) {
        let kind = gathered.queries[rollout.query].example.kind.to_string();
        choices.entry(kind).or_default().add(scored.language);
        if let Some(language) = scored.language {
            let sums = languages.entry(language).or_default();
            sums.n += 1;
            sums.accuracy += scored.components.verified;
            sums.compliance += scored.components.compliance;
            sums.reward += scored.reward;
            sums.response_tokens += rollout.response_len() as f64;
        }
    }
    for figures in languages.values_mut() {
        let n = figures.n as f64;
        figures.accuracy /= n;
        figures.compliance /= n;
        figures.reward /= n;
        figures.response_tokens /= n;
    }
    (choices, languages)
}

fn correct(gathered: &Rollouts) -> BTreeMap<Language, usize> {
    let mut correct: BTreeMap<Language, usize> = BTreeMap::new();
    for scored in &gathered.scored {
        if let Some(language) = scored.language.filter(|_| scored.components.verified > 0.0) {
            *correct.entry(language).or_default() += 1;
        }
    }
    correct
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_update_that_was_left_out_is_told() {
        let of = |norms: &[Result<f64, &'static str>]| {
            let norms = norms.to_vec();
            Updates {
                norms,
                ..Updates::default()
            }
            .not_finite()
        };
        assert_eq!(of(&[]), None);
        assert_eq!(of(&[Ok(1.0), Ok(2.0)]), None);
        for norms in [
            [Ok(1.0), Err("the loss")],
            [Err("the loss"), Ok(1.0)],
            [Err("the loss"), Err("the gradient")],
        ] {
            assert_eq!(of(&norms), Some("the loss"));
        }
    }
}
