//! The CPU kernels as operations of burn, with backward passes of their own.
//!
//! An operation implements [`Kernel`]: a forward pass on slices and its backward pass. [`apply`] runs it on burn-flex tensors
//! and, where a gradient is wanted, records it as one node of burn's graph.

mod feed_forward;
mod node;
mod product;

use std::sync::Arc;

use burn::backend::{DispatchDevice, TensorMetadata};
use burn::tensor::{Device, Tensor};
use burn_flex::FlexTensor;

pub(super) use self::feed_forward::{feed_forward, head_log_prob};
use self::node::{Kernel, Operand, apply, inputs};
pub(super) use self::node::{plain, values};
pub(super) use self::product::{product, product_with_blocks};
use super::config::ModelConfig;
use super::kernels::attention::{self, Heads};
use super::kernels::rope::{HeadNorm, RopeTable};
use super::kernels::{add, kl, log_prob, rms_norm, rope, swiglu};
use super::packing::Packing;

/// True where a program knows no other device: in a browser, where burn is what trains on the processor. What is for others is not built there.
pub(super) const CPU_ALONE: bool = cfg!(target_arch = "wasm32");

/// True where tensors of this device are burn-flex's.
pub(super) fn on_cpu(device: &Device) -> bool {
    if CPU_ALONE {
        return true;
    }
    let plain = device.clone().inner();
    matches!(plain.as_dispatch(), DispatchDevice::Flex(_))
}

/// True where the kernels can run on this tensor.
pub(super) fn available<const D: usize>(x: &Tensor<D>) -> bool {
    on_cpu(&x.device())
}

#[derive(Debug, Clone)]
struct RmsNorm {
    eps: f32,
}

impl Kernel<2> for RmsNorm {
    fn forward(&self, [x, weight]: [&[f32]; 2], _: bool) -> (Vec<f32>, Vec<f32>) {
        let mut y = vec![0.0; x.len()];
        rms_norm::forward(x, weight, self.eps, &mut y);
        (y, Vec::new())
    }

    fn backward(
        &self,
        [x, weight]: [Operand; 2],
        _: Vec<f32>,
        mut dy: Operand,
        _: [bool; 2],
    ) -> [Operand; 2] {
        let weight = weight.numbers();
        let mut dw = vec![0.0; weight.len()];
        rms_norm::backward(x.numbers(), weight, self.eps, dy.numbers_mut(), &mut dw);
        [dy, dw.into()]
    }
}

/// See [`super::ops::rms_norm`].
pub(super) fn rms_norm(x: Tensor<2>, weight: Tensor<1>, eps: f32) -> Tensor<2> {
    apply(RmsNorm { eps }, inputs!(x, weight))
}

#[derive(Debug, Clone)]
struct Rotate {
    table: RopeTable,
    positions: Arc<Vec<u32>>,
    eps: f32,
}

impl Kernel<1> for Rotate {
    fn forward(&self, [x]: [&[f32]; 1], _: bool) -> (Vec<f32>, Vec<f32>) {
        let mut y = vec![0.0; x.len()];
        rope::forward(x, None, &self.positions, &self.table, &mut y);
        (y, Vec::new())
    }

    fn backward(
        &self,
        [x]: [Operand; 1],
        _: Vec<f32>,
        mut dy: Operand,
        _: [bool; 1],
    ) -> [Operand; 1] {
        let (positions, table) = (&self.positions, &self.table);
        rope::backward(
            x.numbers(),
            None,
            positions,
            table,
            dy.numbers_mut(),
            &mut [],
        );
        [dy]
    }
}

/// Norm of each head, then rotation.
impl Kernel<2> for Rotate {
    fn forward(&self, [x, weight]: [&[f32]; 2], _: bool) -> (Vec<f32>, Vec<f32>) {
        let mut y = vec![0.0; x.len()];
        let norm = HeadNorm {
            weight,
            eps: self.eps,
        };
        rope::forward(x, Some(norm), &self.positions, &self.table, &mut y);
        (y, Vec::new())
    }

