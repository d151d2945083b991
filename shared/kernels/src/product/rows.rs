//! The product with a matrix as checkpoints have it, `w [out, in]`, whatever its numbers are stored in.

#![expect(
    clippy::needless_range_loop,
    reason = "of a loop over an array's numbers each element stays in a register"
)]

use std::ops::Range;

use pulp::{Simd, WithSimd, bytemuck};

use super::WEB;
use super::totals::totals;
use crate::threads::spread_columns;
use crate::vectors::{FIRST, dispatch, prefetch};

/// Numbers of a row that are worked on for all rows of a batch, before more of it is: so many of a tile's rows stay in the first cache.
const STRIP: usize = 768;

/// A matrix `[out, in]` whose rows can be had in f32.
pub(crate) trait MatrixRows: Sync {
    /// Length of a row, `in`.
    fn inner(&self) -> usize;

    /// Number of rows, `out`.
    fn out(&self) -> usize;

    /// True where rows are decoded.
    fn decodes(&self) -> bool;

    /// The rows in f32, one behind another: where they lie, or decoded into `room`, which holds as many.
    fn rows<'a>(&'a self, rows: Range<usize>, room: &'a mut [f32]) -> &'a [f32];

    /// What is stored of the rows, to be asked for ahead.
    fn stored(&self, rows: Range<usize>) -> &[u8];
}

/// A matrix in f32.
struct Plain<'a> {
    numbers: &'a [f32],
    inner: usize,
}

impl MatrixRows for Plain<'_> {
    fn decodes(&self) -> bool {
        false
    }

    fn inner(&self) -> usize {
        self.inner
    }

    fn out(&self) -> usize {
        self.numbers.len() / self.inner
    }

    fn rows<'a>(&'a self, rows: Range<usize>, _: &'a mut [f32]) -> &'a [f32] {
        &self.numbers[rows.start * self.inner..rows.end * self.inner]
    }

    fn stored(&self, rows: Range<usize>) -> &[u8] {
        bytemuck::cast_slice(&self.numbers[rows.start * self.inner..rows.end * self.inner])
    }
}

/// `y [N, out] = x [N, in] · wᵀ`, of `w [out, in]` as checkpoints have it, on the threads of the pool that it is called in. `inner` is `in`.
///
/// # Panics
/// Where the shapes do not fit.
pub fn by_rows(x: &[f32], w: &[f32], inner: usize, y: &mut [f32]) {
    assert!(
        inner > 0 && w.len().is_multiple_of(inner),
        "operands of a product"
    );
    product(x, &Plain { numbers: w, inner }, y);
}

/// [`by_rows`] of any matrix.
///
/// # Panics
/// Where the shapes do not fit.
pub(crate) fn product(x: &[f32], w: &dyn MatrixRows, y: &mut [f32]) {
    let inner = w.inner();
    assert!(x.len().is_multiple_of(inner), "operands of a product");
    let rows = x.len() / inner;
    assert_eq!(y.len(), rows * w.out(), "result of a product");
    if y.is_empty() {
        return;
    }
    let copy = (rows > 1).then(|| Aligned::of(x));
    let x = copy.as_ref().map_or(x, Aligned::numbers);
    spread_columns(y, rows, inner, &|start, y| {
        dispatch(Rows {
            x,
            w,
            inner,
            start,
            y,
        });
    });
}

/// Numbers of which each vector lies in one line of a cache: reading across two takes twice as long, and every row of a matrix reads them.
struct Aligned {
    all: Vec<f32>,
    start: usize,
}

impl Aligned {
    /// Numbers in a line, and in the widest vectors.
    const LINE: usize = 16;

    /// Nothing yet, with room for so many.
    fn with_capacity(count: usize) -> Self {
        let mut all: Vec<f32> = Vec::with_capacity(count + Self::LINE);
        // Where a place of this kind cannot be told, any other is slower only.
        let start = all.as_ptr().align_offset(4 * Self::LINE).min(Self::LINE);
        all.resize(start, 0.0);
        Aligned { all, start }
    }

    fn of(numbers: &[f32]) -> Self {
        let mut copy = Self::with_capacity(numbers.len());
        copy.all.extend_from_slice(numbers);
        copy
    }

    fn zeros(count: usize) -> Self {
        let mut zeros = Self::with_capacity(count);
        zeros.all.resize(zeros.start + count, 0.0);
        zeros
    }

    fn numbers(&self) -> &[f32] {
        &self.all[self.start..]
    }

    fn numbers_mut(&mut self) -> &mut [f32] {
        &mut self.all[self.start..]
    }
}

/// Some columns of a product.
struct Rows<'a, 'b> {
    /// `[N, in]`.
    x: &'a [f32],
    w: &'a dyn MatrixRows,
    inner: usize,
    /// The row of the matrix that the first of these columns is made of.
    start: usize,
    /// What each of `N` rows has of them.
    y: &'a mut [&'b mut [f32]],
}

