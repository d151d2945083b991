//! Sixteen lanes in plain loops.

use super::BlockFormat;
use super::unit::{Decode, LANES, Q4_0, Q4_1, Q8_0, Unit};
use crate::simd::{fma, sum_lanes};

/// Loops that the compiler turns into what the target has.
#[derive(Clone, Copy)]
pub(super) struct Portable<const FMA: bool>;

impl<const FMA: bool> Unit for Portable<FMA> {
    type Lanes = [f32; LANES];

    #[inline(always)]
    fn zeros(self) -> Self::Lanes {
        [0.0; LANES]
    }

    #[inline(always)]
    fn add_products(self, a: Self::Lanes, b: &[f32; LANES], mut sum: Self::Lanes) -> Self::Lanes {
        for i in 0..LANES {
            sum[i] = fma::<FMA>(a[i], b[i], sum[i]);
        }
        sum
    }

    #[inline(always)]
    fn sum(self, lanes: Self::Lanes) -> f32 {
        sum_lanes(lanes)
    }

    #[inline(always)]
    fn eight_bits(self, quants: &[u8; 32], scale: f32) -> [Self::Lanes; 2] {
        let mut values = [[0.0; LANES]; 2];
        for (value, &quant) in values.as_flattened_mut().iter_mut().zip(quants) {
            *value = f32::from(quant.cast_signed()) * scale;
        }
        values
    }

    #[inline(always)]
    fn four_bits_from_minus_eight(self, quants: &[u8; 16], scale: f32) -> [Self::Lanes; 2] {
        let mut values = [[0.0; LANES]; 2];
        for (i, &pair) in quants.iter().enumerate() {
            values[0][i] = (f32::from(pair & 15) - 8.0) * scale;
            values[1][i] = (f32::from(pair >> 4) - 8.0) * scale;
        }
        values
    }

    #[inline(always)]
    fn four_bits_from_least(self, quants: &[u8; 16], scale: f32, least: f32) -> [Self::Lanes; 2] {
        let mut values = [[0.0; LANES]; 2];
        for (i, &pair) in quants.iter().enumerate() {
            // The product is exact, so it does not matter whether this is fused.
            values[0][i] = f32::from(pair & 15) * scale + least;
            values[1][i] = f32::from(pair >> 4) * scale + least;
        }
        values
    }
}

/// The numbers of a block.
pub(super) fn values(
    format: BlockFormat,
    quants: &[u8],
    scale: f32,
    least: f32,
) -> [[f32; LANES]; 2] {
    match format {
        BlockFormat::Q8_0 => values_of::<32, Q8_0>(quants, scale, least),
        BlockFormat::Q4_0 => values_of::<16, Q4_0>(quants, scale, least),
        BlockFormat::Q4_1 => values_of::<16, Q4_1>(quants, scale, least),
    }
}

fn values_of<const QUANTS: usize, D: Decode<QUANTS>>(
    quants: &[u8],
    scale: f32,
    least: f32,
) -> [[f32; LANES]; 2] {
    let (quants, _) = quants.as_chunks::<QUANTS>();
    D::values(Portable::<false>, &quants[0], scale, least)
}
