//! The product of a matrix, turned over, with another: what a matrix of weights learns from many rows.

#![expect(
    clippy::needless_range_loop,
    reason = "of a loop over an array's numbers each element stays in a register"
)]

use pulp::{Simd, WithSimd};

use super::panels::{Line, ROWS, WIDTH};
use crate::vectors::{add_products, dispatch, store, vectors};

/// Vectors of columns that are worked on at a time.
const VECTORS: usize = 2;

/// Rows that are worked on before the next columns: their part of a panel stays in the first cache.
const BLOCK: usize = 128;

/// Columns of `a` that lie side by side while a block is worked on: those of some tiles. In `a` itself the rows of a block can lie where the
/// first cache has room for a few of them.
const GROUP: usize = 8 * ROWS;

/// `aᵀ · b [left, right]`, of `a [N, left]` and `b [N, right]`.
///
/// # Panics
/// Where the shapes do not fit.
pub fn transposed(a: &[f32], b: &[f32], sides: [usize; 2]) -> Vec<f32> {
    let mut sum = TransposedSum::new(sides);
    sum.add(a, b);
    sum.into_values()
}

/// A sum of such products.
#[derive(Debug)]
pub struct TransposedSum {
    /// True where `bᵀ · a` is summed up: the rows of the narrower side are those that are laid out anew.
    turned: bool,
    /// The narrower side and the wider one.
    sides: [usize; 2],
    sums: Vec<f32>,
    /// The rows of a block, group after group.
    groups: Vec<[f32; GROUP]>,
    panel: Vec<Line>,
}

impl TransposedSum {
    /// Zeros `[left, right]`.
    ///
    /// # Panics
    /// Where nothing stands on a side.
    pub fn new([left, right]: [usize; 2]) -> Self {
        assert!(left > 0 && right > 0, "operands of a product");
        let narrow = left.min(right);
        TransposedSum {
            turned: left > right,
            sides: [narrow, left.max(right)],
            sums: vec![0.0; left * right],
            groups: vec![[0.0; GROUP]; narrow.div_ceil(GROUP) * BLOCK],
            panel: vec![Line([0.0; WIDTH]); BLOCK],
        }
    }

    /// Adds `aᵀ · b`, of `a [N, left]` and `b [N, right]`.
    ///
    /// # Panics
    /// Where the shapes do not fit.
    pub fn add(&mut self, a: &[f32], b: &[f32]) {
        let [a, b] = if self.turned { [b, a] } else { [a, b] };
        let [left, right] = self.sides;
        assert!(
            a.len().is_multiple_of(left) && a.len() / left * right == b.len(),
            "operands of a product"
        );
        dispatch(Transposed { a, b, into: self });
    }

    /// The sums `[left, right]`.
    pub fn into_values(self) -> Vec<f32> {
        if self.turned {
            turned(&self.sums, self.sides)
        } else {
            self.sums
        }
    }
}

/// `x [rows, columns]` as `[columns, rows]`.
fn turned(x: &[f32], [rows, columns]: [usize; 2]) -> Vec<f32> {
    /// Whole tiles of so many rows and columns are turned in registers.
    const SIDE: usize = 8;
    let mut y = vec![0.0; x.len()];
    for column in (0..columns).step_by(SIDE) {
        for row in (0..rows).step_by(SIDE) {
            if row + SIDE <= rows && column + SIDE <= columns {
                let mut tile = [[0.0; SIDE]; SIDE];
                for r in 0..SIDE {
                    tile[r].copy_from_slice(&x[(row + r) * columns + column..][..SIDE]);
                }
                for c in 0..SIDE {
                    let mut line = [0.0; SIDE];
                    for r in 0..SIDE {
                        line[r] = tile[r][c];
                    }
                    y[(column + c) * rows + row..][..SIDE].copy_from_slice(&line);
                }
            } else {
                for r in row..rows.min(row + SIDE) {
                    for c in column..columns.min(column + SIDE) {
                        y[c * rows + r] = x[r * columns + c];
                    }
                }
            }
        }
    }
    y
}

struct Transposed<'a> {
    a: &'a [f32],
    b: &'a [f32],
    into: &'a mut TransposedSum,
}

