//! Matrices that stay as they are stored while a decoder is sampled from or evaluated on a CPU: in blocks of few bits, or in 16 bits a number.
//!
//! The numbers that the blocks stand for are computed with in f32, so logits are those of the same decoder in f32 up to the order of its sums.

use burn::tensor::{Device, Tensor, TensorData};
use explang_named::named;

#[cfg(feature = "gguf")]
use super::decoder::Decoder;
#[cfg(feature = "lora")]
use super::decoder::Linear;
use super::fused;
use super::kernels::blocks::Blocks;
use super::weights::Weights;

/// How a decoder's matrices lie in memory.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum WeightForm {
    /// As the file stores them where that is `Q8_0`, `Q4_0` or `Q4_1`, and where it is `F16` or `BF16` and no cache holds the model
    /// ([`Decoder::is_large`](super::Decoder::is_large)): a small one is faster in f32. In f32 where it is another format.
    #[default]
    Stored,
    /// Four bytes a number.
    F32,
    /// 34 bytes for 32 numbers: quantised as they are read, unless they are stored in blocks of as few bits already. Rows whose length is not a
    /// multiple of 32 stay in f32.
    Q8_0,
}

named!(WeightForm, "form of weights", { Stored => "stored", F32 => "f32", Q8_0 => "q8_0" });

impl WeightForm {
    /// The form that the device can compute with.
    pub(super) fn on(self, device: &Device) -> Self {
        if fused::on_cpu(device) && !device.is_autodiff() {
            self
        } else {
            WeightForm::F32
        }
    }

    /// The matrix in blocks, of a model that is `large` or not; none where it is to be in f32.
    pub(super) fn blocks<W: Weights>(
        self,
        weights: &mut W,
        name: &str,
        shape: [usize; 2],
        large: bool,
    ) -> Result<Option<Blocks>, W::Error> {
        if self == WeightForm::F32 || !cfg!(feature = "gguf") {
            return Ok(None);
        }
        let as_stored = self == WeightForm::Stored;
        let stored = weights.blocks(name, shape, as_stored && large)?;
        if stored.is_some() || as_stored {
            return Ok(stored);
        }
        let values = weights.get(name, &shape)?;
        Ok(Blocks::quantise(
            &values.iter::<f32>().collect::<Vec<_>>(),
            shape[1],
        ))
    }
}

#[cfg(feature = "lora")]
impl Linear {
    /// `[out, in]`.
    pub(super) fn dims(&self) -> [usize; 2] {
        match &self.blocks {
            Some(blocks) => [blocks.rows(), blocks.inner()],
            None => self.weight.val().dims(),
        }
    }

    /// The matrix in f32, `[out, in]`.
    pub(super) fn values(&self) -> Tensor<2> {
        let weight = self.weight.val();
        match &self.blocks {
            Some(blocks) => Tensor::from_data(data(blocks), &weight.device()),
            None => weight,
        }
    }
}

#[cfg(feature = "gguf")]
impl Decoder {
    /// The matrices that lie in blocks, by their names in `model.safetensors`, in f32.
    pub(super) fn values_of_blocks(&self) -> Vec<(String, TensorData)> {
        let mut model = self.clone();
        let layers = model.projections().into_iter();
        let layers = layers.map(|(module, linear)| (module, &*linear));
        let embedding = ("model.embed_tokens".to_owned(), &self.model.embed_tokens);
        let head = self.lm_head.iter().map(|head| ("lm_head".to_owned(), head));
        let all = layers.chain([embedding]).chain(head);
        let in_blocks = all.filter_map(|(module, linear)| {
            let blocks = linear.blocks.as_ref()?;
            Some((format!("{module}.weight"), data(blocks)))
        });
        in_blocks.collect()
    }
}

/// The rows of `table` that are named, `[rows, in]`.
pub(super) fn rows(table: &Blocks, rows: &[u32], device: &Device) -> Tensor<2> {
    let mut values = Vec::with_capacity(rows.len() * table.inner());
    for &row in rows {
        table.append_row(row as usize, &mut values);
    }
    Tensor::from_data(TensorData::new(values, [rows.len(), table.inner()]), device)
}

#[cfg(any(feature = "gguf", feature = "lora"))]
fn data(blocks: &Blocks) -> TensorData {
    TensorData::new(blocks.to_values(), [blocks.rows(), blocks.inner()])
}

#[cfg(feature = "gguf")]
#[cfg(test)]
mod tests;
