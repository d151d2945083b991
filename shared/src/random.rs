//! Random numbers by counter: a value depends on its seed, stream and index alone.
//!
//! Nothing is carried from one draw to the next, so a batch may be split over threads, shrink, or be taken up again after a
//! kill, and every rollout still draws the same numbers.

/// The finaliser of SplitMix64 (Steele, Lea and Flood 2014): a bijection that spreads every input bit.
pub const fn mix(mut x: u64) -> u64 {
    x = (x ^ (x >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    x = (x ^ (x >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    x ^ (x >> 31)
}

/// A stream of its own for each part of a program: `derive(seed, &[stage, step])`.
pub fn derive(seed: u64, path: &[u64]) -> u64 {
    path.iter()
        .fold(mix(seed ^ 0x9E37_79B9_7F4A_7C15), |state, &part| {
            mix(state.wrapping_add(0x9E37_79B9_7F4A_7C15) ^ mix(part.wrapping_add(1)))
        })
}

/// The `index`-th uniform number in `[0, 1)` of a stream, with 24 bits.
pub fn uniform(stream: u64, index: u64) -> f32 {
    (derive(stream, &[index]) >> 40) as f32 / (1u64 << 24) as f32
}

/// The `index`-th standard normal number of a stream (Box and Muller 1958).
pub fn normal(stream: u64, index: u64) -> f32 {
    let u = 1.0 - f64::from(uniform(stream, 2 * index));
    let v = f64::from(uniform(stream, 2 * index + 1));
    ((-2.0 * u.ln()).sqrt() * (std::f64::consts::TAU * v).cos()) as f32
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn uniform_numbers_fill_the_unit_interval_evenly() {
        let mut bins = [0usize; 10];
        for i in 0..20_000 {
            bins[(uniform(7, i) * 10.0) as usize] += 1;
        }
        // Five standard deviations of a binomial with n = 20,000 and p = 0.1.
        assert!(bins.iter().all(|&n| n.abs_diff(2_000) < 212), "{bins:?}");
    }

    #[test]
    fn normal_numbers_have_mean_zero_and_variance_one() {
        let draws: Vec<f64> = (0..20_000).map(|i| f64::from(normal(3, i))).collect();
        let mean = draws.iter().sum::<f64>() / 2e4;
        let variance = draws.iter().map(|x| x * x).sum::<f64>() / 2e4;
        assert!(
            mean.abs() < 0.035 && (variance - 1.0).abs() < 0.05,
            "{mean} {variance}"
        );
    }

    #[test]
    fn paths_differ_by_order_and_depth() {
        let streams = [
            derive(1, &[]),
            derive(1, &[0]),
            derive(1, &[0, 0]),
            derive(1, &[1, 2]),
            derive(1, &[2, 1]),
            derive(2, &[0]),
        ];
        for (i, a) in streams.iter().enumerate() {
            assert!(!streams[..i].contains(a));
        }
        assert_eq!(derive(1, &[1, 2]), derive(1, &[1, 2]));
    }
}
