//! The product with a matrix in blocks.

use super::unit::{CHUNK, Decode, LANES, Q4_0, Q4_1, Q8_0, Unit, widen};
use super::{BLOCK, BlockFormat, Blocks, Row};
use crate::threads::spread_columns;

/// Rows of the other operand that a block is decoded for at a time.
const GROUP: usize = 4;

/// Bytes of the matrix that stay in a cache while all rows of the other operand use them.
const TILE: usize = 1 << 17;

/// `y [N, out] = x [N, in] · wᵀ`, on the threads of the pool that it is called in.
///
/// # Panics
/// When the operands do not fit together.
pub fn product(x: &[f32], w: &Blocks, y: &mut [f32]) {
    assert!(x.len().is_multiple_of(w.inner()), "operands of a product");
    let num_rows = x.len() / w.inner();
    assert_eq!(y.len(), num_rows * w.rows(), "result of a product");
    if num_rows == 0 {
        return;
    }
    let (x, _) = x.as_chunks::<BLOCK>();
    spread_columns(y, num_rows, w.inner(), &|first, y| {
        dispatch(Part { x, w, first, y });
    });
}

/// Some columns of a result.
pub(super) struct Part<'a, 'b> {
    /// The other operand, in pieces as long as a block.
    pub(super) x: &'a [[f32; BLOCK]],
    pub(super) w: &'a Blocks,
    /// The first column, a row of the matrix.
    pub(super) first: usize,
    /// What each row of the result has from that column on.
    pub(super) y: &'a mut [&'b mut [f32]],
}

/// Runs on the best vector unit that the machine has.
fn dispatch(part: Part<'_, '_>) {
    #[cfg(target_arch = "x86_64")]
    {
        use pulp::x86::V3;

        struct OnV3<'a, 'b>(Part<'a, 'b>, V3);

        impl pulp::NullaryFnOnce for OnV3<'_, '_> {
            type Output = ();

            #[inline(always)]
            fn call(self) {
                self.0.compute(self.1);
            }
        }

        if let Some(unit) = V3::try_new() {
            return unit.vectorize(OnV3(part, unit));
        }
    }
    #[cfg(all(target_arch = "wasm32", target_feature = "simd128"))]
    part.compute(super::wasm::Simd128);
    #[cfg(not(all(target_arch = "wasm32", target_feature = "simd128")))]
    part.compute(super::portable::Portable::<{ crate::simd::BASELINE_FMA }>);
}

impl Part<'_, '_> {
    #[inline(always)]
    pub(super) fn compute(self, unit: impl Unit) {
        match self.w.format {
            BlockFormat::Q8_0 => self.of_format::<32, Q8_0>(unit),
            BlockFormat::Q4_0 => self.of_format::<16, Q4_0>(unit),
            BlockFormat::Q4_1 => self.of_format::<16, Q4_1>(unit),
        }
    }

    #[inline(always)]
    fn of_format<const QUANTS: usize, D: Decode<QUANTS>>(self, unit: impl Unit) {
        let Part { x, w, first, y } = self;
        let out = y[0].len();
        // Filled with zeros once: for short rows that would cost more than the rest.
        let mut wide = Wide {
            scales: [0.0; CHUNK],
            least: [0.0; CHUNK],
        };
        let in_tile = (TILE / (w.in_row * QUANTS)).max(1);
        for start in (0..out).step_by(in_tile) {
            for (x, y) in x.chunks(GROUP * w.in_row).zip(y.chunks_mut(GROUP)) {
                for o in start..(start + in_tile).min(out) {
                    let row = w.row(first + o);
                    match y.len() {
                        1 => dots::<1, QUANTS, D>(unit, row, x, y, o, &mut wide),
                        2 => dots::<2, QUANTS, D>(unit, row, x, y, o, &mut wide),
                        3 => dots::<3, QUANTS, D>(unit, row, x, y, o, &mut wide),
                        _ => dots::<GROUP, QUANTS, D>(unit, row, x, y, o, &mut wide),
                    }
                }
            }
        }
    }
}

/// Scales and least values of the blocks that are worked on, in single precision.
struct Wide {
    scales: [f32; CHUNK],
    least: [f32; CHUNK],
}

/// The inner products of a row in blocks with `R` rows, written to column `o` of `y`.
#[inline(always)]
fn dots<const R: usize, const QUANTS: usize, D: Decode<QUANTS>>(
    unit: impl Unit,
    row: Row<'_>,
    x: &[[f32; BLOCK]],
    y: &mut [&mut [f32]],
    o: usize,
    Wide { scales, least }: &mut Wide,
) {
    let in_row = row.scales.len();
    let (quants, _) = row.quants.as_chunks::<QUANTS>();
    let x: [&[[f32; BLOCK]]; R] = std::array::from_fn(|r| &x[r * in_row..][..in_row]);
    let mut sums = [unit.zeros(); R];
    for start in (0..in_row).step_by(CHUNK) {
        let chunk = start..(start + CHUNK).min(in_row);
        widen(&row.scales[chunk.clone()], scales);
        if !row.least.is_empty() {
            widen(&row.least[chunk.clone()], least);
        }
        let x = x.map(|x| &x[chunk.clone()]);
        for (i, quants) in quants[chunk].iter().enumerate() {
            let [low, high] = D::values(unit, quants, scales[i % CHUNK], least[i % CHUNK]);
            for (sum, x) in sums.iter_mut().zip(x) {
                let (halves, _) = x[i].as_chunks::<LANES>();
                *sum = unit.add_products(low, &halves[0], *sum);
                *sum = unit.add_products(high, &halves[1], *sum);
            }
        }
    }
    for (y, sum) in y.iter_mut().zip(sums) {
        y[o] = unit.sum(sum);
    }
}
