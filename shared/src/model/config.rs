//! The shape of a decoder, read from and written to a Hugging Face `config.json`.

mod rope;

use serde_json::{Map, Value, json};

use explang_named::brief;
use explang_run::config::ModelPreset;

pub use rope::Llama3Scaling;

/// The width of Qwen3's heads where `config.json` does not say it.
const QWEN3_HEAD_DIM: usize = 128;

/// A model family: the two differ in the QK norm and in the names that `config.json` uses.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Architecture {
    /// RMS norm over each query and key head before the rotary embedding.
    Qwen3,
    /// No QK norm.
    Llama,
}

/// Shape and constants of a decoder.
#[derive(Debug, Clone, PartialEq)]
pub struct ModelConfig {
    /// Model family.
    pub architecture: Architecture,
    /// Entries of the embedding table.
    pub vocab_size: usize,
    /// Width of the residual stream.
    pub hidden_size: usize,
    /// Width of the gated feed-forward layer.
    pub intermediate_size: usize,
    /// Decoder layers.
    pub num_layers: usize,
    /// Query heads.
    pub num_heads: usize,
    /// Key-value heads; divides `num_heads`.
    pub num_kv_heads: usize,
    /// Width of a head; even.
    pub head_dim: usize,
    /// Positions that the rotary table covers: the longest sequence.
    pub max_positions: usize,
    /// Base of the rotary frequencies.
    pub rope_theta: f32,
    /// How the rotary frequencies are stretched for longer texts; none where they are not.
    pub rope_scaling: Option<Llama3Scaling>,
    /// Added to the mean square in every RMS norm.
    pub rms_norm_eps: f32,
    /// The output head is the embedding table.
    pub tie_word_embeddings: bool,
}

/// A `config.json` that this crate cannot run.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ConfigError {
    /// Not JSON at all.
    #[error("config.json is not valid JSON: {0}; copy it again from where the checkpoint is from")]
    Json(String),
    /// A key is missing or has another type.
    #[error("config.json: `{0}` is missing or has a value of another kind; it must be {1}")]
    Key(&'static str, &'static str),
    /// A feature or shape that the decoder does not have.
    #[error("config.json: {0}")]
    Unsupported(String),
}

impl ModelConfig {
    /// A preset's shape for a vocabulary of `vocab_size` tokens.
    pub const fn of(preset: ModelPreset, vocab_size: usize) -> Self {
        let shape = preset.shape();
        ModelConfig {
            architecture: Architecture::Qwen3,
            vocab_size,
            hidden_size: shape.hidden_size,
            intermediate_size: shape.intermediate_size,
            num_layers: shape.num_layers,
            num_heads: shape.num_heads,
            num_kv_heads: shape.num_kv_heads,
            head_dim: shape.head_dim,
            max_positions: shape.max_positions,
            rope_theta: rope::DEFAULT_THETA,
            rope_scaling: None,
            rms_norm_eps: 1e-6,
            tie_word_embeddings: true,
        }
    }

