//! AVX-512, and sixteen lanes in two registers of AVX2.

use pulp::x86::{V3, V4};
use pulp::{cast, f32x8, f32x16, i8x16, u8x16};

use super::unit::{HALF_BIAS, HALF_BITS, LANES, Unit};

impl Unit for V4 {
    type Lanes = f32x16;

    #[inline(always)]
    fn whole(self, bytes: &[u8; LANES]) -> f32x16 {
        self.convert_i32x16_to_f32x16(self.convert_i8x16_to_i32x16(cast(*bytes)))
    }

    #[inline(always)]
    fn fours(self, bytes: &[u8; LANES]) -> [f32x16; 2] {
        fours(*self, bytes)
            .map(|fours| self.convert_i32x16_to_f32x16(self.convert_i8x16_to_i32x16(fours)))
    }

    #[inline(always)]
    fn halves(self, bytes: &[u8; 2 * LANES]) -> f32x16 {
        cast(self.avx512f._mm512_cvtph_ps(cast(*bytes)))
    }

    #[inline(always)]
    fn higher_bits(self, bytes: &[u8; 2 * LANES]) -> f32x16 {
        let bits = self.convert_u16x16_to_u32x16(cast(*bytes));
        cast(self.shl_const_u32x16::<16>(bits))
    }

    #[inline(always)]
    fn scaled_from(self, numbers: f32x16, start: f32, scale: f32) -> f32x16 {
        let numbers = self.sub_f32x16(numbers, self.splat_f32x16(start));
        self.mul_f32x16(numbers, self.splat_f32x16(scale))
    }

    #[inline(always)]
    fn scaled_and_moved(self, numbers: f32x16, scale: f32, least: f32) -> f32x16 {
        let (scale, least) = (self.splat_f32x16(scale), self.splat_f32x16(least));
        self.mul_add_f32x16(numbers, scale, least)
    }

    #[inline(always)]
    fn store(self, numbers: f32x16, to: &mut [f32; LANES]) {
        *to = cast(numbers);
    }
}

impl Unit for V3 {
    type Lanes = [f32x8; 2];

    #[inline(always)]
    fn whole(self, bytes: &[u8; LANES]) -> [f32x8; 2] {
        spread(self, cast(*bytes))
    }

    #[inline(always)]
    fn fours(self, bytes: &[u8; LANES]) -> [[f32x8; 2]; 2] {
        let [low, high] = fours(self, bytes);
        [spread(self, low), spread(self, high)]
    }

    #[inline(always)]
    fn halves(self, bytes: &[u8; 2 * LANES]) -> [f32x8; 2] {
        let [low, high]: [_; 2] = cast(*bytes);
        let (bits, bias) = (
            self.splat_u32x8(HALF_BITS),
            self.splat_f32x8(f32::from_bits(HALF_BIAS)),
        );
        let [low, high] = [low, high].map(|halves| self.convert_i16x8_to_u32x8(halves));
        let [low, high] = [low, high].map(|wide| self.shl_const_u32x8::<13>(wide));
        [
            self.mul_f32x8(cast(self.and_u32x8(low, bits)), bias),
            self.mul_f32x8(cast(self.and_u32x8(high, bits)), bias),
        ]
    }

    #[inline(always)]
    fn higher_bits(self, bytes: &[u8; 2 * LANES]) -> [f32x8; 2] {
        let [low, high]: [_; 2] = cast(*bytes);
        let (low, high) = (
            self.convert_u16x8_to_u32x8(low),
            self.convert_u16x8_to_u32x8(high),
        );
        [
            cast(self.shl_const_u32x8::<16>(low)),
            cast(self.shl_const_u32x8::<16>(high)),
        ]
    }

    #[inline(always)]
    fn scaled_from(self, [low, high]: [f32x8; 2], start: f32, scale: f32) -> [f32x8; 2] {
        let (start, scale) = (self.splat_f32x8(start), self.splat_f32x8(scale));
        [
            self.mul_f32x8(self.sub_f32x8(low, start), scale),
            self.mul_f32x8(self.sub_f32x8(high, start), scale),
        ]
    }

    #[inline(always)]
    fn scaled_and_moved(self, [low, high]: [f32x8; 2], scale: f32, least: f32) -> [f32x8; 2] {
        let (scale, least) = (self.splat_f32x8(scale), self.splat_f32x8(least));
        [
            self.mul_add_f32x8(low, scale, least),
            self.mul_add_f32x8(high, scale, least),
        ]
    }

    #[inline(always)]
    fn store(self, numbers: [f32x8; 2], to: &mut [f32; LANES]) {
        *to = cast(numbers);
    }
}

/// The low four bits of sixteen bytes, and the high ones.
#[inline(always)]
fn fours(unit: V3, bytes: &[u8; LANES]) -> [i8x16; 2] {
    let pairs: u8x16 = cast(*bytes);
    let mask = unit.splat_u8x16(15);
    let high = cast(unit.shr_const_u16x8::<4>(cast(pairs)));
    [
        cast(unit.and_u8x16(pairs, mask)),
        cast(unit.and_u8x16(high, mask)),
    ]
}

/// Sixteen whole numbers as lanes.
#[inline(always)]
fn spread(unit: V3, bytes: i8x16) -> [f32x8; 2] {
    let high = cast(unit.sse2._mm_srli_si128::<8>(cast(bytes)));
    [
        unit.convert_i32x8_to_f32x8(unit.convert_i8x16_to_i32x8(bytes)),
        unit.convert_i32x8_to_f32x8(unit.convert_i8x16_to_i32x8(high)),
    ]
}
