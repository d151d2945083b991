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
        let [low, high]: [__m128i; 2] = cast(*quants);
        let ([a, b], [c, d]) = (whole(self, low), whole(self, high));
        [
            [self.mul_f32x8(a, scale), self.mul_f32x8(b, scale)],
            [self.mul_f32x8(c, scale), self.mul_f32x8(d, scale)],
        ]
    }

    #[inline(always)]
    fn four_bits(self, quants: &[u8; 16], scale: f32, least: f32) -> [Self::Lanes; 2] {
        let (scale, least) = (self.splat_f32x8(scale), self.splat_f32x8(least));
        let (pairs, mask): (__m128i, _) = (cast(*quants), self.sse2._mm_set1_epi8(15));
        let low = self.sse2._mm_and_si128(pairs, mask);
        let high = self.sse2._mm_srli_epi16::<4>(pairs);
        let high = self.sse2._mm_and_si128(high, mask);
        let ([a, b], [c, d]) = (whole(self, low), whole(self, high));
        [
            [
                self.mul_add_f32x8(a, scale, least),
                self.mul_add_f32x8(b, scale, least),
            ],
            [
                self.mul_add_f32x8(c, scale, least),
                self.mul_add_f32x8(d, scale, least),
            ],
        ]
    }
}

/// Sixteen whole numbers as lanes.
#[inline(always)]
fn whole(unit: V3, bytes: __m128i) -> [f32x8; 2] {
    let high = unit.sse2._mm_srli_si128::<8>(bytes);
    let [low, high] = [
        unit.avx2._mm256_cvtepi8_epi32(bytes),
        unit.avx2._mm256_cvtepi8_epi32(high),
    ];
    [
        cast(unit.avx._mm256_cvtepi32_ps(low)),
        cast(unit.avx._mm256_cvtepi32_ps(high)),
    ]
}
