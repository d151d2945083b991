//! The weights of a decoder by their names: where they come from, and how a decoder is built of them.

use std::sync::Arc;

use burn::module::{Param, ParamId};
use burn::tensor::{Device, Tensor, TensorData};
#[cfg(any(feature = "gguf", feature = "lora"))]
use explang_run::config::LoraTarget;

use super::config::ModelConfig;
use super::decoder::{Attention, Backbone, Decoder, Layer, Linear, Mlp, RmsNorm, Shape};
use super::in_blocks::WeightForm;
use super::kernels::blocks::Blocks;
use super::layout::is_large;
use super::ops::RopeTable;
use super::parts::{Build, LayerParts, Parts};
use super::precision::Precision;

/// Where the decoder gets its weights from, by their name in `model.safetensors`.
pub trait Weights {
    /// What can go wrong.
    type Error;

    /// The tensor `name`, row-major, of exactly this shape, in f32.
    ///
    /// # Errors
    /// When there is no such tensor, or it has another shape.
    fn get(&mut self, name: &str, shape: &[usize]) -> Result<TensorData, Self::Error>;

    /// The matrix `name` of exactly this shape, `[out, in]`, in the blocks that it is stored in, with `halves` also where these are numbers of 16
    /// bits; none where it is stored otherwise.
    ///
    /// # Errors
    /// When there is no such tensor, or it has another shape.
    fn blocks(
        &mut self,
        name: &str,
        shape: [usize; 2],
        halves: bool,
    ) -> Result<Option<Blocks>, Self::Error> {
        let _ = (name, shape, halves);
        Ok(None)
    }
}

impl Decoder {
    /// Builds the decoder on `device` from named weights.
    ///
    /// # Errors
    /// Those of the source.
    pub fn from_weights<W: Weights>(
        config: &ModelConfig,
        weights: &mut W,
        device: &Device,
    ) -> Result<Self, W::Error> {
        Decoder::from_weights_in(WeightForm::F32, config, weights, device)
    }

    /// [`Decoder::from_weights`] with its matrices in `form`. Matrices in blocks are for sampling and evaluation on a CPU: elsewhere, and with
    /// autodiff, all of them are in f32.
    ///
    /// # Errors
    /// Those of the source.
    pub fn from_weights_in<W: Weights>(
        form: WeightForm,
        config: &ModelConfig,
        weights: &mut W,
        device: &Device,
    ) -> Result<Self, W::Error> {
        let mut tensors = Tensors {
            form: form.on(device),
            large: is_large(config),
            weights,
            device,
        };
        let parts = Parts::build(config, &mut tensors)?;
        Ok(Decoder {
            model: Backbone {
                embed_tokens: parts.embedding,
                layers: parts.layers.into_iter().map(Layer::from).collect(),
                norm: parts.norm,
            },
            lm_head: parts.head,
            shape: Arc::new(Shape {
                rope: RopeTable::new(config.max_positions, &config.rope_frequencies()),
                config: config.clone(),
                precision: Precision::F32,
                reader: None,
            }),
        })
    }

    /// Every matrix of the layers, with its module's name: those that can be adapted.
    #[cfg(any(feature = "gguf", feature = "lora"))]
    pub(super) fn projections(&mut self) -> Vec<(String, &mut Linear)> {
        let mut all = Vec::new();
        for (i, layer) in self.model.layers.iter_mut().enumerate() {
            let (attn, mlp) = (&mut layer.self_attn, &mut layer.mlp);
            for (target, linear) in [
                (LoraTarget::Q, &mut attn.q_proj),
                (LoraTarget::K, &mut attn.k_proj),
                (LoraTarget::V, &mut attn.v_proj),
                (LoraTarget::O, &mut attn.o_proj),
                (LoraTarget::Gate, &mut mlp.gate_proj),
                (LoraTarget::Up, &mut mlp.up_proj),
                (LoraTarget::Down, &mut mlp.down_proj),
            ] {
                let part = match target {
                    LoraTarget::Gate | LoraTarget::Up | LoraTarget::Down => "mlp",
                    _ => "self_attn",
                };
                all.push((format!("model.layers.{i}.{part}.{target}"), linear));
            }
        }
        all
    }
}

impl From<LayerParts<Linear, RmsNorm>> for Layer {
    fn from(parts: LayerParts<Linear, RmsNorm>) -> Self {
        Layer {
            input_layernorm: parts.attention_norm,
            self_attn: Attention {
                q_proj: parts.q,
                k_proj: parts.k,
                v_proj: parts.v,
                o_proj: parts.o,
                q_norm: parts.q_norm,
                k_norm: parts.k_norm,
            },
            post_attention_layernorm: parts.mlp_norm,
            mlp: Mlp {
                gate_proj: parts.gate,
                up_proj: parts.up,
                down_proj: parts.down,
            },
        }
    }
}

/// Makes modules of named weights.
struct Tensors<'a, W> {
    form: WeightForm,
    /// See [`is_large`].
    large: bool,
    weights: &'a mut W,
    device: &'a Device,
}

impl<W: Weights> Build for Tensors<'_, W> {
    type Matrix = Linear;
    type Table = Linear;
    type Gain = RmsNorm;
    type Error = W::Error;

    fn matrix(&mut self, name: &str, out: usize, input: usize) -> Result<Linear, W::Error> {
        let shape = [out, input];
        let blocks = (self.form).blocks(self.weights, name, shape, self.large)?;
        let weight = match &blocks {
            None => self.tensor(name, shape)?,
            Some(_) => Param::initialized(ParamId::new(), Tensor::zeros([0, input], self.device)),
        };
        Ok(Linear {
            weight,
            blocks: blocks.map(Arc::new),
            #[cfg(feature = "lora")]
            adapter: None,
        })
    }

    fn table(&mut self, name: &str, rows: usize, width: usize) -> Result<Linear, W::Error> {
        self.matrix(name, rows, width)
    }

    fn gain(&mut self, name: &str, width: usize) -> Result<RmsNorm, W::Error> {
        let weight = self.tensor(name, [width])?;
        Ok(RmsNorm { weight })
    }
}

impl<W: Weights> Tensors<'_, W> {
    fn tensor<const D: usize>(
        &mut self,
        name: &str,
        shape: [usize; D],
    ) -> Result<Param<Tensor<D>>, W::Error> {
        let data = self.weights.get(name, &shape)?;
        let mut tensor = Tensor::from_data(data, self.device);
        if self.device.is_autodiff() {
            tensor = tensor.require_grad();
        }
        Ok(Param::initialized(ParamId::new(), tensor))
    }
}
