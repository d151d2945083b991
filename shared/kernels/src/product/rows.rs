//! The product with a matrix as checkpoints have it: `w [out, in]`.

#![expect(
    clippy::needless_range_loop,
    reason = "of a loop over an array's numbers each element stays in a register"
)]

use pulp::{Simd, WithSimd};

use super::WEB;
use crate::threads::spread_columns;
use crate::vectors::{FIRST, dispatch, prefetch};

/// Vectors of the matrix that are asked for ahead while one vector of each row is worked on.
const AHEAD: usize = 2;

/// `y [N, out] = x [N, in] · wᵀ`, of `w [out, in]` as checkpoints have it, on the threads of the pool that it is called in. `inner` is `in`.
///
/// # Panics
/// Where the shapes do not fit.
pub fn by_rows(x: &[f32], w: &[f32], inner: usize, y: &mut [f32]) {
    assert!(
        inner > 0 && x.len().is_multiple_of(inner) && w.len().is_multiple_of(inner),
        "operands of a product"
    );
    let rows = x.len() / inner;
    assert_eq!(y.len(), rows * (w.len() / inner), "result of a product");
    if y.is_empty() {
        return;
    }
    let copy = (rows > 1).then(|| Aligned::of(x));
    let x = copy.as_ref().map_or(x, Aligned::numbers);
    spread_columns(y, rows, inner, &|first, y| {
        let w = &w[first * inner..][..y[0].len() * inner];
        dispatch(Rows { x, w, inner, y });
    });
}

/// Numbers of which each vector lies in one line of a cache: reading across two takes twice as long, and every row of a matrix reads them.
struct Aligned {
    all: Vec<f32>,
    start: usize,
}

impl Aligned {
    /// Bytes of a line, and of the widest vectors.
    const LINE: usize = 64;

    fn of(numbers: &[f32]) -> Self {
        let mut all = vec![0.0; numbers.len() + Self::LINE / size_of::<f32>()];
        // Where a place of this kind cannot be told, any other is slower only.
        let start = all
            .as_ptr()
            .align_offset(Self::LINE)
            .min(all.len() - numbers.len());
        all[start..][..numbers.len()].copy_from_slice(numbers);
        Aligned { all, start }
    }

    fn numbers(&self) -> &[f32] {
        &self.all[self.start..]
    }
}

/// Some columns of a product.
struct Rows<'a, 'b> {
    /// `[N, in]`.
    x: &'a [f32],
    /// `[out, in]`: the rows of the matrix that these columns are made of.
    w: &'a [f32],
    inner: usize,
    /// What each of `N` rows has of them.
    y: &'a mut [&'b mut [f32]],
}

impl WithSimd for Rows<'_, '_> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(mut self, simd: S) {
        // As many sums as the registers hold beside what is added to them.
        if WEB {
            self.tiles::<S, 2, 2>(simd);
        } else if S::REGISTER_COUNT < 32 {
            self.tiles::<S, 3, 4>(simd);
        } else {
            self.tiles::<S, 4, 6>(simd);
        }
    }
}

impl Rows<'_, '_> {
    /// At most `R` rows of the batch and `O` rows of the matrix at a time.
    #[inline(always)]
    fn tiles<S: Simd, const R: usize, const O: usize>(&mut self, simd: S) {
        let (rows, out) = (self.y.len(), self.w.len() / self.inner);
        for first in (0..out).step_by(O) {
            let whole = first + O <= out;
            let mut row = 0;
            while row < rows {
                // Tiles are about equally high, so that none has too few sums.
                let left = rows - row;
                let height = left.div_ceil(left.div_ceil(R));
                match height {
                    4 if whole && R >= 4 => self.tile::<S, 4, O>(simd, row, first),
                    3 if whole && R >= 3 => self.tile::<S, 3, O>(simd, row, first),
                    2 if whole => self.tile::<S, 2, O>(simd, row, first),
                    1 if whole => self.tile::<S, 1, O>(simd, row, first),
                    _ => {
                        for row in row..row + height {
                            (first..out).for_each(|o| self.tile::<S, 1, 1>(simd, row, o));
                        }
                    }
                }
                row += height;
            }
        }
    }

    /// The products of `R` rows of the batch with `O` rows of the matrix.
    #[inline(always)]
    fn tile<S: Simd, const R: usize, const O: usize>(&mut self, simd: S, row: usize, first: usize) {
        let whole = self.inner / S::F32_LANES;
        let mut x: [&[S::f32s]; R] = [&[]; R];
        let mut w: [&[S::f32s]; O] = [&[]; O];
        for r in 0..R {
            x[r] = vectors::<S>(self.x, row + r, self.inner);
        }
        for o in 0..O {
            w[o] = vectors::<S>(self.w, first + o, self.inner);
        }
        let ahead = self.ahead::<R, O>(row, first);
        let mut sums = [[simd.splat_f32s(0.0); O]; R];
        for k in 0..whole {
            for vector in AHEAD * k..AHEAD * (k + 1) {
                prefetch::<FIRST>(ahead.wrapping_add(vector * S::F32_LANES));
            }
            for r in 0..R {
                for o in 0..O {
                    sums[r][o] = simd.mul_add_e_f32s(x[r][k], w[o][k], sums[r][o]);
                }
            }
        }
        // One by one: of a loop as long as this the compiler would keep the sums in memory, and write them at every step.
        self.finish(simd, sums[0], row, first);
        if R > 1 {
            self.finish(simd, sums[1], row + 1, first);
        }
        if R > 2 {
            self.finish(simd, sums[2], row + 2, first);
        }
        if R > 3 {
            self.finish(simd, sums[3], row + 3, first);
        }
    }

    /// What to ask for in a tile: each of a few tiles asks for a part of the rows that come after these `O`. Where they are asked for
    /// already, it is what the tile has anyway.
    #[inline(always)]
    fn ahead<const R: usize, const O: usize>(&self, row: usize, first: usize) -> *const f32 {
        let part = AHEAD * row.div_ceil(R);
        let start = (first + O + part) * self.inner;
        let next = if part < O { self.w.get(start..) } else { None };
        next.unwrap_or(self.x).as_ptr()
    }

    /// Adds what is left of the rows beside their whole vectors, and writes the sums.
    #[inline(always)]
    fn finish<S: Simd, const O: usize>(
        &mut self,
        simd: S,
        sums: [S::f32s; O],
        row: usize,
        first: usize,
    ) {
        let whole = self.inner / S::F32_LANES * S::F32_LANES;
        let x = &self.x[row * self.inner..][whole..self.inner];
        let y = &mut self.y[row][first..first + O];
        for o in 0..O {
            let w = &self.w[(first + o) * self.inner..][whole..self.inner];
            let rest: f32 = x.iter().zip(w).map(|(x, w)| x * w).sum();
            y[o] = simd.reduce_sum_f32s(sums[o]) + rest;
        }
    }
}

/// The whole vectors of a row of a matrix.
#[inline(always)]
fn vectors<S: Simd>(matrix: &[f32], row: usize, inner: usize) -> &[S::f32s] {
    let (vectors, _) = S::as_simd_f32s(&matrix[row * inner..][..inner]);
    &vectors[..inner / S::F32_LANES]
}
