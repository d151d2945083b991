//! Sixteen lanes in two registers of AVX2.

use core::arch::x86_64::__m128i;

use pulp::x86::V3;
use pulp::{cast, f32x8};

use super::unit::{LANES, Unit};
use crate::simd::sum_lanes;

impl Unit for V3 {
    type Lanes = [f32x8; 2];

    #[inline(always)]
    fn zeros(self) -> Self::Lanes {
        [self.splat_f32x8(0.0); 2]
    }

    #[inline(always)]
    fn add_products(self, a: Self::Lanes, b: &[f32; LANES], sum: Self::Lanes) -> Self::Lanes {
        let b: [f32x8; 2] = cast(*b);
        [
            self.mul_add_f32x8(a[0], b[0], sum[0]),
            self.mul_add_f32x8(a[1], b[1], sum[1]),
        ]
    }

    #[inline(always)]
    fn sum(self, lanes: Self::Lanes) -> f32 {
        sum_lanes(cast(lanes))
    }

    #[inline(always)]
    fn eight_bits(self, quants: &[u8; 32], scale: f32) -> [Self::Lanes; 2] {
        let scale = self.splat_f32x8(scale);
        // Each eight are loaded and spread in one go.
        let [a, b, c, d] = std::array::from_fn(|i| {
            let eight = std::array::from_fn(|j| quants[8 * i + j]);
            let eight = i64::from_le_bytes(eight);
            spread(self, self.sse2._mm_set_epi64x(0, eight))
        });
        [
            [self.mul_f32x8(a, scale), self.mul_f32x8(b, scale)],
            [self.mul_f32x8(c, scale), self.mul_f32x8(d, scale)],
        ]
    }

    #[inline(always)]
    fn four_bits_from_minus_eight(self, quants: &[u8; 16], scale: f32) -> [Self::Lanes; 2] {
        let (scale, eight) = (self.splat_f32x8(scale), self.sse2._mm_set1_epi8(8));
        let [low, high] = fours(self, quants);
        let low = whole(self, self.sse2._mm_sub_epi8(low, eight));
        let high = whole(self, self.sse2._mm_sub_epi8(high, eight));
        [
            [self.mul_f32x8(low[0], scale), self.mul_f32x8(low[1], scale)],
            [
                self.mul_f32x8(high[0], scale),
                self.mul_f32x8(high[1], scale),
            ],
        ]
    }

    #[inline(always)]
    fn four_bits_from_least(self, quants: &[u8; 16], scale: f32, least: f32) -> [Self::Lanes; 2] {
        let (scale, least) = (self.splat_f32x8(scale), self.splat_f32x8(least));
        let [low, high] = fours(self, quants);
        let (low, high) = (whole(self, low), whole(self, high));
        [
            [
                self.mul_add_f32x8(low[0], scale, least),
                self.mul_add_f32x8(low[1], scale, least),
            ],
            [
                self.mul_add_f32x8(high[0], scale, least),
                self.mul_add_f32x8(high[1], scale, least),
            ],
        ]
    }
}

/// The low four bits of sixteen bytes, and the high ones.
#[inline(always)]
fn fours(unit: V3, quants: &[u8; 16]) -> [__m128i; 2] {
    let (pairs, mask): (__m128i, _) = (cast(*quants), unit.sse2._mm_set1_epi8(15));
    let high = unit.sse2._mm_srli_epi16::<4>(pairs);
    [
        unit.sse2._mm_and_si128(pairs, mask),
        unit.sse2._mm_and_si128(high, mask),
    ]
}

/// Sixteen whole numbers as lanes.
#[inline(always)]
fn whole(unit: V3, bytes: __m128i) -> [f32x8; 2] {
    let high = unit.sse2._mm_srli_si128::<8>(bytes);
    [spread(unit, bytes), spread(unit, high)]
}

/// The lower eight of sixteen whole numbers.
#[inline(always)]
fn spread(unit: V3, bytes: __m128i) -> f32x8 {
    let whole = unit.avx2._mm256_cvtepi8_epi32(bytes);
    cast(unit.avx._mm256_cvtepi32_ps(whole))
}
