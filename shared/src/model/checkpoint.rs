//! A checkpoint's weights: `model.safetensors`, with the names and shapes that `transformers` gives them.

mod named;

use std::collections::BTreeMap;

use burn::module::{Module, ModuleVisitor, Param};
use burn::tensor::{Device, Tensor, TensorData};
use safetensors::tensor::{Dtype, TensorView};

use super::config::ModelConfig;
use super::decoder::Decoder;
use super::in_blocks::WeightForm;
use super::precision::Precision;
use super::weights::Weights;
use crate::random;
use explang_named::brief;

pub use named::NamedTensors;

/// The name of the output head.
const HEAD: &str = "lm_head.weight";

/// A `model.safetensors` that does not fit its `config.json`, or is none.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum WeightsError {
    /// The file is damaged or cut short.
    #[error("the weights cannot be read: {0}; the file is damaged or cut short: copy it again")]
    Damaged(String),
    /// A tensor that config.json calls for is not there.
    #[error("the weights have no tensor `{0}`; take config.json and weights from one checkpoint")]
    Missing(String),
    /// The output head is neither tied nor there.
    #[error(
        "config.json says that the output head is not the embedding (`tie_word_embeddings` is false), but the weights have no \
         `{HEAD}`; take both from one checkpoint"
    )]
    NoHead,
    /// The weights are stored as integers with scales.
    #[error(
        "tensor `{0}` is quantised, which is not supported; take the checkpoint that it was made from"
    )]
    Quantised(String),
    /// A tensor has another shape than config.json says.
    #[error(
        "tensor `{name}` has shape {found:?}, config.json says {expected:?}; take both from one checkpoint"
    )]
    Shape {
        /// The tensor's name.
        name: String,
        /// Shape in the file.
        found: Vec<usize>,
        /// Shape that `config.json` implies.
        expected: Vec<usize>,
    },
    /// A number format other than f32, f16 and bf16.
    #[error("tensor `{0}` is stored as {1}; convert it to f32, f16 or bf16")]
    Format(String, String),
    /// A weight is NaN or infinite.
    #[error(
        "tensor `{0}` holds a number that is not finite; the checkpoint is spoilt, use an earlier one"
    )]
    NotFinite(String),
    /// The operations of a [`ShaderDecoder`](super::ShaderDecoder) have no room for so wide a model.
    #[cfg(feature = "webgpu")]
    #[error(
        "on a graphics processor a model may have {most} features, this one has {features}; use the processor"
    )]
    TooWide {
        /// Features of the model's state, or of a head.
        features: usize,
        /// Most that are possible.
        most: usize,
    },
}

impl Decoder {
    /// Reads the weights of a checkpoint onto `device`.
    ///
    /// # Errors
    /// When the file is damaged or does not fit `config`.
    pub fn from_safetensors(
        config: &ModelConfig,
        bytes: &[u8],
        device: &Device,
    ) -> Result<Self, WeightsError> {
        let tensors = NamedTensors::read(bytes)?;
        Decoder::from_named_tensors(WeightForm::F32, config, tensors, device)
    }

    /// Moves the weights of a checkpoint onto `device`, where they lie in `form` (see [`Decoder::from_weights_in`]). A head that the file has
    /// counts, whatever `config` says of it, as in `transformers`.
    ///
    /// # Errors
    /// When a tensor is missing, of another shape, or not finite.
    pub fn from_named_tensors(
        form: WeightForm,
        config: &ModelConfig,
        mut tensors: NamedTensors<'_>,
        device: &Device,
    ) -> Result<Self, WeightsError> {
        let config = tensors.shape(config)?;
        Decoder::from_weights_in(form, &config, &mut tensors, device)
    }

    /// A decoder with random weights: normal with standard deviation 0.02, the projections back into the residual stream
    /// narrower by `sqrt(2 * layers)` (as in GPT-2), gains one.
    pub fn random(config: &ModelConfig, seed: u64, device: &Device) -> Self {
        let mut init = RandomInit {
            seed,
            residual: 1.0 / (2.0 * config.num_layers as f32).sqrt(),
        };
        match Decoder::from_weights(config, &mut init, device) {
            Ok(decoder) => decoder,
            Err(never) => match never {},
        }
    }

