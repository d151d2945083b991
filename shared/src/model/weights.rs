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
use super::ops::RopeTable;

/// Where the decoder gets its weights from, by their name in `model.safetensors`.
pub trait Weights {
    /// What can go wrong.
    type Error;

    /// The tensor `name`, row-major, of exactly this shape, in f32.
    ///
    /// # Errors
    /// When there is no such tensor, or it has another shape.
    fn get(&mut self, name: &str, shape: &[usize]) -> Result<TensorData, Self::Error>;

    /// The matrix `name` of exactly this shape, `[out, in]`, in the blocks that it is stored in; none where it is stored otherwise.
    ///
    /// # Errors
    /// When there is no such tensor, or it has another shape.
    fn blocks(&mut self, name: &str, shape: [usize; 2]) -> Result<Option<Blocks>, Self::Error> {
        let _ = (name, shape);
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
        let mut build = Build {
            form: form.on(device),
            weights,
            device,
        };
        let (d, hd) = (config.hidden_size, config.head_dim);
        let (q, kv, ff) = (
            config.num_heads * hd,
            config.num_kv_heads * hd,
            config.intermediate_size,
        );
        let embed_tokens = build.linear("model.embed_tokens", config.vocab_size, d)?;
        let mut layers = Vec::with_capacity(config.num_layers);
        for i in 0..config.num_layers {
            let at = |part: &str| format!("model.layers.{i}.{part}");
            let attn = |part: &str| at(&format!("self_attn.{part}"));
            let (q_norm, k_norm) = if config.qk_norm() {
                let q = build.norm(&attn("q_norm"), hd)?;
                (Some(q), Some(build.norm(&attn("k_norm"), hd)?))
            } else {
                (None, None)
            };
            layers.push(Layer {
                input_layernorm: build.norm(&at("input_layernorm"), d)?,
                self_attn: Attention {
                    q_proj: build.linear(&attn("q_proj"), q, d)?,
                    k_proj: build.linear(&attn("k_proj"), kv, d)?,
                    v_proj: build.linear(&attn("v_proj"), kv, d)?,
                    o_proj: build.linear(&attn("o_proj"), d, q)?,
                    q_norm,
                    k_norm,
                },
                post_attention_layernorm: build.norm(&at("post_attention_layernorm"), d)?,
                mlp: Mlp {
                    gate_proj: build.linear(&at("mlp.gate_proj"), ff, d)?,
                    up_proj: build.linear(&at("mlp.up_proj"), ff, d)?,
                    down_proj: build.linear(&at("mlp.down_proj"), d, ff)?,
                },
            });
        }
        let norm = build.norm("model.norm", d)?;
        let lm_head = if config.tie_word_embeddings {
            None
        } else {
            Some(build.linear("lm_head", config.vocab_size, d)?)
        };
        Ok(Decoder {
            model: Backbone {
                embed_tokens,
                layers,
                norm,
            },
            lm_head,
            shape: Arc::new(Shape {
                rope: RopeTable::new(config.max_positions, &config.rope_frequencies()),
                config: config.clone(),
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

/// Builds modules from named weights.
struct Build<'a, W> {
    form: WeightForm,
    weights: &'a mut W,
    device: &'a Device,
}

impl<W: Weights> Build<'_, W> {
    fn linear(&mut self, name: &str, out: usize, input: usize) -> Result<Linear, W::Error> {
        let name = format!("{name}.weight");
        let blocks = self.form.blocks(self.weights, &name, [out, input])?;
        let weight = match &blocks {
            None => self.tensor(&name, [out, input])?,
            Some(_) => Param::initialized(ParamId::new(), Tensor::zeros([0, input], self.device)),
        };
        Ok(Linear {
            weight,
            blocks: blocks.map(Arc::new),
            #[cfg(feature = "lora")]
            adapter: None,
        })
    }

    fn norm(&mut self, name: &str, width: usize) -> Result<RmsNorm, W::Error> {
        self.tensor(&format!("{name}.weight"), [width])
            .map(|weight| RmsNorm { weight })
    }

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
