//! One decoder for the Qwen3 and Llama families.
//!
//! Pre-norm transformer: RMS norm, grouped-query attention with rotary embedding (and QK norm in Qwen3), SwiGLU. The
//! field names are the checkpoint's keys, so that a module path such as `model.layers.0.self_attn.q_proj.weight` is the
//! tensor's name in `model.safetensors`. Weights keep the checkpoint's orientation, `[out, in]`.

use std::sync::Arc;

use burn::module::{Module, Param};
use burn::tensor::{Device, Int, Tensor, TensorData};

use super::cache::{Cache, Rectangles, elsewhere};
use super::config::ModelConfig;
use super::in_blocks;
use super::kernels::blocks::Blocks;
#[cfg(feature = "lora")]
use super::lora::Adapter;
use super::memory::Memory;
use super::ops::{self, RopeTable};
use super::packing::Packing;
use super::precision::{Precision, in_f32};
use super::reader::{self, Reader};
use super::recompute::recompute;

/// A decoder-only language model.
#[derive(Module, Debug)]
pub struct Decoder {
    /// Everything below the output head.
    pub model: Backbone,
    /// The output head; none where it is tied to the embedding.
    pub lm_head: Option<Linear>,
    #[module(skip)]
    pub(super) shape: Arc<Shape>,
}

/// What the decoder knows about itself besides its weights.
#[derive(Debug, Clone)]
pub(super) struct Shape {
    pub(super) config: ModelConfig,
    pub(super) rope: RopeTable,
    /// What products compute in.
    pub(super) precision: Precision,
    /// The weights as [`Decoder::for_sampling`] lays them out for a CPU.
    pub(super) reader: Option<Arc<Reader>>,
}

impl Shape {
    pub(super) fn of_reader(&self) -> reader::Shape<'_> {
        reader::Shape {
            config: &self.config,
            rope: &self.rope,
        }
    }
}

/// Embedding, layers and final norm.
#[derive(Module, Debug)]
pub struct Backbone {
    /// `[vocab, hidden]`.
    pub embed_tokens: Linear,
    /// The decoder layers.
    pub layers: Vec<Layer>,
    /// The final norm.
    pub norm: RmsNorm,
}

/// One decoder layer.
#[derive(Module, Debug)]
pub struct Layer {
    /// Norm before attention.
    pub input_layernorm: RmsNorm,
    /// Attention.
    pub self_attn: Attention,
    /// Norm before the feed-forward layer.
    pub post_attention_layernorm: RmsNorm,
    /// Feed-forward layer.
    pub mlp: Mlp,
}

/// Grouped-query attention.
#[derive(Module, Debug)]
pub struct Attention {
    /// `[heads * head_dim, hidden]`.
    pub q_proj: Linear,
    /// `[kv_heads * head_dim, hidden]`.
    pub k_proj: Linear,
    /// `[kv_heads * head_dim, hidden]`.
    pub v_proj: Linear,
    /// `[hidden, heads * head_dim]`.
    pub o_proj: Linear,
    /// Qwen3's norm over each query head.
    pub q_norm: Option<RmsNorm>,
    /// Qwen3's norm over each key head.
    pub k_norm: Option<RmsNorm>,
}

/// SwiGLU: `down(silu(gate(x)) * up(x))`.
#[derive(Module, Debug)]
pub struct Mlp {
    /// `[intermediate, hidden]`.
    pub gate_proj: Linear,
    /// `[intermediate, hidden]`.
    pub up_proj: Linear,
    /// `[hidden, intermediate]`.
    pub down_proj: Linear,
}

/// A weight matrix `[out, in]` without bias.
#[derive(Module, Debug)]
pub struct Linear {
    /// `[out, in]`; without rows where the matrix lies in `blocks`.
    pub weight: Param<Tensor<2>>,
    /// The matrix in blocks, in a decoder that was opened so; nothing learns there.
    #[module(skip)]
    pub(super) blocks: Option<Arc<Blocks>>,
    /// What LoRA adds; the weight is frozen then.
    #[cfg(feature = "lora")]
    pub adapter: Option<Adapter>,
}

/// The gain of an RMS norm.
#[derive(Module, Debug)]
pub struct RmsNorm {
    /// `[width]`.
    pub weight: Param<Tensor<1>>,
}

