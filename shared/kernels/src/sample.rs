//! One token drawn from a row of logits, with its log-probabilities.

use super::exp::{exp, sum_exp};
use super::simd::{kernel, sum};
use super::top_k::place_of;

/// A token that was drawn.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Sampled {
    /// Its index in the row.
    pub token: u32,
    /// Its log-probability under the softmax of the row as it is: temperature 1, nothing cut off.
    pub log_prob: f32,
    /// Its log-probability under the distribution that it was drawn from; 0 when it was drawn greedily.
    pub sampling_log_prob: f32,
}

/// Why no token can be drawn.
#[derive(Debug, Clone, Copy, PartialEq, thiserror::Error)]
pub enum SampleError {
    /// A logit is NaN or +inf.
    #[error("the logit of token {0} is not a number or is infinite")]
    Logit(usize),
    /// There are no logits, or all are -inf.
    #[error("no token has a probability above zero")]
    Nothing,
    /// The temperature is negative, infinite or NaN.
    #[error("the temperature {0} is not a number from 0 up")]
    Temperature(f32),
    /// The mass to sample from is not in `[0, 1]`.
    #[error("top-p {0} is not between 0 and 1")]
    TopP(f32),
    /// The random number is not in `[0, 1)`.
    #[error("the random number {0} is not in [0, 1)")]
    Uniform(f32),
}

/// Draws a token from `logits [V]`, given `uniform`, a random number in `[0, 1)`.
///
/// The distribution is `softmax(logits / temperature)`, cut down to the smallest set of most probable tokens that holds at
/// least `top_p` of the mass (never empty; of equal tokens the first), and scaled up to one. At temperature 0 the most
/// probable token is taken, the first of equals.
///
/// # Errors
/// When a setting or a logit is out of its range, see [`SampleError`].
pub fn sample(
    logits: &[f32],
    temperature: f32,
    top_p: f32,
    uniform: f32,
) -> Result<Sampled, SampleError> {
    if !(temperature >= 0.0 && temperature.is_finite()) {
        return Err(SampleError::Temperature(temperature));
    }
    if !(0.0..=1.0).contains(&top_p) {
        return Err(SampleError::TopP(top_p));
    }
    if !(0.0..1.0).contains(&uniform) {
        return Err(SampleError::Uniform(uniform));
    }
    let max = greatest(logits).map_err(SampleError::Logit)?;
    if max == f32::NEG_INFINITY {
        return Err(SampleError::Nothing);
    }
    let drawn = |token: usize, lse: f32, sampling_log_prob: f32| Sampled {
        token: token as u32,
        log_prob: logits[token] - lse,
        sampling_log_prob,
    };
    // With all weights at temperature 1 their sum is the softmax's, and nothing needs to be computed twice.
    let softmax = |masses: &[f64]| max + total(masses).ln() as f32;
    if temperature == 0.0 {
        let best = place_of(logits, max).unwrap_or(0);
        return Ok(drawn(best, softmax(&block_masses(logits, max, 1.0)), 0.0));
    }
    let masses = block_masses(logits, max, temperature);
    let mass = total(&masses);
    let lse = if temperature == 1.0 {
        softmax(&masses)
    } else {
        softmax(&block_masses(logits, max, 1.0))
    };
    let log_prob = |weight: f32, mass: f64| (f64::from(weight) / mass).ln().min(0.0) as f32;
    if top_p < 1.0 {
        let mut weights = vec![0.0; logits.len()];
        weigh(logits, max, temperature, &mut weights);
        let (nucleus, mass) = nucleus(&weights, mass, top_p);
        let kept: Vec<f32> = nucleus.iter().map(|&token| weights[token]).collect();
        let token = nucleus[place(&kept, f64::from(uniform) * mass)];
        return Ok(drawn(token, lse, log_prob(weights[token], mass)));
    }
    let (token, weight) = draw(
        logits,
        [max, temperature],
        &masses,
        f64::from(uniform) * mass,
    );
    Ok(drawn(token, lse, log_prob(weight, mass)))
}

/// The greatest logit; the place of one that is NaN or +inf, if there is one.
fn greatest(logits: &[f32]) -> Result<f32, usize> {
    let (max, good) = greatest_of(logits);
    if good {
        return Ok(max);
    }
    let bad = |x: &f32| x.is_nan() || *x == f32::INFINITY;
    logits.iter().position(bad).map_or(Ok(max), Err)
}

kernel! {
    /// The greatest logit, and whether all of them are below infinity.
    fn greatest_of<'a, FMA>(logits: &'a [f32]) -> (f32, bool) {
        let mut bad = [0u32; 16];
        let (chunks, rest) = logits.as_chunks::<16>();
        for chunk in chunks {
            for (bad, &logit) in bad.iter_mut().zip(chunk) {
                *bad |= u32::from(logit.is_nan() | (logit == f32::INFINITY));
            }
        }
        for (bad, &logit) in bad.iter_mut().zip(rest) {
            *bad |= u32::from(logit.is_nan() | (logit == f32::INFINITY));
        }
        let good = bad.iter().all(|&bad| bad == 0);
        (super::simd::max(logits), good)
    }
}

