//! Log-probabilities of given tokens under the softmax of their rows, and the entropy of the rows.

use super::exp::{exp, log_sum_exp};
use super::simd::{fma, kernel};

/// For each row of `logits [M, V]`: the log-probability of its target and the row's log-sum-exp, which the backward pass
/// wants: two vectors `[M]`.
///
/// # Panics
/// When a target is not below `V`.
pub fn forward(logits: &[f32], targets: &[u32]) -> (Vec<f32>, Vec<f32>) {
    let lse = row_log_sum_exp(logits, targets.len());
    let vocab = vocab(logits, targets.len());
    let pick = |(row, (&target, &lse)): (usize, (&u32, &f32))| {
        assert!(
            (target as usize) < vocab,
            "target {target} of a vocabulary of {vocab}"
        );
        logits[row * vocab + target as usize] - lse
    };
    let log_probs = targets.iter().zip(&lse).enumerate().map(pick).collect();
    (log_probs, lse)
}

/// The backward pass: writes `g (onehot(target) − softmax(logits))` over the logits `[M, V]`, given `g [M]`.
pub fn backward(logits: &mut [f32], lse: &[f32], targets: &[u32], g: &[f32]) {
    let rows = targets.len();
    assert!(rows == lse.len() && rows == g.len(), "rows of logits");
    let vocab = vocab(logits, rows);
    if vocab > 0 {
        backward_rows(logits, vocab, lse, targets, g);
    }
}

/// Log-sum-exp `[M]` of each of the `rows` rows of `logits [M, V]`.
pub fn row_log_sum_exp(logits: &[f32], rows: usize) -> Vec<f32> {
    let vocab = vocab(logits, rows);
    let mut lse = vec![f32::NEG_INFINITY; rows];
    if vocab > 0 {
        lse_rows(logits, vocab, &mut lse);
    }
    lse
}

/// Entropy `[M]` in nats of the softmax of each row of `logits [M, V]`, given the rows' log-sum-exp `[M]`.
///
/// `H = −Σ p ln p` with `ln p = logit − lse`; a token of probability zero adds nothing.
pub fn entropy(logits: &[f32], lse: &[f32]) -> Vec<f32> {
    let vocab = vocab(logits, lse.len());
    let mut entropy = vec![0.0; lse.len()];
    if vocab > 0 {
        entropy_rows(logits, vocab, lse, &mut entropy);
    }
    entropy
}

/// The log-probability of a logit, −200 at least: far below the smallest single, and it keeps `-inf` from giving 0 · inf.
#[inline(always)]
pub(super) fn floored(logit: f32, lse: f32) -> f32 {
    let log_p = logit - lse;
    // A comparison, not `max`: a NaN fails it and stays NaN.
    if log_p < -200.0 { -200.0 } else { log_p }
}

fn vocab(logits: &[f32], rows: usize) -> usize {
    let vocab = logits.len().checked_div(rows).unwrap_or(0);
    assert_eq!(logits.len(), rows * vocab, "rows of logits");
    vocab
}

kernel! {
    fn lse_rows<'a, FMA>(logits: &'a [f32], vocab: usize, lse: &'a mut [f32]) {
        for (row, lse) in logits.chunks_exact(vocab).zip(lse) {
            *lse = log_sum_exp::<FMA>(row);
        }
    }
}

kernel! {
    fn backward_rows<'a, FMA>(
        logits: &'a mut [f32],
        vocab: usize,
        lse: &'a [f32],
        targets: &'a [u32],
        g: &'a [f32],
    ) {
        let rows = logits.chunks_exact_mut(vocab).zip(lse);
        for ((row, &lse), (&target, &g)) in rows.zip(targets.iter().zip(g)) {
            if g == 0.0 {
                // A masked token must not spread the NaN of its row.
                row.fill(0.0);
                continue;
            }
            for logit in &mut *row {
                *logit = -g * exp::<FMA>(*logit - lse);
            }
            row[target as usize] += g;
        }
    }
}

kernel! {
    fn entropy_rows<'a, FMA>(logits: &'a [f32], vocab: usize, lse: &'a [f32], out: &'a mut [f32]) {
        for ((row, &lse), out) in logits.chunks_exact(vocab).zip(lse).zip(out) {
            let mut lanes = [0.0f32; 16];
            let term = |logit: f32, sum: f32| {
                let log_p = floored(logit, lse);
                fma::<FMA>(-log_p, exp::<FMA>(log_p), sum)
            };
            let (chunks, rest) = row.as_chunks::<16>();
            for chunk in chunks {
                for (lane, &logit) in lanes.iter_mut().zip(chunk) {
                    *lane = term(logit, *lane);
                }
            }
            for (lane, &logit) in lanes.iter_mut().zip(rest) {
                *lane = term(logit, *lane);
            }
            *out = super::simd::sum_lanes(lanes);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::{assert_close, double, gradient, inner, noise};
    use super::*;

    fn reference(logits: &[f64], targets: &[u32]) -> Vec<f64> {
        let vocab = logits.len() / targets.len().max(1);
        targets
            .iter()
            .enumerate()
            .map(|(row, &target)| {
                let row = &logits[row * vocab..][..vocab];
                row[target as usize] - row.iter().map(|x| x.exp()).sum::<f64>().ln()
            })
            .collect()
    }

    #[test]
    fn forward_backward_and_entropy_agree_with_double_precision() {
        for (m, v) in [(1, 1), (3, 5), (2, 16), (4, 41), (0, 9)] {
            let logits: Vec<f32> = noise(m * v, 1).iter().map(|x| x * 4.0).collect();
            let targets: Vec<u32> = (0..m).map(|i| (i * 7 % v) as u32).collect();
            let g = noise(m, 2);
            let (log_probs, lse) = forward(&logits, &targets);
            assert_close(&log_probs, &reference(&double(&logits), &targets), 1e-6);
            let mut dlogits = logits.clone();
            backward(&mut dlogits, &lse, &targets, &g);
            let want = gradient(&logits, |x| inner(&reference(x, &targets), &g));
            assert_close(&dlogits, &want, 1e-5);
            let want: Vec<f64> = double(&logits)
                .chunks(v)
                .map(|row| {
                    let sum: f64 = row.iter().map(|x| x.exp()).sum();
                    row.iter().map(|x| -(x.exp() / sum) * (x - sum.ln())).sum()
                })
                .collect();
            assert_close(&entropy(&logits, &lse), &want, 2e-6);
        }
    }

    #[test]
    fn impossible_tokens_are_not_numbers_gone_wrong() {
        let logits = [0.0, f32::NEG_INFINITY, 0.0, 0.0];
        let (log_probs, lse) = forward(&logits, &[1]);
        assert_eq!(log_probs, [f32::NEG_INFINITY]);
        assert_close(&entropy(&logits, &lse), &[3f64.ln()], 1e-6);
        let mut dlogits = logits;
        backward(&mut dlogits, &lse, &[0], &[3.0]);
        assert_close(&dlogits, &[2.0, 0.0, -1.0, -1.0], 1e-6);
        let mut masked = [f32::NAN; 4];
        backward(&mut masked, &[f32::NAN], &[0], &[0.0]);
        assert_eq!(masked, [0.0; 4]);
    }

    #[test]
    #[should_panic(expected = "target 4 of a vocabulary of 4")]
    fn a_target_outside_the_vocabulary_is_refused() {
        forward(&[0.0; 8], &[0, 4]);
    }
}
