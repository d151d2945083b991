//! What a product with blocks needs of a vector unit: sixteen lanes, in the order of [`dot`](crate::simd::dot); and the formats in its terms.
//!
//! All of it is inlined always: what is not would be compiled for the target's baseline.

/// Lanes of a sum.
pub(super) const LANES: usize = 16;

/// A vector unit that the machine has.
pub(super) trait Unit: Copy {
    /// Sixteen numbers.
    type Lanes: Copy;

    /// Zeros.
    fn zeros(self) -> Self::Lanes;

    /// `a · b + sum`, rounded once where the unit can.
    fn add_products(self, a: Self::Lanes, b: &[f32; LANES], sum: Self::Lanes) -> Self::Lanes;

    /// The sum of the lanes, pairwise.
    fn sum(self, lanes: Self::Lanes) -> f32;

    /// The numbers of a block with quants of eight bits.
    fn eight_bits(self, quants: &[u8; 32], scale: f32) -> [Self::Lanes; 2];

    /// The numbers of a block with quants of four bits from -8 on.
    fn four_bits_from_minus_eight(self, quants: &[u8; 16], scale: f32) -> [Self::Lanes; 2];

    /// The numbers of a block with quants of four bits and a least value.
    fn four_bits_from_least(self, quants: &[u8; 16], scale: f32, least: f32) -> [Self::Lanes; 2];
}

/// Blocks whose scales are widened at a time.
pub(super) const CHUNK: usize = 64;

/// Finite half-precision numbers in single precision, exact: their exponent is moved and its bias is made up for by a power of two.
#[inline(always)]
pub(super) fn widen(halves: &[u16], wide: &mut [f32; CHUNK]) {
    for (wide, &half) in wide.iter_mut().zip(halves) {
        let spread = i32::from(half.cast_signed()).cast_unsigned() << 13;
        // Sign, five bits of exponent and ten of fraction; 2¹¹².
        *wide = f32::from_bits(spread & 0x8FFF_E000) * f32::from_bits(0x7780_0000);
    }
}

/// How the numbers of a block come from its quants.
pub(super) trait Decode<const QUANTS: usize> {
    /// The numbers of a block; `least` is the one that is stored, if any.
    fn values<U: Unit>(unit: U, quants: &[u8; QUANTS], scale: f32, least: f32) -> [U::Lanes; 2];
}

/// See [`BlockFormat::Q8_0`](super::BlockFormat::Q8_0).
pub(super) struct Q8_0;

/// See [`BlockFormat::Q4_0`](super::BlockFormat::Q4_0).
pub(super) struct Q4_0;

/// See [`BlockFormat::Q4_1`](super::BlockFormat::Q4_1).
pub(super) struct Q4_1;

impl Decode<32> for Q8_0 {
    #[inline(always)]
    fn values<U: Unit>(unit: U, quants: &[u8; 32], scale: f32, _: f32) -> [U::Lanes; 2] {
        unit.eight_bits(quants, scale)
    }
}

impl Decode<16> for Q4_0 {
    #[inline(always)]
    fn values<U: Unit>(unit: U, quants: &[u8; 16], scale: f32, _: f32) -> [U::Lanes; 2] {
        unit.four_bits_from_minus_eight(quants, scale)
    }
}

impl Decode<16> for Q4_1 {
    #[inline(always)]
    fn values<U: Unit>(unit: U, quants: &[u8; 16], scale: f32, least: f32) -> [U::Lanes; 2] {
        unit.four_bits_from_least(quants, scale, least)
    }
}
