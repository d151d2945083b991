//! The product with a matrix that lies in panels: a few columns side by side, row after row, so that a tile of the result reads it in turn.

#![expect(
    clippy::needless_range_loop,
    reason = "of a loop over an array's numbers each element stays in a register"
)]

use pulp::{Simd, WithSimd};

use super::WEB;
use crate::vectors::{SECOND, add_products, dispatch, prefetch, store, vectors};

/// Columns of a panel: eight of WebAssembly's vectors, two of the widest. A part of them is worked on at a time.
pub(super) const WIDTH: usize = 32;
/// Most rows of a tile: as many sums as the registers hold, with two vectors in each.
pub(super) const ROWS: usize = if WEB { 4 } else { 6 };
/// Rows of a panel that stay in the first cache.
const STRIP: usize = 192;
/// Rows whose results are at hand at once in [`Panels::product`].
const BLOCK: usize = 48;
/// Elements of a row that are worked on without a look at its end.
const STRETCH: usize = if WEB { 4 } else { 8 };

/// A row of a panel. No vector of it lies across two lines of a cache; those of the web are too short for that to count, and its memory is
/// soon in pieces where blocks begin at round places.
#[derive(Debug, Clone, Copy)]
#[cfg_attr(not(target_arch = "wasm32"), repr(C, align(64)))]
#[cfg_attr(target_arch = "wasm32", repr(C))]
pub(super) struct Line(pub(super) [f32; WIDTH]);

impl Line {
    /// Takes what there is in place of what it begins with.
    #[inline(always)]
    pub(super) fn fill_from(&mut self, values: &[f32]) {
        match values.as_array() {
            // Without a call.
            Some(all) => self.0 = *all,
            None => self.0[..values.len()].copy_from_slice(values),
        }
    }
}

/// A matrix `[in, out]` in panels, the last one filled up with zeros.
#[derive(Debug, Clone)]
pub struct Panels {
    lines: Vec<Line>,
    inner: usize,
    out: usize,
}

impl Panels {
    /// Of `w [out, in]`, as checkpoints have it. `inner` is `in`.
    pub fn of_rows(w: &[f32], inner: usize) -> Self {
        let mut panels = Panels::of_zeros(inner, w.len() / inner);
        let rows = w.chunks(WIDTH * inner);
        for (panel, rows) in panels.lines.chunks_exact_mut(inner).zip(rows) {
            for (column, row) in rows.chunks_exact(inner).enumerate() {
                for (line, value) in panel.iter_mut().zip(row) {
                    line.0[column] = *value;
                }
            }
        }
        panels
    }

    /// Of `w [in, out]`.
    pub fn of_columns(w: &[f32], inner: usize) -> Self {
        let out = w.len() / inner;
        let mut panels = Panels::of_zeros(inner, out);
        let firsts = (0..out).step_by(WIDTH);
        for (panel, first) in panels.lines.chunks_exact_mut(inner).zip(firsts) {
            let columns = WIDTH.min(out - first);
            for (line, row) in panel.iter_mut().zip(w.chunks_exact(out)) {
                line.fill_from(&row[first..][..columns]);
            }
        }
        panels
    }

    fn of_zeros(inner: usize, out: usize) -> Self {
        Panels {
            lines: vec![Line([0.0; WIDTH]); out.div_ceil(WIDTH) * inner],
            inner,
            out,
        }
    }

    /// What a row of the left matrix has.
    pub fn inner(&self) -> usize {
        self.inner
    }

    /// What a row of the result has.
    pub fn out(&self) -> usize {
        self.out
    }

    /// `y [N, out] = x [N, in] · w`.
    ///
    /// # Panics
    /// Where the shapes do not fit.
    pub fn times(&self, x: &[f32], y: &mut [f32]) {
        assert!(
            x.len().is_multiple_of(self.inner.max(1)),
            "operands of a product"
        );
        assert_eq!(
            y.len(),
            x.len() / self.inner.max(1) * self.out,
            "result of a product"
        );
        if !y.is_empty() {
            dispatch(Product { x, panels: self, y });
        }
    }

    /// [`Panels::times`] of as many rows as one likes, `x · w [N, out]`.
    ///
    /// # Panics
    /// Where `x` has no whole rows.
    pub fn product(&self, x: &[f32]) -> Vec<f32> {
        let rows = x.len() / self.inner.max(1);
        let mut y = Vec::with_capacity(rows * self.out);
        for x in x.chunks(BLOCK * self.inner.max(1)) {
            self.times(x, grown(&mut y, x.len() / self.inner * self.out));
        }
        y
    }
}

/// So many elements more, to be written. Of a large result a part after another is filled with zeros so, and written over while it is in a cache:
/// to fill the whole of it first would take as long as to read it.
pub fn grown(result: &mut Vec<f32>, by: usize) -> &mut [f32] {
    let end = result.len();
    result.resize(end + by, 0.0);
    &mut result[end..]
}

struct Product<'a> {
    x: &'a [f32],
    panels: &'a Panels,
    y: &'a mut [f32],
}

