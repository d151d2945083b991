//! The exponential function, as arithmetic that vectorises.

use super::simd::fma;

/// Above this the result is infinite.
const HIGHEST: f32 = 89.0;
/// Below this the result is zero: it would soon be a subnormal number, which takes processors a hundred times as long.
const LOWEST: f32 = -86.9;
/// The upper bits of ln 2: few enough for `n * LN2_HIGH` to be exact.
const LN2_HIGH: f32 = 355.0 / 512.0;
/// ln 2 − [`LN2_HIGH`].
const LN2_LOW: f32 = -2.121_944_4e-4;
/// 1.5 · 2²³: adding it to a small number leaves the nearest integer in the low bits.
const ROUND: f32 = 12_582_912.0;

/// `eˣ`, with a relative error under 2e-7; zero where it is below 2e-38.
///
/// With `x = n ln 2 + r`, `|r| ≤ ln 2 / 2`: `eˣ = 2ⁿ⁻¹ · 2 eʳ`, and `eʳ` is its Taylor polynomial of degree 7, whose remainder is
/// below 6e-9. The two stands with `eʳ` so that the other factor does not overflow before the result does.
#[inline(always)]
pub(super) fn exp<const FMA: bool>(x: f32) -> f32 {
    // Comparisons, not `clamp`: a NaN fails both and stays NaN.
    let x = if x > HIGHEST { HIGHEST } else { x };
    let within = if x < LOWEST { LOWEST } else { x };
    let shifted = fma::<FMA>(within, std::f32::consts::LOG2_E, ROUND);
    let n = shifted - ROUND;
    let r = fma::<FMA>(n, -LN2_LOW, fma::<FMA>(n, -LN2_HIGH, within));
    let mut p = 2.0 / 5040.0;
    for coefficient in [
        2.0 / 720.0,
        2.0 / 120.0,
        2.0 / 24.0,
        2.0 / 6.0,
        1.0,
        2.0,
        2.0,
    ] {
        p = fma::<FMA>(p, r, coefficient);
    }
    let n = (shifted.to_bits() as i32).wrapping_sub(ROUND.to_bits() as i32);
    let exp = p * power_of_two(n.wrapping_sub(1));
    if x < LOWEST { 0.0 } else { exp }
}

/// `2ⁿ` for `-126 ≤ n ≤ 127`.
#[inline(always)]
fn power_of_two(n: i32) -> f32 {
    f32::from_bits((n.wrapping_add(127) as u32) << 23)
}

/// `Σ exp(xᵢ + shift)` in several lanes.
#[inline(always)]
pub(super) fn sum_exp<const FMA: bool>(values: &[f32], shift: f32) -> f32 {
    let mut lanes = [0.0f32; 16];
    let (chunks, rest) = values.as_chunks::<16>();
    for chunk in chunks {
        for (lane, &value) in lanes.iter_mut().zip(chunk) {
            *lane += exp::<FMA>(value + shift);
        }
    }
    for (lane, &value) in lanes.iter_mut().zip(rest) {
        *lane += exp::<FMA>(value + shift);
    }
    super::simd::sum_lanes(lanes)
}

/// `ln Σ exp(xᵢ)`, shifted by the greatest value so that it does not overflow; `-inf` of no values.
#[inline(always)]
pub(super) fn log_sum_exp<const FMA: bool>(values: &[f32]) -> f32 {
    let max = super::simd::max(values);
    if max.is_infinite() {
        // All -inf, some inf, or nothing but NaN: there is no shift to speak of.
        return if values.iter().any(|v| v.is_nan()) {
            f32::NAN
        } else {
            max
        };
    }
    max + sum_exp::<FMA>(values, -max).ln()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(f: impl Fn(f32) -> f32) {
        let mut worst = 0.0f64;
        let mut x = -103.0f32;
        while x < 88.7 {
            let (got, want) = (f64::from(f(x)), f64::from(x).exp());
            if x < LOWEST {
                assert_eq!(got, 0.0, "{x}");
                assert!(want < 2e-38);
            } else {
                worst = worst.max((got / want - 1.0).abs());
            }
            x += 0.000_37;
        }
        assert!(worst < 2e-7, "{worst}");
    }

    #[test]
    fn agrees_with_double_precision_over_the_whole_range() {
        check(exp::<true>);
        check(exp::<false>);
    }

    #[test]
    fn special_values() {
        for f in [exp::<true>, exp::<false>] {
            assert_eq!(f(0.0), 1.0);
            assert_eq!(f(f32::NEG_INFINITY), 0.0);
            assert_eq!(f(-1e30), 0.0);
            assert_eq!(f(f32::INFINITY), f32::INFINITY);
            assert_eq!(f(89.0), f32::INFINITY);
            assert_eq!(f(1e30), f32::INFINITY);
            assert!(f(f32::NAN).is_nan());
            assert!(f(-f32::NAN).is_nan());
        }
    }

    #[test]
    fn log_sum_exp_of_extreme_values() {
        let lse = log_sum_exp::<false>;
        assert_eq!(lse(&[]), f32::NEG_INFINITY);
        assert_eq!(lse(&[f32::NEG_INFINITY; 3]), f32::NEG_INFINITY);
        assert_eq!(lse(&[1.0, f32::INFINITY]), f32::INFINITY);
        assert!(lse(&[1.0, f32::NAN]).is_nan() && lse(&[f32::NAN]).is_nan());
        assert!((lse(&[1e4; 20]) - (1e4 + 20f32.ln())).abs() < 1e-3);
        let values: Vec<f32> = (0..37).map(|i| (i as f32 * 0.7).sin() * 5.0).collect();
        let want = values.iter().map(|&v| f64::from(v).exp()).sum::<f64>().ln();
        assert!((f64::from(lse(&values)) - want).abs() < 1e-6);
    }
}
