//! Causal grouped-query attention over packed sequences, its backward pass, and attention of single new tokens over a
//! cache.
//!
//! For every sequence and query head, with `s = 1 / sqrt(hd)` and `j ≤ i`:
//! `Pᵢⱼ = softmaxⱼ(s qᵢ·kⱼ)`, `oᵢ = Σⱼ Pᵢⱼ vⱼ`. Query head `h` attends to the key-value head `h / (heads / kv_heads)`.
//!
//! Queries are taken sixteen at a time, and the scores of a block are held transposed, `[keys, 16]`: the softmax then runs
//! down the columns, sixteen in parallel and without sums across a vector. Keys and values are read where they lie; of a block only the
//! queries, and the gradients of its outputs, are laid out anew. The weights are not kept for the backward pass; they come back from the scores and the saved
//! log-sum-exp, as in FlashAttention (Dao et al. 2022).

mod backward;
mod cached;
mod decode;
mod forward;
mod tiles;

use std::ops::Range;

use tiles::HeadView;

pub use backward::backward;
pub use cached::CachedRow;
pub use decode::decode;
pub use forward::forward;

/// The heads of an attention layer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Heads {
    /// Query heads; a multiple of `kv_heads`.
    pub heads: usize,
    /// Key-value heads.
    pub kv_heads: usize,
    /// Size of a head.
    pub head_dim: usize,
}

impl Heads {
    /// Elements of a token's queries: `heads · hd`.
    pub fn query_width(&self) -> usize {
        self.heads * self.head_dim
    }

    /// Elements of a token's keys, and of its values: `kv_heads · hd`.
    pub fn key_width(&self) -> usize {
        self.kv_heads * self.head_dim
    }

    /// Query heads that share a key-value head.
    fn group(&self) -> usize {
        self.heads / self.kv_heads
    }

    /// `1 / sqrt(hd)`.
    fn scale(&self) -> f32 {
        1.0 / (self.head_dim as f32).sqrt()
    }

    /// Number of tokens, after a check of the shapes.
    fn check(&self, q: &[f32], k: &[f32], v: &[f32]) -> usize {
        assert!(
            self.head_dim > 0
                && self.heads > 0
                && self.kv_heads > 0
                && self.heads.is_multiple_of(self.kv_heads),
            "heads of an attention: {self:?}"
        );
        let tokens = q.len() / self.query_width();
        assert_eq!(
            q.len(),
            tokens * self.query_width(),
            "queries of an attention"
        );
        assert!(
            k.len() == tokens * self.key_width() && v.len() == k.len(),
            "keys and values of an attention"
        );
        tokens
    }

    /// Query head `h` of a run of tokens.
    #[inline(always)]
    fn query<'a>(&self, q: &'a [f32], tokens: &Range<usize>, h: usize) -> HeadView<'a> {
        self.view(q, tokens, h, self.query_width())
    }

    /// Key-value head `h` of a run of tokens.
    #[inline(always)]
    fn key<'a>(&self, k: &'a [f32], tokens: &Range<usize>, h: usize) -> HeadView<'a> {
        self.view(k, tokens, h, self.key_width())
    }

    #[inline(always)]
    fn view<'a>(
        &self,
        x: &'a [f32],
        tokens: &Range<usize>,
        h: usize,
        width: usize,
    ) -> HeadView<'a> {
        HeadView {
            tokens: &x[tokens.start * width..tokens.end * width],
            width,
            start: h * self.head_dim,
            dim: self.head_dim,
        }
    }

    /// Query head `h` of each token of a run, to be written.
    #[inline(always)]
    fn query_rows<'a>(
        &self,
        q: &'a mut [f32],
        tokens: &Range<usize>,
        h: usize,
    ) -> impl Iterator<Item = &'a mut [f32]> + use<'a> {
        head_rows(
            q,
            tokens,
            h * self.head_dim,
            self.head_dim,
            self.query_width(),
        )
    }

    /// Key-value head `h` of each token of a run, to be written.
    #[inline(always)]
    fn key_rows<'a>(
        &self,
        k: &'a mut [f32],
        tokens: &Range<usize>,
        h: usize,
    ) -> impl Iterator<Item = &'a mut [f32]> + use<'a> {
        head_rows(
            k,
            tokens,
            h * self.head_dim,
            self.head_dim,
            self.key_width(),
        )
    }
}

#[inline(always)]
fn head_rows<'a>(
    x: &'a mut [f32],
    tokens: &Range<usize>,
    start: usize,
    dim: usize,
    width: usize,
) -> impl Iterator<Item = &'a mut [f32]> + use<'a> {
    x[tokens.start * width..tokens.end * width]
        .chunks_exact_mut(width)
        .map(move |token| &mut token[start..start + dim])
}

/// Longest sequence, after a check of the offsets of `tokens` tokens.
fn longest(offsets: &[usize], tokens: usize) -> usize {
    assert!(
        offsets.first().is_none_or(|&o| o == 0) && offsets.last().copied().unwrap_or(0) == tokens,
        "offsets cover all tokens"
    );
    assert!(offsets.is_sorted(), "offsets ascend");
    offsets.windows(2).map(|w| w[1] - w[0]).max().unwrap_or(0)
}

#[cfg(test)]
mod tests;
