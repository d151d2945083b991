//! How the numbers of blocks come from what is stored, on a vector unit: sixteen at a time.
//!
//! All of it is inlined always: what is not would be compiled for the target's baseline.

use super::{BLOCK, BlockFormat, StoredRows};

/// Numbers at a time.
pub(super) const LANES: usize = 16;

/// A vector unit that the machine has.
pub(super) trait Unit: Copy {
    /// Sixteen numbers.
    type Lanes: Copy;

    /// Whole numbers with a sign.
    fn whole(self, bytes: &[u8; LANES]) -> Self::Lanes;

    /// The low four bits of each byte, then the high ones.
    fn fours(self, bytes: &[u8; LANES]) -> [Self::Lanes; 2];

    /// Finite half-precision numbers.
    fn halves(self, bytes: &[u8; 2 * LANES]) -> Self::Lanes;

    /// Numbers of which the higher 16 bits are stored.
    fn higher_bits(self, bytes: &[u8; 2 * LANES]) -> Self::Lanes;

    /// `scale · (numbers - start)`.
    fn scaled_from(self, numbers: Self::Lanes, start: f32, scale: f32) -> Self::Lanes;

    /// `scale · numbers + least`. The product must be exact, so it does not matter whether this rounds once.
    fn scaled_and_moved(self, numbers: Self::Lanes, scale: f32, least: f32) -> Self::Lanes;

    /// The numbers in their order.
    fn store(self, numbers: Self::Lanes, to: &mut [f32; LANES]);
}

/// A finite half-precision number in single precision, exact: its exponent is moved, and its bias is made up for by a power of two.
#[inline(always)]
pub(super) fn wide(half: u16) -> f32 {
    let spread = i32::from(half.cast_signed()).cast_unsigned() << 13;
    f32::from_bits(spread & HALF_BITS) * f32::from_bits(HALF_BIAS)
}

/// Sign, five bits of exponent and ten of fraction.
pub(super) const HALF_BITS: u32 = 0x8FFF_E000;
/// 2¹¹².
pub(super) const HALF_BIAS: u32 = 0x7780_0000;

/// Writes the numbers of blocks, on the best vector unit that the machine has.
pub(super) fn decode(format: BlockFormat, rows: StoredRows<'_>, values: &mut [[f32; BLOCK]]) {
    #[cfg(target_arch = "x86_64")]
    {
        use pulp::x86::{V3, V4};

        struct On<'a, U>(U, BlockFormat, StoredRows<'a>, &'a mut [[f32; BLOCK]]);

        impl<U: Unit> pulp::NullaryFnOnce for On<'_, U> {
            type Output = ();

            #[inline(always)]
            fn call(self) {
                decode_on(self.0, self.1, self.2, self.3);
            }
        }

        if let Some(unit) = V4::try_new() {
            return unit.vectorize(On(unit, format, rows, values));
        }
        if let Some(unit) = V3::try_new() {
            return unit.vectorize(On(unit, format, rows, values));
        }
    }
    #[cfg(all(target_arch = "wasm32", target_feature = "simd128"))]
    decode_on(super::wasm::Simd128, format, rows, values);
    #[cfg(not(all(target_arch = "wasm32", target_feature = "simd128")))]
    decode_on(super::portable::Portable, format, rows, values);
}

/// [`decode`] on one unit.
#[inline(always)]
pub(super) fn decode_on<U: Unit>(
    unit: U,
    format: BlockFormat,
    rows: StoredRows<'_>,
    values: &mut [[f32; BLOCK]],
) {
    let StoredRows {
        scales,
        least,
        quants,
    } = rows;
    match format {
        BlockFormat::Q8_0 => {
            let (blocks, _) = quants.as_chunks::<32>();
            for ((quants, &scale), values) in blocks.iter().zip(scales).zip(values) {
                let scale = wide(scale);
                let [low, high] = in_halves(quants);
                let [low, high] = [unit.whole(low), unit.whole(high)];
                let low = unit.scaled_from(low, 0.0, scale);
                store(unit, [low, unit.scaled_from(high, 0.0, scale)], values);
            }
        }
        BlockFormat::Q4_0 => {
            let (blocks, _) = quants.as_chunks::<16>();
            for ((quants, &scale), values) in blocks.iter().zip(scales).zip(values) {
                let scale = wide(scale);
                let [low, high] = unit.fours(quants);
                let low = unit.scaled_from(low, 8.0, scale);
                store(unit, [low, unit.scaled_from(high, 8.0, scale)], values);
            }
        }
        BlockFormat::Q4_1 => {
            let (blocks, _) = quants.as_chunks::<16>();
            let heads = scales.iter().zip(least);
            for ((quants, (&scale, &least)), values) in blocks.iter().zip(heads).zip(values) {
                let (scale, least) = (wide(scale), wide(least));
                let [low, high] = unit.fours(quants);
                let low = unit.scaled_and_moved(low, scale, least);
                let high = unit.scaled_and_moved(high, scale, least);
                store(unit, [low, high], values);
            }
        }
        BlockFormat::F16 => {
            let (blocks, _) = quants.as_chunks::<64>();
            for (quants, values) in blocks.iter().zip(values) {
                let [low, high] = in_halves(quants);
                store(unit, [unit.halves(low), unit.halves(high)], values);
            }
        }
        BlockFormat::BF16 => {
            let (blocks, _) = quants.as_chunks::<64>();
            for (quants, values) in blocks.iter().zip(values) {
                let [low, high] = in_halves(quants);
                let [low, high] = [unit.higher_bits(low), unit.higher_bits(high)];
                store(unit, [low, high], values);
            }
        }
    }
}

/// An array in two.
#[inline(always)]
fn in_halves<T, const ALL: usize, const HALF: usize>(all: &[T; ALL]) -> [&[T; HALF]; 2] {
    let (halves, _) = all.as_chunks::<HALF>();
    [&halves[0], &halves[1]]
}

/// Writes a block.
#[inline(always)]
fn store<U: Unit>(unit: U, [low, high]: [U::Lanes; 2], values: &mut [f32; BLOCK]) {
    let (halves, _) = values.as_chunks_mut();
    unit.store(low, &mut halves[0]);
    unit.store(high, &mut halves[1]);
}
