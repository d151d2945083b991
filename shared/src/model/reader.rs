//! The decoder as it reads tokens into a cache on a CPU: the same function as [`Decoder::hidden`], with no tensor between its
//! operations.
//!
//! Beside one new token a row, what a tensor costs counts. What a row gives is the same bit for bit whatever rows stand beside
//! it, since no operation looks at another row and products sum in one order ([`super::kernels::product`]). A test holds it against the
//! decoder on tensors.

use std::sync::Arc;

use burn::backend::Flex;
use burn::module::Param;
use burn::tensor::Tensor;
use burn_flex::FlexTensor;

use super::decoder::{Decoder, Layer, Linear, RmsNorm, Shape};
use super::fused::{heads, plain, values};
use super::kernels::attention::{self, CachedRow};
use super::kernels::blocks::{self, Blocks};
use super::kernels::product::{by_columns, by_rows};
use super::kernels::rope::{self, HeadNorm};
use super::kernels::{add, rms_norm, swiglu};
use super::packing::Packing;

/// The weights of a decoder, where the kernels find them. They are the decoder's own, not copies.
#[derive(Debug)]
pub(super) struct Reader {
    embedding: Table,
    layers: Vec<LayerReader>,
    norm: FlexTensor,
    head: Matrix,
}

#[derive(Debug)]
struct LayerReader {
    attention_norm: FlexTensor,
    q: Matrix,
    k: Matrix,
    v: Matrix,
    o: Matrix,
    q_norm: Option<FlexTensor>,
    k_norm: Option<FlexTensor>,
    mlp_norm: FlexTensor,
    gate: Matrix,
    up: Matrix,
    down: Matrix,
}

/// A matrix `[out, in]`, as it lies.
#[derive(Debug)]
enum Matrix {
    /// Column by column: `in` columns.
    Columns(FlexTensor, usize),
    /// Row by row, each of `in` elements.
    Rows(FlexTensor, usize),
    Blocks(Arc<Blocks>),
}

/// A table `[rows, width]`, which is looked up by rows.
#[derive(Debug)]
enum Table {
    Values(FlexTensor, usize),
    Blocks(Arc<Blocks>),
}

/// New tokens of the rows of a cache, and their positions.
pub(super) struct New<'a> {
    pub(super) tokens: &'a [u32],
    pub(super) packing: &'a Packing,
    pub(super) positions: Vec<u32>,
}

impl Reader {
    /// Of a decoder on a CPU, without a graph and without adapters.
    pub(super) fn of(decoder: &Decoder) -> Self {
        let backbone = &decoder.model;
        Reader {
            embedding: Table::of(&backbone.embed_tokens),
            layers: backbone.layers.iter().map(LayerReader::of).collect(),
            norm: gains(&backbone.norm.weight),
            head: Matrix::of(decoder.head()),
        }
    }

    /// Final hidden states `[tokens, hidden]` of new tokens after those that the rows hold, for each layer; with `last` those of each
    /// row's last token alone.
    ///
    /// # Panics
    /// When a row that already holds tokens gets more than one.
    pub(super) fn read(
        &self,
        new: New<'_>,
        shape: &Shape,
        rows: &mut [Vec<CachedRow>],
        last: bool,
    ) -> Vec<f32> {
        let (d, eps) = (shape.config.hidden_size, shape.config.rms_norm_eps);
        let mut state = State {
            x: Vec::with_capacity(new.tokens.len() * d),
            positions: new.positions,
            ..State::default()
        };
        for &token in new.tokens {
            self.embedding.append_row(token as usize, &mut state.x);
        }
        let layers = self.layers.iter().zip(rows);
        for (i, (layer, rows)) in layers.enumerate() {
            // The last layer need only write down keys and values of the other tokens.
            let only = last && i + 1 == self.layers.len();
            layer.read(&mut state, new.packing, shape, rows, only);
        }
        let mut hidden = std::mem::take(&mut state.h);
        hidden.resize(state.x.len(), 0.0);
        rms_norm::forward(&state.x, values(&self.norm), eps, &mut hidden);
        hidden
    }