    /// Reads a `config.json` of the Qwen3 or Llama family.
    ///
    /// # Errors
    /// Names the first key that is missing, or the feature that this decoder does not have.
    pub fn from_json(text: &str) -> Result<Self, ConfigError> {
        let value: Value = serde_json::from_str(text)
            .map_err(|e| ConfigError::Json(brief(&e.to_string(), 120)))?;
        let root = value
            .as_object()
            .ok_or(ConfigError::Json("it is not an object".into()))?;
        let architecture = match root.get("model_type").and_then(Value::as_str) {
            Some("qwen3") => Architecture::Qwen3,
            Some("llama") => Architecture::Llama,
            Some(other) => {
                return Err(ConfigError::Unsupported(format!(
                    "model_type `{}` is not supported; use qwen3 or llama",
                    brief(other, 40)
                )));
            }
            None => return Err(ConfigError::Key("model_type", "a text")),
        };
        refuse_unsupported(root)?;
        let size = |key: &'static str| -> Result<usize, ConfigError> {
            root.get(key)
                .and_then(Value::as_u64)
                .and_then(|n| usize::try_from(n).ok())
                .ok_or(ConfigError::Key(key, "a whole number"))
        };
        let size_or = |key: &'static str, otherwise: usize| match root.get(key) {
            None | Some(Value::Null) => Ok(otherwise),
            Some(_) => size(key),
        };
        let hidden_size = size("hidden_size")?;
        let max_positions = size("max_position_embeddings")?;
        let rope = rope::Rope::read(root, max_positions)?;
        let num_heads = size("num_attention_heads")?;
        let config = ModelConfig {
            architecture,
            vocab_size: size("vocab_size")?,
            hidden_size,
            intermediate_size: size("intermediate_size")?,
            num_layers: size("num_hidden_layers")?,
            num_heads,
            num_kv_heads: size_or("num_key_value_heads", num_heads)?,
            head_dim: size_or(
                "head_dim",
                match architecture {
                    Architecture::Qwen3 => QWEN3_HEAD_DIM,
                    Architecture::Llama => hidden_size / num_heads.max(1),
                },
            )?,
            max_positions,
            rope_theta: rope.theta,
            rope_scaling: rope.scaling,
            rms_norm_eps: root
                .get("rms_norm_eps")
                .and_then(Value::as_f64)
                .ok_or(ConfigError::Key("rms_norm_eps", "a number"))?
                as f32,
            tie_word_embeddings: match root.get("tie_word_embeddings") {
                None | Some(Value::Null) => false,
                Some(value) => value
                    .as_bool()
                    .ok_or(ConfigError::Key("tie_word_embeddings", "true or false"))?,
            },
        };
        config.check()?;
        Ok(config)
    }

    /// Writes the `config.json` that `transformers` opens. The token ids are those of the tokenizer beside it.
    pub fn to_json(&self, end_of_text: u32, pad: u32) -> String {
        let (model_type, class) = match self.architecture {
            Architecture::Qwen3 => ("qwen3", "Qwen3ForCausalLM"),
            Architecture::Llama => ("llama", "LlamaForCausalLM"),
        };
        let value = json!({
            "architectures": [class],
            "model_type": model_type,
            "vocab_size": self.vocab_size,
            "hidden_size": self.hidden_size,
            "intermediate_size": self.intermediate_size,
            "num_hidden_layers": self.num_layers,
            "num_attention_heads": self.num_heads,
            "num_key_value_heads": self.num_kv_heads,
            "head_dim": self.head_dim,
            "max_position_embeddings": self.max_positions,
            "rope_theta": self.rope_theta,
            "rope_scaling": self.rope_scaling.as_ref().map(Llama3Scaling::to_json),
            "rms_norm_eps": f64::from(self.rms_norm_eps),
            "tie_word_embeddings": self.tie_word_embeddings,
            "hidden_act": "silu",
            "attention_bias": false,
            "mlp_bias": false,
            "attention_dropout": 0.0,
            "use_sliding_window": false,
            "bos_token_id": null,
            "eos_token_id": end_of_text,
            "pad_token_id": pad,
            "torch_dtype": "float32",
        });
        format!("{value:#}\n")
    }

    /// True where query and key heads are normalised before the rotary embedding.
    pub(crate) const fn qk_norm(&self) -> bool {
        matches!(self.architecture, Architecture::Qwen3)
    }

    /// Number of trainable parameters.
    pub fn num_parameters(&self) -> usize {
        let (d, hd) = (self.hidden_size, self.head_dim);
        let attention = d * hd * (2 * self.num_heads + 2 * self.num_kv_heads);
        let norms = 2 * d + if self.qk_norm() { 2 * hd } else { 0 };
        let layer = attention + 3 * d * self.intermediate_size + norms;
        let head = if self.tie_word_embeddings { 1 } else { 2 };
        head * self.vocab_size * d + self.num_layers * layer + d
    }

    /// Refuses shapes that cannot be run.
    fn check(&self) -> Result<(), ConfigError> {
        let bad = |what: String| Err(ConfigError::Unsupported(what));
        // Far above every model there is; below what would overflow.
        for (name, size, most) in [
            ("vocab_size", self.vocab_size, 1 << 22),
            ("hidden_size", self.hidden_size, 1 << 16),
            ("intermediate_size", self.intermediate_size, 1 << 18),
            ("num_hidden_layers", self.num_layers, 1 << 10),
            ("num_attention_heads", self.num_heads, 1 << 10),
            ("num_key_value_heads", self.num_kv_heads, 1 << 10),
            ("head_dim", self.head_dim, 1 << 10),
            ("max_position_embeddings", self.max_positions, 1 << 20),
        ] {
            if !(1..=most).contains(&size) {
                return bad(format!("{name} must be from 1 to {most}, not {size}"));
            }
        }
        if !(self.rope_theta.is_finite() && self.rope_theta > 0.0) {
            return bad(format!(
                "rope_theta must be a number above 0, not {}",
                self.rope_theta
            ));
        }
        if let Some(scaling) = &self.rope_scaling {
            scaling.check()?;
        }
        if !(self.rms_norm_eps.is_finite() && self.rms_norm_eps >= 0.0) {
            return bad(format!(
                "rms_norm_eps must be a number of 0 or more, not {}",
                self.rms_norm_eps
            ));
        }
        if !self.num_heads.is_multiple_of(self.num_kv_heads) {
            return bad(format!(
                "{} query heads cannot share {} key-value heads evenly",
                self.num_heads, self.num_kv_heads
            ));
        }
        if !self.head_dim.is_multiple_of(2) {
            return bad(format!("head_dim {} is odd", self.head_dim));
        }
        Ok(())
    }
}

/// Features that would silently change the numbers are refused by name.
fn refuse_unsupported(root: &Map<String, Value>) -> Result<(), ConfigError> {
    if let Some(quantised) = root.get("quantization_config").filter(|v| !v.is_null()) {
        let method = quantised.get("quant_method").and_then(Value::as_str);
        return Err(ConfigError::Unsupported(format!(
            "quantization_config says that the weights are quantised ({}), which is not supported; take the checkpoint that it was made from",
            brief(method.unwrap_or("by an unknown method"), 40)
        )));
    }
    for key in ["attention_bias", "mlp_bias", "use_sliding_window"] {
        if root.get(key).and_then(Value::as_bool) == Some(true) {
            return Err(ConfigError::Unsupported(format!("{key} is not supported")));
        }
    }
    if let Some(act) = root.get("hidden_act").and_then(Value::as_str)
        && act != "silu"
    {
        return Err(ConfigError::Unsupported(format!(
            "hidden_act `{}` is not supported; use silu",
            brief(act, 40)
        )));
    }
    Ok(())
}

#[cfg(test)]
mod tests;
