//! Attention of one new token a row over the row's cache.

use super::super::exp::exp;
use super::super::simd::{fma, kernel, max};
use super::Heads;

/// Keys of a cache lie transposed in blocks of so many tokens: the scores of a block then come out side by side, without a
/// sum across a vector for each key.
const BLOCK: usize = 32;
/// Elements of a head that a pass over the values sums at once: as many sums as hide the time that an addition takes.
const ELEMENTS: usize = 32;

/// The keys and values that one row of a batch has in one layer.
#[derive(Debug, Clone, Default)]
pub struct CachedRow {
    length: usize,
    /// `[blocks, kv_heads · hd, BLOCK]`; zero beyond `length`.
    keys: Vec<f32>,
    /// `[length, kv_heads · hd]`.
    values: Vec<f32>,
}

impl CachedRow {
    /// True where the row holds no token.
    pub fn is_empty(&self) -> bool {
        self.length == 0
    }

    /// Appends tokens: `keys` and `values [new, width]`, where `width` is `kv_heads · hd`, the same at every call.
    pub fn extend(&mut self, keys: &[f32], values: &[f32], width: usize) {
        assert!(
            keys.len() == values.len() && keys.len().is_multiple_of(width),
            "keys and values of a row"
        );
        self.values.extend_from_slice(values);
        for key in keys.chunks_exact(width) {
            let (block, lane) = (self.length / BLOCK, self.length % BLOCK);
            if lane == 0 {
                self.keys.resize((block + 1) * width * BLOCK, 0.0);
            }
            let block = &mut self.keys[block * width * BLOCK..];
            for (lanes, &element) in block.chunks_exact_mut(BLOCK).zip(key) {
                lanes[lane] = element;
            }
            self.length += 1;
        }
    }
}

/// Attention of `q [B, heads · hd]`, one token a row, over all that its row of `rows [B]` holds, into
/// `out [B, heads · hd]`. A row that holds nothing gives zeros.
pub fn decode(q: &[f32], rows: &[CachedRow], heads: Heads, out: &mut [f32]) {
    heads.check(&[], &[], &[]);
    assert!(
        q.len() == rows.len() * heads.query_width() && q.len() == out.len(),
        "rows of a cache"
    );
    for row in rows {
        assert!(
            row.values.len() == row.length * heads.key_width(),
            "keys and values of a row"
        );
    }
    decode_rows(q, rows, heads, out);
}

kernel! {
    fn decode_rows<'a, FMA>(q: &'a [f32], rows: &'a [CachedRow], heads: Heads, out: &'a mut [f32]) {
        let (hd, narrow, wide) = (heads.head_dim, heads.key_width(), heads.query_width());
        let mut scores: Vec<f32> = Vec::new();
        let tokens = q.chunks_exact(wide).zip(out.chunks_exact_mut(wide));
        for ((q, out), row) in tokens.zip(rows) {
            for (h, (q, out)) in q.chunks_exact(hd).zip(out.chunks_exact_mut(hd)).enumerate() {
                let head = h / heads.group() * hd;
                scores.clear();
                for block in row.keys.chunks_exact(narrow * BLOCK) {
                    scores.extend_from_slice(&block_scores::<FMA>(q, &block[head * BLOCK..]));
                }
                scores.truncate(row.length);
                let (scale, top) = (heads.scale(), max(&scores));
                let mut sum = 0.0;
                for score in &mut scores {
                    *score = exp::<FMA>((*score - top) * scale);
                }
                for &score in &scores {
                    sum += score;
                }
                let share = if sum == 0.0 { 0.0 } else { 1.0 / sum };
                let (wide_parts, rest) = out.as_chunks_mut::<ELEMENTS>();
                let mut start = head;
                for part in wide_parts {
                    *part = weighted_sum::<FMA, ELEMENTS>(&scores, &row.values, narrow, start);
                    start += ELEMENTS;
                }
                for element in rest {
                    [*element] = weighted_sum::<FMA, 1>(&scores, &row.values, narrow, start);
                    start += 1;
                }
                out.iter_mut().for_each(|o| *o *= share);
            }
        }
    }
}

/// Inner products of a query with the keys of a block, `keys [hd, BLOCK]`.
#[inline(always)]
fn block_scores<const FMA: bool>(q: &[f32], keys: &[f32]) -> [f32; BLOCK] {
    let mut scores = [0.0; BLOCK];
    for (&q, keys) in q.iter().zip(keys.as_chunks::<BLOCK>().0) {
        for i in 0..BLOCK {
            scores[i] = fma::<FMA>(q, keys[i], scores[i]);
        }
    }
    scores
}

/// `Σ weight · value[start..start + N]` over the tokens, `values [tokens, width]`.
#[inline(always)]
fn weighted_sum<const FMA: bool, const N: usize>(
    weights: &[f32],
    values: &[f32],
    width: usize,
    start: usize,
) -> [f32; N] {
    let mut sums = [0.0; N];
    for (value, &weight) in values.chunks_exact(width).zip(weights) {
        let Some(value) = value[start..].first_chunk::<N>() else {
            break;
        };
        for i in 0..N {
            sums[i] = fma::<FMA>(weight, value[i], sums[i]);
        }
    }
    sums
}
