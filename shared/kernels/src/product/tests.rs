use super::*;
use crate::testing::{assert_close, noise};

const SHAPES: [(usize, usize); 9] = [
    (1, 1),
    (8, 5),
    (19, 7),
    (64, 33),
    (7, 4),
    (40, 130),
    (300, 21),
    (513, 16),
    (1550, 14),
];

#[test]
fn it_is_the_product_for_all_shapes() {
    for (inner, out) in SHAPES {
        for rows in (0..15).chain([17, 40]) {
            let (x, w) = (noise(rows * inner, 1), noise(inner * out, 2));
            let turned = turned(&w, inner, out);
            let (mut y, mut of_turned) = (vec![f32::NAN; rows * out], vec![f32::NAN; rows * out]);
            Panels::of_columns(&w, inner).times(&x, &mut y);
            by_rows(&x, &turned, inner, &mut of_turned);
            let expected: Vec<f64> = (0..rows * out)
                .map(|at| {
                    let (r, o) = (at / out, at % out);
                    let terms =
                        (0..inner).map(|i| f64::from(x[r * inner + i]) * f64::from(w[i * out + o]));
                    terms.sum()
                })
                .collect();
            // More terms, more is rounded.
            let tolerance = 1e-5 * (inner as f64 / 500.0).max(1.0);
            assert_close(&y, &expected, tolerance);
            assert_close(&of_turned, &expected, tolerance);
            let mut in_panels = vec![f32::NAN; rows * out];
            Panels::of_rows(&turned, inner).times(&x, &mut in_panels);
            assert_eq!(in_panels, y);
            assert_eq!(Panels::of_columns(&w, inner).product(&x), y);
        }
    }
}

#[test]
fn a_row_gives_the_same_bits_beside_any_others() {
    for (inner, out) in SHAPES {
        let (x, w) = (noise(20 * inner, 3), noise(inner * out, 4));
        let turned = turned(&w, inner, out);
        for (product, w) in [
            (in_panels as fn(&[f32], &[f32], usize, &mut [f32]), &w),
            (by_rows, &turned),
        ] {
            let mut alone = vec![f32::NAN; 20 * out];
            for (x, y) in x.chunks(inner).zip(alone.chunks_mut(out)) {
                product(x, w, inner, y);
            }
            for rows in 2..=20 {
                let mut y = vec![f32::NAN; rows * out];
                product(&x[..rows * inner], w, inner, &mut y);
                assert_eq!(y, alone[..rows * out], "{rows} rows of {inner} by {out}");
            }
        }
    }
}

#[test]
fn a_matrix_turned_over_times_another_is_their_product() {
    for (left, right) in SHAPES {
        for rows in [0, 1, 2, 255, 256, 257, 600] {
            let (a, b) = (noise(rows * left, 5), noise(rows * right, 6));
            let expected: Vec<f64> = (0..left * right)
                .map(|at| {
                    let (l, r) = (at / right, at % right);
                    let terms =
                        (0..rows).map(|n| f64::from(a[n * left + l]) * f64::from(b[n * right + r]));
                    terms.sum()
                })
                .collect();
            // Of 600 terms the roundings add up.
            assert_close(&transposed(&a, &b, [left, right]), &expected, 5e-5);
            // Some rows at a time it is the same sum.
            let mut sum = TransposedSum::new([left, right]);
            for (a, b) in a.chunks(70 * left).zip(b.chunks(70 * right)) {
                sum.add(a, b);
            }
            assert_close(&sum.into_values(), &expected, 5e-5);
        }
    }
}

/// `y [N, out] = x [N, in] · w [in, out]`.
fn in_panels(x: &[f32], w: &[f32], inner: usize, y: &mut [f32]) {
    Panels::of_columns(w, inner).times(x, y);
}

/// `w [in, out]` as `[out, in]`.
fn turned(w: &[f32], inner: usize, out: usize) -> Vec<f32> {
    let at = |at: usize| w[at % inner * out + at / inner];
    (0..out * inner).map(at).collect()
}

#[test]
#[should_panic(expected = "result of a product")]
fn a_result_of_another_shape_is_refused() {
    by_rows(&[1.0, 2.0], &[1.0, 2.0], 1, &mut [0.0; 3]);
}
