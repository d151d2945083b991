//! The operations of [`super::ops`] composed of burn's tensor operations: for every device but the CPU, and to check the
//! kernels against.

use burn::tensor::{Bool, Int, Tensor, TensorData, activation};

use super::config::ModelConfig;
use super::kernels::kl::Direction;
use super::kernels::rope::RopeTable;
use super::packing::Packing;
use super::precision::{Precision, in_f32};

/// See [`super::ops::product`].
pub(super) fn product(x: Tensor<2>, w: Tensor<2>, precision: Precision) -> Tensor<2> {
    let w = precision.round(w).transpose();
    in_f32(precision.round(x).matmul(w))
}

/// See [`super::ops::rms_norm`]; of a tensor of any rank over its last dimension.
pub(super) fn rms_norm<const D: usize>(x: Tensor<D>, weight: Tensor<1>, eps: f32) -> Tensor<D> {
    let inverse = x
        .clone()
        .powi_scalar(2)
        .mean_dim(D - 1)
        .add_scalar(eps)
        .sqrt()
        .recip();
    x * inverse * weight.unsqueeze()
}

/// See [`super::ops::rotate`].
pub(super) fn rotate(
    x: Tensor<2>,
    gain: Option<Tensor<1>>,
    table: &RopeTable,
    positions: &[u32],
    config: &ModelConfig,
) -> Tensor<2> {
    let [tokens, width] = x.dims();
    let (hd, device) = (config.head_dim, x.device());
    let heads = width / hd;
    let mut x = x.reshape([tokens, heads, hd]);
    if let Some(gain) = gain {
        x = rms_norm(x, gain, config.rms_norm_eps);
    }
    let rows = |values: Vec<f32>| {
        Tensor::<3>::from_data(TensorData::new(values, [tokens, 1, hd / 2]), &device)
    };
    let (cos, sin) = table.rows(positions);
    let (cos, sin) = (rows(cos), rows(sin));
    let low = x.clone().narrow(2, 0, hd / 2);
    let high = x.narrow(2, hd / 2, hd / 2);
    let turned = Tensor::cat(
        vec![
            low.clone() * cos.clone() - high.clone() * sin.clone(),
            high * cos + low * sin,
        ],
        2,
    );
    turned.reshape([tokens, width])
}

/// See [`super::ops::swiglu`].
pub(super) fn swiglu(gate: Tensor<2>, up: Tensor<2>) -> Tensor<2> {
    activation::silu(gate) * up
}

/// See [`super::ops::attention`].
///
/// # Panics
/// When the sequences have different lengths.
pub(super) fn attention(
    [q, k, v]: [Tensor<2>; 3],
    packing: &Packing,
    config: &ModelConfig,
    precision: Precision,
) -> Tensor<2> {
    let length = packing
        .uniform()
        .expect("a batch off the CPU is padded to one length");
    let (rows, device) = (packing.sequences(), q.device());
    let mask = Tensor::<1, Int>::arange(0..length as i64, &device);
    let mask = mask
        .clone()
        .reshape([1, 1, 1, length])
        .greater(mask.reshape([1, 1, length, 1]));
    let fold = |x: Tensor<2>| x.reshape([rows, length, config.head_dim * config.num_kv_heads]);
    let q = q.reshape([rows, length, config.num_heads * config.head_dim]);
    let [k, v] = [k, v].map(|x| precision.round(fold(x)));
    masked_attention([q, k, v], mask, config)
        .reshape([rows * length, config.num_heads * config.head_dim])
}

/// Attention of rectangles: `q [rows, new, heads * head_dim]`, `k` and `v [rows, slots, kv_heads * head_dim]`, `mask`
/// broadcastable to `[rows, 1, new, slots]` and true where a key is hidden → `[rows, new, heads * head_dim]`. Its products are computed in the
/// format of `k` and `v`; the softmax, like `q` and the result, is in f32.
pub(super) fn masked_attention(
    [q, k, v]: [Tensor<3>; 3],
    mask: Tensor<4, Bool>,
    config: &ModelConfig,
) -> Tensor<3> {
    let [rows, new, _] = q.dims();
    let (slots, format) = (k.dims()[1], k.dtype());
    let (heads, kv, hd) = (config.num_heads, config.num_kv_heads, config.head_dim);
    let group = heads / kv;
    let split = |x: Tensor<3>, n: usize| x.reshape([rows, slots, n, hd]).swap_dims(1, 2);
    // The query heads of one key-value head are folded into the query positions, so that keys are not copied.
    let q = q
        .reshape([rows, new, kv, group, hd])
        .permute([0, 2, 3, 1, 4]);
    let q = q.reshape([rows, kv, group * new, hd]);
    // Divided before the product, whose sums may be too large for f16.
    let q = (q / (hd as f32).sqrt()).cast(format);
    let scores = in_f32(q.matmul(split(k, kv).transpose()));
    let mask = mask
        .expand([rows, 1, new, slots])
        .reshape([rows, 1, 1, new, slots]);
    let scores = scores.reshape([rows, kv, group, new, slots]);
    let hidden = mask.expand([rows, kv, group, new, slots]);
    let weights = activation::softmax(scores.mask_fill(hidden, f32::NEG_INFINITY), 4);
    let weights = weights.reshape([rows, kv, group * new, slots]).cast(format);
    let out = in_f32(weights.matmul(split(v, kv)));
    out.reshape([rows, kv, group, new, hd])
        .permute([0, 3, 1, 2, 4])
        .reshape([rows, new, heads * hd])
}

/// See [`super::ops::log_prob`].
pub(super) fn log_prob(logits: Tensor<2>, targets: &[u32]) -> Tensor<1> {
    let ids: Vec<i32> = targets.iter().map(|&t| t as i32).collect();
    let device = logits.device();
    let ids = Tensor::<2, Int>::from_data(TensorData::new(ids, [targets.len(), 1]), &device);
    activation::log_softmax(logits, 1)
        .gather(1, ids)
        .squeeze_dim(1)
}

/// See [`super::ops::kl`].
pub(super) fn kl(student: Tensor<2>, teacher: Tensor<2>, direction: Direction) -> Tensor<1> {
    let student = activation::log_softmax(student, 1);
    let mut teacher = activation::log_softmax(teacher, 1);
    if student.device().is_autodiff() {
        teacher = Tensor::from_inner(teacher.inner());
    }
    let (p, q) = match direction {
        Direction::Forward => (teacher, student),
        Direction::Reverse => (student, teacher),
    };
    (p.clone().exp() * (p - q)).sum_dim(1).squeeze_dim(1)
}
