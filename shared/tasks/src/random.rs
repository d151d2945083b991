//! Random numbers that are the same on every platform.
//!
//! [`derive()`], [`uniform`] and [`normal`] work by counter: a value depends on its seed, stream and index alone. Nothing is carried
//! from one draw to the next, so a batch may be split over threads, shrink, or be resumed after a kill, and every rollout still
//! draws the same numbers. [`SplitMix64`] is a sequence, for draws whose number is not known before.

use serde::{Deserialize, Serialize};

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

/// SplitMix64 (Steele, Lea and Flood, "Fast splittable pseudorandom number generators", OOPSLA 2014):
/// 64 bits of state, the same sequence on every platform, and serialisable, so that a resumed run goes on
/// where it stopped.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct SplitMix64 {
    state: u64,
}

impl SplitMix64 {
    /// The generator of `seed`. Every seed is a good one.
    pub const fn new(seed: u64) -> Self {
        Self { state: seed }
    }

    /// The next 64 random bits.
    const fn next_u64(&mut self) -> u64 {
        self.state = self.state.wrapping_add(0x9e37_79b9_7f4a_7c15);
        mix(self.state)
    }

    /// A number uniform in `0..bound`; 0 where `bound` is 0.
    ///
    /// Multiply-and-shift with rejection (Lemire, "Fast random integer generation in an interval", 2019),
    /// so that no value is favoured.
    pub const fn below(&mut self, bound: u64) -> u64 {
        if bound == 0 {
            return 0;
        }
        let unfair = bound.wrapping_neg() % bound;
        loop {
            let product = self.next_u64() as u128 * bound as u128;
            if product as u64 >= unfair {
                return (product >> 64) as u64;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_sequence_is_the_published_one() {
        // First outputs for the seed 1234567, as printed by the reference implementation.
        let mut rng = SplitMix64::new(1_234_567);
        let first: Vec<_> = (0..3).map(|_| rng.next_u64()).collect();
        assert_eq!(
            first,
            [
                6_457_827_717_110_365_317,
                3_203_168_211_198_807_973,
                9_817_491_932_198_370_423
            ]
        );
    }

    #[test]
    fn below_is_uniform_and_in_range() {
        let mut rng = SplitMix64::new(7);
        let mut counts = [0_u32; 7];
        for _ in 0..70_000 {
            counts[rng.below(7) as usize] += 1;
        }
        // Five standard deviations of a binomial(70000, 1/7) are 463.
        assert!(
            counts.iter().all(|&c| c.abs_diff(10_000) < 463),
            "{counts:?}"
        );
        assert_eq!(rng.below(0), 0);
        assert_eq!(rng.below(1), 0);
    }

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
