//! The product with a matrix that lies in panels: a few columns side by side, row after row, so that a tile of the result reads it in turn.

#![expect(
    clippy::manual_memcpy,
    clippy::needless_range_loop,
    reason = "of a loop over an array's numbers each element stays in a register"
)]

use pulp::{Simd, WithSimd};

use super::{WEB, dispatch};

/// Columns of a panel: as many as the widest vectors have in [`VECTORS`]. Narrower ones take a part of it at a time.
pub(super) const WIDTH: usize = 32;
/// Vectors of columns that are worked on together.
pub(super) const VECTORS: usize = 2;
/// Most rows of a tile: as many sums as the registers hold, with [`VECTORS`] in each.
pub(super) const ROWS: usize = if WEB { 4 } else { 6 };
/// Rows of a panel that stay in the first cache.
const STRIP: usize = 128;
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
        // A block is written while it is in a cache: to fill the whole of a large result with zeros first would take as long as to read it.
        let mut block = vec![0.0; BLOCK.min(rows) * self.out];
        for x in x.chunks(BLOCK * self.inner.max(1)) {
            let block = &mut block[..x.len() / self.inner * self.out];
            self.times(x, block);
            y.extend_from_slice(block);
        }
        y
    }
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
        let panels = self.panels.lines.chunks_exact(inner);
        for (panel, first) in panels.zip((0..out).step_by(WIDTH)) {
            // A strip of a panel stays in the first cache while all rows use it.
            let strips = panel.chunks(STRIP).zip((0..inner).step_by(STRIP));
            let parts = (0..WIDTH.min(out - first)).step_by(VECTORS * S::F32_LANES);
            for ((panel, start), part) in
                strips.flat_map(|strip| parts.clone().map(move |part| (strip, part)))
            {
                let mut row = 0;
                while row < rows {
                    // Tiles are about equally high, so that none has too few sums.
                    let left = rows - row;
                    let height = left.div_ceil(left.div_ceil(ROWS));
                    let at = [row, start, first, part];
                    match height {
                        6 if !WEB => self.tile::<S, 6>(simd, panel, at),
                        5 if !WEB => self.tile::<S, 5>(simd, panel, at),
                        4 => self.tile::<S, 4>(simd, panel, at),
                        3 => self.tile::<S, 3>(simd, panel, at),
                        2 => self.tile::<S, 2>(simd, panel, at),
                        _ => self.tile::<S, 1>(simd, panel, at),
                    }
                    row += height;
                }
            }
        }
    }
}

impl Product<'_> {
    /// The products of `R` rows with a part of a panel.
    #[inline(always)]
    fn tile<S: Simd, const R: usize>(
        &mut self,
        simd: S,
        panel: &[Line],
        [row, start, first, part]: [usize; 4],
    ) {
        let (inner, out) = (self.panels.inner, self.panels.out);
        let width = VECTORS * S::F32_LANES;
        let columns = width.min(out - first - part);
        let mut x: [&[f32]; R] = [&[]; R];
        let mut stretches: [&[[f32; STRETCH]]; R] = [&[]; R];
        for r in 0..R {
            x[r] = &self.x[(row + r) * inner + start..][..panel.len()];
            stretches[r] = x[r].as_chunks().0;
        }
        let mut sums = [[simd.splat_f32s(0.0); VECTORS]; R];
        if start > 0 {
            // They go on where the strip before ended, with the same bits.
            for r in 0..R {
                let y = &self.y[(row + r) * out + first + part..][..columns];
                if columns == width {
                    sums[r] = vectors::<S>(y);
                } else {
                    let mut line = [0.0; WIDTH];
                    line[..columns].copy_from_slice(y);
                    sums[r] = vectors::<S>(&line[..width]);
                }
            }
        }
        let (lines, rest) = panel.as_chunks::<STRETCH>();
        for (i, lines) in lines.iter().enumerate() {
            let mut here = [&[0.0; STRETCH]; R];
            for r in 0..R {
                here[r] = &stretches[r][i];
            }
            for k in 0..STRETCH {
                let line = vectors::<S>(&lines[k].0[part..][..width]);
                for r in 0..R {
                    add_products(simd, here[r][k], &line, &mut sums[r]);
                }
            }
        }
        for (k, line) in (panel.len() - rest.len()..).zip(rest) {
            let line = vectors::<S>(&line.0[part..][..width]);
            for r in 0..R {
                add_products(simd, x[r][k], &line, &mut sums[r]);
            }
        }
        for r in 0..R {
            let y = &mut self.y[(row + r) * out + first + part..][..columns];
            if columns == width {
                store::<S>(&sums[r], y);
            } else {
                let mut line = [0.0; WIDTH];
                store::<S>(&sums[r], &mut line[..width]);
                y.copy_from_slice(&line[..columns]);
            }
        }
    }
}

/// A line of exactly as many elements.
#[inline(always)]
pub(super) fn vectors<S: Simd>(elements: &[f32]) -> [S::f32s; VECTORS] {
    let (vectors, _) = S::as_simd_f32s(elements);
    let mut all = [vectors[0]; VECTORS];
    for v in 1..VECTORS {
        all[v] = vectors[v];
    }
    all
}

/// Writes a line to exactly as many elements.
#[inline(always)]
pub(super) fn store<S: Simd>(vectors: &[S::f32s; VECTORS], elements: &mut [f32]) {
    let (places, _) = S::as_mut_simd_f32s(elements);
    for v in 0..VECTORS {
        // One by one: of a slice the compiler would keep the sums in memory, and write them at every step.
        places[v] = vectors[v];
    }
}

/// Adds to `sums` the products of one element with a line of a matrix.
#[inline(always)]
pub(super) fn add_products<S: Simd>(
    simd: S,
    x: f32,
    line: &[S::f32s; VECTORS],
    sums: &mut [S::f32s; VECTORS],
) {
    let x = simd.splat_f32s(x);
    for v in 0..VECTORS {
        sums[v] = simd.mul_add_e_f32s(x, line[v], sums[v]);
    }
}
