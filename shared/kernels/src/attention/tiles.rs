//! Products of blocks of queries with keys and values, which are read where they lie.
//!
//! A product is worked on in tiles: some rows of the result with one or two vectors of columns, as many sums as the registers hold. The vectors
//! are written out: compilers look for them across the rows of a tile.

#![expect(
    clippy::needless_range_loop,
    reason = "of a loop over an array's numbers each element stays in a register"
)]

use pulp::Simd;

use super::super::vectors::{add_products, store, vectors};

/// Columns of a block: the queries that are worked on at once, or elements of a head.
pub(super) const COLUMNS: usize = 16;

/// One row of a block.
pub(super) type Line = [f32; COLUMNS];

/// One head of the tokens of one sequence, in a matrix of all heads of all tokens.
#[derive(Clone, Copy)]
pub(super) struct HeadView<'a> {
    /// The matrix from the sequence's first token to its last.
    pub(super) tokens: &'a [f32],
    /// Elements of a token.
    pub(super) width: usize,
    /// Where the head starts in a token.
    pub(super) start: usize,
    /// Elements of the head.
    pub(super) dim: usize,
}

impl<'a> HeadView<'a> {
    /// The head of each token in turn.
    #[inline(always)]
    pub(super) fn rows(self) -> impl Iterator<Item = &'a [f32]> {
        self.tokens
            .chunks_exact(self.width)
            .map(move |t| &t[self.start..self.start + self.dim])
    }

    #[inline(always)]
    fn row(self, token: usize) -> &'a [f32] {
        &self.tokens[token * self.width + self.start..][..self.dim]
    }
}

/// Lines as rows of a matrix.
#[inline(always)]
pub(super) fn as_rows(lines: &[Line]) -> HeadView<'_> {
    HeadView {
        tokens: lines.as_flattened(),
        width: COLUMNS,
        start: 0,
        dim: COLUMNS,
    }
}

/// Up to [`COLUMNS`] tokens times `scale`, transposed: `[dim][COLUMNS]`, filled up with zeros.
#[inline(always)]
pub(super) fn transpose_block(head: HeadView<'_>, scale: f32, block: &mut [Line]) {
    block.fill([0.0; COLUMNS]);
    for (column, row) in head.rows().take(COLUMNS).enumerate() {
        for (line, &x) in block.iter_mut().zip(row) {
            line[column] = x * scale;
        }
    }
}

/// The left side of a product: a number for each row of the result and each row on the right.
#[derive(Clone, Copy)]
pub(super) enum Left<'a> {
    /// Row `r` of the result takes the elements of row `r`.
    Rows(HeadView<'a>),
    /// Row `r` of the result takes column `r`. Of the columns from `r` on, the lines from `first + r + 1` on are zero: keys that come after the query.
    Columns(&'a [Line], usize),
}

/// `out [rows, dim] = Σₖ left[row][k] · right[k]`, of as many rows as `out` has, and of as many terms as both sides have; added to what is there where `ADD`.
#[inline(always)]
pub(super) fn product<S: Simd, const ADD: bool>(
    simd: S,
    left: Left<'_>,
    right: HeadView<'_>,
    out: &mut [f32],
) {
    let dim = right.dim;
    let rows = out.len() / dim;
    let mut row = 0;
    while row < rows {
        let out = &mut out[row * dim..];
        row += match rows - row {
            8.. if S::F32_LANES >= 16 => rows_of::<S, 8, ADD>(simd, left, row, right, out),
            4.. => rows_of::<S, 4, ADD>(simd, left, row, right, out),
            _ => rows_of::<S, 1, ADD>(simd, left, row, right, out),
        };
    }
}

/// `R` rows of a product from `row` on; their number.
#[inline(always)]
fn rows_of<S: Simd, const R: usize, const ADD: bool>(
    simd: S,
    left: Left<'_>,
    row: usize,
    right: HeadView<'_>,
    out: &mut [f32],
) -> usize {
    match left {
        Left::Rows(left) => {
            let mut rows: [&[f32]; R] = [&[]; R];
            for r in 0..R {
                rows[r] = left.row(row + r);
            }
            all_columns::<S, R, ADD>(simd, left.dim, &|k, r| rows[r][k], right, out);
        }
        Left::Columns(lines, first) => {
            let lines = &lines[..lines.len().min(first + row + R)];
            let term = |k: usize, r: usize| lines[k][row + r];
            all_columns::<S, R, ADD>(simd, lines.len(), &term, right, out);
        }
    }
    R
}

#[inline(always)]
fn all_columns<S: Simd, const R: usize, const ADD: bool>(
    simd: S,
    terms: usize,
    term: &impl Fn(usize, usize) -> f32,
    right: HeadView<'_>,
    out: &mut [f32],
) {
    let mut at = 0;
    while at < right.dim {
        let left = right.dim - at;
        at += if left >= 2 * S::F32_LANES {
            tile::<S, R, 2, ADD>(simd, terms, term, right, at, out)
        } else if left >= S::F32_LANES {
            tile::<S, R, 1, ADD>(simd, terms, term, right, at, out)
        } else {
            last::<S, R, ADD>(simd, terms, term, right, at, out)
        };
    }
}

/// `R` rows with `V` vectors of columns from `at` on; the number of columns.
#[inline(always)]
fn tile<S: Simd, const R: usize, const V: usize, const ADD: bool>(
    simd: S,
    terms: usize,
    term: &impl Fn(usize, usize) -> f32,
    right: HeadView<'_>,
    at: usize,
    out: &mut [f32],
) -> usize {
    let (dim, width) = (right.dim, V * S::F32_LANES);
    let mut sums = [[simd.splat_f32s(0.0); V]; R];
    if ADD {
        for r in 0..R {
            sums[r] = vectors::<S, V>(&out[r * dim + at..][..width]);
        }
    }
    let rows = right.tokens.chunks_exact(right.width).take(terms);
    for (k, row) in rows.enumerate() {
        let line = vectors::<S, V>(&row[right.start + at..][..width]);
        for r in 0..R {
            add_products(simd, term(k, r), &line, &mut sums[r]);
        }
    }
    for r in 0..R {
        store::<S, V>(&sums[r], &mut out[r * dim + at..][..width]);
    }
    width
}

/// `R` rows with the last columns, which are less than a vector; their number.
#[inline(always)]
fn last<S: Simd, const R: usize, const ADD: bool>(
    simd: S,
    terms: usize,
    term: &impl Fn(usize, usize) -> f32,
    right: HeadView<'_>,
    at: usize,
    out: &mut [f32],
) -> usize {
    let dim = right.dim;
    let mut line = [0.0; COLUMNS];
    let mut sums = [[simd.splat_f32s(0.0); 1]; R];
    if ADD {
        for r in 0..R {
            line[..dim - at].copy_from_slice(&out[r * dim + at..][..dim - at]);
            sums[r] = vectors::<S, 1>(&line[..S::F32_LANES]);
        }
    }
    for (k, row) in right.rows().take(terms).enumerate() {
        line[..dim - at].copy_from_slice(&row[at..]);
        let line = vectors::<S, 1>(&line[..S::F32_LANES]);
        for r in 0..R {
            add_products(simd, term(k, r), &line, &mut sums[r]);
        }
    }
    for r in 0..R {
        store::<S, 1>(&sums[r], &mut line[..S::F32_LANES]);
        out[r * dim + at..][..dim - at].copy_from_slice(&line[..dim - at]);
    }
    dim - at
}