/// Weights that are summed up in single precision before they go into a double.
const BLOCK: usize = 64;

/// The sums of each [`BLOCK`] weights in turn.
fn block_masses(logits: &[f32], max: f32, temperature: f32) -> Vec<f64> {
    let mut masses = vec![0.0; logits.len().div_ceil(BLOCK)];
    weigh_blocks(logits, max, temperature, &mut masses);
    masses
}

kernel! {
    fn weigh_blocks<'a, FMA>(logits: &'a [f32], max: f32, temperature: f32, masses: &'a mut [f64]) {
        for (logits, mass) in logits.chunks(BLOCK).zip(masses) {
            *mass = f64::from(if temperature == 1.0 {
                sum_exp::<FMA>(logits, -max)
            } else {
                let mut weights = [0.0; BLOCK];
                weigh_block::<FMA>(logits, max, temperature, &mut weights);
                // Beyond the last logit there are zeros.
                sum(&weights)
            });
        }
    }
}

kernel! {
    /// `exp((logit − max) / temperature)`: the greatest weight is 1.
    fn weigh<'a, FMA>(logits: &'a [f32], max: f32, temperature: f32, weights: &'a mut [f32]) {
        weigh_block::<FMA>(logits, max, temperature, weights);
    }
}

#[inline(always)]
fn weigh_block<const FMA: bool>(logits: &[f32], max: f32, temperature: f32, weights: &mut [f32]) {
    if temperature == 1.0 {
        for (weight, &logit) in weights.iter_mut().zip(logits) {
            *weight = exp::<FMA>(logit - max);
        }
    } else {
        for (weight, &logit) in weights.iter_mut().zip(logits) {
            *weight = exp::<FMA>((logit - max) / temperature);
        }
    }
}

fn total(masses: &[f64]) -> f64 {
    masses.iter().sum()
}

/// The first token at which the cumulative weight exceeds `left`, never one of weight zero, and its weight. Only the weights of its
/// block are computed again.
fn draw(
    logits: &[f32],
    [max, temperature]: [f32; 2],
    masses: &[f64],
    mut left: f64,
) -> (usize, f32) {
    let mut chosen = None;
    for (b, &mass) in masses.iter().enumerate() {
        if mass > 0.0 {
            // Where `left` was rounded up to the whole mass, it is the last block with any.
            chosen = Some((b, left));
        }
        if mass > left {
            break;
        }
        left -= mass;
    }
    let (b, left) = chosen.unwrap_or((0, 0.0));
    let block = &logits[b * BLOCK..logits.len().min((b + 1) * BLOCK)];
    let mut weights = [0.0; BLOCK];
    weigh(block, max, temperature, &mut weights[..block.len()]);
    let found = place(&weights[..block.len()], left);
    (b * BLOCK + found, weights[found])
}

/// The first index at which the cumulative weight exceeds `left`, the last with any where none does; never one of weight zero.
fn place(weights: &[f32], mut left: f64) -> usize {
    let mut last = 0;
    for (i, &weight) in weights.iter().enumerate() {
        if weight > 0.0 {
            last = i;
            left -= f64::from(weight);
            if left < 0.0 {
                break;
            }
        }
    }
    last
}

/// The smallest set of heaviest tokens whose mass reaches `top_p` of the whole `mass`, heaviest first, and its mass.
fn nucleus(weights: &[f32], mass: f64, top_p: f32) -> (Vec<usize>, f64) {
    let threshold = f64::from(top_p) * mass;
    let mut order: Vec<usize> = (0..weights.len()).filter(|&i| weights[i] > 0.0).collect();
    let heavier = |&a: &usize, &b: &usize| weights[b].total_cmp(&weights[a]).then(a.cmp(&b));
    let (mut sorted, mut mass) = (0, 0.0);
    let mut stretch = 32;
    while sorted < order.len() {
        // Only as much is sorted as the mass asks for: a stretch at a time, each longer than the last.
        let rest = &mut order[sorted..];
        let taken = stretch.min(rest.len());
        if taken < rest.len() {
            rest.select_nth_unstable_by(taken, heavier);
        }
        rest[..taken].sort_unstable_by(heavier);
        for &token in &rest[..taken] {
            sorted += 1;
            mass += f64::from(weights[token]);
            if mass >= threshold {
                order.truncate(sorted);
                return (order, mass);
            }
        }
        stretch *= 4;
    }
    (order, mass)
}

#[cfg(test)]
mod tests;
