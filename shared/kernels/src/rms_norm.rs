//! RMS norm (Zhang and Sennrich 2019): `y = w · x / sqrt(mean(x²) + eps)`, row by row.

use super::simd::{dot, dot3, fma, kernel};

/// Norms the rows of `x [N, d]` with gains `weight [d]` into `y [N, d]`. `d` is the length of `weight`.
pub fn forward(x: &[f32], weight: &[f32], eps: f32, y: &mut [f32]) {
    check(x, weight, y);
    if !weight.is_empty() {
        forward_rows(x, weight, eps, y);
    }
}

/// The backward pass: writes `dx` over the gradient `dy [N, d]` and adds to `dw [d]`, given `x` and `weight`.
///
/// With `r = 1 / sqrt(mean(x²) + eps)`: `dw += dy x r` and `dx = r (w dy − x r² mean(w dy x))`; `r` is computed anew.
pub fn backward(x: &[f32], weight: &[f32], eps: f32, dy: &mut [f32], dw: &mut [f32]) {
    check(x, weight, dy);
    assert_eq!(weight.len(), dw.len(), "gains and their gradients");
    if !weight.is_empty() {
        backward_rows(x, weight, eps, dy, dw);
    }
}

fn check(x: &[f32], weight: &[f32], y: &[f32]) {
    assert_eq!(x.len(), y.len(), "input and output of a norm");
    assert!(
        if weight.is_empty() {
            x.is_empty()
        } else {
            x.len().is_multiple_of(weight.len())
        },
        "rows of a norm"
    );
}

/// `1 / sqrt(mean(x²) + eps)`.
#[inline(always)]
pub(super) fn inverse_rms<const FMA: bool>(x: &[f32], eps: f32) -> f32 {
    1.0 / (dot::<FMA>(x, x) / x.len() as f32 + eps).sqrt()
}

kernel! {
    fn forward_rows<'a, FMA>(x: &'a [f32], weight: &'a [f32], eps: f32, y: &'a mut [f32]) {
        let d = weight.len();
        for (x, y) in x.chunks_exact(d).zip(y.chunks_exact_mut(d)) {
            let r = inverse_rms::<FMA>(x, eps);
            for ((y, &x), &w) in y.iter_mut().zip(x).zip(weight) {
                *y = x * r * w;
            }
        }
    }
}

kernel! {
    fn backward_rows<'a, FMA>(
        x: &'a [f32],
        weight: &'a [f32],
        eps: f32,
        dy: &'a mut [f32],
        dw: &'a mut [f32],
    ) {
        let d = weight.len();
        for (x, dy) in x.chunks_exact(d).zip(dy.chunks_exact_mut(d)) {
            backward_row::<FMA>(x, weight, eps, dy, dw);
        }
    }
}

/// The backward pass of one row, see [`backward`].
#[inline(always)]
pub(super) fn backward_row<const FMA: bool>(
    x: &[f32],
    weight: &[f32],
    eps: f32,
    dy: &mut [f32],
    dw: &mut [f32],
) {
    let r = inverse_rms::<FMA>(x, eps);
    let pull = dot3::<FMA>(weight, dy, x) * r * r * r / x.len() as f32;
    for ((dw, &x), dy) in dw.iter_mut().zip(x).zip(&*dy) {
        *dw = fma::<FMA>(dy * x, r, *dw);
    }
    for ((dy, &x), &w) in dy.iter_mut().zip(x).zip(weight) {
        *dy = fma::<FMA>(w * *dy, r, -x * pull);
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::{assert_close, double, gradient, inner, noise};
    use super::*;

    fn reference(x: &[f64], w: &[f64], eps: f64) -> Vec<f64> {
        x.chunks(w.len())
            .flat_map(|row| {
                let mean = row.iter().map(|x| x * x).sum::<f64>() / row.len() as f64;
                row.iter()
                    .zip(w)
                    .map(move |(x, w)| x * w / (mean + eps).sqrt())
            })
            .collect()
    }

    #[test]
    fn forward_and_backward_agree_with_double_precision() {
        for (n, d) in [(1, 1), (3, 7), (4, 16), (2, 37), (0, 8)] {
            let (x, w, g) = (noise(n * d, 1), noise(d, 2), noise(n * d, 3));
            let mut y = vec![f32::NAN; n * d];
            forward(&x, &w, 1e-3, &mut y);
            let eps = f64::from(1e-3f32);
            assert_close(&y, &reference(&double(&x), &double(&w), eps), 1e-6);
            let (mut dx, mut dw) = (g.clone(), vec![0.5; d]);
            backward(&x, &w, 1e-3, &mut dx, &mut dw);
            let want = gradient(&x, |x| inner(&reference(x, &double(&w), eps), &g));
            assert_close(&dx, &want, 2e-5);
            let want = gradient(&w, |w| inner(&reference(&double(&x), w, eps), &g));
            let want: Vec<f64> = want.iter().map(|dw| dw + 0.5).collect();
            assert_close(&dw, &want, 2e-5);
        }
    }

    #[test]
    fn a_row_of_zeros_stays_finite() {
        let mut y = [f32::NAN; 4];
        forward(&[0.0; 4], &[1.0; 4], 1e-6, &mut y);
        assert_eq!(y, [0.0; 4]);
        let (mut dx, mut dw) = ([1.0; 4], [0.0; 4]);
        backward(&[0.0; 4], &[1.0; 4], 1e-6, &mut dx, &mut dw);
        assert!(dx.iter().all(|dx| (dx - 1e3).abs() < 0.1) && dw == [0.0; 4]);
    }
}
