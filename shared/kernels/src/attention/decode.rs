//! Attention of one new token a row over the row's cache.
//!
//! Every sum goes through the tokens in their order, wherever they are kept, so that the bits are the same for a row that shares its
//! first tokens and for one that does not.

use super::super::exp::exp;
use super::super::simd::{fma, kernel, max, sum};
use super::Heads;
use super::cached::{BLOCK, CachedRow};

/// Elements of a head that a pass over the values sums at once: as many sums as hide the time that an addition takes.
const ELEMENTS: usize = 32;

/// Attention of `q [B, heads · hd]`, one token a row, over all that its row of `rows [B]` holds, into
/// `out [B, heads · hd]`. A row that holds nothing gives zeros.
pub fn decode(q: &[f32], rows: &[CachedRow], heads: Heads, out: &mut [f32]) {
    heads.check(&[], &[], &[]);
    assert!(
        q.len() == rows.len() * heads.query_width() && q.len() == out.len(),
        "rows of a cache"
    );
    let width = heads.key_width();
    let mut stretches = rows.iter().flat_map(CachedRow::stretches);
    assert!(
        stretches.all(|stretch| stretch.values.len() == stretch.length * width),
        "keys and values of a row"
    );
    decode_rows(q, rows, heads, out);
}

kernel! {
    fn decode_rows<'a, FMA>(q: &'a [f32], rows: &'a [CachedRow], heads: Heads, out: &'a mut [f32]) {
        let (hd, narrow, wide) = (heads.head_dim, heads.key_width(), heads.query_width());
        let mut weights: Vec<f32> = Vec::new();
        let tokens = q.chunks_exact(wide).zip(out.chunks_exact_mut(wide));
        for ((q, out), row) in tokens.zip(rows) {
            for (h, (q, out)) in q.chunks_exact(hd).zip(out.chunks_exact_mut(hd)).enumerate() {
                let head = h / heads.group() * hd;
                weights.clear();
                for stretch in row.stretches() {
                    let end = weights.len() + stretch.length;
                    for block in stretch.keys.chunks_exact(narrow * BLOCK) {
                        weights.extend_from_slice(&block_scores::<FMA>(q, &block[head * BLOCK..]));
                    }
                    weights.truncate(end);
                }
                let (scale, top) = (heads.scale(), max(&weights));
                for weight in &mut weights {
                    *weight = exp::<FMA>((*weight - top) * scale);
                }
                let mass = sum(&weights);
                let share = if mass == 0.0 { 0.0 } else { 1.0 / mass };
                let (parts, rest) = out.as_chunks_mut::<ELEMENTS>();
                let (halves, rest) = rest.as_chunks_mut::<{ ELEMENTS / 2 }>();
                let mut start = head;
                for part in parts {
                    *part = weighted_sum::<FMA, ELEMENTS>(&weights, row, narrow, start);
                    start += ELEMENTS;
                }
                // Of small heads this is all.
                for part in halves {
                    *part = weighted_sum::<FMA, { ELEMENTS / 2 }>(&weights, row, narrow, start);
                    start += ELEMENTS / 2;
                }
                for element in rest {
                    [*element] = weighted_sum::<FMA, 1>(&weights, row, narrow, start);
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

/// `Σ weight · value[start..start + N]` over the tokens of a row, whose values are `width` wide.
#[inline(always)]
fn weighted_sum<const FMA: bool, const N: usize>(
    mut weights: &[f32],
    row: &CachedRow,
    width: usize,
    start: usize,
) -> [f32; N] {
    let mut sums = [0.0; N];
    for stretch in row.stretches() {
        let (here, after) = weights.split_at(stretch.length);
        for (value, &weight) in stretch.values.chunks_exact(width).zip(here) {
            let Some(value) = value[start..].first_chunk::<N>() else {
                break;
            };
            for i in 0..N {
                sums[i] = fma::<FMA>(weight, value[i], sums[i]);
            }
        }
        weights = after;
    }
    sums
}
