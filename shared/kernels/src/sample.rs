//! One token drawn from a row of logits, with its log-probabilities.

use super::exp::exp;
use super::log_prob::row_log_sum_exp;
use super::simd::{kernel, sum_lanes};

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
    if let Some(bad) = logits
        .iter()
        .position(|x| x.is_nan() || *x == f32::INFINITY)
    {
        return Err(SampleError::Logit(bad));
    }
    let max = super::simd::max(logits);
    if max == f32::NEG_INFINITY {
        return Err(SampleError::Nothing);
    }
    let lse = row_log_sum_exp(logits, 1)[0];
    let drawn = |token: usize, sampling_log_prob: f32| Sampled {
        token: token as u32,
        log_prob: logits[token] - lse,
        sampling_log_prob,
    };
    if temperature == 0.0 {
        return Ok(drawn(
            logits.iter().position(|&x| x == max).unwrap_or(0),
            0.0,
        ));
    }
    let mut weights = vec![0.0; logits.len()];
    weigh(logits, max, temperature, &mut weights);
    let log_prob = |weight: f32, mass: f64| (f64::from(weight) / mass).ln().min(0.0) as f32;
    if top_p < 1.0 {
        let (nucleus, mass) = nucleus(&weights, top_p);
        let kept: Vec<f32> = nucleus.iter().map(|&token| weights[token]).collect();
        let token = nucleus[draw(&kept, mass, uniform)];
        return Ok(drawn(token, log_prob(weights[token], mass)));
    }
    let mass = total(&weights);
    let token = draw(&weights, mass, uniform);
    Ok(drawn(token, log_prob(weights[token], mass)))
}

kernel! {
    /// `exp((logit − max) / temperature)`: the greatest weight is 1.
    fn weigh<'a, FMA>(logits: &'a [f32], max: f32, temperature: f32, weights: &'a mut [f32]) {
        for (weight, &logit) in weights.iter_mut().zip(logits) {
            *weight = exp::<FMA>((logit - max) / temperature);
        }
    }
}

/// Weights that are summed up in single precision before they go into a double.
const BLOCK: usize = 64;

/// Sum of at most [`BLOCK`] weights.
fn block_sum(block: &[f32]) -> f64 {
    let mut lanes = [0.0f32; 16];
    for part in block.chunks(16) {
        for (lane, &weight) in lanes.iter_mut().zip(part) {
            *lane += weight;
        }
    }
    f64::from(sum_lanes(lanes))
}

fn total(weights: &[f32]) -> f64 {
    weights.chunks(BLOCK).map(block_sum).sum()
}

/// The first index whose cumulative weight exceeds `uniform · mass`; never one of weight zero.
fn draw(weights: &[f32], mass: f64, uniform: f32) -> usize {
    let mut left = f64::from(uniform) * mass;
    let mut last = 0;
    for (b, block) in weights.chunks(BLOCK).enumerate() {
        let sum = block_sum(block);
        if sum <= left {
            left -= sum;
            continue;
        }
        for (i, &weight) in block.iter().enumerate() {
            if weight > 0.0 {
                last = b * BLOCK + i;
                left -= f64::from(weight);
                if left < 0.0 {
                    return last;
                }
            }
        }
        // The block's sum was rounded up past its terms: its last token stands for the difference.
        return last;
    }
    // `uniform · mass` was rounded up to the mass itself.
    weights
        .iter()
        .rposition(|&weight| weight > 0.0)
        .unwrap_or(last)
}

/// The smallest set of heaviest tokens whose mass reaches `top_p` of the whole, heaviest first, and its mass.
fn nucleus(weights: &[f32], top_p: f32) -> (Vec<usize>, f64) {
    let threshold = f64::from(top_p) * total(weights);
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