impl WithSimd for Product<'_> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(mut self, simd: S) {
        let Panels { inner, out, .. } = *self.panels;
        let rows = self.x.len() / inner;
        // Tiles are about equally high, so that none has too few sums.
        let most = rows.div_ceil(rows.div_ceil(ROWS));
        let mut after = &self.panels.lines[..];
        let panels = self.panels.lines.chunks_exact(inner);
        for (panel, first) in panels.zip((0..out).step_by(WIDTH)) {
            // A strip of a panel stays in the first cache while all rows use it.
            for (strip, start) in panel.chunks(STRIP).zip((0..inner).step_by(STRIP)) {
                let columns = WIDTH.min(out - first);
                after = &after[strip.len()..];
                let next = &after[..STRIP.min(after.len())];
                let mut part = 0;
                while part < columns {
                    let at = [start, first, part];
                    // Few rows take many columns at a time: the sums must be more than an addition takes cycles.
                    part += match columns - part {
                        left if most == 1 && left > 4 * S::F32_LANES => {
                            self.part::<S, 8, 1>(simd, [strip, next], at)
                        }
                        left if most <= 2 && left > 2 * S::F32_LANES => {
                            self.part::<S, 4, 2>(simd, [strip, next], at)
                        }
                        _ => self.part::<S, 2, ROWS>(simd, [strip, next], at),
                    };
                }
            }
        }
    }
}

impl Product<'_> {
    /// The products of all rows, at most `H` at a time, with `V` vectors of columns; their number. Each tile asks for a part of the strip that
    /// comes next, whose lines the first tile would wait for.
    #[inline(always)]
    fn part<S: Simd, const V: usize, const H: usize>(
        &mut self,
        simd: S,
        [panel, next]: [&[Line]; 2],
        [start, first, part]: [usize; 3],
    ) -> usize {
        let rows = self.x.len() / self.panels.inner;
        let mut asked = next.chunks(next.len().div_ceil(rows.div_ceil(ROWS)).max(1));
        let mut row = 0;
        while row < rows {
            let left = rows - row;
            let height = left.div_ceil(left.div_ceil(ROWS));
            let panel = [panel, asked.next().unwrap_or_default()];
            let at = [row, start, first, part];
            match height {
                6 if H >= 6 => self.tile::<S, V, 6>(simd, panel, at),
                5 if H >= 5 => self.tile::<S, V, 5>(simd, panel, at),
                4 if H >= 4 => self.tile::<S, V, 4>(simd, panel, at),
                3 if H >= 3 => self.tile::<S, V, 3>(simd, panel, at),
                2 if H >= 2 => self.tile::<S, V, 2>(simd, panel, at),
                _ => self.tile::<S, V, 1>(simd, panel, at),
            }
            row += height;
        }
        V * S::F32_LANES
    }

    /// The products of `R` rows with `V` vectors of columns.
    #[inline(always)]
    fn tile<S: Simd, const V: usize, const R: usize>(
        &mut self,
        simd: S,
        [panel, ahead]: [&[Line]; 2],
        [row, start, first, part]: [usize; 4],
    ) {
        let (inner, out) = (self.panels.inner, self.panels.out);
        let width = V * S::F32_LANES;
        let columns = width.min(out - first - part);
        let mut x: [&[f32]; R] = [&[]; R];
        let mut stretches: [&[[f32; STRETCH]]; R] = [&[]; R];
        for r in 0..R {
            x[r] = &self.x[(row + r) * inner + start..][..panel.len()];
            stretches[r] = x[r].as_chunks().0;
        }
        let mut sums = [[simd.splat_f32s(0.0); V]; R];
        if start > 0 {
            // They go on where the strip before ended, with the same bits.
            for r in 0..R {
                let y = &self.y[(row + r) * out + first + part..][..columns];
                if columns == width {
                    sums[r] = vectors::<S, V>(y);
                } else {
                    let mut line = [0.0; WIDTH];
                    line[..columns].copy_from_slice(y);
                    sums[r] = vectors::<S, V>(&line[..width]);
                }
            }
        }
        let (lines, rest) = panel.as_chunks::<STRETCH>();
        let mut ahead = ahead.chunks(ahead.len().div_ceil(lines.len().max(1)).max(1));
        for (i, lines) in lines.iter().enumerate() {
            for line in ahead.next().unwrap_or_default() {
                prefetch::<SECOND>(line.0.as_ptr());
                prefetch::<SECOND>(line.0[WIDTH / 2..].as_ptr());
            }
            let mut here = [&[0.0; STRETCH]; R];
            for r in 0..R {
                here[r] = &stretches[r][i];
            }
            for k in 0..STRETCH {
                let line = vectors::<S, V>(&lines[k].0[part..][..width]);
                for r in 0..R {
                    add_products(simd, here[r][k], &line, &mut sums[r]);
                }
            }
        }
        for (k, line) in (panel.len() - rest.len()..).zip(rest) {
            let line = vectors::<S, V>(&line.0[part..][..width]);
            for r in 0..R {
                add_products(simd, x[r][k], &line, &mut sums[r]);
            }
        }
        for r in 0..R {
            let y = &mut self.y[(row + r) * out + first + part..][..columns];
            if columns == width {
                store::<S, V>(&sums[r], y);
            } else {
                let mut line = [0.0; WIDTH];
                store::<S, V>(&sums[r], &mut line[..width]);
                y.copy_from_slice(&line[..columns]);
            }
        }
    }
}
