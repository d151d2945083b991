//! The few operations of the decoder that are worth fusing, each in two forms.
//!
//! On the CPU backend they run as the single-threaded kernels of [`super::kernels`], with backward passes of their own
//! (`fused`); elsewhere they are composed of burn's tensor operations (`composed`), and batches are rectangles. Both forms
//! compute the same function; a test holds them against each other.

use std::sync::Arc;

use burn::tensor::{Int, Tensor, TensorData};

use super::config::ModelConfig;
use super::decoder::Shape;
use super::kernels::blocks::Blocks;
use super::packing::Packing;
use super::precision::Precision;
use super::{composed, fused};

pub use super::kernels::kl::Direction;
pub(crate) use super::kernels::rope::RopeTable;

/// `x [rows, in] · wᵀ`, of `w [out, in]`, whose factors are rounded to `precision`; in f32.
pub(crate) fn product(x: Tensor<2>, w: Tensor<2>, precision: Precision) -> Tensor<2> {
    if fused::available(&x) && precision == Precision::F32 {
        fused::product(x, w)
    } else {
        composed::product(x, w, precision)
    }
}

/// `x [rows, in] · wᵀ` of a matrix `[out, in]` in blocks, without a graph, on the CPU.
pub(crate) fn product_with_blocks(x: Tensor<2>, w: &Blocks) -> Tensor<2> {
    fused::product_with_blocks(x, w)
}

/// RMS norm over the last dimension: `x / sqrt(mean(x²) + eps) * weight`, `x [rows, width]`, `weight [width]`.
pub(crate) fn rms_norm(x: Tensor<2>, weight: Tensor<1>, eps: f32) -> Tensor<2> {
    if fused::available(&x) {
        fused::rms_norm(x, weight, eps)
    } else {
        composed::rms_norm(x, weight, eps)
    }
}

/// Splits `x [tokens, heads * head_dim]` into heads, norms each head where `gain [head_dim]` is given (Qwen3), and applies
/// the rotary embedding in the rotate-half form of Hugging Face (pairs are `i` and `i + head_dim / 2`).
pub(crate) fn rotate(
    x: Tensor<2>,
    gain: Option<Tensor<1>>,
    table: &RopeTable,
    positions: &Arc<Vec<u32>>,
    config: &ModelConfig,
) -> Tensor<2> {
    if fused::available(&x) {
        fused::rotate(x, gain, table, positions, config.rms_norm_eps)
    } else {
        composed::rotate(x, gain, table, positions, config)
    }
}

/// `silu(gate) * up`, element by element.
pub(crate) fn swiglu(gate: Tensor<2>, up: Tensor<2>) -> Tensor<2> {
    if fused::available(&gate) {
        fused::swiglu(gate, up)
    } else {
        composed::swiglu(gate, up)
    }
}

/// SwiGLU with its matrices, `down · (silu(gate · x) * up · x)`: `x [rows, hidden]`, `gate` and `up [inner, hidden]`, `down [hidden, inner]`
/// → `[rows, hidden]`, by products in `precision`.
pub(crate) fn feed_forward(
    x: Tensor<2>,
    matrices: [Tensor<2>; 3],
    precision: Precision,
) -> Tensor<2> {
    if fused::available(&x)
        && precision == Precision::F32
        && let Some(y) = fused::feed_forward(&x, &matrices)
    {
        return y;
    }
    let [gate, up, down] = matrices;
    let gate = product(x.clone(), gate, precision);
    product(swiglu(gate, product(x, up, precision)), down, precision)
}

/// Causal grouped-query attention within each sequence of the packing; scale `1 / sqrt(head_dim)`.
///
/// `q [tokens, heads * head_dim]`, `k` and `v [tokens, kv_heads * head_dim]` → `[tokens, heads * head_dim]`. Off the CPU the factors of its
/// products are rounded to `precision`.
///
/// # Panics
/// Off the CPU, when the sequences have different lengths: batches there are padded to rectangles.
pub(super) fn attention(
    q: Tensor<2>,
    k: Tensor<2>,
    v: Tensor<2>,
    packing: &Packing,
    Shape {
        config, precision, ..
    }: &Shape,
) -> Tensor<2> {
    if fused::available(&q) {
        fused::attention(q, k, v, packing, config)
    } else {
        composed::attention([q, k, v], packing, config, *precision)
    }
}

/// Log-probability of each target under the softmax of its row: `logits [rows, vocab]` → `[rows]`.
pub(crate) fn log_prob(logits: Tensor<2>, targets: &[u32]) -> Tensor<1> {
    if fused::available(&logits) {
        fused::log_prob(logits, targets)
    } else {
        composed::log_prob(logits, targets)
    }
}

/// [`log_prob`] of the logits that an output head `w [vocab, hidden]` gives `x [rows, hidden]`, by a product in `precision`.
pub(crate) fn head_log_prob(
    x: Tensor<2>,
    w: Tensor<2>,
    targets: &[u32],
    precision: Precision,
) -> Tensor<1> {
    if fused::available(&x)
        && precision == Precision::F32
        && let Some(log_probs) = fused::head_log_prob(&x, &w, targets)
    {
        return log_probs;
    }
    log_prob(product(x, w, precision), targets)
}

/// Divergence in nats between the softmaxes of the rows of two tensors of logits `[rows, vocab]` → `[rows]`; the teacher's are
/// constants.
pub(crate) fn kl(student: Tensor<2>, teacher: Tensor<2>, direction: Direction) -> Tensor<1> {
    if fused::available(&student) {
        fused::kl(student, teacher, direction)
    } else {
        composed::kl(student, teacher, direction)
    }
}

/// The rows named, in the order named: `x [rows, width]` → `[indices, width]`.
pub(crate) fn rows(x: Tensor<2>, indices: &[usize]) -> Tensor<2> {
    let ids: Vec<i32> = indices.iter().map(|&i| i as i32).collect();
    let device = x.device();
    x.select(
        0,
        Tensor::<1, Int>::from_data(TensorData::new(ids, [indices.len()]), &device),
    )
}

#[cfg(test)]
mod tests;