impl WithSimd for Transposed<'_> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) {
        let TransposedSum {
            sides,
            sums,
            groups,
            panel,
            ..
        } = self.into;
        let [left, right] = *sides;
        for (a, b) in (self.a.chunks(BLOCK * left)).zip(self.b.chunks(BLOCK * right)) {
            let rows = a.len() / left;
            for (row, a) in a.chunks_exact(left).enumerate() {
                let (whole, rest) = a.as_chunks::<GROUP>();
                for (group, part) in whole.iter().enumerate() {
                    groups[group * BLOCK + row] = *part;
                }
                if !rest.is_empty() {
                    groups[whole.len() * BLOCK + row][..rest.len()].copy_from_slice(rest);
                }
            }
            for first in (0..right).step_by(WIDTH) {
                let columns = WIDTH.min(right - first);
                for (line, b) in panel.iter_mut().zip(b.chunks_exact(right)) {
                    line.fill_from(&b[first..][..columns]);
                }
                for part in (0..columns).step_by(VECTORS * S::F32_LANES) {
                    let mut tiles = sums.chunks_mut(ROWS * right);
                    for group in groups.chunks_exact(BLOCK) {
                        for (at, sums) in (0..GROUP).step_by(ROWS).zip(&mut tiles) {
                            let mut here = Tile {
                                sums,
                                right,
                                at: first + part,
                                columns: columns - part,
                            };
                            here.add(simd, &group[..rows], at, &panel[..rows], part);
                        }
                    }
                }
            }
        }
    }
}

/// Some rows of the sums, of which some columns are worked on.
struct Tile<'a> {
    /// `[at most ROWS, right]`.
    sums: &'a mut [f32],
    right: usize,
    at: usize,
    columns: usize,
}

impl Tile<'_> {
    /// Adds the products of [`ROWS`] columns of `a` with [`VECTORS`] of a panel.
    #[inline(always)]
    fn add<S: Simd>(
        &mut self,
        simd: S,
        a: &[[f32; GROUP]],
        first: usize,
        panel: &[Line],
        part: usize,
    ) {
        let width = VECTORS * S::F32_LANES;
        if self.columns < width || self.sums.len() < ROWS * self.right {
            return self.add_at_edge(simd, a, first, panel, part);
        }
        let mut sums = [[simd.splat_f32s(0.0); VECTORS]; ROWS];
        for r in 0..ROWS {
            sums[r] = vectors::<S, VECTORS>(&self.sums[r * self.right + self.at..][..width]);
        }
        let sums = products(simd, a, first, panel, part, sums);
        for r in 0..ROWS {
            store::<S, VECTORS>(
                &sums[r],
                &mut self.sums[r * self.right + self.at..][..width],
            );
        }
    }

    /// [`Tile::add`] for fewer rows or columns. If both were one function, the compiler would not keep the sums in registers.
    #[inline(always)]
    fn add_at_edge<S: Simd>(
        &mut self,
        simd: S,
        a: &[[f32; GROUP]],
        first: usize,
        panel: &[Line],
        part: usize,
    ) {
        let width = VECTORS * S::F32_LANES;
        let columns = self.columns.min(width);
        let zeros = [[simd.splat_f32s(0.0); VECTORS]; ROWS];
        let found = products(simd, a, first, panel, part, zeros);
        let mut line = [0.0; WIDTH];
        for (found, row) in found.iter().zip(self.sums.chunks_exact_mut(self.right)) {
            store::<S, VECTORS>(found, &mut line[..width]);
            for (sum, found) in row[self.at..][..columns].iter_mut().zip(&line) {
                *sum += found;
            }
        }
    }
}

#[inline(always)]
fn products<S: Simd>(
    simd: S,
    a: &[[f32; GROUP]],
    first: usize,
    panel: &[Line],
    part: usize,
    mut sums: [[S::f32s; VECTORS]; ROWS],
) -> [[S::f32s; VECTORS]; ROWS] {
    for (a, line) in a.iter().zip(panel) {
        let line = vectors::<S, VECTORS>(&line.0[part..][..VECTORS * S::F32_LANES]);
        let a = &a[first..][..ROWS];
        for r in 0..ROWS {
            add_products(simd, a[r], &line, &mut sums[r]);
        }
    }
    sums
}