impl WithSimd for Rows<'_, '_> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(mut self, simd: S) {
        // As many sums as the registers hold beside what is added to them.
        if WEB && self.y.len() == 1 {
            self.tiles::<S, 1, 8>(simd);
        } else if WEB {
            self.tiles::<S, 2, 4>(simd);
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
        let (rows, out, inner) = (self.y.len(), self.y[0].len(), self.inner);
        let mut room = Aligned::zeros(if self.w.decodes() { O * inner } else { 0 });
        let strip = if rows > R { STRIP } else { inner };
        let waiting = if strip < inner { rows } else { 0 };
        let mut partial = vec![[simd.splat_f32s(0.0); O]; waiting];
        for first in (0..out).step_by(O) {
            let last = (first + O).min(out);
            let here = self.start + first..self.start + last;
            let after = here.end..(here.end + O).min(self.w.out());
            let w = self.w.rows(here, room.numbers_mut());
            if last - first < O {
                for row in 0..rows {
                    for (o, w) in w.chunks_exact(inner).enumerate() {
                        let at = [row, first + o];
                        self.tile::<S, 1, 1>(simd, w, 0..inner, at, &[], &mut []);
                    }
                }
                continue;
            }
            // Each tile asks for its part of the rows that come next.
            let after = self.w.stored(after);
            let tiles = rows.div_ceil(R) * inner.div_ceil(strip);
            let mut parts = after.chunks(after.len().div_ceil(tiles).max(1));
            for start in (0..inner).step_by(strip) {
                let strip = start..(start + strip).min(inner);
                let mut row = 0;
                while row < rows {
                    // Tiles are about equally high, so that none has too few sums.
                    let left = rows - row;
                    let height = left.div_ceil(left.div_ceil(R));
                    let (strip, at) = (strip.clone(), [row, first]);
                    let (ahead, partial) = (parts.next().unwrap_or_default(), &mut partial[..]);
                    match height {
                        4 if R >= 4 => self.tile::<S, 4, O>(simd, w, strip, at, ahead, partial),
                        3 if R >= 3 => self.tile::<S, 3, O>(simd, w, strip, at, ahead, partial),
                        2 => self.tile::<S, 2, O>(simd, w, strip, at, ahead, partial),
                        _ => self.tile::<S, 1, O>(simd, w, strip, at, ahead, partial),
                    }
                    row += height;
                }
            }
        }
    }

    /// The products of `R` rows of the batch with `O` rows of the matrix, `w [O, in]`, as far as a strip of them goes. The sums go on from those of
    /// the strip before in `partial`, with the same bits. Asks for what is `ahead`.
    #[inline(always)]
    fn tile<S: Simd, const R: usize, const O: usize>(
        &mut self,
        simd: S,
        w: &[f32],
        strip: Range<usize>,
        [row, first]: [usize; 2],
        ahead: &[u8],
        partial: &mut [[S::f32s; O]],
    ) {
        let inner = self.inner;
        let whole = strip.len() / S::F32_LANES;
        let mut x: [&[S::f32s]; R] = [&[]; R];
        let mut of_rows: [&[S::f32s]; O] = [&[]; O];
        for r in 0..R {
            x[r] = vectors::<S>(&self.x[(row + r) * inner + strip.start..], whole);
        }
        for o in 0..O {
            of_rows[o] = vectors::<S>(&w[o * inner + strip.start..], whole);
        }
        let mut sums = [[simd.splat_f32s(0.0); O]; R];
        if strip.start > 0 {
            let partial = &partial[row..row + R];
            for r in 0..R {
                for o in 0..O {
                    sums[r][o] = partial[r][o];
                }
            }
        }
        let step = ahead.len().div_ceil(whole.max(1));
        for k in 0..whole {
            prefetch::<FIRST>(ahead.as_ptr().wrapping_add(k * step).cast());
            for r in 0..R {
                for o in 0..O {
                    sums[r][o] = simd.mul_add_e_f32s(x[r][k], of_rows[o][k], sums[r][o]);
                }
            }
        }
        if strip.end < inner {
            let partial = &mut partial[row..row + R];
            for r in 0..R {
                for o in 0..O {
                    partial[r][o] = sums[r][o];
                }
            }
            return;
        }
        // One by one: of a loop as long as this the compiler would keep the sums in memory, and write them at every step.
        self.finish(simd, sums[0], w, row, first);
        if R > 1 {
            self.finish(simd, sums[1], w, row + 1, first);
        }
        if R > 2 {
            self.finish(simd, sums[2], w, row + 2, first);
        }
        if R > 3 {
            self.finish(simd, sums[3], w, row + 3, first);
        }
    }

    /// Writes the sums, and adds what is left of the rows beside their whole vectors.
    #[inline(always)]
    fn finish<S: Simd, const O: usize>(
        &mut self,
        simd: S,
        sums: [S::f32s; O],
        w: &[f32],
        row: usize,
        first: usize,
    ) {
        let inner = self.inner;
        let whole = inner / S::F32_LANES * S::F32_LANES;
        let totals = totals(simd, sums);
        let y = &mut self.y[row][first..first + O];
        y.copy_from_slice(&totals);
        if whole < inner {
            let x = &self.x[row * inner..][whole..inner];
            for o in 0..O {
                let w = &w[o * inner..][whole..inner];
                y[o] += x.iter().zip(w).map(|(x, w)| x * w).sum::<f32>();
            }
        }
    }
}

/// The first vectors of what there is.
#[inline(always)]
fn vectors<S: Simd>(numbers: &[f32], count: usize) -> &[S::f32s] {
    let (vectors, _) = S::as_simd_f32s(numbers);
    &vectors[..count]
}
