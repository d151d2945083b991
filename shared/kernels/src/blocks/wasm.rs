//! Sixteen lanes in four registers of WebAssembly. It has no fused multiplication and addition.

use core::arch::wasm32::{
    f32x4, f32x4_add, f32x4_convert_i32x4, f32x4_extract_lane, f32x4_mul, f32x4_splat, i8x16_sub,
    i16x8_extend_high_i8x16, i16x8_extend_low_i8x16, i32x4_extend_high_i16x8,
    i32x4_extend_low_i16x8, u8x16_shr, u8x16_splat, u64x2, v128, v128_and,
};

use super::unit::{LANES, Unit};

/// The vectors that every build for browsers has.
#[derive(Clone, Copy)]
pub(super) struct Simd128;

impl Unit for Simd128 {
    type Lanes = [v128; 4];

    #[inline(always)]
    fn zeros(self) -> Self::Lanes {
        [f32x4_splat(0.0); 4]
    }

    #[inline(always)]
    fn add_products(self, a: Self::Lanes, b: &[f32; LANES], sum: Self::Lanes) -> Self::Lanes {
        std::array::from_fn(|i| {
            let b = f32x4(b[4 * i], b[4 * i + 1], b[4 * i + 2], b[4 * i + 3]);
            f32x4_add(f32x4_mul(a[i], b), sum[i])
        })
    }

    #[inline(always)]
    fn sum(self, [a, b, c, d]: Self::Lanes) -> f32 {
        let quarter = f32x4_add(f32x4_add(a, c), f32x4_add(b, d));
        (f32x4_extract_lane::<0>(quarter) + f32x4_extract_lane::<2>(quarter))
            + (f32x4_extract_lane::<1>(quarter) + f32x4_extract_lane::<3>(quarter))
    }

    #[inline(always)]
    fn eight_bits(self, quants: &[u8; 32], scale: f32) -> [Self::Lanes; 2] {
        let (halves, _) = quants.as_chunks::<16>();
        [&halves[0], &halves[1]].map(|half| scaled(load(half), scale))
    }

    #[inline(always)]
    fn four_bits_from_minus_eight(self, quants: &[u8; 16], scale: f32) -> [Self::Lanes; 2] {
        fours(quants).map(|bytes| scaled(i8x16_sub(bytes, u8x16_splat(8)), scale))
    }

    #[inline(always)]
    fn four_bits_from_least(self, quants: &[u8; 16], scale: f32, least: f32) -> [Self::Lanes; 2] {
        let least = f32x4_splat(least);
        fours(quants).map(|bytes| scaled(bytes, scale).map(|values| f32x4_add(values, least)))
    }
}

#[inline(always)]
fn load(bytes: &[u8; 16]) -> v128 {
    let [low, high] = [0, 8].map(|at| u64::from_le_bytes(std::array::from_fn(|i| bytes[at + i])));
    u64x2(low, high)
}

/// The low four bits of sixteen bytes, and the high ones.
#[inline(always)]
fn fours(quants: &[u8; 16]) -> [v128; 2] {
    let pairs = load(quants);
    [v128_and(pairs, u8x16_splat(15)), u8x16_shr(pairs, 4)]
}

/// Sixteen whole numbers, scaled.
#[inline(always)]
fn scaled(bytes: v128, scale: f32) -> [v128; 4] {
    let (low, high) = (
        i16x8_extend_low_i8x16(bytes),
        i16x8_extend_high_i8x16(bytes),
    );
    let scale = f32x4_splat(scale);
    [
        i32x4_extend_low_i16x8(low),
        i32x4_extend_high_i16x8(low),
        i32x4_extend_low_i16x8(high),
        i32x4_extend_high_i16x8(high),
    ]
    .map(|whole| f32x4_mul(f32x4_convert_i32x4(whole), scale))
}