    fn backward(
        &self,
        [x, weight]: [Operand; 2],
        _: Vec<f32>,
        mut dy: Operand,
        _: [bool; 2],
    ) -> [Operand; 2] {
        let norm = HeadNorm {
            weight: weight.numbers(),
            eps: self.eps,
        };
        let mut dw = vec![0.0; norm.weight.len()];
        let (positions, table) = (&self.positions, &self.table);
        rope::backward(
            x.numbers(),
            Some(norm),
            positions,
            table,
            dy.numbers_mut(),
            &mut dw,
        );
        [dy, dw.into()]
    }
}

/// See [`super::ops::rotate`].
pub(super) fn rotate(
    x: Tensor<2>,
    gain: Option<Tensor<1>>,
    table: &RopeTable,
    positions: &Arc<Vec<u32>>,
    eps: f32,
) -> Tensor<2> {
    let kernel = Rotate {
        table: table.clone(),
        positions: positions.clone(),
        eps,
    };
    match gain {
        None => apply(kernel, inputs!(x)),
        Some(gain) => apply(kernel, inputs!(x, gain)),
    }
}

#[derive(Debug, Clone)]
struct SwiGlu;

impl Kernel<2> for SwiGlu {
    fn forward(&self, [gate, up]: [&[f32]; 2], _: bool) -> (Vec<f32>, Vec<f32>) {
        let mut y = vec![0.0; gate.len()];
        swiglu::forward(gate, up, &mut y);
        (y, Vec::new())
    }

    fn backward(
        &self,
        inputs: [Operand; 2],
        _: Vec<f32>,
        mut dy: Operand,
        _: [bool; 2],
    ) -> [Operand; 2] {
        let [mut gate, mut up] = inputs;
        swiglu::backward(gate.numbers_mut(), up.numbers_mut(), dy.numbers_mut());
        [gate, up]
    }
}

/// See [`super::ops::swiglu`].
pub(super) fn swiglu(gate: Tensor<2>, up: Tensor<2>) -> Tensor<2> {
    apply(SwiGlu, inputs!(gate, up))
}

#[derive(Debug, Clone)]
struct Attention {
    packing: Packing,
    heads: Heads,
}

impl Kernel<3> for Attention {
    fn forward(&self, inputs: [&[f32]; 3], _: bool) -> (Vec<f32>, Vec<f32>) {
        let Some((places, firsts)) = self.packing.places() else {
            return self.attend(inputs);
        };
        let [q, k, v] = inputs.map(|x| laid_out(x, places, firsts.len()));
        let (out, lse) = self.attend([&q, &k, &v]);
        // A token that is shared has the same output in every sequence.
        (laid_out(&out, firsts, places.len()), lse)
    }

    fn backward(
        &self,
        [q, mut k, mut v]: [Operand; 3],
        lse: Vec<f32>,
        mut dout: Operand,
        _: [bool; 3],
    ) -> [Operand; 3] {
        let (offsets, heads) = (self.packing.offsets(), self.heads);
        let Some((places, firsts)) = self.packing.places() else {
            let [dk, dv, dq] = [&mut k, &mut v, &mut dout].map(Operand::numbers_mut);
            attention::backward([q.numbers(), &lse], offsets, heads, dk, dv, dq);
            return [dout, k, v];
        };
        let [q, mut k, mut v] = [q, k, v].map(|x| laid_out(x.numbers(), places, firsts.len()));
        // Its output was taken from the first of them.
        let mut dout = added_up(dout.numbers(), firsts, places.len());
        attention::backward([&q, &lse], offsets, heads, &mut k, &mut v, &mut dout);
        [dout, k, v].map(|gradient| added_up(&gradient, places, firsts.len()).into())
    }
}

impl Attention {
    /// The output, and the log-sum-exp of the scores, of sequences laid out one after another.
    fn attend(&self, [q, k, v]: [&[f32]; 3]) -> (Vec<f32>, Vec<f32>) {
        let offsets = self.packing.offsets();
        let tokens = q.len() / self.heads.query_width();
        let mut out = vec![0.0; q.len()];
        let mut lse = vec![0.0; tokens * self.heads.heads];
        attention::forward(q, k, v, offsets, self.heads, &mut out, &mut lse);
        (out, lse)
    }
}

