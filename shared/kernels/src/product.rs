//! The product of some rows with a matrix, in which what a row gives does not depend on the other rows.
//!
//! A general matrix product chooses its tiles, and with them the order of its sums, by the size of the batch. Here every element
//! of the result is one sum in the order of the inner dimension (or one such sum a lane), whatever rows stand beside it: a
//! sequence goes on with the same bits alone and in any batch. Tiles only choose how many sums are worked on at once.
//!
//! The vectors are written out, unlike those of the other kernels: compilers do not find them in tiles of every height.

#![expect(
    clippy::needless_range_loop,
    clippy::manual_memcpy,
    reason = "of a loop over an array's numbers each element stays in a register"
)]

use pulp::{Simd, WithSimd};

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
/// WebAssembly has half as many registers.
const WEB: bool = cfg!(target_arch = "wasm32");

/// `y [N, out] = x [N, in] · w [in, out]`. `inner` is `in`.
pub fn by_columns(x: &[f32], w: &[f32], inner: usize, y: &mut [f32]) {
    if let Some(out) = check(x, w, inner, y) {
        dispatch(Columns {
            x,
            w,
            inner,
            out,
            y,
        });
    }
}

/// `y [N, out] = x [N, in] · wᵀ`, of `w [out, in]` as checkpoints have it. `inner` is `in`.
pub fn by_rows(x: &[f32], w: &[f32], inner: usize, y: &mut [f32]) {
    if let Some(out) = check(x, w, inner, y) {
        dispatch(Rows {
            x,
            w,
            inner,
            out,
            y,
        });
    }
}

/// Computes on the widest vectors that the machine has.
#[cfg(not(all(target_arch = "wasm32", target_feature = "simd128")))]
fn dispatch(product: impl WithSimd<Output = ()>) {
    pulp::Arch::new().dispatch(product);
}

/// Computes on WebAssembly's vectors; what does without them would only make the module larger.
#[cfg(all(target_arch = "wasm32", target_feature = "simd128"))]
fn dispatch(product: impl WithSimd<Output = ()>) {
    let simd = pulp::wasm::Simd128::try_new();
    let simd = simd.expect("whoever runs this module has the vectors that it was built for");
    Simd::vectorize(simd, product);
}

/// Checks the shapes; the columns of the result, none where there is nothing to do.
fn check(x: &[f32], w: &[f32], inner: usize, y: &[f32]) -> Option<usize> {
    assert!(
        inner > 0 && x.len().is_multiple_of(inner) && w.len().is_multiple_of(inner),
        "operands of a product"
    );
    let out = w.len() / inner;
    assert_eq!(y.len(), x.len() / inner * out, "result of a product");
    (!y.is_empty()).then_some(out)
}

struct Columns<'a> {
    x: &'a [f32],
    w: &'a [f32],
    inner: usize,
    out: usize,
    y: &'a mut [f32],
}

