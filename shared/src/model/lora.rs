//! LoRA (Hu et al. 2021, arXiv 2106.09685): frozen weights `W`, and beside them narrow matrices that learn:
//! `W·x + (alpha / rank) · B·(A·x)`.
//!
//! Names, scale and first values are PEFT's: `A` uniform as PyTorch's linear layers, `B` zero, so an adapter begins by changing
//! nothing. burn's `apply_lora` is not used: it adds `B·A` to the whole matrix in every forward pass, and its backward pass forms a
//! gradient as large as the matrix. Left out: dropout, biases, DoRA, and adapters of the embedding and the head.

use std::collections::BTreeMap;

use burn::module::{Module, Param, ParamId};
use burn::tensor::{Tensor, TensorData};
use explang_run::config::{LoraSection, LoraTarget};

use super::config::ModelConfig;
use super::decoder::Decoder;
use super::ops;
use super::precision::Precision;
use super::weights::Weights;
use crate::random;

/// What is added to one matrix.
#[derive(Module, Debug)]
pub struct Adapter {
    /// `[rank, in]`.
    pub a: Param<Tensor<2>>,
    /// `[out, rank]`.
    pub b: Param<Tensor<2>>,
    #[module(skip)]
    alpha: f64,
}

impl Adapter {
    /// Rows of `A`.
    pub fn rank(&self) -> usize {
        self.a.val().dims()[0]
    }

    /// The scale is `alpha / rank`.
    pub const fn alpha(&self) -> f64 {
        self.alpha
    }

    /// `x [tokens, in]` → what is added to `x · Wᵀ [tokens, out]`.
    pub(super) fn forward(&self, x: Tensor<2>, precision: Precision) -> Tensor<2> {
        // Scaled where it is narrowest.
        let narrow = ops::product(x, self.a.val(), precision) * self.scale();
        ops::product(narrow, self.b.val(), precision)
    }

    fn scale(&self) -> f64 {
        self.alpha / self.rank() as f64
    }

    /// `weight + scale · B · A`, `[out, in]`.
    fn merged_into(&self, weight: Tensor<2>) -> Tensor<2> {
        weight + self.b.val().matmul(self.a.val() * self.scale())
    }
}

/// Numbers of a fresh adapter on a model of this shape: `rank · (in + out)` for each adapted matrix.
pub fn num_parameters(config: &ModelConfig, lora: &LoraSection) -> usize {
    let (d, ff) = (config.hidden_size, config.intermediate_size);
    let (q, kv) = (
        config.num_heads * config.head_dim,
        config.num_kv_heads * config.head_dim,
    );
    let sides = lora.targets.iter().map(|target| match target {
        LoraTarget::Q | LoraTarget::O => d + q,
        LoraTarget::K | LoraTarget::V => d + kv,
        LoraTarget::Gate | LoraTarget::Up | LoraTarget::Down => d + ff,
    });
    config.num_layers * lora.rank * sides.sum::<usize>()
}

/// PEFT's name of a factor of the adapter of `module`.
fn factor_name(module: &str, factor: char) -> String {
    format!("base_model.model.{module}.lora_{factor}.weight")
}

impl Decoder {
    /// The decoder with a fresh adapter that changes nothing yet; only the adapter learns. Each `A` is drawn from the stream of `seed`
    /// and its own name.
    pub fn with_lora(self, lora: &LoraSection, seed: u64) -> Self {
        let shape = |module: &str| {
            let (_, target) = module.rsplit_once('.').unwrap_or(("", module));
            let adapted = lora.targets.iter().any(|t| t.name() == target);
            adapted.then_some((lora.rank, lora.alpha))
        };
        match self.with_adapters(shape, &mut FirstFactors { seed }) {
            Ok(decoder) => decoder,
            Err(never) => match never {},
        }
    }

    /// The decoder with adapters from named weights, in place of those that it has. `shape` gives rank and alpha of the adapter of a
    /// module such as `model.layers.0.self_attn.q_proj`, or none. The other weights no longer learn; they are shared, not copied.
    ///
    /// # Errors
    /// Those of the source.
    pub fn with_adapters<W: Weights>(
        self,
        shape: impl Fn(&str) -> Option<(usize, f64)>,
        weights: &mut W,
    ) -> Result<Self, W::Error> {
        let mut model = self.without_adapters();
        let device = model.device();
        for (module, linear) in model.projections() {
            let Some((rank, alpha)) = shape(&module) else {
                continue;
            };
            let [out, input] = linear.dims();
            let mut factor = |name: char, dims: [usize; 2]| {
                let data = weights.get(&factor_name(&module, name), &dims)?;
                let tensor = Tensor::from_data(data, &device);
                let tensor = tensor.set_require_grad(device.is_autodiff());
                Ok(Param::initialized(ParamId::new(), tensor))
            };
            linear.adapter = Some(Adapter {
                a: factor('A', [rank, input])?,
                b: factor('B', [out, rank])?,
                alpha,
            });
        }
        Ok(model)
    }

    /// The same weights without adapters; none of them learns.
    pub fn without_adapters(self) -> Self {
        let mut model = self.set_require_grad(false);
        for (_, linear) in model.projections() {
            linear.adapter = None;
        }
        model
    }

    /// The decoder without a graph and with its adapters added to the weights: matrices without an adapter are shared, not copied.
    pub fn merged(&self) -> Self {
        let mut model = self.valid();
        for (_, linear) in model.projections() {
            if let Some(adapter) = linear.adapter.take() {
                let merged = adapter.merged_into(linear.values());
                linear.weight = Param::initialized(ParamId::new(), merged);
                linear.blocks = None;
            }
        }
        model
    }

    /// The adapter of each adapted module, by the module's name.
    pub fn adapters(&self) -> Vec<(String, Adapter)> {
        let mut model = self.clone();
        let adapted = (model.projections().into_iter())
            .filter_map(|(module, linear)| Some((module, linear.adapter.clone()?)));
        adapted.collect()
    }

    /// Every factor of the adapters under PEFT's name, `[rank, in]` and `[out, rank]`.
    pub fn adapter_weights(&self) -> BTreeMap<String, TensorData> {
        let adapters = self.adapters().into_iter();
        adapters
            .flat_map(|(module, Adapter { a, b, .. })| {
                [('A', a), ('B', b)]
                    .map(|(name, factor)| (factor_name(&module, name), factor.val().into_data()))
            })
            .collect()
    }
}

/// The first values of a fresh adapter, each factor from the stream of its own name.
struct FirstFactors {
    seed: u64,
}

impl Weights for FirstFactors {
    type Error = std::convert::Infallible;

    fn get(&mut self, name: &str, shape: &[usize]) -> Result<TensorData, Self::Error> {
        let size = shape.iter().product::<usize>();
        if name.contains(".lora_B.") {
            return Ok(TensorData::new(vec![0.0f32; size], shape));
        }
        // PEFT's Kaiming uniform with a = √5.
        let bound = 1.0 / (shape[1] as f32).sqrt();
        let path: Vec<u64> = name.bytes().map(u64::from).collect();
        let stream = random::derive(self.seed, &path);
        let values: Vec<f32> = (0..size as u64)
            .map(|i| bound * (2.0 * random::uniform(stream, i) - 1.0))
            .collect();
        Ok(TensorData::new(values, shape))
    }
}

#[cfg(test)]
mod tests;
