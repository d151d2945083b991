//! What the tests of the kernels share: numbers, and gradients by finite differences.

/// `n` numbers of about unit size that look random and depend on `seed` alone.
pub(super) fn noise(n: usize, seed: u64) -> Vec<f32> {
    let mut state = seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1;
    (0..n)
        .map(|_| {
            state ^= state << 13;
            state ^= state >> 7;
            state ^= state << 17;
            ((state >> 40) as f32 / (1u64 << 24) as f32 - 0.5) * 3.0
        })
        .collect()
}

/// The same numbers in double precision.
pub(super) fn double(x: &[f32]) -> Vec<f64> {
    x.iter().map(|&x| f64::from(x)).collect()
}

/// Asserts that all values agree within `tolerance`, absolute near zero and relative above one.
#[track_caller]
pub(super) fn assert_close(got: &[f32], want: &[f64], tolerance: f64) {
    assert_eq!(got.len(), want.len());
    for (i, (&got, &want)) in got.iter().zip(want).enumerate() {
        let error = (f64::from(got) - want).abs() / want.abs().max(1.0);
        assert!(
            error <= tolerance,
            "element {i}: {got} is not {want} ({error:e})"
        );
    }
}

/// The gradient of `f` at `x` by central differences in double precision.
pub(super) fn gradient(x: &[f32], f: impl Fn(&[f64]) -> f64) -> Vec<f64> {
    let (mut x, step) = (double(x), 1e-5);
    (0..x.len())
        .map(|i| {
            let here = x[i];
            x[i] = here + step;
            let above = f(&x);
            x[i] = here - step;
            let below = f(&x);
            x[i] = here;
            (above - below) / (2.0 * step)
        })
        .collect()
}

/// Inner product in double precision.
pub(super) fn inner(a: &[f64], b: &[f32]) -> f64 {
    a.iter().zip(b).map(|(a, &b)| a * f64::from(b)).sum()
}
