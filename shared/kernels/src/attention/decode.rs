//! Attention of one new token a row over the row's cache.
//!
//! Every sum goes through the tokens in their order, wherever they are kept, so that the bits are the same for a row that shares its
//! first tokens and for one that does not.

use super::super::exp::exp;
use super::super::simd::{fma, kernel, max, sum};
use super::super::threads::{both, is_worth_halving};
use super::super::vectors::{SECOND, prefetch};
use super::Heads;
use super::cached::{BLOCK, CachedRow};

/// Elements of a head that a pass over the values sums at once: as many sums as hide the time that an addition takes.
const ELEMENTS: usize = 32;

/// Attention of `q [B, heads · hd]`, one token a row, over all that its row of `rows [B]` holds, into
/// `out [B, heads · hd]`. A row that holds nothing gives zeros. Where there are `new` keys and values, `[B, kv_heads · hd]` each, each row gets
/// one more token first.
pub fn decode(
    q: &[f32],
    new: Option<[&[f32]; 2]>,
    rows: &mut [CachedRow],
    heads: Heads,
    out: &mut [f32],
) {
    heads.check(&[], &[], &[]);
    assert!(
        q.len() == rows.len() * heads.query_width() && q.len() == out.len(),
        "rows of a cache"
    );
    let width = heads.key_width();
    let whole = |row: &CachedRow| {
        let mut stretches = row.stretches();
        stretches.all(|stretch| stretch.values.len() == stretch.length * width)
    };
    assert!(
        rows.iter().all(whole)
            && new.is_none_or(|new| new.iter().all(|x| x.len() == rows.len() * width)),
        "keys and values of a row"
    );
    decode_halves(q, new, rows, heads, out);
}

/// Halves the rows while another thread of the pool that this is called in is worth it.
fn decode_halves(
    q: &[f32],
    new: Option<[&[f32]; 2]>,
    rows: &mut [CachedRow],
    heads: Heads,
    out: &mut [f32],
) {
    let tokens: usize = rows.iter().map(CachedRow::len).sum();
    if rows.len() < 2 || !is_worth_halving(2 * tokens * heads.query_width()) {
        return decode_rows(q, new, rows, heads, out);
    }
    let half = rows.len() / 2;
    let (q, other_q) = q.split_at(half * heads.query_width());
    let (out, other_out) = out.split_at_mut(half * heads.query_width());
    let (rows, other_rows) = rows.split_at_mut(half);
    let halves = new.map(|new| new.map(|x| x.split_at(half * heads.key_width())));
    let other_new = halves.map(|halves| halves.map(|(_, second)| second));
    let new = halves.map(|halves| halves.map(|(first, _)| first));
    both(
        || decode_halves(q, new, rows, heads, out),
        || decode_halves(other_q, other_new, other_rows, heads, other_out),
    );
}

kernel! {
    fn decode_rows<'a, FMA>(
        q: &'a [f32],
        new: Option<[&'a [f32]; 2]>,
        rows: &'a mut [CachedRow],
        heads: Heads,
        out: &'a mut [f32],
    ) {
        let (hd, narrow, wide) = (heads.head_dim, heads.key_width(), heads.query_width());
        let mut weights: Vec<f32> = Vec::new();
        let tokens = q.chunks_exact(wide).zip(out.chunks_exact_mut(wide));
        for (i, (q, out)) in tokens.enumerate() {
            if let Some(new) = new {
                // Now, since the row before has asked for where it is written.
                let [keys, values] = new.map(|x| &x[i * narrow..][..narrow]);
                rows[i].extend(keys, values, narrow);
            }
            let row = &rows[i];
            let next = rows.get(i + 1).unwrap_or(row);
            for (h, (q, out)) in q.chunks_exact(hd).zip(out.chunks_exact_mut(hd)).enumerate() {
                let head = h / heads.group() * hd;
                let [mut keys_ahead, mut values_ahead] = next.own_part(h, heads.heads).map(Ahead);
                weights.clear();
                for stretch in row.stretches() {
                    let end = weights.len() + stretch.length;
                    for block in stretch.keys.chunks_exact(narrow * BLOCK) {
                        weights.extend_from_slice(&block_scores::<FMA>(q, &block[head * BLOCK..], &mut keys_ahead));
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
                    *part = weighted_sum::<FMA, ELEMENTS>(&weights, row, narrow, start, &mut values_ahead);
                    start += ELEMENTS;
                }
                // Of small heads this is all.
                for part in halves {
                    *part = weighted_sum::<FMA, { ELEMENTS / 2 }>(&weights, row, narrow, start, &mut values_ahead);
                    start += ELEMENTS / 2;
                }
                for element in rest {
                    [*element] = weighted_sum::<FMA, 1>(&weights, row, narrow, start, &mut values_ahead);
                    start += 1;
                }
                out.iter_mut().for_each(|o| *o *= share);
            }
        }
    }
}

/// What the next row will read, and a head of this row asks for: it comes from far, as a row is read once a step.
struct Ahead(*const f32);

impl Ahead {
    #[inline(always)]
    fn ask(&mut self) {
        prefetch::<SECOND>(self.0);
        self.0 = self.0.wrapping_add(16);
    }
}

/// Inner products of a query with the keys of a block, `keys [hd, BLOCK]`.
#[inline(always)]
fn block_scores<const FMA: bool>(q: &[f32], keys: &[f32], ahead: &mut Ahead) -> [f32; BLOCK] {
    let mut scores = [0.0; BLOCK];
    for (&q, keys) in q.iter().zip(keys.as_chunks::<BLOCK>().0) {
        ahead.ask();
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
    ahead: &mut Ahead,
) -> [f32; N] {
    let mut sums = [0.0; N];
    for stretch in row.stretches() {
        let (here, after) = weights.split_at(stretch.length);
        for (value, &weight) in stretch.values.chunks_exact(width).zip(here) {
            let Some(value) = value[start..].first_chunk::<N>() else {
                break;
            };
            ahead.ask();
            for i in 0..N {
                sums[i] = fma::<FMA>(weight, value[i], sums[i]);
            }
        }
        weights = after;
    }
    sums
}
