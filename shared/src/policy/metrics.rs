//! What a step of reinforcement learning did: one line of `metrics.jsonl`.

use std::collections::BTreeMap;

use explang_run::metrics::entropy;
use explang_run::{ChoiceCounts, LanguageFigures, NotFinite, PolicyMetrics, Seconds};

use super::Rollouts;
use crate::Language;
use crate::objective::{GroupStats, PolicyStats};
use crate::reward::{Scored, Weights};
use crate::rollout::Rollout;

/// What the updates of a step did.
#[derive(Debug, Clone, Default)]
pub(super) struct Updates {
    /// Sums over the tokens of all updates.
    pub(super) stats: PolicyStats,
    /// Norm of each update's gradient; what was not finite where it was left out.
    pub(super) norms: Vec<Result<f64, NotFinite>>,
    /// Tokens read, prompts included.
    pub(super) tokens: usize,
}

impl Updates {
    /// What was not finite in the first update that was left out. One is enough: where a part of every step is lost, the run must
    /// not go on as if nothing were.
    fn not_finite(&self) -> Option<NotFinite> {
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
fn reward_parts(gathered: &Rollouts, weights: &Weights) -> BTreeMap<String, f64> {
    let n = gathered.scored.len().max(1) as f64;
    let mut parts = BTreeMap::new();
    for scored in &gathered.scored {
        let terms = weights.terms(&scored.components);
        // A response that is paid nothing at all is paid nothing for any component.
        let paid = if scored.forfeits { 0.0 } else { 1.0 };
        for (component, weight, value) in terms.into_iter().filter(|(_, weight, _)| *weight != 0.0)
        {
            *parts.entry(component.name().to_owned()).or_insert(0.0) += paid * weight * value / n;
        }
    }
    let overlong = gathered.overlong.iter().sum::<f64>() / n;
    if overlong != 0.0 {
        parts.insert("overlong".to_owned(), overlong);
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
    fn one_update_that_was_left_out_is_reported() {
        let of = |norms: &[Result<f64, NotFinite>]| {
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
            [Ok(1.0), Err(NotFinite::Loss)],
            [Err(NotFinite::Loss), Ok(1.0)],
            [Err(NotFinite::Loss), Err(NotFinite::Gradient)],
        ] {
            assert_eq!(of(&norms), Some(NotFinite::Loss));
        }
    }
}
