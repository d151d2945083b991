//! The backward pass.

use pulp::{Simd, WithSimd};

use super::super::exp::exp;
use super::super::simd::fma;
use super::super::vectors::{dispatch, fuses};
use super::forward::scores;
use super::tiles::{COLUMNS, HeadView, Left, Line, as_rows, product, transpose_block};
use super::{Heads, longest};

/// Given the queries `q [N, heads · hd]` and the log-sum-exp `lse [N, heads]` of the scores, writes the gradients `dk` and `dv` over `k` and
/// `v [N, kv_heads · hd]`, and `dq` over `dout [N, heads · hd]`.
///
/// With `dPᵢⱼ = doᵢ·vⱼ` and `dSᵢⱼ = Pᵢⱼ (dPᵢⱼ − Σⱼ Pᵢⱼ dPᵢⱼ)`: `dqᵢ = s Σⱼ dSᵢⱼ kⱼ`, `dkⱼ = s Σᵢ dSᵢⱼ qᵢ`, `dvⱼ = Σᵢ Pᵢⱼ doᵢ`,
/// the last two summed over the query heads that share the key-value head.
pub fn backward(
    [q, lse]: [&[f32]; 2],
    offsets: &[usize],
    heads: Heads,
    k: &mut [f32],
    v: &mut [f32],
    dout: &mut [f32],
) {
    let tokens = heads.check(q, k, v);
    assert!(
        dout.len() == q.len() && lse.len() == tokens * heads.heads,
        "output of an attention"
    );
    let longest = longest(offsets, tokens);
    dispatch(Backward {
        saved: [q, lse],
        offsets,
        heads,
        longest,
        gradients: [k, v, dout],
    });
}

pub(super) struct Backward<'a> {
    pub(super) saved: [&'a [f32]; 2],
    pub(super) offsets: &'a [usize],
    pub(super) heads: Heads,
    pub(super) longest: usize,
    pub(super) gradients: [&'a mut [f32]; 3],
}

impl WithSimd for Backward<'_> {
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

impl Backward<'_> {
    #[inline(always)]
    fn run<S: Simd, const FMA: bool>(self, simd: S) {
        let Backward {
            saved: [q, lse],
            offsets,
            heads,
            longest,
            gradients: [k, v, dout],
        } = self;
        let hd = heads.head_dim;
        let mut scratch = Scratch::new(longest, hd);
        for w in offsets.windows(2) {
            let (sequence, length) = (w[0]..w[1], w[1] - w[0]);
            for kv in 0..heads.kv_heads {
                let (key, value) = (heads.key(k, &sequence, kv), heads.key(v, &sequence, kv));
                scratch.dk[..length * hd].fill(0.0);
                scratch.dv[..length * hd].fill(0.0);
                for h in kv * heads.group()..(kv + 1) * heads.group() {
                    for first in (0..length).step_by(COLUMNS) {
                        let block = w[0] + first..w[1].min(w[0] + first + COLUMNS);
                        let mut column_lse = [0.0; COLUMNS];
                        let rows = lse[block.start * heads.heads..block.end * heads.heads]
                            .chunks_exact(heads.heads);
                        for (lse, row) in column_lse.iter_mut().zip(rows) {
                            *lse = row[h];
                        }
                        let query = heads.query(q, &block, h);
                        transpose_block(query, heads.scale(), &mut scratch.queries);
                        // Only this block reads these rows of the head, so that its own gradient can take their place.
                        let upstream = heads.query(dout, &block, h);
                        transpose_block(upstream, 1.0, &mut scratch.upstream);
                        scratch.block::<S, FMA>(
                            simd,
                            first,
                            &column_lse,
                            [key, value],
                            [query, upstream],
                        );
                        let dq = heads.query_rows(dout, &block, h);
                        for (row, found) in dq.zip(scratch.dq.chunks_exact(hd)) {
                            for (x, dq) in row.iter_mut().zip(found) {
                                *x = dq * heads.scale();
                            }
                        }
                    }
                }
                for (row, found) in heads
                    .key_rows(k, &sequence, kv)
                    .zip(scratch.dk.chunks_exact(hd))
                {
                    for (x, dk) in row.iter_mut().zip(found) {
                        *x = dk * heads.scale();
                    }
                }
                for (row, dv) in heads
                    .key_rows(v, &sequence, kv)
                    .zip(scratch.dv.chunks_exact(hd))
                {
                    row.copy_from_slice(dv);
                }
            }
        }
    }
}

/// The working memory of one sequence and key-value head. Names of gradients are those of [`backward`].
struct Scratch {
    /// A block of scaled queries and of gradients of outputs, transposed `[hd][COLUMNS]`.
    queries: Vec<Line>,
    upstream: Vec<Line>,
    /// `P` and `dS` of the block, transposed `[keys][COLUMNS]`.
    weights: Vec<Line>,
    slopes: Vec<Line>,
    /// The block's `dq / s`, `[COLUMNS, hd]`.
    dq: Vec<f32>,
    /// `dk / s` and `dv`, summed up over blocks and heads, `[keys, hd]`.
    dk: Vec<f32>,
    dv: Vec<f32>,
}

impl Scratch {
    fn new(longest: usize, hd: usize) -> Self {
        let lines = |n: usize| vec![[0.0; COLUMNS]; n];
        Scratch {
            queries: lines(hd),
            upstream: lines(hd),
            weights: lines(longest),
            slopes: lines(longest),
            dq: vec![0.0; COLUMNS * hd],
            dk: vec![0.0; longest * hd],
            dv: vec![0.0; longest * hd],
        }
    }

    /// The gradients of the block of queries from position `first` on, whose transposed operands are in place.
    #[inline(always)]
    fn block<S: Simd, const FMA: bool>(
        &mut self,
        simd: S,
        first: usize,
        lse: &Line,
        [keys, values]: [HeadView<'_>; 2],
        [queries, upstream]: [HeadView<'_>; 2],
    ) {
        let reach = (keys.tokens.len() / keys.width).min(first + COLUMNS);
        let (weights, slopes) = (&mut self.weights[..reach], &mut self.slopes[..reach]);
        scores(simd, keys, &self.queries, first, weights);
        let upstream_block = as_rows(&self.upstream);
        let out = slopes.as_flattened_mut();
        product::<S, false>(simd, Left::Rows(values), upstream_block, out);
        let mut mean = [0.0; COLUMNS];
        for (weight, slope) in weights.iter_mut().zip(&*slopes) {
            for c in 0..COLUMNS {
                weight[c] = exp::<FMA>(weight[c] - lse[c]);
                mean[c] = fma::<FMA>(weight[c], slope[c], mean[c]);
            }
        }
        for (weight, slope) in weights.iter().zip(&mut *slopes) {
            for c in 0..COLUMNS {
                slope[c] = weight[c] * (slope[c] - mean[c]);
            }
        }
        let [dk, dv] = [&mut self.dk, &mut self.dv].map(|sums| &mut sums[..reach * keys.dim]);
        product::<S, false>(simd, Left::Columns(slopes, first), keys, &mut self.dq);
        product::<S, true>(simd, Left::Rows(as_rows(weights)), upstream, dv);
        product::<S, true>(simd, Left::Rows(as_rows(slopes)), queries, dk);
    }
}