    /// Every parameter by its name, with its shape, number format and values in row-major order.
    pub fn named_weights(&self) -> BTreeMap<String, TensorData> {
        let mut collect = Collect::default();
        self.visit(&mut collect);
        #[cfg(feature = "gguf")]
        collect.tensors.extend(self.values_of_blocks());
        collect.tensors
    }

    /// The bytes of `model.safetensors`.
    ///
    /// # Errors
    /// When a weight is not finite: such a checkpoint is never written.
    pub fn to_safetensors(&self, precision: Precision) -> Result<Vec<u8>, WeightsError> {
        write(self.named_weights(), precision)
    }
}

/// Writes named tensors as safetensors.
///
/// # Errors
/// When a value is not finite.
pub fn write(
    tensors: BTreeMap<String, TensorData>,
    precision: Precision,
) -> Result<Vec<u8>, WeightsError> {
    let mut encoded = Vec::with_capacity(tensors.len());
    for (name, tensor) in tensors {
        let shape: Vec<usize> = tensor.shape().iter().copied().collect();
        let mut bytes = Vec::with_capacity(4 * tensor.num_elements());
        for value in tensor.iter::<f32>() {
            if !value.is_finite() {
                return Err(WeightsError::NotFinite(name));
            }
            match precision {
                Precision::F32 => bytes.extend(value.to_le_bytes()),
                Precision::F16 => bytes.extend(half::f16::from_f32(value).to_le_bytes()),
                Precision::BF16 => bytes.extend(half::bf16::from_f32(value).to_le_bytes()),
            }
        }
        encoded.push((name, shape, bytes));
    }
    let dtype = match precision {
        Precision::F32 => Dtype::F32,
        Precision::F16 => Dtype::F16,
        Precision::BF16 => Dtype::BF16,
    };
    let views = encoded
        .iter()
        .map(|(name, shape, bytes)| {
            TensorView::new(dtype, shape.clone(), bytes).map(|view| (name.clone(), view))
        })
        .collect::<Result<Vec<_>, _>>()
        .map_err(|e| damaged(&e))?;
    // `transformers` refuses a file without this entry.
    let format = [("format".to_owned(), "pt".to_owned())].into();
    safetensors::serialize(views, Some(format)).map_err(|e| damaged(&e))
}

/// The parser's words, which may repeat what the file says.
fn damaged(error: &safetensors::SafeTensorError) -> WeightsError {
    WeightsError::Damaged(brief(&error.to_string(), 160))
}

/// Random initial weights, each tensor from a stream of its own name.
struct RandomInit {
    seed: u64,
    residual: f32,
}

impl Weights for RandomInit {
    type Error = std::convert::Infallible;

    fn get(&mut self, name: &str, shape: &[usize]) -> Result<TensorData, Self::Error> {
        let size = shape.iter().product::<usize>();
        if shape.len() == 1 {
            return Ok(TensorData::new(vec![1.0f32; size], shape));
        }
        let back = name.ends_with("o_proj.weight") || name.ends_with("down_proj.weight");
        let std = 0.02 * if back { self.residual } else { 1.0 };
        let path: Vec<u64> = name.bytes().map(u64::from).collect();
        let stream = random::derive(self.seed, &path);
        let values: Vec<f32> = (0..size as u64)
            .map(|i| std * random::normal(stream, i))
            .collect();
        Ok(TensorData::new(values, shape))
    }
}

/// Collects parameters under their module path, which is their name.
#[derive(Default)]
struct Collect {
    path: Vec<String>,
    tensors: BTreeMap<String, TensorData>,
}

impl ModuleVisitor for Collect {
    fn enter_module(&mut self, name: &str, _container: &str) {
        self.path.push(name.to_owned());
    }

    fn exit_module(&mut self, _name: &str, _container: &str) {
        self.path.pop();
    }

    fn visit_float<const D: usize>(&mut self, param: &Param<Tensor<D>>) {
        let data = param.val().into_data();
        self.tensors.insert(self.path.join("."), data);
    }
}