impl Linear {
    /// `x [tokens, in]` → `[tokens, out]`, by products in `precision`.
    pub fn forward(&self, x: Tensor<2>, precision: Precision) -> Tensor<2> {
        #[cfg(feature = "lora")]
        if let Some(adapter) = &self.adapter {
            return self.product(x.clone(), precision) + adapter.forward(x, precision);
        }
        self.product(x, precision)
    }

    /// Log-probability of each target under the softmax of its row: `x [rows, in]` → `[rows]`, where this matrix is an output head.
    pub(crate) fn log_probs(
        &self,
        x: Tensor<2>,
        targets: &[u32],
        precision: Precision,
    ) -> Tensor<1> {
        match self.alone() {
            Some(weight) => ops::head_log_prob(x, weight, targets, precision),
            None => ops::log_prob(self.forward(x, precision), targets),
        }
    }

    /// The weight, where it is all that there is.
    fn alone(&self) -> Option<Tensor<2>> {
        #[cfg(feature = "lora")]
        if self.adapter.is_some() {
            return None;
        }
        self.blocks.is_none().then(|| self.weight.val())
    }

    fn product(&self, x: Tensor<2>, precision: Precision) -> Tensor<2> {
        match &self.blocks {
            Some(blocks) => ops::product_with_blocks(x, blocks),
            None => ops::product(x, self.weight.val(), precision),
        }
    }
}

impl Decoder {
    /// The decoder's shape.
    pub fn config(&self) -> &ModelConfig {
        &self.shape.config
    }

    /// What its products compute in.
    pub fn precision(&self) -> Precision {
        self.shape.precision
    }

    /// The same decoder with products that compute in `precision`. It is for graphics cards: on a CPU only the products with weights are, slowly.
    #[must_use]
    pub fn computing_in(mut self, precision: Precision) -> Self {
        if precision != self.precision() {
            self.shape = Arc::new(Shape {
                precision,
                ..Shape::clone(&self.shape)
            });
        }
        self
    }

    /// The device that holds the weights.
    pub fn device(&self) -> Device {
        self.model.embed_tokens.weight.val().device()
    }

    /// Final hidden states `[tokens, hidden]`, after the last norm, of a packed batch.
    pub fn hidden(&self, tokens: &[u32], packing: &Packing) -> Tensor<2> {
        self.hidden_within(tokens, packing, Memory::default())
    }

    /// [`Decoder::hidden`] that keeps for the backward pass what `memory` allows.
    pub fn hidden_within(&self, tokens: &[u32], packing: &Packing, memory: Memory) -> Tensor<2> {
        let positions: Arc<Vec<u32>> = Arc::new(packing.positions().to_vec());
        let mut x = self.embed(tokens);
        for layer in &self.model.layers {
            let (shape, positions) = (self.shape.clone(), positions.clone());
            let packing = packing.clone();
            let run = move |layer: &Layer, x: Tensor<2>| {
                layer.forward(x, &shape, &positions, |q, k, v| {
                    ops::attention(q, k, v, &packing, &shape)
                })
            };
            x = if memory.recompute_layers {
                recompute(layer, x, tokens.len(), move |layer, x, _| run(layer, x))
            } else {
                run(layer, x)
            };
        }
        self.norm(x)
    }

    /// Final hidden states `[tokens, hidden]` of new tokens after those that `cache` already holds.
    ///
    /// Row `i` of the cache gets the tokens of sequence `i` of `packing`, whose positions restart at zero and are moved
    /// on by the row's length. The cache must be empty, or every sequence one token long.
    pub fn extend(&self, tokens: &[u32], packing: &Packing, cache: &mut Cache) -> Tensor<2> {
        let cache = match cache {
            Cache::Rows(rows) => {
                let d = self.shape.config.hidden_size;
                let model = self.for_sampling();
                let shape = self.shape.of_reader();
                let hidden = (model.reader()).read(tokens, packing, rows, shape, false);
                let hidden = TensorData::new(hidden, [tokens.len(), d]);
                return Tensor::from_data(hidden, &self.device());
            }
            Cache::Rectangles(cache) => cache,
        };
        cache.forget();
        self.extend_rectangles(self.embed(tokens), packing, cache)
    }

