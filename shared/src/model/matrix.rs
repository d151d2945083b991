//! Weights as the kernels take them: a decoder's own tensors, or numbers without one.

use std::sync::Arc;

use burn::backend::Flex;
use burn::module::Param;
use burn::tensor::Tensor;
use burn_flex::FlexTensor;

use super::decoder::{Decoder, Layer, Linear, RmsNorm};
use super::fused::{plain, values};
use super::kernels::blocks::{self, Blocks};
use super::kernels::product::{by_columns, by_rows};
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
    /// Column by column: `in` columns.
    Columns(Numbers, usize),
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
    /// Of numbers that lie row by row, each of `input` elements; with `columns` they are turned around.
    pub(super) fn laid_out(rows: Numbers, input: usize, columns: bool) -> Self {
        if columns {
            let turned = turned(rows.get(), input);
            Matrix::Columns(Numbers::Own(Arc::new(turned)), input)
        } else {
            Matrix::Rows(rows, input)
        }
    }

    /// `y [N, out] = x [N, in] · wᵀ`.
    pub(super) fn times(&self, x: &[f32], y: &mut Vec<f32>) {
        let mut room = |input: usize, size: usize| y.resize(x.len() / input * (size / input), 0.0);
        match self {
            Matrix::Columns(weight, input) => {
                let weight = weight.get();
                room(*input, weight.len());
                by_columns(x, weight, *input, y);
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
    pub(super) fn head(&self, columns: bool) -> Matrix {
        match self {
            Table::Blocks(blocks) => Matrix::Blocks(blocks.clone()),
            Table::Values(values, width) => Matrix::laid_out(values.clone(), *width, columns),
        }
    }
}

/// A matrix `[out, in]` that lies row by row, column by column.
fn turned(rows: &[f32], input: usize) -> Vec<f32> {
    let out = rows.len() / input;
    let mut columns = vec![0.0; rows.len()];
    for (o, row) in rows.chunks_exact(input).enumerate() {
        for (i, &value) in row.iter().enumerate() {
            columns[i * out + o] = value;
        }
    }
    columns
}

impl Reader {
    /// Of a decoder on a CPU, without a graph and without adapters. The weights are the decoder's own, not copies.
    pub(super) fn of(decoder: &Decoder) -> Self {
        let backbone = &decoder.model;
        Reader {
            embedding: table(&backbone.embed_tokens),
            layers: backbone.layers.iter().map(layer).collect(),
            norm: gain(&backbone.norm),
            head: matrix(decoder.head()),
        }
    }
}

fn layer(layer: &Layer) -> LayerReader {
    let (attn, mlp) = (&layer.self_attn, &layer.mlp);
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

fn matrix(linear: &Linear) -> Matrix {
    if let Some(blocks) = &linear.blocks {
        return Matrix::Blocks(blocks.clone());
    }
    let weight = linear.weight.val();
    let [_, input] = weight.dims();
    let turned = weight.clone().transpose().try_into_primitive::<Flex>().ok();
    match turned.filter(|turned| turned.as_slice::<f32>().is_some()) {
        Some(columns) => Matrix::Columns(Numbers::Tensor(columns), input),
        None => Matrix::Rows(numbers(&linear.weight), input),
    }
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
