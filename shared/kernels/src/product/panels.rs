//! The product with a matrix that lies in panels: a few columns side by side, row after row, so that a tile of the result reads it in turn.

#![expect(
    clippy::manual_memcpy,
    clippy::needless_range_loop,
    reason = "of a loop over an array's numbers each element stays in a register"
)]

use pulp::{Simd, WithSimd};

use super::{WEB, dispatch};

/// Columns of a panel: as many as the widest vectors have in [`VECTORS`]. Narrower ones take a part of it at a time.
const WIDTH: usize = 32;
/// Vectors of columns that are worked on together.
const VECTORS: usize = 2;
/// Most rows of a tile: as many sums as the registers hold, with [`VECTORS`] in each.
const ROWS: usize = if WEB { 4 } else { 6 };
/// Elements of a row that are worked on without a look at its end.
const STRETCH: usize = if WEB { 4 } else { 8 };

/// A row of a panel. No vector of it lies across two lines of a cache; those of the web are too short for that to count, and its memory is
/// soon in pieces where blocks begin at round places.
#[derive(Debug, Clone, Copy)]
#[cfg_attr(not(target_arch = "wasm32"), repr(C, align(64)))]
#[cfg_attr(target_arch = "wasm32", repr(C))]
struct Line([f32; WIDTH]);

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
        let out = w.len() / inner;
        Panels::of(inner, out, |i, o| w[o * inner + i])
    }

    /// Of `w [in, out]`.
    pub fn of_columns(w: &[f32], inner: usize) -> Self {
        let out = w.len() / inner;
        Panels::of(inner, out, |i, o| w[i * out + o])
    }

    fn of(inner: usize, out: usize, element: impl Fn(usize, usize) -> f32) -> Self {
        let mut lines = Vec::with_capacity(out.div_ceil(WIDTH) * inner);
        for first in (0..out).step_by(WIDTH) {
            for i in 0..inner {
                let mut line = Line([0.0; WIDTH]);
                for (o, place) in (first..out).zip(&mut line.0) {
                    *place = element(i, o);
                }
                lines.push(line);
            }
        }
        Panels { lines, inner, out }
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
            // A part of a panel stays in the first cache while all rows use it.
            for part in (0..WIDTH.min(out - first)).step_by(VECTORS * S::F32_LANES) {
                let mut row = 0;
                while row < rows {
                    // Tiles are about equally high, so that none has too few sums.
                    let left = rows - row;
                    let height = left.div_ceil(left.div_ceil(ROWS));
                    let at = [row, first, part];
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
        [row, first, part]: [usize; 3],
    ) {
        let (inner, out) = (self.panels.inner, self.panels.out);
        let width = VECTORS * S::F32_LANES;
        let mut x: [&[f32]; R] = [&[]; R];
        let mut stretches: [&[[f32; STRETCH]]; R] = [&[]; R];
        for r in 0..R {
            x[r] = &self.x[(row + r) * inner..][..panel.len()];
            stretches[r] = x[r].as_chunks().0;
        }
        let mut sums = [[simd.splat_f32s(0.0); VECTORS]; R];
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
        let columns = width.min(out - first - part);
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
fn vectors<S: Simd>(elements: &[f32]) -> [S::f32s; VECTORS] {
    let (vectors, _) = S::as_simd_f32s(elements);
    let mut all = [vectors[0]; VECTORS];
    for v in 1..VECTORS {
        all[v] = vectors[v];
    }
    all
}

/// Writes a line to exactly as many elements.
#[inline(always)]
fn store<S: Simd>(vectors: &[S::f32s; VECTORS], elements: &mut [f32]) {
    let (places, _) = S::as_mut_simd_f32s(elements);
    for v in 0..VECTORS {
        // One by one: of a slice the compiler would keep the sums in memory, and write them at every step.
        places[v] = vectors[v];
    }
}

/// Adds to `sums` the products of one element with a line of a matrix.
#[inline(always)]
fn add_products<S: Simd>(
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
