//! Attention of one new token a row over the row's cache.

use super::super::exp::exp;
use super::super::simd::{dot, fma, kernel, max};
use super::Heads;

/// The keys and values of one row, the newest token's among them.
#[derive(Debug, Clone, Copy)]
pub struct CachedRow<'a> {
    /// `[length, kv_heads · hd]`.
    pub keys: &'a [f32],
    /// `[length, kv_heads · hd]`.
    pub values: &'a [f32],
}

/// Attention of `q [B, heads · hd]`, one token a row, over all that its row of `rows [B]` holds, into
/// `out [B, heads · hd]`. A row that holds nothing gives zeros.
pub fn decode(q: &[f32], rows: &[CachedRow<'_>], heads: Heads, out: &mut [f32]) {
    heads.check(&[], &[], &[]);
    assert!(
        q.len() == rows.len() * heads.query_width() && q.len() == out.len(),
        "rows of a cache"
    );
    for row in rows {
        let length = row.keys.len() / heads.key_width();
        assert!(
            row.keys.len() == length * heads.key_width() && row.values.len() == row.keys.len(),
            "keys and values of a row"
        );
    }
    decode_rows(q, rows, heads, out);
}

kernel! {
    fn decode_rows<'a, FMA>(q: &'a [f32], rows: &'a [CachedRow<'a>], heads: Heads, out: &'a mut [f32]) {
        let (hd, narrow, wide) = (heads.head_dim, heads.key_width(), heads.query_width());
        let mut scores = Vec::new();
        let tokens = q.chunks_exact(wide).zip(out.chunks_exact_mut(wide));
        for ((q, out), row) in tokens.zip(rows) {
            let length = row.keys.len() / narrow;
            for (h, (q, out)) in q.chunks_exact(hd).zip(out.chunks_exact_mut(hd)).enumerate() {
                let head = h / heads.group() * hd;
                let head = head..head + hd;
                scores.resize(length, 0.0);
                for (score, k) in scores.iter_mut().zip(row.keys.chunks_exact(narrow)) {
                    *score = dot::<FMA>(q, &k[head.clone()]);
                }
                let (scale, top) = (heads.scale(), max(&scores));
                let mut sum = 0.0;
                for score in &mut scores {
                    *score = exp::<FMA>((*score - top) * scale);
                }
                for &score in &scores {
                    sum += score;
                }
                out.fill(0.0);
                for (v, &weight) in row.values.chunks_exact(narrow).zip(&scores) {
                    for (o, &v) in out.iter_mut().zip(&v[head.clone()]) {
                        *o = fma::<FMA>(weight, v, *o);
                    }
                }
                if sum != 0.0 {
                    out.iter_mut().for_each(|o| *o /= sum);
                }
            }
        }
    }
}