impl WithSimd for Columns<'_> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(mut self, simd: S) {
        let rows = self.x.len() / self.inner;
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
        for first in (0..self.out).step_by(width) {
            let columns = width.min(self.out - first);
            for begin in (0..self.inner).step_by(DEPTH) {
                let panel = &mut panel[..DEPTH.min(self.inner - begin)];
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
        let (inner, out) = (self.inner, self.out);
        self.y.fill(0.0);
        for (pass, w) in self.w.chunks(PASS * out).enumerate() {
            for r in 0..R {
                let y = &mut self.y[r * out..][..out];
                let x = &self.x[r * inner + pass * PASS..];
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
        let w = self.w[begin * self.out..].chunks_exact(self.out);
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
        let (rows, mut row) = (self.x.len() / self.inner, 0);
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
        let (inner, out) = (self.inner, self.out);
        let mut x: [&[f32]; R] = [&[]; R];
        for r in 0..R {
            x[r] = &self.x[(row + r) * inner + begin..][..panel.len()];
        }
        let place = |r: usize| (row + r) * out + first;
        let width = VECTORS * S::F32_LANES;
        let mut sums = [[simd.splat_f32s(0.0); VECTORS]; R];
        if begin > 0 {
            for r in 0..R {
                let mut line = [0.0; VECTORS * WIDEST];
                line[..columns].copy_from_slice(&self.y[place(r)..][..columns]);
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
            let y = &mut self.y[place(r)..][..columns];
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

struct Rows<'a> {
    x: &'a [f32],
    w: &'a [f32],
    inner: usize,
    out: usize,
    y: &'a mut [f32],
}

impl WithSimd for Rows<'_> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(mut self, simd: S) {
        if WEB {
            self.sides::<S, 2, 2>(simd);
        } else {
            self.sides::<S, 3, 4>(simd);
        }
    }
}

impl Rows<'_> {
    /// At most `R` rows of the batch and `O` rows of the matrix at a time.
    #[inline(always)]
    fn sides<S: Simd, const R: usize, const O: usize>(&mut self, simd: S) {
        let rows = self.x.len() / self.inner;
        for first in (0..self.out).step_by(O) {
            let whole = first + O <= self.out;
            let mut row = 0;
            while row < rows {
                if whole && row + R <= rows {
                    self.dots::<S, R, O>(simd, row, first);
                    row += R;
                    continue;
                }
                if whole {
                    self.dots::<S, 1, O>(simd, row, first);
                } else {
                    (first..self.out).for_each(|o| self.dots::<S, 1, 1>(simd, row, o));
                }
                row += 1;
            }
        }
    }

    #[inline(always)]
    fn dots<S: Simd, const R: usize, const O: usize>(&mut self, simd: S, row: usize, first: usize) {
        let inner = self.inner;
        let x: [_; R] =
            std::array::from_fn(|r| S::as_simd_f32s(&self.x[(row + r) * inner..][..inner]));
        let w: [_; O] =
            std::array::from_fn(|o| S::as_simd_f32s(&self.w[(first + o) * inner..][..inner]));
        let whole = inner / S::F32_LANES;
        let (x_whole, w_whole) = (x.map(|x| &x.0[..whole]), w.map(|w| &w.0[..whole]));
        let mut sums = [[simd.splat_f32s(0.0); O]; R];
        for k in 0..whole {
            for r in 0..R {
                for o in 0..O {
                    sums[r][o] = simd.mul_add_e_f32s(x_whole[r][k], w_whole[o][k], sums[r][o]);
                }
            }
        }
        for r in 0..R {
            for o in 0..O {
                let [x, w] = [x[r].1, w[o].1].map(|rest| simd.partial_load_f32s(rest));
                let sum = simd.mul_add_e_f32s(x, w, sums[r][o]);
                self.y[(row + r) * self.out + first + o] = simd.reduce_sum_f32s(sum);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::{assert_close, noise};
    use super::*;

    const SHAPES: [(usize, usize); 8] = [
        (1, 1),
        (8, 5),
        (19, 7),
        (64, 33),
        (7, 4),
        (40, 130),
        (300, 21),
        (513, 16),
    ];

    #[test]
    fn it_is_the_product_for_all_shapes() {
        for (inner, out) in SHAPES {
            for rows in (0..15).chain([17, 40]) {
                let (x, w) = (noise(rows * inner, 1), noise(inner * out, 2));
                let turned = turned(&w, inner, out);
                let (mut y, mut of_turned) =
                    (vec![f32::NAN; rows * out], vec![f32::NAN; rows * out]);
                by_columns(&x, &w, inner, &mut y);
                by_rows(&x, &turned, inner, &mut of_turned);
                let expected: Vec<f64> = (0..rows * out)
                    .map(|at| {
                        let (r, o) = (at / out, at % out);
                        let terms = (0..inner)
                            .map(|i| f64::from(x[r * inner + i]) * f64::from(w[i * out + o]));
                        terms.sum()
                    })
                    .collect();
                assert_close(&y, &expected, 2e-5);
                assert_close(&of_turned, &expected, 2e-5);
            }
        }
    }

    #[test]
    fn a_row_gives_the_same_bits_beside_any_others() {
        for (inner, out) in SHAPES {
            let (x, w) = (noise(20 * inner, 3), noise(inner * out, 4));
            let turned = turned(&w, inner, out);
            for (product, w) in [
                (by_columns as fn(&[f32], &[f32], usize, &mut [f32]), &w),
                (by_rows, &turned),
            ] {
                let mut alone = vec![f32::NAN; 20 * out];
                for (x, y) in x.chunks(inner).zip(alone.chunks_mut(out)) {
                    product(x, w, inner, y);
                }
                for rows in 2..=20 {
                    let mut y = vec![f32::NAN; rows * out];
                    product(&x[..rows * inner], w, inner, &mut y);
                    assert_eq!(y, alone[..rows * out], "{rows} rows of {inner} by {out}");
                }
            }
        }
    }

    /// `w [in, out]` as `[out, in]`.
    fn turned(w: &[f32], inner: usize, out: usize) -> Vec<f32> {
        let at = |at: usize| w[at % inner * out + at / inner];
        (0..out * inner).map(at).collect()
    }

    #[test]
    #[should_panic(expected = "result of a product")]
    fn a_result_of_another_shape_is_refused() {
        by_columns(&[1.0, 2.0], &[1.0, 2.0], 1, &mut [0.0; 3]);
    }
}
