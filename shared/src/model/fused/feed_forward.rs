//! The feed-forward layer, and the log-probabilities of the output head, each as one operation.
//!
//! What lies between two products is as large as all that the layer reads. Some rows at a time it stays in a cache: it is made, used, and
//! overwritten there.

use std::sync::Arc;

use burn::tensor::Tensor;

use super::node::{Kernel, Operand, apply, inputs};
use super::product::in_panels;
use crate::model::kernels::product::{Panels, TransposedSum, grown};
use crate::model::kernels::{log_prob, swiglu};

/// Most rows that are worked on at once: whole tiles of a product.
const BLOCK: usize = 66;

/// Rows of a block, so that all blocks are about equally large. There is at least one row: of few, products are not in panels.
fn block(rows: usize) -> usize {
    rows.div_ceil(rows.div_ceil(BLOCK))
}

#[derive(Debug, Clone)]
struct FeedForward {
    /// Width of the residual stream.
    hidden: usize,
    /// Width of the layer.
    inner: usize,
}

/// Of `x [rows, hidden]`, `gate` and `up [inner, hidden]`, and `down [hidden, inner]`. It keeps gates and ups side by side, `[rows, 2 inner]`.
impl Kernel<4> for FeedForward {
    fn forward(&self, [x, gate, up, down]: [&[f32]; 4], keep: bool) -> (Vec<f32>, Vec<f32>) {
        let FeedForward { hidden, inner } = *self;
        let first = Panels::of_rows(&[gate, up].concat(), hidden);
        let second = Panels::of_rows(down, inner);
        let rows = x.len() / hidden;
        let most = block(rows);
        let mut out = Vec::with_capacity(x.len());
        let mut saved = Vec::with_capacity(if keep { rows } else { most } * 2 * inner);
        let mut gated = vec![0.0; most * inner];
        for x in x.chunks(most * hidden) {
            if !keep {
                saved.clear();
            }
            let rows = x.len() / hidden;
            let halves = grown(&mut saved, rows * 2 * inner);
            let gated = &mut gated[..rows * inner];
            first.times(x, halves);
            for (both, y) in halves
                .chunks_exact(2 * inner)
                .zip(gated.chunks_exact_mut(inner))
            {
                let (gate, up) = both.split_at(inner);
                swiglu::forward(gate, up, y);
            }
            second.times(gated, grown(&mut out, x.len()));
        }
        (out, saved)
    }

    fn backward(
        &self,
        [x, gate, up, down]: [Operand; 4],
        mut saved: Vec<f32>,
        mut dy: Operand,
        [wants_x, wants_gate, wants_up, wants_down]: [bool; 4],
    ) -> [Operand; 4] {
        let FeedForward { hidden, inner } = *self;
        let first = Panels::of_columns(&[gate.numbers(), up.numbers()].concat(), 2 * inner);
        let second = Panels::of_columns(down.numbers(), hidden);
        let mut d_first = TransposedSum::new([2 * inner, hidden]);
        let mut d_second = TransposedSum::new([hidden, inner]);
        let dx = dy.numbers_mut();
        let most = block(dx.len() / hidden);
        let mut gated = vec![0.0; most * inner];
        let blocks = x
            .numbers()
            .chunks(most * hidden)
            .zip(dx.chunks_mut(most * hidden));
        for (halves, (x, dy)) in saved.chunks_mut(most * 2 * inner).zip(blocks) {
            let gated = &mut gated[..halves.len() / 2];
            second.times(dy, gated);
            for (both, dy) in halves
                .chunks_exact_mut(2 * inner)
                .zip(gated.chunks_exact_mut(inner))
            {
                let (gate, up) = both.split_at_mut(inner);
                swiglu::backward(gate, up, dy);
            }
            if wants_down {
                d_second.add(dy, gated);
            }
            if wants_gate || wants_up {
                d_first.add(halves, x);
            }
            if wants_x {
                first.times(halves, dy);
            }
        }
        let mut d_gate = d_first.into_values();
        let d_up = d_gate.split_off(inner * hidden);
        let [d_gate, d_up, d_down] = [d_gate, d_up, d_second.into_values()].map(Operand::from);
        [dy, d_gate, d_up, d_down]
    }
}

