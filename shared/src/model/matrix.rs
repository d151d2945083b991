//! Weights as the kernels take them: a decoder's own tensors, or numbers without one.

use std::sync::Arc;

use burn::module::Param;
use burn::tensor::Tensor;
use burn_flex::FlexTensor;

use super::decoder::{Decoder, Layer, Linear, RmsNorm};
use super::fused::{plain, values};
use super::kernels::blocks::{self, Blocks};
use super::kernels::product::{Panels, by_rows};
use super::reader::{LayerReader, Reader};

/// Numbers in f32. A copy shares them.
#[derive(Debug, Clone)]
pub(super) enum Numbers {
    /// A tensor's; not a copy of them.
    Tensor(FlexTensor),
    Own(Arc<Vec<f32>>),
}

/// A matrix `[out, in]`, as it lies.
#[derive(Debug)]
pub(super) enum Matrix {
    Panels(Panels),
    /// Row by row, each of `in` elements.
    Rows(Numbers, usize),
    Blocks(Arc<Blocks>),
}

/// A table `[rows, width]`, which is looked up by rows.
#[derive(Debug)]
pub(super) enum Table {
    Values(Numbers, usize),
    Blocks(Arc<Blocks>),
}

impl Numbers {
    pub(super) fn get(&self) -> &[f32] {
        match self {
            Numbers::Tensor(tensor) => values(tensor),
            Numbers::Own(values) => values,
        }
    }
}

impl Matrix {
    /// Of numbers that lie row by row, each of `input` elements; with `panels` they are laid out for products with few rows.
    pub(super) fn laid_out(rows: Numbers, input: usize, panels: bool) -> Self {
        if panels {
            Matrix::Panels(Panels::of_rows(rows.get(), input))
        } else {
            Matrix::Rows(rows, input)
        }
    }

    /// `y [N, out] = x [N, in] · wᵀ`.
    pub(super) fn times(&self, x: &[f32], y: &mut Vec<f32>) {
        let mut room = |input: usize, size: usize| y.resize(x.len() / input * (size / input), 0.0);
        match self {
            Matrix::Panels(panels) => {
                room(panels.inner(), panels.inner() * panels.out());
                panels.times(x, y);
            }
            Matrix::Rows(weight, input) => {
                let weight = weight.get();
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
    pub(super) fn append_row(&self, row: usize, to: &mut Vec<f32>) {
        match self {
            Table::Values(table, width) => {
                to.extend_from_slice(&table.get()[row * width..][..*width]);
            }
            Table::Blocks(blocks) => blocks.append_row(row, to),
        }
    }

    /// The table as the output head of a model that has no other one; see [`Matrix::laid_out`].
    pub(super) fn head(&self, panels: bool) -> Matrix {
        match self {
            Table::Blocks(blocks) => Matrix::Blocks(blocks.clone()),
            Table::Values(values, width) => Matrix::laid_out(values.clone(), *width, panels),
        }
    }
}

impl Reader {
    /// Of a decoder on a CPU, without a graph and without adapters. The weights are the decoder's own; with `panels` its matrices are copies
    /// that are laid out for products with few rows.
    pub(super) fn of(decoder: &Decoder, panels: bool) -> Self {
        let backbone = &decoder.model;
        Reader {
            embedding: table(&backbone.embed_tokens),
            layers: (backbone.layers.iter())
                .map(|part| layer(part, panels))
                .collect(),
            norm: gain(&backbone.norm),
            head: matrix(decoder.head(), panels),
        }
    }
}

fn layer(layer: &Layer, panels: bool) -> LayerReader {
    let (attn, mlp) = (&layer.self_attn, &layer.mlp);
    let matrix = |linear| matrix(linear, panels);
    LayerReader {
        attention_norm: gain(&layer.input_layernorm),
        q: matrix(&attn.q_proj),
        k: matrix(&attn.k_proj),
        v: matrix(&attn.v_proj),
        o: matrix(&attn.o_proj),
        q_norm: attn.q_norm.as_ref().map(gain),
        k_norm: attn.k_norm.as_ref().map(gain),
        mlp_norm: gain(&layer.post_attention_layernorm),
        gate: matrix(&mlp.gate_proj),
        up: matrix(&mlp.up_proj),
        down: matrix(&mlp.down_proj),
    }
}

fn matrix(linear: &Linear, panels: bool) -> Matrix {
    if let Some(blocks) = &linear.blocks {
        return Matrix::Blocks(blocks.clone());
    }
    let [_, input] = linear.weight.val().dims();
    Matrix::laid_out(numbers(&linear.weight), input, panels)
}

fn table(linear: &Linear) -> Table {
    match &linear.blocks {
        Some(blocks) => Table::Blocks(blocks.clone()),
        None => {
            let [_, width] = linear.weight.val().dims();
            Table::Values(numbers(&linear.weight), width)
        }
    }
}

fn gain(norm: &RmsNorm) -> Numbers {
    numbers(&norm.weight)
}

fn numbers<const D: usize>(weight: &Param<Tensor<D>>) -> Numbers {
    Numbers::Tensor(plain(weight.val()))
}
