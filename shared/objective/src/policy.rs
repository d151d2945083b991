//! The policy losses: a surrogate of a ratio, summed over tokens.
//!
//! For token t of response i with advantage A, `ρ_t = exp(log π − log π_old)`, and `c(x) = clip(x, 1 − ε_low, 1 + ε_high)`:
//!
//! | surrogate | loss of a token | source |
//! | --- | --- | --- |
//! | `clip` | −min(x A, c(x) A) | PPO, arXiv 1707.06347; GRPO, arXiv 2402.03300; ε_high > ε_low is DAPO's *clip-higher*, arXiv 2503.14476 |
//! | … with `dual_clip` c | where A < 0: −max(min(x A, c(x) A), c A) | dual-clip PPO, arXiv 1912.09729 |
//! | `cispo` | −sg(c(x)) A log π, sg without gradient | CISPO: MiniMax-M1, arXiv 2506.13585, section 3 |
//!
//! | ratio | x | source |
//! | --- | --- | --- |
//! | `token` | ρ_t | as above |
//! | `sequence-mean` | (Π_s ρ_s)^(1 / \|o_i\|), the same for all tokens of a response | GSPO, arXiv 2507.18071, equation 7 |
//! | `sequence-product` | Π_s ρ_s: the response is one action | RLOO, arXiv 2402.14740 |
//!
//! To each token's loss `β k` is added where the divergence is paid in the loss ([`crate::kl`]); what the sum is divided by is
//! [`crate::normaliser`]'s.
//!
//! # Who does which
//! - `dual_clip`: verl always, with c = 3; OpenRLHF if asked; TRL's `delta` cuts the ratio itself instead.
//! - `cispo`: the paper has no lower limit; verl clips on both sides of 1 and sets ε_low to 10 to the same end; TRL gives the
//!   largest weight itself (5, as ScaleRL, arXiv 2510.13786), which is ε_high = 4 here.
//! - `sequence-mean`: verl's gradient of it goes through the token's own probability with the ratio held fixed; where all
//!   tokens of a response share an advantage, and with `sequence-mean` as normaliser, that is the same gradient.
//! - verl and OpenRLHF limit log ρ to ±20; here nothing is cut off, and an update whose gradient is not finite is left out.

use explang_named::named;
use serde::{Deserialize, Serialize};

use crate::kl::KlEstimator;

/// What is made of the ratio.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
pub enum Surrogate {
    /// The smaller of what the ratio and the clipped ratio gain.
    #[default]
    Clip,
    /// The clipped ratio as a weight on the log-probability: no token's gradient is stopped.
    Cispo,
}

named!(Surrogate, "surrogate", { Clip => "clip", Cispo => "cispo" });

/// The ratio between the policy that learns and the one that sampled.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
pub enum Ratio {
    /// Of each token.
    #[default]
    Token,
    /// The geometric mean over the response.
    SequenceMean,
    /// The product over the response.
    SequenceProduct,
}

named!(Ratio, "ratio", { Token => "token", SequenceMean => "sequence-mean", SequenceProduct => "sequence-product" });

/// Constants of the loss.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct PolicyLoss {
    /// What is made of the ratio.
    pub surrogate: Surrogate,
    /// Which ratio.
    pub ratio: Ratio,
    /// ε below: the ratio is clipped at `1 - clip_low`.
    pub clip_low: f32,
    /// ε above: the ratio is clipped at `1 + clip_high`.
    pub clip_high: f32,
    /// c > 1: how far a ratio can count against a response that was worse than others; without end if none.
    pub dual_clip: Option<f32>,
    /// β: weight of the divergence from the reference policy in the loss.
    pub kl: f32,
    /// How that divergence is estimated.
    pub kl_estimator: KlEstimator,
}

impl Default for PolicyLoss {
    /// GRPO's, without a divergence.
    fn default() -> Self {
        PolicyLoss {
            surrogate: Surrogate::Clip,
            ratio: Ratio::Token,
            clip_low: 0.2,
            clip_high: 0.2,
            dual_clip: None,
            kl: 0.0,
            kl_estimator: KlEstimator::K3,
        }
    }
}

/// What is known of each response token before the update, all of length `[tokens]` but `lengths`.
#[derive(Debug, Clone, Copy)]
pub struct TokenTargets<'a> {
    /// Log-probability when it was sampled.
    pub old: &'a [f32],
    /// Its advantage.
    pub advantages: &'a [f32],
    /// Log-probability under the reference policy; needed where `kl > 0`.
    pub reference: Option<&'a [f32]>,
    /// Its weight in the sum ([`crate::normaliser::Normaliser::weight`]); 0 for a masked token, which is in no ratio either.
    pub weights: &'a [f32],
    /// Tokens of each response, in order; they sum to `tokens`.
    pub lengths: &'a [usize],
}

impl PolicyLoss {
    /// The share of each token in the logarithm of its response's ratio; none where each token has a ratio of its own.
    pub fn shares(&self, targets: &TokenTargets<'_>) -> Option<Vec<f32>> {
        if self.ratio == Ratio::Token {
            return None;
        }
        let mut counts = vec![0u32; targets.lengths.len()];
        let counted = || owners(targets.lengths).zip(targets.weights);
        for (owner, _) in counted().filter(|(_, weight)| **weight != 0.0) {
            counts[owner] += 1;
        }
        let share = |(owner, &weight): (usize, &f32)| match self.ratio {
            _ if weight == 0.0 => 0.0,
            Ratio::SequenceMean => 1.0 / counts[owner] as f32,
            Ratio::Token | Ratio::SequenceProduct => 1.0,
        };
        Some(counted().map(share).collect())
    }
}

/// The response that each token belongs to.
pub fn owners(lengths: &[usize]) -> impl Iterator<Item = usize> {
    let lengths = lengths.iter().enumerate();
    lengths.flat_map(|(owner, &length)| std::iter::repeat_n(owner, length))
}