/// See [`crate::model::ops::feed_forward`]; none where the matrices are not for panels.
pub(in crate::model) fn feed_forward(
    x: &Tensor<2>,
    [gate, up, down]: &[Tensor<2>; 3],
) -> Option<Tensor<2>> {
    let ([_, hidden], [inner, _]) = (x.dims(), gate.dims());
    if ![gate, up, down].into_iter().all(|w| in_panels(x, w)) {
        return None;
    }
    let [x, gate, up, down] = [x, gate, up, down].map(Tensor::clone);
    Some(apply(
        FeedForward { hidden, inner },
        inputs!(x, gate, up, down),
    ))
}

#[derive(Debug, Clone)]
struct HeadLogProb {
    targets: Arc<[u32]>,
    hidden: usize,
    vocab: usize,
}

/// Of `x [rows, hidden]` and `w [vocab, hidden]`. It keeps the logits and the rows' log-sum-exp, one after the other.
impl Kernel<2> for HeadLogProb {
    fn forward(&self, [x, w]: [&[f32]; 2], keep: bool) -> (Vec<f32>, Vec<f32>) {
        let rows = self.targets.len();
        let most = block(rows);
        let head = Panels::of_rows(w, self.hidden);
        let mut log_probs = Vec::with_capacity(rows);
        let mut lse = Vec::with_capacity(rows);
        let mut saved = Vec::with_capacity(if keep { rows } else { most } * (self.vocab + 1));
        for (x, targets) in x.chunks(most * self.hidden).zip(self.targets.chunks(most)) {
            if !keep {
                saved.clear();
            }
            let logits = grown(&mut saved, targets.len() * self.vocab);
            head.times(x, logits);
            let (block_log_probs, block_lse) = log_prob::forward(logits, targets);
            log_probs.extend(block_log_probs);
            lse.extend(block_lse);
        }
        if keep {
            saved.extend(lse);
        }
        (log_probs, saved)
    }

    fn backward(
        &self,
        [mut x, w]: [Operand; 2],
        mut saved: Vec<f32>,
        g: Operand,
        [wants_x, wants_w]: [bool; 2],
    ) -> [Operand; 2] {
        let rows = self.targets.len();
        let most = block(rows);
        let (logits, lse) = saved.split_at_mut(rows * self.vocab);
        let head = Panels::of_columns(w.numbers(), self.vocab);
        let mut dw = TransposedSum::new([self.vocab, self.hidden]);
        let known = lse
            .chunks(most)
            .zip(self.targets.chunks(most))
            .zip(g.numbers().chunks(most));
        let blocks = logits
            .chunks_mut(most * self.vocab)
            .zip(x.numbers_mut().chunks_mut(most * self.hidden));
        for ((logits, x), ((lse, targets), g)) in blocks.zip(known) {
            log_prob::backward(logits, lse, targets, g);
            if wants_w {
                dw.add(logits, x);
            }
            if wants_x {
                head.times(logits, x);
            }
        }
        [x, dw.into_values().into()]
    }

    fn shape(&self, first: &[usize]) -> Vec<usize> {
        first[..1].to_vec()
    }
}

/// See [`crate::model::ops::head_log_prob`]; none where the matrix is not for panels.
pub(in crate::model) fn head_log_prob(
    x: &Tensor<2>,
    w: &Tensor<2>,
    targets: &[u32],
) -> Option<Tensor<1>> {
    if !in_panels(x, w) {
        return None;
    }
    let [vocab, hidden] = w.dims();
    let kernel = HeadLogProb {
        targets: targets.into(),
        hidden,
        vocab,
    };
    let (x, w) = (x.clone(), w.clone());
    Some(apply(kernel, inputs!(x, w)))
}
