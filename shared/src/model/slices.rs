//! A decoder that only reads: its weights are plain numbers, and nothing of burn is behind them.
//!
//! What it computes is what a [`Decoder`](super::Decoder) on a CPU computes once it is laid out for sampling, bit for bit, since both read by the same
//! kernels. A program that samples and does not learn is less than half as large with it: the page's engine.

use std::sync::Arc;

use super::checkpoint::{NamedTensors, WeightsError};
use super::config::ModelConfig;
use super::kernels::rope::RopeTable;
use super::layout::is_large;
use super::matrix::{Matrix, Numbers, Table};
use super::packing::Packing;
use super::parts::{Build, Parts};
use super::reader::{Reader, Shape};
use super::row_cache::RowCache;
use super::weights::Weights;

/// A decoder on a CPU, to be sampled from.
#[derive(Debug, Clone)]
pub struct SliceDecoder(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    config: ModelConfig,
    rope: RopeTable,
    reader: Reader,
}

impl SliceDecoder {
    /// Reads the weights of a checkpoint.
    ///
    /// # Errors
    /// When the file is damaged or does not fit `config`.
    pub fn from_safetensors(config: &ModelConfig, bytes: &[u8]) -> Result<Self, WeightsError> {
        let mut tensors = NamedTensors::read(bytes)?;
        let config = tensors.shape(config)?;
        SliceDecoder::from_weights(&config, &mut tensors)
    }

    /// Builds the decoder from named weights. Matrices stay as they are stored where that is in blocks, and a large model's also where it is in 16
    /// bits a number.
    ///
    /// # Errors
    /// Those of the source.
    pub fn from_weights<W: Weights>(
        config: &ModelConfig,
        weights: &mut W,
    ) -> Result<Self, W::Error> {
        SliceDecoder::laid_out(config, weights, !is_large(config))
    }

    /// [`SliceDecoder::from_weights`], its matrices in panels if wanted.
    fn laid_out<W: Weights>(
        config: &ModelConfig,
        weights: &mut W,
        panels: bool,
    ) -> Result<Self, W::Error> {
        let parts = Parts::build(config, &mut Slices { weights, panels })?;
        let head = parts.head.unwrap_or_else(|| parts.embedding.head(panels));
        Ok(SliceDecoder(Arc::new(Inner {
            config: config.clone(),
            rope: RopeTable::new(config.max_positions, &config.rope_frequencies()),
            reader: Reader {
                head,
                embedding: parts.embedding,
                layers: parts.layers,
                norm: parts.norm,
            },
        })))
    }

    /// The decoder's shape.
    pub fn config(&self) -> &ModelConfig {
        &self.0.config
    }

    pub(super) fn read(
        &self,
        tokens: &[u32],
        packing: &Packing,
        cache: &mut RowCache,
        logits: &mut Vec<f32>,
    ) {
        let Inner {
            config,
            rope,
            reader,
        } = &*self.0;
        reader.next_logits(tokens, packing, cache, Shape { config, rope }, logits);
    }
}

/// Takes the parts from named weights.
struct Slices<'a, W> {
    weights: &'a mut W,
    /// Matrices lie in panels, see [`super::Decoder::for_sampling`].
    panels: bool,
}

impl<W: Weights> Slices<'_, W> {
    fn numbers(&mut self, name: &str, shape: &[usize]) -> Result<Numbers, W::Error> {
        let data = self.weights.get(name, shape)?;
        let values = data.try_into_vec().expect("weights come in f32");
        Ok(Numbers::Own(Arc::new(values)))
    }
}

impl<W: Weights> Build for Slices<'_, W> {
    type Matrix = Matrix;
    type Table = Table;
    type Gain = Numbers;
    type Error = W::Error;

    fn matrix(&mut self, name: &str, out: usize, input: usize) -> Result<Matrix, W::Error> {
        if let Some(blocks) = self.weights.blocks(name, [out, input], !self.panels)? {
            return Ok(Matrix::Blocks(Arc::new(blocks)));
        }
        let rows = self.numbers(name, &[out, input])?;
        Ok(Matrix::laid_out(rows, input, self.panels))
    }

    fn table(&mut self, name: &str, rows: usize, width: usize) -> Result<Table, W::Error> {
        if let Some(blocks) = self.weights.blocks(name, [rows, width], !self.panels)? {
            return Ok(Table::Blocks(Arc::new(blocks)));
        }
        Ok(Table::Values(self.numbers(name, &[rows, width])?, width))
    }

    fn gain(&mut self, name: &str, width: usize) -> Result<Numbers, W::Error> {
        self.numbers(name, &[width])
    }
}

#[cfg(test)]
pub(super) mod tests;
