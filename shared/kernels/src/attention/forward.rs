//! The forward pass.

use pulp::{Simd, WithSimd};

use super::super::exp::exp;
use super::super::vectors::{dispatch, fuses};
use super::tiles::{COLUMNS, HeadView, Left, Line, as_rows, product, transpose_block};
use super::{Heads, longest};

/// Attention of `q [N, heads · hd]` over `k` and `v [N, kv_heads · hd]` within each sequence, into `out [N, heads · hd]`
/// and `lse [N, heads]`, the log-sum-exp of each query's scores, which the backward pass wants.
pub fn forward(
    q: &[f32],
    k: &[f32],
    v: &[f32],
    offsets: &[usize],
    heads: Heads,
    out: &mut [f32],
    lse: &mut [f32],
) {
    let tokens = heads.check(q, k, v);
    assert!(
        out.len() == q.len() && lse.len() == tokens * heads.heads,
        "output of an attention"
    );
    let longest = longest(offsets, tokens);
    dispatch(Forward {
        inputs: [q, k, v],
        offsets,
        heads,
        longest,
        out,
        lse,
    });
}

pub(super) struct Forward<'a> {
    pub(super) inputs: [&'a [f32]; 3],
    pub(super) offsets: &'a [usize],
    pub(super) heads: Heads,
    pub(super) longest: usize,
    pub(super) out: &'a mut [f32],
    pub(super) lse: &'a mut [f32],
}

impl WithSimd for Forward<'_> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) {
        if fuses::<S>() {
            self.run::<S, true>(simd);
        } else {
            self.run::<S, false>(simd);
        }
    }
}

impl Forward<'_> {
    #[inline(always)]
    fn run<S: Simd, const FMA: bool>(self, simd: S) {
        let Forward {
            inputs: [q, k, v],
            offsets,
            heads,
            longest,
            out,
            lse,
        } = self;
        let hd = heads.head_dim;
        let mut queries = vec![[0.0; COLUMNS]; hd];
        let mut weights = vec![[0.0; COLUMNS]; longest];
        let mut sums = vec![0.0; COLUMNS * hd];
        for w in offsets.windows(2) {
            let (sequence, length) = (w[0]..w[1], w[1] - w[0]);
            for h in 0..heads.heads {
                let kv = h / heads.group();
                let (keys, values) = (heads.key(k, &sequence, kv), heads.key(v, &sequence, kv));
                for first in (0..length).step_by(COLUMNS) {
                    let block = w[0] + first..w[1].min(w[0] + first + COLUMNS);
                    transpose_block(heads.query(q, &block, h), heads.scale(), &mut queries);
                    let weights = &mut weights[..length.min(first + COLUMNS)];
                    scores(simd, keys, &queries, first, weights);
                    let (max, sum) = soften::<FMA>(weights);
                    product::<S, false>(simd, Left::Columns(weights, first), values, &mut sums);
                    let rows = heads.query_rows(out, &block, h);
                    for (column, (row, sums)) in rows.zip(sums.chunks_exact(hd)).enumerate() {
                        let inverse = 1.0 / sum[column];
                        for (x, sum) in row.iter_mut().zip(sums) {
                            *x = sum * inverse;
                        }
                        lse[(block.start + column) * heads.heads + h] =
                            max[column] + sum[column].ln();
                    }
                }
            }
        }
    }
}

/// The scores of a block of queries, transposed: line `j` holds the score of key `j` for each query, `-inf` where the key
/// comes after the query. `first` is the position of the block's first query.
#[inline(always)]
pub(super) fn scores<S: Simd>(
    simd: S,
    keys: HeadView<'_>,
    queries: &[Line],
    first: usize,
    scores: &mut [Line],
) {
    let out = scores.as_flattened_mut();
    product::<S, false>(simd, Left::Rows(keys), as_rows(queries), out);
    for (hidden, line) in scores.iter_mut().skip(first + 1).enumerate() {
        // Key `first + 1 + hidden` comes after the queries `first ..= first + hidden`.
        line[..(hidden + 1).min(COLUMNS)].fill(f32::NEG_INFINITY);
    }
}

/// Turns scores into `exp(score − max)` of each column; the maxima and sums of the columns.
#[inline(always)]
fn soften<const FMA: bool>(scores: &mut [Line]) -> (Line, Line) {
    let mut max = [f32::NEG_INFINITY; COLUMNS];
    for line in &*scores {
        for (max, &score) in max.iter_mut().zip(line) {
            *max = if score > *max { score } else { *max };
        }
    }
    let mut sum = [0.0; COLUMNS];
    for line in scores {
        for c in 0..COLUMNS {
            line[c] = exp::<FMA>(line[c] - max[c]);
            sum[c] += line[c];
        }
    }
    (max, sum)
}
