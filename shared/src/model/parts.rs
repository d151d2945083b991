//! What a decoder is built of, by the names that its tensors have in `model.safetensors`.

use super::config::ModelConfig;

/// Makes the parts of a decoder from what their names stand for.
pub(super) trait Build {
    /// A weight matrix `[out, in]`.
    type Matrix;
    /// The table `[vocab, hidden]`, of which rows are looked up.
    type Table;
    /// The gain `[width]` of a norm.
    type Gain;
    /// What can go wrong.
    type Error;

    fn matrix(&mut self, name: &str, out: usize, input: usize)
    -> Result<Self::Matrix, Self::Error>;

    fn table(&mut self, name: &str, rows: usize, width: usize) -> Result<Self::Table, Self::Error>;

    fn gain(&mut self, name: &str, width: usize) -> Result<Self::Gain, Self::Error>;
}

/// All parts.
pub(super) struct Parts<B: Build> {
    pub(super) embedding: B::Table,
    pub(super) layers: Vec<LayerParts<B::Matrix, B::Gain>>,
    pub(super) norm: B::Gain,
    /// None where the output head is the embedding.
    pub(super) head: Option<B::Matrix>,
}

/// Those of a layer.
#[derive(Debug)]
pub(super) struct LayerParts<M, G> {
    pub(super) attention_norm: G,
    pub(super) q: M,
    pub(super) k: M,
    pub(super) v: M,
    pub(super) o: M,
    /// Qwen3's norms over each head.
    pub(super) q_norm: Option<G>,
    pub(super) k_norm: Option<G>,
    pub(super) mlp_norm: G,
    pub(super) gate: M,
    pub(super) up: M,
    pub(super) down: M,
}

impl<B: Build> Parts<B> {
    /// Builds every part of a decoder of this shape.
    pub(super) fn build(config: &ModelConfig, by: &mut B) -> Result<Self, B::Error> {
        let (d, hd, ff) = (
            config.hidden_size,
            config.head_dim,
            config.intermediate_size,
        );
        let (q, kv) = (config.num_heads * hd, config.num_kv_heads * hd);
        let embedding = by.table("model.embed_tokens.weight", config.vocab_size, d)?;
        let mut layers = Vec::with_capacity(config.num_layers);
        for i in 0..config.num_layers {
            let at = |part: &str| format!("model.layers.{i}.{part}.weight");
            let (q_norm, k_norm) = if config.qk_norm() {
                let q = by.gain(&at("self_attn.q_norm"), hd)?;
                (Some(q), Some(by.gain(&at("self_attn.k_norm"), hd)?))
            } else {
                (None, None)
            };
            layers.push(LayerParts {
                attention_norm: by.gain(&at("input_layernorm"), d)?,
                q: by.matrix(&at("self_attn.q_proj"), q, d)?,
                k: by.matrix(&at("self_attn.k_proj"), kv, d)?,
                v: by.matrix(&at("self_attn.v_proj"), kv, d)?,
                o: by.matrix(&at("self_attn.o_proj"), d, q)?,
                q_norm,
                k_norm,
                mlp_norm: by.gain(&at("post_attention_layernorm"), d)?,
                gate: by.matrix(&at("mlp.gate_proj"), ff, d)?,
                up: by.matrix(&at("mlp.up_proj"), ff, d)?,
                down: by.matrix(&at("mlp.down_proj"), d, ff)?,
            });
        }
        let norm = by.gain("model.norm.weight", d)?;
        let head = if config.tie_word_embeddings {
            None
        } else {
            Some(by.matrix("lm_head.weight", config.vocab_size, d)?)
        };
        Ok(Parts {
            embedding,
            layers,
            norm,
            head,
        })
    }
}
