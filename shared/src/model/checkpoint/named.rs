//! The tensors of one safetensors file or of several shards, by name.

use std::collections::BTreeMap;
use std::fmt;

use burn::tensor::TensorData;
use half::slice::HalfFloatSliceExt;
use half::{bf16, f16};
use safetensors::tensor::{Dtype, SafeTensors, TensorView};

use super::{HEAD, WeightsError, damaged};
use crate::model::config::ModelConfig;
#[cfg(feature = "gguf")]
use crate::model::kernels::blocks::{BlockFormat, Blocks};
use crate::model::weights::Weights;

/// The name of the embedding.
const EMBEDDING: &str = "model.embed_tokens.weight";

/// What the names of quantised weights end with: GPTQ's and AWQ's, compressed-tensors', bitsandbytes'.
const QUANTISED: [&str; 3] = [".qweight", ".weight_packed", ".absmax"];

/// Bytes that are moved at a time; whole numbers of every format.
const PART: usize = 4 << 20;

/// Numbers of two bytes that are converted at a time.
const HALVES: usize = 512;

/// The tensors of a checkpoint's files, by name. What the model below the head was saved as, without `model.` in front, is found too.
pub struct NamedTensors<'a> {
    tensors: BTreeMap<String, TensorView<'a>>,
    moved: Box<dyn FnMut(&'a [u8]) + 'a>,
}

impl fmt::Debug for NamedTensors<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.tensors.keys()).finish()
    }
}

impl<'a> NamedTensors<'a> {
    /// Reads the header of the one file.
    ///
    /// # Errors
    /// When the file is damaged or cut short.
    pub fn read(bytes: &'a [u8]) -> Result<Self, WeightsError> {
        let mut tensors = NamedTensors::empty();
        tensors.add(bytes, |_| true)?;
        Ok(tensors)
    }

    /// No tensors yet, of shards that are to be added.
    pub fn empty() -> Self {
        NamedTensors {
            tensors: BTreeMap::new(),
            moved: Box::new(|_| ()),
        }
    }

    /// Adds the tensors of a file whose names are `wanted`.
    ///
    /// # Errors
    /// When the file is damaged or cut short.
    pub fn add(
        &mut self,
        bytes: &'a [u8],
        wanted: impl Fn(&str) -> bool,
    ) -> Result<(), WeightsError> {
        let file = SafeTensors::deserialize(bytes).map_err(|e| damaged(&e))?;
        let found = file.tensors().into_iter().filter(|(name, _)| wanted(name));
        self.tensors.extend(found);
        Ok(())
    }

    /// Name and shape of every tensor.
    pub fn shapes(&self) -> Vec<(String, Vec<usize>)> {
        let tensors = self.tensors.iter();
        tensors
            .map(|(name, view)| (name.clone(), view.shape().to_vec()))
            .collect()
    }

    /// Whether there is a tensor of exactly this name.
    pub fn has(&self, name: &str) -> bool {
        self.tensors.contains_key(name)
    }

    /// Calls `moved` with each part of a file that has been read for the last time, so that a mapped file can let go of it.
    #[must_use]
    pub fn on_moved(mut self, moved: impl FnMut(&'a [u8]) + 'a) -> Self {
        self.moved = Box::new(moved);
        self
    }

    /// The shape that a decoder of these tensors has, where config.json says `config`.
    pub(in crate::model) fn shape(
        &mut self,
        config: &ModelConfig,
    ) -> Result<ModelConfig, WeightsError> {
        Ok(ModelConfig {
            tie_word_embeddings: self.ties_its_head(config)?,
            ..config.clone()
        })
    }

    /// Whether the output head is the embedding: where the files have a head of its own, that counts, as `transformers` does it. Of a tied model
    /// that was saved with the head alone, the head becomes the embedding.
    fn ties_its_head(&mut self, config: &ModelConfig) -> Result<bool, WeightsError> {
        let head = self.tensors.get(HEAD).cloned();
        let embedding = self.find(EMBEDDING).cloned();
        match (head, embedding) {
            (None, Some(_)) if !config.tie_word_embeddings => Err(WeightsError::NoHead),
            (Some(head), None) if config.tie_word_embeddings => {
                self.tensors.insert(EMBEDDING.to_owned(), head);
                Ok(true)
            }
            (Some(head), Some(embedding)) if config.tie_word_embeddings => {
                let same = head.dtype() == embedding.dtype()
                    && head.shape() == embedding.shape()
                    && head.data() == embedding.data();
                (self.moved)(head.data());
                (self.moved)(embedding.data());
                Ok(same)
            }
            _ => Ok(config.tie_word_embeddings),
        }
    }

    fn find(&self, name: &str) -> Option<&TensorView<'a>> {
        let below = || self.tensors.get(name.strip_prefix("model.")?);
        self.tensors.get(name).or_else(below)
    }

