//! Sixteen lanes in plain loops, and rows written out.

use super::unit::{CHUNK, Decode, LANES, Q4_0, Q4_1, Q8_0, Unit, widen};
use super::{BlockFormat, Row};
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
    fn four_bits(self, quants: &[u8; 16], scale: f32, least: f32) -> [Self::Lanes; 2] {
        let mut values = [[0.0; LANES]; 2];
        for (i, &pair) in quants.iter().enumerate() {
            // The product is exact, so it does not matter whether this is fused.
            values[0][i] = f32::from(pair & 15) * scale + least;
            values[1][i] = f32::from(pair >> 4) * scale + least;
        }
        values
    }
}

/// Appends the numbers of a row.
pub(super) fn append_row(row: Row<'_>, values: &mut Vec<f32>) {
    match row.format {
        BlockFormat::Q8_0 => append::<32, Q8_0>(row, values),
        BlockFormat::Q4_0 => append::<16, Q4_0>(row, values),
        BlockFormat::Q4_1 => append::<16, Q4_1>(row, values),
    }
}

fn append<const QUANTS: usize, D: Decode<QUANTS>>(row: Row<'_>, values: &mut Vec<f32>) {
    let (quants, _) = row.quants.as_chunks::<QUANTS>();
    let (mut scales, mut least) = ([0.0; CHUNK], [0.0; CHUNK]);
    for (at, quants) in quants.iter().enumerate() {
        if at.is_multiple_of(CHUNK) {
            widen(&row.scales[at..], &mut scales);
            widen(row.least.get(at..).unwrap_or_default(), &mut least);
        }
        let (scale, least) = (scales[at % CHUNK], least[at % CHUNK]);
        let block = D::values(Portable::<false>, quants, scale, least);
        values.extend_from_slice(block.as_flattened());
    }
}
