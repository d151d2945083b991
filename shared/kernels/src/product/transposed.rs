//! The product of a matrix, turned over, with another: what a matrix of weights learns from many rows.

use pulp::{Simd, WithSimd};

use super::panels::{Line, ROWS, WIDTH};
use crate::vectors::{add_products, dispatch, store, vectors};

/// Vectors of columns that are worked on at a time.
const VECTORS: usize = 2;

/// Rows that are worked on before the next columns: their part of a panel stays in the first cache.
const BLOCK: usize = 128;

/// From one tile to the next. Were it [`BLOCK`], all tiles would begin at the same few places of the cache, which has no room for them there.
const STRIDE: usize = BLOCK + 3;

/// `aᵀ · b [left, right]`, of `a [N, left]` and `b [N, right]`.
///
/// # Panics
/// Where the shapes do not fit.
pub fn transposed(a: &[f32], b: &[f32], [left, right]: [usize; 2]) -> Vec<f32> {
    assert!(
        left > 0 && right > 0 && a.len().is_multiple_of(left) && a.len() / left * right == b.len(),
        "operands of a product"
    );
    let mut sums = vec![0.0; left * right];
    dispatch(Transposed {
        a,
        b,
        sides: [left, right],
        sums: &mut sums,
    });
    sums
}

struct Transposed<'a> {
    a: &'a [f32],
    b: &'a [f32],
    sides: [usize; 2],
    sums: &'a mut [f32],
}

impl WithSimd for Transposed<'_> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(mut self, simd: S) {
        let [left, right] = self.sides;
        let mut tiles = vec![[0.0; ROWS]; left.div_ceil(ROWS) * STRIDE];
        let mut panel = vec![Line([0.0; WIDTH]); BLOCK];
        for (a, b) in (self.a.chunks(BLOCK * left)).zip(self.b.chunks(BLOCK * right)) {
            let rows = a.len() / left;
            for (row, a) in a.chunks_exact(left).enumerate() {
                // Whole arrays: a call for each of so few numbers would take longer than the product.
                let (whole, rest) = a.as_chunks::<ROWS>();
                for (tile, part) in whole.iter().enumerate() {
                    tiles[tile * STRIDE + row] = *part;
                }
                for (place, value) in rest.iter().enumerate() {
                    tiles[whole.len() * STRIDE + row][place] = *value;
                }
            }
            for first in (0..right).step_by(WIDTH) {
                let columns = WIDTH.min(right - first);
                for (line, b) in panel.iter_mut().zip(b.chunks_exact(right)) {
                    line.fill_from(&b[first..][..columns]);
                }
                for part in (0..columns).step_by(VECTORS * S::F32_LANES) {
                    for (tile, a) in tiles.chunks_exact(STRIDE).enumerate() {
                        self.tile(simd, &a[..rows], &panel[..rows], [tile, first, part]);
                    }
                }
            }
        }
    }
}

impl Transposed<'_> {
    /// Adds the products of [`ROWS`] columns of `a` with [`VECTORS`] of a panel.
    #[inline(always)]
    fn tile<S: Simd>(
        &mut self,
        simd: S,
        a: &[[f32; ROWS]],
        panel: &[Line],
        [tile, first, part]: [usize; 3],
    ) {
        let width = VECTORS * S::F32_LANES;
        let mut sums = [[simd.splat_f32s(0.0); VECTORS]; ROWS];
        for (a, line) in a.iter().zip(panel) {
            let line = vectors::<S, VECTORS>(&line.0[part..][..width]);
            for r in 0..ROWS {
                add_products(simd, a[r], &line, &mut sums[r]);
            }
        }
        let [left, right] = self.sides;
        let columns = width.min(right - first - part);
        // Copied, so that the sums above stay in registers.
        let mut found = [[0.0; WIDTH]; ROWS];
        for r in 0..ROWS {
            store::<S, VECTORS>(&sums[r], &mut found[r][..width]);
        }
        for (found, row) in found.iter().zip(tile * ROWS..left) {
            let sums = &mut self.sums[row * right + first + part..][..columns];
            for (sum, found) in sums.iter_mut().zip(found) {
                *sum += found;
            }
        }
    }
}
