//! What the sum of the token losses of a mini-batch is divided by.
//!
//! | normaliser | loss of a mini-batch of N responses, \|o_i\| tokens long | who |
//! | --- | --- | --- |
//! | `token-mean` | Σ_i Σ_t ℓ / Σ_i \|o_i\| | DAPO (arXiv 2503.14476, equation 8); verl `token-mean` (its default), TRL `dapo` (its default), OpenRLHF's default |
//! | `sequence-mean` | Σ_i (Σ_t ℓ / \|o_i\|) / N | GRPO (arXiv 2402.03300, equation 3), GSPO (arXiv 2507.18071); verl `seq-mean-token-mean`, TRL `grpo`, OpenRLHF without `token_level_loss` |
//! | `sequence-sum` | Σ_i Σ_t ℓ / N | Dr. GRPO's formula (arXiv 2503.20783, section 3.2); verl `seq-mean-token-sum` |
//! | `constant` | Σ_i Σ_t ℓ / (N L), L the longest response allowed | Dr. GRPO's code; TRL `dr_grpo`. verl `seq-mean-token-sum-norm` divides by L alone |
//!
//! With `sequence-mean` a token of a long response counts less; with the others all tokens count alike, and they differ only
//! in whether the step is larger when responses are longer.

use explang_named::named;

/// What the sum of token losses is divided by.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
pub enum Normaliser {
    /// The tokens of the mini-batch.
    #[default]
    TokenMean,
    /// Each response's tokens, and then the number of responses.
    SequenceMean,
    /// The number of responses.
    SequenceSum,
    /// The number of responses times the longest response allowed.
    Constant,
}

named!(Normaliser, "normaliser", {
    TokenMean => "token-mean",
    SequenceMean => "sequence-mean",
    SequenceSum => "sequence-sum",
    Constant => "constant",
});

impl Normaliser {
    /// Weight of each token of a response of `length` tokens within the sum.
    pub fn weight(self, length: usize) -> f32 {
        match self {
            Normaliser::SequenceMean => 1.0 / length.max(1) as f32,
            Normaliser::TokenMean | Normaliser::SequenceSum | Normaliser::Constant => 1.0,
        }
    }

    /// What the weighted sum is divided by: of a mini-batch of `responses` responses with `tokens` tokens together, where a
    /// response may have `longest` tokens. At least 1.
    pub fn divisor(self, tokens: usize, responses: usize, longest: usize) -> f32 {
        let divisor = match self {
            Normaliser::TokenMean => tokens,
            Normaliser::SequenceMean | Normaliser::SequenceSum => responses,
            Normaliser::Constant => responses * longest,
        };
        divisor.max(1) as f32
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn by_hand() {
        // Two responses of 1 and 3 tokens, at most 5; every token's loss is 6.
        let loss = |normaliser: Normaliser| {
            let sum: f32 = [1, 3]
                .iter()
                .map(|&length| normaliser.weight(length) * 6.0 * length as f32)
                .sum();
            sum / normaliser.divisor(4, 2, 5)
        };
        assert_eq!(loss(Normaliser::TokenMean), 6.0);
        assert_eq!(loss(Normaliser::SequenceMean), 6.0);
        assert_eq!(loss(Normaliser::SequenceSum), 12.0);
        assert!((loss(Normaliser::Constant) - 2.4).abs() < 1e-6);
        assert!((Normaliser::SequenceMean.weight(3) - 1.0 / 3.0).abs() < 1e-7);
        assert_eq!(Normaliser::TokenMean.divisor(0, 0, 5), 1.0);
    }
}
