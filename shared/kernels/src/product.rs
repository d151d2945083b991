//! The product of a few rows with a matrix.
//!
//! A general matrix product packs its operands into tiles first. For the few rows of a decoding step that costs more than the
//! product, where there are no wide registers as in WebAssembly, or where the matrix does not fit into a cache: so there it is read once, as
//! it lies.

use super::simd::{dot, kernel};

/// Rows of the matrix that are taken in one pass over an output row.
const PASS: usize = 8;

/// `y [N, out] = x [N, in] · w [in, out]`. `inner` is `in`.
// Inside of a caller that is optimised for size it would lose its vectors.
#[inline(never)]
pub fn few_rows(x: &[f32], w: &[f32], inner: usize, y: &mut [f32]) {
    assert!(
        inner > 0 && x.len().is_multiple_of(inner) && w.len().is_multiple_of(inner),
        "operands of a product"
    );
    let out = w.len() / inner;
    assert_eq!(y.len(), x.len() / inner * out, "result of a product");
    y.fill(0.0);
    if out == 0 {
        return;
    }
    // A pass stays in the first cache while all rows use it.
    for (pass, w) in w.chunks(PASS * out).enumerate() {
        let rows = x.chunks_exact(inner).zip(y.chunks_exact_mut(out));
        for (x, y) in rows {
            add_pass(&x[pass * PASS..], w, y);
        }
    }
}

/// `y [N, out] = x [N, in] · wᵀ`, of `w [out, in]` as checkpoints have it. `inner` is `in`.
pub fn few_rows_of_turned(x: &[f32], w: &[f32], inner: usize, y: &mut [f32]) {
    assert!(
        inner > 0 && x.len().is_multiple_of(inner) && w.len().is_multiple_of(inner),
        "operands of a product"
    );
    let out = w.len() / inner;
    assert_eq!(y.len(), x.len() / inner * out, "result of a product");
    by_rows(x, w, inner, y);
}

kernel! {
    fn by_rows<'a, FMA>(x: &'a [f32], w: &'a [f32], inner: usize, y: &'a mut [f32]) {
        let out = w.len() / inner;
        for (o, w) in w.chunks_exact(inner).enumerate() {
            for (n, x) in x.chunks_exact(inner).enumerate() {
                y[n * out + o] = dot::<FMA>(x, w);
            }
        }
    }
}

/// Adds `x · w` to one output row; `w` holds [`PASS`] rows, or those that are left.
#[inline(always)]
fn add_pass(x: &[f32], w: &[f32], y: &mut [f32]) {
    let out = y.len();
    let row = |i: usize| &w[i * out..][..out];
    if w.len() == PASS * out {
        let x: [f32; PASS] = std::array::from_fn(|i| x[i]);
        let w: [&[f32]; PASS] = std::array::from_fn(row);
        for o in 0..out {
            let low = x[0] * w[0][o] + x[1] * w[1][o] + (x[2] * w[2][o] + x[3] * w[3][o]);
            let high = x[4] * w[4][o] + x[5] * w[5][o] + (x[6] * w[6][o] + x[7] * w[7][o]);
            y[o] += low + high;
        }
    } else {
        for (i, &x) in x.iter().enumerate().take(w.len() / out) {
            for (y, &w) in y.iter_mut().zip(row(i)) {
                *y += x * w;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::{assert_close, noise};
    use super::*;

    #[test]
    fn it_is_the_product_for_all_shapes() {
        for (rows, inner, out) in [(1, 1, 1), (1, 8, 5), (3, 19, 7), (17, 64, 33), (2, 7, 4)] {
            let (x, w) = (noise(rows * inner, 1), noise(inner * out, 2));
            let mut y = vec![f32::NAN; rows * out];
            few_rows(&x, &w, inner, &mut y);
            let turned: Vec<f32> = (0..out * inner)
                .map(|at| w[at % inner * out + at / inner])
                .collect();
            let mut of_turned = vec![f32::NAN; rows * out];
            few_rows_of_turned(&x, &turned, inner, &mut of_turned);
            let expected: Vec<f64> = (0..rows * out)
                .map(|at| {
                    let (r, o) = (at / out, at % out);
                    let terms =
                        (0..inner).map(|i| f64::from(x[r * inner + i]) * f64::from(w[i * out + o]));
                    terms.sum()
                })
                .collect();
            assert_close(&y, &expected, 1e-5);
            assert_close(&of_turned, &expected, 1e-5);
        }
    }

    #[test]
    #[should_panic(expected = "result of a product")]
    fn a_result_of_another_shape_is_refused() {
        few_rows(&[1.0, 2.0], &[1.0, 2.0], 1, &mut [0.0; 3]);
    }
}
