//! The product with a matrix that lies column by column of what it gives: `w [in, out]`.

#![expect(
    clippy::needless_range_loop,
    clippy::manual_memcpy,
    reason = "of a loop over an array's numbers each element stays in a register"
)]

use pulp::{Simd, WithSimd};

use super::{Operands, WEB};

/// Vectors of columns in a panel.
const VECTORS: usize = 2;
/// Most rows of a tile: as many sums as the registers hold, with [`VECTORS`] in each.
const ROWS: usize = if WEB { 4 } else { 6 };
/// Rows of the matrix that are taken in one pass over the result of a few rows.
const PASS: usize = 8;
/// Rows of the matrix that a panel has: it stays in the first cache while all rows use it.
const DEPTH: usize = 256;
/// Lanes of the widest vectors.
const WIDEST: usize = 16;
/// Elements of a row that are worked on without a look at its end.
const STRETCH: usize = if WEB { 4 } else { 8 };

pub(super) struct Columns<'a>(pub(super) Operands<'a>);

impl WithSimd for Columns<'_> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(mut self, simd: S) {
        let rows = self.0.x.len() / self.0.inner;
        // Beside a few rows the matrix is read once, as it lies; beside more a panel of it is brought together first.
        match rows {
            1 => return self.as_it_lies::<S, 1>(simd),
            2 => return self.as_it_lies::<S, 2>(simd),
            3 => return self.as_it_lies::<S, 3>(simd),
            4 if WEB => return self.as_it_lies::<S, 4>(simd),
            _ => {}
        }
        let width = VECTORS * S::F32_LANES;
        let mut panel = [[simd.splat_f32s(0.0); VECTORS]; DEPTH];
        for first in (0..self.0.out).step_by(width) {
            let columns = width.min(self.0.out - first);
            for begin in (0..self.0.inner).step_by(DEPTH) {
                let panel = &mut panel[..DEPTH.min(self.0.inner - begin)];
                self.bring_together::<S>([begin, first, columns], panel);
                self.rows_of_panel(simd, panel, [begin, first, columns]);
            }
        }
    }
}

impl Columns<'_> {
    /// The products of exactly `R` rows.
    #[inline(always)]
    fn as_it_lies<S: Simd, const R: usize>(&mut self, simd: S) {
        let (inner, out) = (self.0.inner, self.0.out);
        self.0.y.fill(0.0);
        for (pass, w) in self.0.w.chunks(PASS * out).enumerate() {
            for r in 0..R {
                let y = &mut self.0.y[r * out..][..out];
                let x = &self.0.x[r * inner + pass * PASS..];
                match x.first_chunk::<PASS>() {
                    Some(x) if w.len() == PASS * out => add_pass(simd, x, w, y),
                    _ => {
                        for (x, w) in x.iter().zip(w.chunks_exact(out)) {
                            add_pass(simd, &[*x], w, y);
                        }
                    }
                }
            }
        }
    }

    /// Copies a panel of the matrix, filled up with zeros.
    #[inline(always)]
    fn bring_together<S: Simd>(
        &self,
        [begin, first, columns]: [usize; 3],
        panel: &mut [[S::f32s; VECTORS]],
    ) {
        let width = VECTORS * S::F32_LANES;
        let w = self.0.w[begin * self.0.out..].chunks_exact(self.0.out);
        if columns == width {
            for (line, w) in panel.iter_mut().zip(w) {
                *line = vectors::<S>(&w[first..][..width]);
            }
            return;
        }
        let mut filled = [0.0; VECTORS * WIDEST];
        for (line, w) in panel.iter_mut().zip(w) {
            filled[..columns].copy_from_slice(&w[first..][..columns]);
            *line = vectors::<S>(&filled[..width]);
        }
    }

    /// Adds the products of all rows with a panel to the result.
    #[inline(always)]
    fn rows_of_panel<S: Simd>(
        &mut self,
        simd: S,
        panel: &[[S::f32s; VECTORS]],
        [begin, first, columns]: [usize; 3],
    ) {
        let (rows, mut row) = (self.0.x.len() / self.0.inner, 0);
        while row < rows {
            // Tiles are about equally high, so that none has too few sums.
            let left = rows - row;
            let height = left.div_ceil(left.div_ceil(ROWS));
            let at = [row, begin, first, columns];
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

    /// Adds the products of `R` rows with a panel to the result.
    #[inline(always)]
    fn tile<S: Simd, const R: usize>(
        &mut self,
        simd: S,
        panel: &[[S::f32s; VECTORS]],
        [row, begin, first, columns]: [usize; 4],
    ) {
        let (inner, out) = (self.0.inner, self.0.out);
        let mut x: [&[f32]; R] = [&[]; R];
        for r in 0..R {
            x[r] = &self.0.x[(row + r) * inner + begin..][..panel.len()];
        }
        let place = |r: usize| (row + r) * out + first;
        let width = VECTORS * S::F32_LANES;
        let mut sums = [[simd.splat_f32s(0.0); VECTORS]; R];
        if begin > 0 {
            for r in 0..R {
                let mut line = [0.0; VECTORS * WIDEST];
                line[..columns].copy_from_slice(&self.0.y[place(r)..][..columns]);
                let line = vectors::<S>(&line[..width]);
                for v in 0..VECTORS {
                    sums[r][v] = line[v];
                }
            }
        }
        let mut stretches: [&[[f32; STRETCH]]; R] = [&[]; R];
        for r in 0..R {
            stretches[r] = x[r].as_chunks().0;
        }
        let (lines, rest) = panel.as_chunks::<STRETCH>();
        for (i, lines) in lines.iter().enumerate() {
            let mut here = [&[0.0; STRETCH]; R];
            for r in 0..R {
                here[r] = &stretches[r][i];
            }
            for k in 0..STRETCH {
                for r in 0..R {
                    add_products(simd, here[r][k], &lines[k], &mut sums[r]);
                }
            }
        }
        for (k, line) in (panel.len() - rest.len()..).zip(rest) {
            for r in 0..R {
                add_products(simd, x[r][k], line, &mut sums[r]);
            }
        }
        for r in 0..R {
            let y = &mut self.0.y[place(r)..][..columns];
            if columns == width {
                store::<S>(&sums[r], y);
            } else {
                let mut line = [0.0; VECTORS * WIDEST];
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

/// Adds the products of `P` elements with as many rows of a matrix to a row of the result, one after another.
#[inline(always)]
fn add_pass<S: Simd, const P: usize>(simd: S, x: &[f32; P], w: &[f32], y: &mut [f32]) {
    let out = y.len();
    let mut splats = [simd.splat_f32s(0.0); P];
    let (mut vectors, mut rests): ([&[S::f32s]; P], [&[f32]; P]) = ([&[]; P], [&[]; P]);
    let (sums, rest) = S::as_mut_simd_f32s(y);
    for p in 0..P {
        splats[p] = simd.splat_f32s(x[p]);
        (vectors[p], rests[p]) = S::as_simd_f32s(&w[p * out..][..out]);
        vectors[p] = &vectors[p][..sums.len()];
    }
    for (i, place) in sums.iter_mut().enumerate() {
        let mut sum = *place;
        for p in 0..P {
            sum = simd.mul_add_e_f32s(splats[p], vectors[p][i], sum);
        }
        *place = sum;
    }
    if !rest.is_empty() {
        let mut sum = simd.partial_load_f32s(rest);
        for p in 0..P {
            sum = simd.mul_add_e_f32s(splats[p], simd.partial_load_f32s(rests[p]), sum);
        }
        simd.partial_store_f32s(rest, sum);
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
