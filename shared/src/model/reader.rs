//! The decoder as it reads tokens into a cache on a CPU: the same function as [`Decoder::hidden`](super::Decoder::hidden), with no tensor between its
//! operations.
//!
//! Beside one new token a row, what a tensor costs counts. What a row gives is the same bit for bit whatever rows stand beside
//! it, since no operation looks at another row and products sum in one order ([`super::kernels::product`]). A test holds it against the
//! decoder on tensors.

use super::config::ModelConfig;
use super::fused::heads;
use super::kernels::attention::{self, CachedRow};
use super::kernels::rope::{self, HeadNorm, RopeTable};
use super::kernels::{add, rms_norm, swiglu};
use super::matrix::{Matrix, Numbers, Table};
use super::packing::Packing;
use super::parts::LayerParts;
use super::row_cache::RowCache;

/// The weights of a decoder, where the kernels find them.
#[derive(Debug)]
pub(super) struct Reader {
    pub(super) embedding: Table,
    pub(super) layers: Vec<LayerReader>,
    pub(super) norm: Numbers,
    pub(super) head: Matrix,
}

pub(super) type LayerReader = LayerParts<Matrix, Numbers>;

/// What a decoder is beside its weights.
#[derive(Clone, Copy)]
pub(super) struct Shape<'a> {
    pub(super) config: &'a ModelConfig,
    pub(super) rope: &'a RopeTable,
}

impl Reader {
    /// Final hidden states `[tokens, hidden]` of new tokens after those that the rows of `cache` hold; with `last` those of each row's last token
    /// alone.
    ///
    /// # Panics
    /// When a row that already holds tokens gets more than one.
    pub(super) fn read(
        &self,
        tokens: &[u32],
        packing: &Packing,
        cache: &mut RowCache,
        shape: Shape<'_>,
        last: bool,
    ) -> Vec<f32> {
        let (d, eps) = (shape.config.hidden_size, shape.config.rms_norm_eps);
        let (positions, rows) = cache.advance(packing);
        let mut state = State {
            x: Vec::with_capacity(tokens.len() * d),
            positions,
            ..State::default()
        };
        for &token in tokens {
            self.embedding.append_row(token as usize, &mut state.x);
        }
        let layers = self.layers.iter().zip(rows);
        for (i, (layer, rows)) in layers.enumerate() {
            // The last layer need only write down keys and values of the other tokens.
            let only = last && i + 1 == self.layers.len();
            layer.read(&mut state, packing, shape, rows, only);
        }
        let mut hidden = std::mem::take(&mut state.h);
        hidden.resize(state.x.len(), 0.0);
        rms_norm::forward(&state.x, self.norm.get(), eps, &mut hidden);
        hidden
    }

    /// The logits `[rows, vocab]` after the last token of each row, see [`Reader::read`].
    pub(super) fn next_logits(
        &self,
        tokens: &[u32],
        packing: &Packing,
        cache: &mut RowCache,
        shape: Shape<'_>,
        logits: &mut Vec<f32>,
    ) {
        let hidden = self.read(tokens, packing, cache, shape, true);
        self.head.times(&hidden, logits);
    }
}

/// What goes from layer to layer, and space that they use.
#[derive(Default)]
struct State {
    /// `[tokens, hidden]`.
    x: Vec<f32>,
    positions: Vec<u32>,
    h: Vec<f32>,
    raw: Vec<f32>,
    q: Vec<f32>,
    k: Vec<f32>,
    v: Vec<f32>,
    attended: Vec<f32>,
    gate: Vec<f32>,
    up: Vec<f32>,
    gated: Vec<f32>,
}

impl LayerReader {
    /// The layer's forward pass, see [`Layer`](super::decoder::Layer); with `last` only of each row's last token, with which it replaces the state.
    fn read(
        &self,
        state: &mut State,
        packing: &Packing,
        Shape { config, rope }: Shape<'_>,
        rows: &mut [CachedRow],
        last: bool,
    ) {
        let eps = config.rms_norm_eps;
        let (heads, width) = (heads(config), config.num_kv_heads * config.head_dim);
        let State {
            x,
            positions,
            h,
            raw,
            q,
            k,
            v,
            attended,
            gate,
            up,
            gated,
        } = state;
        let rotate = |x: &[f32], norm: &Option<Numbers>, positions: &[u32], y: &mut Vec<f32>| {
            let norm = norm.as_ref().map(|weight| HeadNorm {
                weight: weight.get(),
                eps,
            });
            y.resize(x.len(), 0.0);
            rope::forward(x, norm, positions, rope, y);
        };
        h.resize(x.len(), 0.0);
        rms_norm::forward(x, self.attention_norm.get(), eps, h);
        self.k.times(h, raw);
        rotate(raw, &self.k_norm, positions, k);
        self.v.times(h, v);
        let first = rows.iter().all(CachedRow::is_empty);
        assert!(
            first || packing.tokens() == packing.sequences(),
            "a cache is extended token by token"
        );
        if first {
            for (row, w) in rows.iter_mut().zip(packing.offsets().windows(2)) {
                let new = w[0] * width..w[1] * width;
                row.extend(&k[new.clone()], &v[new], width);
            }
        }
        if last && packing.tokens() > packing.sequences() {
            let tokens = packing.last_tokens();
            take_rows(x, &tokens, config.hidden_size);
            take_rows(h, &tokens, config.hidden_size);
            take_rows(positions, &tokens, 1);
        }
        self.q.times(h, raw);
        rotate(raw, &self.q_norm, positions, q);
        attended.resize(q.len(), 0.0);
        if !first {
            attention::decode(q, Some([k, v]), rows, heads, attended);
        } else if !last {
            let mut lse = vec![0.0; packing.tokens() * config.num_heads];
            attention::forward(q, k, v, packing.offsets(), heads, attended, &mut lse);
        } else {
            attention::decode(q, None, rows, heads, attended);
        }
        self.o.times(attended, h);
        add(x, h);
        rms_norm::forward(x, self.mlp_norm.get(), eps, h);
        self.gate.times(h, gate);
        self.up.times(h, up);
        gated.resize(gate.len(), 0.0);
        swiglu::forward(gate, up, gated);
        self.down.times(gated, h);
        add(x, h);
    }
}

/// Keeps the rows named, which ascend, of `x [N, width]`.
fn take_rows<T: Copy>(x: &mut Vec<T>, rows: &[usize], width: usize) {
    for (to, from) in rows.iter().enumerate() {
        x.copy_within(from * width..(from + 1) * width, to * width);
    }
    x.truncate(rows.len() * width);
}