    /// The tensor of this name, of exactly this shape.
    fn view(&self, name: &str, shape: &[usize]) -> Result<TensorView<'a>, WeightsError> {
        let view = self.find(name).ok_or_else(|| self.missing(name))?;
        if view.shape() != shape {
            return Err(WeightsError::Shape {
                name: name.to_owned(),
                found: view.shape().to_vec(),
                expected: shape.to_vec(),
            });
        }
        Ok(view.clone())
    }

    /// Why there is no such tensor.
    fn missing(&self, name: &str) -> WeightsError {
        let quantised = |name: &&String| QUANTISED.iter().any(|end| name.ends_with(end));
        match self.tensors.keys().find(quantised) {
            Some(quantised) => WeightsError::Quantised(quantised.clone()),
            None => WeightsError::Missing(name.to_owned()),
        }
    }
}

impl Weights for NamedTensors<'_> {
    type Error = WeightsError;

    fn get(&mut self, name: &str, shape: &[usize]) -> Result<TensorData, WeightsError> {
        let view = self.view(name, shape)?;
        let append = match view.dtype() {
            Dtype::F32 => append_f32,
            Dtype::F16 => append_f16,
            Dtype::BF16 => append_bf16,
            other => return Err(WeightsError::Format(name.to_owned(), format!("{other:?}"))),
        };
        let mut values = Vec::with_capacity(shape.iter().product());
        for part in view.data().chunks(PART) {
            let start = values.len();
            append(part, &mut values);
            if !all_finite(&values[start..]) {
                return Err(WeightsError::NotFinite(name.to_owned()));
            }
            (self.moved)(part);
        }
        Ok(TensorData::new(values, shape))
    }

    #[cfg(feature = "gguf")]
    fn blocks(
        &mut self,
        name: &str,
        shape: [usize; 2],
        halves: bool,
    ) -> Result<Option<Blocks>, WeightsError> {
        let view = self.view(name, &shape)?;
        let format = match view.dtype() {
            Dtype::F16 if halves => BlockFormat::F16,
            Dtype::BF16 if halves => BlockFormat::BF16,
            _ => return Ok(None),
        };
        let Some(blocks) = Blocks::from_stored(format, shape[1], view.data()) else {
            return Ok(None);
        };
        (self.moved)(view.data());
        if !blocks.is_finite() {
            return Err(WeightsError::NotFinite(name.to_owned()));
        }
        Ok(Some(blocks))
    }
}

fn append_f32(bytes: &[u8], values: &mut Vec<f32>) {
    let (fours, _) = bytes.as_chunks::<4>();
    values.extend(fours.iter().map(|&b| f32::from_le_bytes(b)));
}

fn append_bf16(bytes: &[u8], values: &mut Vec<f32>) {
    let (pairs, _) = bytes.as_chunks::<2>();
    values.extend(pairs.iter().map(|&b| bf16::from_le_bytes(b).to_f32()));
}

/// In slices, for which processors have instructions.
fn append_f16(bytes: &[u8], values: &mut Vec<f32>) {
    let (pairs, _) = bytes.as_chunks::<2>();
    for pairs in pairs.chunks(HALVES) {
        let (mut halves, mut floats) = ([f16::ZERO; HALVES], [0.0; HALVES]);
        for (half, &pair) in halves.iter_mut().zip(pairs) {
            *half = f16::from_le_bytes(pair);
        }
        halves.convert_to_f32_slice(&mut floats);
        values.extend_from_slice(&floats[..pairs.len()]);
    }
}

/// Without a way out before the end, which would keep the compiler from vectors.
fn all_finite(values: &[f32]) -> bool {
    let magnitude = |value: &f32| value.to_bits() & (u32::MAX >> 1);
    values.iter().map(magnitude).fold(0, u32::max) < f32::INFINITY.to_bits()
}

#[cfg(test)]
mod tests;