    /// Logits `[rows, vocab]` of hidden states `[rows, hidden]`.
    pub(super) fn logits(&self, hidden: &[f32], logits: &mut Vec<f32>) {
        self.head.times(hidden, logits);
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
    fn of(layer: &Layer) -> Self {
        let (attn, mlp) = (&layer.self_attn, &layer.mlp);
        let norm = |norm: &RmsNorm| gains(&norm.weight);
        LayerReader {
            attention_norm: norm(&layer.input_layernorm),
            q: Matrix::of(&attn.q_proj),
            k: Matrix::of(&attn.k_proj),
            v: Matrix::of(&attn.v_proj),
            o: Matrix::of(&attn.o_proj),
            q_norm: attn.q_norm.as_ref().map(norm),
            k_norm: attn.k_norm.as_ref().map(norm),
            mlp_norm: norm(&layer.post_attention_layernorm),
            gate: Matrix::of(&mlp.gate_proj),
            up: Matrix::of(&mlp.up_proj),
            down: Matrix::of(&mlp.down_proj),
        }
    }

    /// The layer's forward pass, see [`Layer`]; with `last` only of each row's last token, with which it replaces the state.
    fn read(
        &self,
        state: &mut State,
        packing: &Packing,
        shape: &Shape,
        rows: &mut [CachedRow],
        last: bool,
    ) {
        let (config, eps) = (&shape.config, shape.config.rms_norm_eps);
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
        let rotate = |x: &[f32], norm: &Option<FlexTensor>, positions: &[u32], y: &mut Vec<f32>| {
            let norm = norm.as_ref().map(|weight| HeadNorm {
                weight: values(weight),
                eps,
            });
            y.resize(x.len(), 0.0);
            rope::forward(x, norm, positions, &shape.rope, y);
        };
        h.resize(x.len(), 0.0);
        rms_norm::forward(x, values(&self.attention_norm), eps, h);
        self.k.times(h, raw);
        rotate(raw, &self.k_norm, positions, k);
        self.v.times(h, v);
        let first = rows.iter().all(CachedRow::is_empty);
        for (row, w) in rows.iter_mut().zip(packing.offsets().windows(2)) {
            assert!(
                first || w[1] - w[0] == 1,
                "a cache is extended token by token"
            );
            let new = w[0] * width..w[1] * width;
            row.extend(&k[new.clone()], &v[new], width);
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
        if first && !last {
            let mut lse = vec![0.0; packing.tokens() * config.num_heads];
            attention::forward(q, k, v, packing.offsets(), heads, attended, &mut lse);
        } else {
            attention::decode(q, rows, heads, attended);
        }
        self.o.times(attended, h);
        add(x, h);
        rms_norm::forward(x, values(&self.mlp_norm), eps, h);
        self.gate.times(h, gate);
        self.up.times(h, up);
        gated.resize(gate.len(), 0.0);
        swiglu::forward(gate, up, gated);
        self.down.times(gated, h);
        add(x, h);
    }
}

impl Matrix {
    fn of(linear: &Linear) -> Self {
        if let Some(blocks) = &linear.blocks {
            return Matrix::Blocks(blocks.clone());
        }
        let weight = linear.weight.val();
        let [_, input] = weight.dims();
        let turned = weight.clone().transpose().try_into_primitive::<Flex>().ok();
        match turned.filter(|turned| turned.as_slice::<f32>().is_some()) {
            Some(columns) => Matrix::Columns(columns, input),
            None => Matrix::Rows(plain(weight), input),
        }
    }

    /// `y [N, out] = x [N, in] · wᵀ`.
    fn times(&self, x: &[f32], y: &mut Vec<f32>) {
        let mut room = |input: usize, size: usize| y.resize(x.len() / input * (size / input), 0.0);
        match self {
            Matrix::Columns(weight, input) => {
                let weight = values(weight);
                room(*input, weight.len());
                by_columns(x, weight, *input, y);
            }
            Matrix::Rows(weight, input) => {
                let weight = values(weight);
                room(*input, weight.len());
                by_rows(x, weight, *input, y);
            }
            Matrix::Blocks(blocks) => {
                room(blocks.inner(), blocks.rows() * blocks.inner());
                blocks::product(x, blocks, y);
            }
        }
    }
}

impl Table {
    fn of(linear: &Linear) -> Self {
        match &linear.blocks {
            Some(blocks) => Table::Blocks(blocks.clone()),
            None => {
                let weight = linear.weight.val();
                let [_, width] = weight.dims();
                Table::Values(plain(weight), width)
            }
        }
    }

    fn append_row(&self, row: usize, to: &mut Vec<f32>) {
        match self {
            Table::Values(table, width) => {
                to.extend_from_slice(&values(table)[row * width..][..*width]);
            }
            Table::Blocks(blocks) => blocks.append_row(row, to),
        }
    }
}

fn gains<const D: usize>(weight: &Param<Tensor<D>>) -> FlexTensor {
    plain(weight.val())
}

/// Keeps the rows named, which ascend, of `x [N, width]`.
fn take_rows<T: Copy>(x: &mut Vec<T>, rows: &[usize], width: usize) {
    for (to, from) in rows.iter().enumerate() {
        x.copy_within(from * width..(from + 1) * width, to * width);
    }
    x.truncate(rows.len() * width);
}
