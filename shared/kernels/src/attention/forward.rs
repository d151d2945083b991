//! The forward pass.

use super::super::exp::exp;
use super::super::simd::kernel;
use super::pack::{
    COLUMNS, Line, ROWS, pack_elements, pack_tokens, panels_times_block, round_up, transpose_block,
};
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
    forward_sequences([q, k, v], offsets, heads, longest, out, lse);
}

kernel! {
    fn forward_sequences<'a, FMA, WIDE>(
        inputs: [&'a [f32]; 3],
        offsets: &'a [usize],
        heads: Heads,
        longest: usize,
        out: &'a mut [f32],
        lse: &'a mut [f32],
    ) {
        let [q, k, v] = inputs;
        let hd = heads.head_dim;
        let slots = round_up(longest, ROWS);
        let mut keys = vec![0.0; slots * hd];
        let mut values = vec![0.0; round_up(hd, ROWS) * slots];
        let mut queries = vec![[0.0; COLUMNS]; hd];
        let mut weights = vec![[0.0; COLUMNS]; slots];
        let mut sums = vec![[0.0; COLUMNS]; round_up(hd, ROWS)];
        for w in offsets.windows(2) {
            let (sequence, length) = (w[0]..w[1], w[1] - w[0]);
            if length == 0 {
                continue;
            }
            let padded = round_up(length, ROWS);
            for kv in 0..heads.kv_heads {
                pack_tokens(heads.key(k, &sequence, kv), length, &mut keys);
                pack_elements(heads.key(v, &sequence, kv), padded, &mut values);
                for h in kv * heads.group()..(kv + 1) * heads.group() {
                    let query = heads.query(q, &sequence, h);
                    for first in (0..length).step_by(COLUMNS) {
                        transpose_block(query.from(first), heads.scale(), &mut queries);
                        let weights = &mut weights[..padded.min(first + COLUMNS)];
                        scores::<FMA, WIDE>(&keys, &queries, first, weights);
                        let (max, sum) = soften::<FMA>(weights);
                        weigh::<FMA, WIDE>(&values, padded, weights, &mut sums);
                        let block = w[0] + first..w[1].min(w[0] + first + COLUMNS);
                        let rows = heads.query_rows(out, &block, h);
                        for (column, row) in rows.enumerate() {
                            let inverse = 1.0 / sum[column];
                            for (x, line) in row.iter_mut().zip(&sums) {
                                *x = line[column] * inverse;
                            }
                            lse[(block.start + column) * heads.heads + h] = max[column] + sum[column].ln();
                        }
                    }
                }
            }
        }
    }
}

/// The scores of a block of queries, transposed: line `j` holds the score of key `j` for each query, `-inf` where the key
/// comes after the query. `first` is the position of the block's first query.
#[inline(always)]
pub(super) fn scores<const FMA: bool, const WIDE: bool>(
    keys: &[f32],
    queries: &[Line],
    first: usize,
    scores: &mut [Line],
) {
    let (tiles, _) = scores.as_chunks_mut::<ROWS>();
    panels_times_block::<FMA, WIDE>(keys, ROWS * queries.len(), queries, tiles);
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

/// Sums over tokens of packed elements, weighed: `sums [dim][COLUMNS]`, filled up to whole tiles.
#[inline(always)]
pub(super) fn weigh<const FMA: bool, const WIDE: bool>(
    elements: &[f32],
    padded: usize,
    weights: &[Line],
    sums: &mut [Line],
) {
    let (tiles, _) = sums.as_chunks_mut::<ROWS>();
    panels_times_block::<FMA, WIDE>(elements, ROWS * padded, weights, tiles);
}
