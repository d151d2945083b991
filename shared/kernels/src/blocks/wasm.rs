//! Sixteen lanes in four registers of WebAssembly.

use core::arch::wasm32::{
    f32x4_add, f32x4_convert_i32x4, f32x4_extract_lane, f32x4_mul, f32x4_splat, f32x4_sub,
    i16x8_extend_high_i8x16, i16x8_extend_low_i8x16, i32x4_extend_high_i16x8,
    i32x4_extend_low_i16x8, i32x4_shl, u8x16_shr, u8x16_splat, u32x4_splat, u64x2, v128, v128_and,
};

use super::unit::{HALF_BIAS, HALF_BITS, LANES, Unit};

/// The vectors that every build for browsers has.
#[derive(Clone, Copy)]
pub(super) struct Simd128;

impl Unit for Simd128 {
    type Lanes = [v128; 4];

    #[inline(always)]
    fn whole(self, bytes: &[u8; LANES]) -> [v128; 4] {
        spread(load(bytes))
    }

    #[inline(always)]
    fn fours(self, bytes: &[u8; LANES]) -> [[v128; 4]; 2] {
        let pairs = load(bytes);
        [
            spread(v128_and(pairs, u8x16_splat(15))),
            spread(u8x16_shr(pairs, 4)),
        ]
    }

    #[inline(always)]
    fn halves(self, bytes: &[u8; 2 * LANES]) -> [v128; 4] {
        let (bits, bias) = (
            u32x4_splat(HALF_BITS),
            f32x4_splat(f32::from_bits(HALF_BIAS)),
        );
        of_16_bits(bytes).map(|wide| f32x4_mul(v128_and(i32x4_shl(wide, 13), bits), bias))
    }

    #[inline(always)]
    fn higher_bits(self, bytes: &[u8; 2 * LANES]) -> [v128; 4] {
        of_16_bits(bytes).map(|wide| i32x4_shl(wide, 16))
    }

    #[inline(always)]
    fn scaled_from(self, numbers: [v128; 4], start: f32, scale: f32) -> [v128; 4] {
        let (start, scale) = (f32x4_splat(start), f32x4_splat(scale));
        numbers.map(|numbers| f32x4_mul(f32x4_sub(numbers, start), scale))
    }

    #[inline(always)]
    fn scaled_and_moved(self, numbers: [v128; 4], scale: f32, least: f32) -> [v128; 4] {
        let (scale, least) = (f32x4_splat(scale), f32x4_splat(least));
        numbers.map(|numbers| f32x4_add(f32x4_mul(numbers, scale), least))
    }

    #[inline(always)]
    fn store(self, numbers: [v128; 4], to: &mut [f32; LANES]) {
        let (fours, _) = to.as_chunks_mut();
        for (four, numbers) in fours.iter_mut().zip(numbers) {
            *four = [
                f32x4_extract_lane::<0>(numbers),
                f32x4_extract_lane::<1>(numbers),
                f32x4_extract_lane::<2>(numbers),
                f32x4_extract_lane::<3>(numbers),
            ];
        }
    }
}

#[inline(always)]
fn load(bytes: &[u8; 16]) -> v128 {
    let (halves, _) = bytes.as_chunks();
    u64x2(u64::from_le_bytes(halves[0]), u64::from_le_bytes(halves[1]))
}

/// Sixteen whole numbers as lanes.
#[inline(always)]
fn spread(bytes: v128) -> [v128; 4] {
    let (low, high) = (
        i16x8_extend_low_i8x16(bytes),
        i16x8_extend_high_i8x16(bytes),
    );
    [
        i32x4_extend_low_i16x8(low),
        i32x4_extend_high_i16x8(low),
        i32x4_extend_low_i16x8(high),
        i32x4_extend_high_i16x8(high),
    ]
    .map(|whole| f32x4_convert_i32x4(whole))
}

/// Sixteen numbers of 16 bits, widened with their sign.
#[inline(always)]
fn of_16_bits(bytes: &[u8; 2 * LANES]) -> [v128; 4] {
    let (halves, _) = bytes.as_chunks();
    let (low, high) = (load(&halves[0]), load(&halves[1]));
    [
        i32x4_extend_low_i16x8(low),
        i32x4_extend_high_i16x8(low),
        i32x4_extend_low_i16x8(high),
        i32x4_extend_high_i16x8(high),
    ]
}