/// The rows of `x [tokens, width]` that are named.
fn laid_out(x: &[f32], places: &[usize], tokens: usize) -> Vec<f32> {
    let width = x.len() / tokens;
    let mut rows = Vec::with_capacity(places.len() * width);
    for place in places {
        rows.extend_from_slice(&x[place * width..][..width]);
    }
    rows
}

/// The sums of the rows of `x` that have the same place, `[tokens, width]`; zeros where none has it.
fn added_up(x: &[f32], places: &[usize], tokens: usize) -> Vec<f32> {
    let width = x.len() / places.len();
    let mut sums = vec![0.0; tokens * width];
    for (row, place) in x.chunks_exact(width).zip(places) {
        add(&mut sums[place * width..][..width], row);
    }
    sums
}

pub(super) fn heads(config: &ModelConfig) -> Heads {
    Heads {
        heads: config.num_heads,
        kv_heads: config.num_kv_heads,
        head_dim: config.head_dim,
    }
}

/// See [`super::ops::attention`].
pub(super) fn attention(
    q: Tensor<2>,
    k: Tensor<2>,
    v: Tensor<2>,
    packing: &Packing,
    config: &ModelConfig,
) -> Tensor<2> {
    let kernel = Attention {
        packing: packing.clone(),
        heads: heads(config),
    };
    apply(kernel, inputs!(q, k, v))
}

#[derive(Debug, Clone)]
struct LogProb {
    targets: Arc<[u32]>,
}

impl Kernel<1> for LogProb {
    fn forward(&self, [logits]: [&[f32]; 1], _: bool) -> (Vec<f32>, Vec<f32>) {
        log_prob::forward(logits, &self.targets)
    }

    fn backward(
        &self,
        [mut logits]: [Operand; 1],
        lse: Vec<f32>,
        g: Operand,
        _: [bool; 1],
    ) -> [Operand; 1] {
        log_prob::backward(logits.numbers_mut(), &lse, &self.targets, g.numbers());
        [logits]
    }

    fn shape(&self, first: &[usize]) -> Vec<usize> {
        first[..1].to_vec()
    }
}

/// See [`super::ops::log_prob`].
pub(super) fn log_prob(logits: Tensor<2>, targets: &[u32]) -> Tensor<1> {
    apply(
        LogProb {
            targets: targets.into(),
        },
        inputs!(logits),
    )
}

#[derive(Debug, Clone)]
struct Kl {
    teacher: FlexTensor,
    direction: kl::Direction,
}

impl Kernel<1> for Kl {
    fn forward(&self, [student]: [&[f32]; 1], _: bool) -> (Vec<f32>, Vec<f32>) {
        let rows = self.teacher.shape()[0];
        let saved = kl::forward(student, values(&self.teacher), rows, self.direction);
        let kept = [saved.kl.as_slice(), &saved.student, &saved.teacher].concat();
        (saved.kl, kept)
    }

    fn backward(
        &self,
        [mut student]: [Operand; 1],
        saved: Vec<f32>,
        g: Operand,
        _: [bool; 1],
    ) -> [Operand; 1] {
        let g = g.numbers();
        let part = |i: usize| saved[i * g.len()..(i + 1) * g.len()].to_vec();
        let saved = kl::Saved {
            kl: part(0),
            student: part(1),
            teacher: part(2),
        };
        kl::backward(
            student.numbers_mut(),
            values(&self.teacher),
            &saved,
            self.direction,
            g,
        );
        [student]
    }

    fn shape(&self, first: &[usize]) -> Vec<usize> {
        first[..1].to_vec()
    }
}

/// See [`super::ops::kl`].
pub(super) fn kl(student: Tensor<2>, teacher: Tensor<2>, direction: kl::Direction) -> Tensor<1> {
    let teacher = plain(teacher.inner());
    apply(Kl { teacher, direction }, inputs!(student))
}
