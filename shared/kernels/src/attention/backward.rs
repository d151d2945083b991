//! The backward pass.

use super::super::exp::exp;
use super::super::simd::{fma, kernel};
use super::forward::{scores, weigh};
use super::pack::{
    COLUMNS, Line, ROWS, Tile, add_tiles_times_blocks, copy_block, pack_elements, pack_tokens,
    panels_times_block, round_up, transpose_block,
};
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
    backward_sequences([q, lse], offsets, heads, longest, [k, v, dout]);
}

kernel! {
    fn backward_sequences<'a, FMA, WIDE>(
        saved: [&'a [f32]; 2],
        offsets: &'a [usize],
        heads: Heads,
        longest: usize,
        gradients: [&'a mut [f32]; 3],
    ) {
        let [q, lse] = saved;
        let [k, v, dout] = gradients;
        let mut scratch = Scratch::new(longest, heads.head_dim);
        for w in offsets.windows(2) {
            let (sequence, length) = (w[0]..w[1], w[1] - w[0]);
            if length == 0 {
                continue;
            }
            for kv in 0..heads.kv_heads {
                let key = heads.key(k, &sequence, kv);
                let value = heads.key(v, &sequence, kv);
                scratch.start(length);
                pack_tokens(key, length, &mut scratch.keys);
                pack_tokens(value, length, &mut scratch.values);
                pack_elements(key, scratch.padded, &mut scratch.key_elements);
                for h in kv * heads.group()..(kv + 1) * heads.group() {
                    let query = heads.query(q, &sequence, h);
                    for first in (0..length).step_by(COLUMNS) {
                        let block = w[0] + first..w[1].min(w[0] + first + COLUMNS);
                        let mut column_lse = [0.0; COLUMNS];
                        let rows = lse[block.start * heads.heads..block.end * heads.heads]
                            .chunks_exact(heads.heads);
                        for (lse, row) in column_lse.iter_mut().zip(rows) {
                            *lse = row[h];
                        }
                        transpose_block(query.from(first), heads.scale(), &mut scratch.queries);
                        // Only this block reads these rows of the head, so that its own gradient can take their place.
                        let upstream = heads.query(dout, &sequence, h).from(first);
                        transpose_block(upstream, 1.0, &mut scratch.upstream);
                        copy_block(query.from(first), heads.scale(), &mut scratch.query_rows);
                        copy_block(upstream, 1.0, &mut scratch.upstream_rows);
                        scratch.block::<FMA, WIDE>(first, &column_lse);
                        let dq = heads.query_rows(dout, &block, h);
                        for (column, row) in dq.enumerate() {
                            for (x, line) in row.iter_mut().zip(&scratch.dq) {
                                *x = line[column] * heads.scale();
                            }
                        }
                    }
                }
                for (out, tiles) in [(&mut *k, &scratch.dk), (&mut *v, &scratch.dv)] {
                    let rows = heads.key_rows(out, &sequence, kv).enumerate();
                    for (j, row) in rows {
                        let tiles = tiles[j / ROWS * scratch.blocks..].iter();
                        for (part, tile) in row.chunks_mut(COLUMNS).zip(tiles) {
                            part.copy_from_slice(&tile[j % ROWS][..part.len()]);
                        }
                    }
                }
            }
        }
    }
}

/// The working memory of one sequence and key-value head. Names of gradients are those of [`backward`].
struct Scratch {
    /// Blocks over the elements of a head.
    blocks: usize,
    /// Length of the sequence, rounded up to whole tiles.
    padded: usize,
    /// Keys and values in panels over tokens, and keys in panels over elements.
    keys: Vec<f32>,
    values: Vec<f32>,
    key_elements: Vec<f32>,
    /// A block of scaled queries and of gradients of outputs, transposed `[hd][COLUMNS]`.
    queries: Vec<Line>,
    upstream: Vec<Line>,
    /// The same as they are, `[blocks][COLUMNS][COLUMNS]`.
    query_rows: Vec<[Line; COLUMNS]>,
    upstream_rows: Vec<[Line; COLUMNS]>,
    /// `P` and `dS` of the block, transposed `[padded][COLUMNS]`.
    weights: Vec<Line>,
    slopes: Vec<Line>,
    /// The block's `dq / s`, transposed.
    dq: Vec<Line>,
    /// `dk` and `dv`, summed up over blocks and heads: tile `t · blocks + b` is of the keys `ROWS t..` and the elements
    /// `COLUMNS b..`.
    dk: Vec<Tile>,
    dv: Vec<Tile>,
}

impl Scratch {
    fn new(longest: usize, hd: usize) -> Self {
        let slots = round_up(longest, ROWS);
        let blocks = hd.div_ceil(COLUMNS);
        let lines = |n: usize| vec![[0.0; COLUMNS]; n];
        Scratch {
            blocks,
            padded: 0,
            keys: vec![0.0; slots * hd],
            values: vec![0.0; slots * hd],
            key_elements: vec![0.0; slots * round_up(hd, ROWS)],
            queries: lines(hd),
            upstream: lines(hd),
            query_rows: vec![[[0.0; COLUMNS]; COLUMNS]; blocks],
            upstream_rows: vec![[[0.0; COLUMNS]; COLUMNS]; blocks],
            weights: lines(slots),
            slopes: lines(slots),
            dq: lines(round_up(hd, ROWS)),
            dk: vec![[[0.0; COLUMNS]; ROWS]; slots / ROWS * blocks],
            dv: vec![[[0.0; COLUMNS]; ROWS]; slots / ROWS * blocks],
        }
    }

    /// Makes ready for a sequence of `length` tokens.
    fn start(&mut self, length: usize) {
        self.padded = round_up(length, ROWS);
        let tiles = self.padded / ROWS * self.blocks;
        self.dk[..tiles].fill([[0.0; COLUMNS]; ROWS]);
        self.dv[..tiles].fill([[0.0; COLUMNS]; ROWS]);
    }

    /// The gradients of the block of queries from position `first` on, whose operands are in place.
    #[inline(always)]
    fn block<const FMA: bool, const WIDE: bool>(&mut self, first: usize, lse: &Line) {
        let reach = self.padded.min(first + COLUMNS);
        let (weights, slopes) = (&mut self.weights[..reach], &mut self.slopes[..reach]);
        scores::<FMA, WIDE>(&self.keys, &self.queries, first, weights);
        let (tiles, _) = slopes.as_chunks_mut::<ROWS>();
        let size = ROWS * self.upstream.len();
        panels_times_block::<FMA, WIDE>(&self.values, size, &self.upstream, tiles);
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
        weigh::<FMA, WIDE>(&self.key_elements, self.padded, slopes, &mut self.dq);
        let products = [
            (&*weights, &self.upstream_rows, &mut self.dv),
            (&*slopes, &self.query_rows, &mut self.dk),
        ];
        for (lines, blocks, sums) in products {
            let (tiles, _) = lines.as_chunks::<ROWS>();
            add_tiles_times_blocks::<FMA, WIDE>(tiles, blocks, sums);
        }
    }
}