    /// [`Decoder::extend`] by tokens whose embeddings `x [tokens, hidden]` are, off the CPU.
    pub(super) fn extend_rectangles(
        &self,
        mut x: Tensor<2>,
        packing: &Packing,
        cache: &mut Rectangles,
    ) -> Tensor<2> {
        elsewhere();
        let mut positions = cache.advance(packing);
        // Finished rows that a device keeps until they can be dropped may run over the table's end; they are not read.
        let last = self.shape.config.max_positions as u32 - 1;
        positions.iter_mut().for_each(|p| *p = (*p).min(last));
        let positions = Arc::new(positions);
        for (i, layer) in self.model.layers.iter().enumerate() {
            x = layer.forward(x, &self.shape, &positions, |q, k, v| {
                cache.attend(i, [q, k, v], packing, &self.shape.config)
            });
        }
        self.norm(x)
    }

    /// The output head: one of its own, or the embedding table.
    pub fn head(&self) -> &Linear {
        self.lm_head.as_ref().unwrap_or(&self.model.embed_tokens)
    }

    /// Logits `[rows, vocab]` of hidden states `[rows, hidden]`.
    pub fn logits(&self, hidden: Tensor<2>) -> Tensor<2> {
        self.head().forward(hidden, self.precision())
    }

    /// The rows of the embedding table, `[tokens, hidden]`.
    pub(super) fn embed(&self, tokens: &[u32]) -> Tensor<2> {
        if let Some(blocks) = &self.model.embed_tokens.blocks {
            return in_blocks::rows(blocks, tokens, &self.device());
        }
        let ids: Vec<i32> = tokens.iter().map(|&t| t as i32).collect();
        let ids = TensorData::new(ids, [tokens.len()]);
        self.embed_drawn(Tensor::from_data(ids, &self.device()))
    }

    /// [`Decoder::embed`] of tokens that are on the device.
    pub(super) fn embed_drawn(&self, tokens: Tensor<1, Int>) -> Tensor<2> {
        let rows = self.model.embed_tokens.weight.val().select(0, tokens);
        in_f32(self.precision().round(rows))
    }

    fn norm(&self, x: Tensor<2>) -> Tensor<2> {
        self.model.norm.forward(x, &self.shape.config)
    }
}

impl RmsNorm {
    fn forward(&self, x: Tensor<2>, config: &ModelConfig) -> Tensor<2> {
        ops::rms_norm(x, self.weight.val(), config.rms_norm_eps)
    }
}

impl Layer {
    /// `x [tokens, hidden]` → `[tokens, hidden]`, with `attend(q, k, v)` in the place of attention.
    fn forward(
        &self,
        x: Tensor<2>,
        shape: &Shape,
        positions: &Arc<Vec<u32>>,
        attend: impl FnOnce(Tensor<2>, Tensor<2>, Tensor<2>) -> Tensor<2>,
    ) -> Tensor<2> {
        let Shape {
            config,
            rope,
            precision,
            ..
        } = shape;
        let times = |matrix: &Linear, x| matrix.forward(x, *precision);
        let rotate = |x: Tensor<2>, n: &Option<RmsNorm>| {
            let gain = n.as_ref().map(|n| n.weight.val());
            ops::rotate(x, gain, rope, positions, config)
        };
        let attn = &self.self_attn;
        let h = self.input_layernorm.forward(x.clone(), config);
        let q = rotate(times(&attn.q_proj, h.clone()), &attn.q_norm);
        let k = rotate(times(&attn.k_proj, h.clone()), &attn.k_norm);
        let v = times(&attn.v_proj, h);
        let x = x + times(&attn.o_proj, attend(q, k, v));
        let h = self.post_attention_layernorm.forward(x.clone(), config);
        x + self.mlp.forward(h, *precision)
    }
}

impl Mlp {
    /// `x [tokens, hidden]` → `[tokens, hidden]`.
    fn forward(&self, x: Tensor<2>, precision: Precision) -> Tensor<2> {
        let [gate, up, down] = [&self.gate_proj, &self.up_proj, &self.down_proj];
        if let [Some(gate), Some(up), Some(down)] = [gate, up, down].map(Linear::alone) {
            return ops::feed_forward(x, [gate, up, down], precision);
        }
        let gated = ops::swiglu(gate.forward(x.clone(), precision), up.forward(x, precision));
        down.forward(gated, precision)
    }
}

#[cfg(test)]
mod tests;
