//! SwiGLU (Shazeer 2020): `y = silu(gate) · up`, `silu(x) = x / (1 + e⁻ˣ)`, element by element.

use super::exp::exp;
use super::simd::kernel;

/// `y = silu(gate) · up`; all slices have one length.
pub fn forward(gate: &[f32], up: &[f32], y: &mut [f32]) {
    assert!(
        gate.len() == up.len() && gate.len() == y.len(),
        "lengths of a gated unit"
    );
    forward_all(gate, up, y);
}

/// The backward pass: writes `dgate` and `dup` over the inputs, and `y` over its gradient `dy`.
///
/// With `s = 1 / (1 + e⁻ᵍ)`: `dup = dy g s` and `dgate = dy u s (1 + g (1 − s))`.
pub fn backward(gate: &mut [f32], up: &mut [f32], dy: &mut [f32]) {
    assert!(
        gate.len() == up.len() && gate.len() == dy.len(),
        "lengths of a gated unit"
    );
    backward_all(gate, up, dy);
}

/// Below this the sigmoid is a subnormal number and `silu` is zero within the precision of anything it is added to;
/// without the bound `-inf` would give NaN.
const FLOOR: f32 = -87.0;

/// `1 / (1 + e⁻ˣ)`.
#[inline(always)]
fn sigmoid<const FMA: bool>(x: f32) -> f32 {
    1.0 / (1.0 + exp::<FMA>(-x))
}

/// `x`, but not below [`FLOOR`]; NaN stays.
#[inline(always)]
fn floor(x: f32) -> f32 {
    if x < FLOOR { FLOOR } else { x }
}

kernel! {
    fn forward_all<'a, FMA>(gate: &'a [f32], up: &'a [f32], y: &'a mut [f32]) {
        for ((y, &g), &u) in y.iter_mut().zip(gate).zip(up) {
            let g = floor(g);
            *y = g * sigmoid::<FMA>(g) * u;
        }
    }
}

kernel! {
    fn backward_all<'a, FMA>(gate: &'a mut [f32], up: &'a mut [f32], dy: &'a mut [f32]) {
        for ((gate, up), dy) in gate.iter_mut().zip(up).zip(dy) {
            let (g, u) = (floor(*gate), *up);
            let s = sigmoid::<FMA>(g);
            let ds = *dy * s;
            *dy = g * s * u;
            *up = ds * g;
            *gate = ds * u * (1.0 + g * (1.0 - s));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::{assert_close, double, gradient, inner, noise};
    use super::*;

    fn reference(gate: &[f64], up: &[f64]) -> Vec<f64> {
        gate.iter()
            .zip(up)
            .map(|(g, u)| g / (1.0 + (-g).exp()) * u)
            .collect()
    }

    #[test]
    fn forward_and_backward_agree_with_double_precision() {
        for n in [0, 1, 5, 16, 67] {
            let gate: Vec<f32> = noise(n, 1).iter().map(|g| g * 8.0).collect();
            let (up, g) = (noise(n, 2), noise(n, 3));
            let mut y = vec![f32::NAN; n];
            forward(&gate, &up, &mut y);
            assert_close(&y, &reference(&double(&gate), &double(&up)), 1e-6);
            let (mut dgate, mut dup, mut again) = (gate.clone(), up.clone(), g.clone());
            backward(&mut dgate, &mut dup, &mut again);
            assert_eq!(again, y);
            assert_close(
                &dgate,
                &gradient(&gate, |x| inner(&reference(x, &double(&up)), &g)),
                1e-5,
            );
            assert_close(
                &dup,
                &gradient(&up, |x| inner(&reference(&double(&gate), x), &g)),
                1e-5,
            );
        }
    }

    #[test]
    fn extreme_gates_stay_finite() {
        let gate = [f32::NEG_INFINITY, -1e4, 1e4, f32::NAN];
        let mut y = [7.0; 4];
        forward(&gate, &[2.0; 4], &mut y);
        assert!(y[0].abs() < 1e-30 && y[1].abs() < 1e-30 && y[2] == 2e4 && y[3].is_nan());
        let (mut dgate, mut dup) = (gate, [2.0; 4]);
        backward(&mut dgate, &mut dup, &mut [1.0; 4]);
        assert!(dgate[..2].iter().chain(&dup[..2]).all(|d| d.abs() < 1e-30));
        assert_eq!((dgate[2], dup[2]), (2.0, 1e4));
    }
}
