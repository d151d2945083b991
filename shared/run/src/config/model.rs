//! Section `[model]`: the model that a run begins with.

use explang_language::Language;
use explang_named::named;
use serde::{Deserialize, Serialize};

/// Tokens of the smallest tokenizer that is trained: every byte, the seven marks of a transcript, and the tags.
pub const LEAST_TOKENS: usize = 256 + 7 + Language::ALL.len();

/// The model that a run begins with.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "Fields", into = "Fields")]
pub enum ModelSection {
    /// Random weights and a tokenizer of its own, trained at the start.
    New {
        /// Named shape.
        preset: ModelPreset,
        /// Tokens of the tokenizer.
        vocab_size: usize,
    },
    /// A checkpoint: the path of a folder or file, or the name of one on the Hugging Face hub.
    From(String),
}

impl ModelSection {
    /// The checkpoint that the run begins with; none where it begins with random weights.
    pub fn from(&self) -> Option<&str> {
        match self {
            ModelSection::New { .. } => None,
            ModelSection::From(path) => Some(path),
        }
    }
}

/// The section as it is written.
#[derive(Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Fields {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    preset: Option<ModelPreset>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    vocab_size: Option<usize>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    from: Option<String>,
}

impl TryFrom<Fields> for ModelSection {
    type Error = &'static str;

    fn try_from(fields: Fields) -> Result<Self, Self::Error> {
        match fields {
            Fields {
                preset: Some(preset),
                vocab_size: Some(vocab_size),
                from: None,
            } => Ok(ModelSection::New { preset, vocab_size }),
            Fields {
                preset: None,
                vocab_size: None,
                from: Some(path),
            } => Ok(ModelSection::From(path)),
            _ => Err("give either `preset` and `vocab_size`, or `from`"),
        }
    }
}

impl From<ModelSection> for Fields {
    fn from(section: ModelSection) -> Self {
        let (mut preset, mut vocab_size, mut from) = (None, None, None);
        match section {
            ModelSection::New {
                preset: shape,
                vocab_size: tokens,
            } => (preset, vocab_size) = (Some(shape), Some(tokens)),
            ModelSection::From(path) => from = Some(path),
        }
        Fields {
            preset,
            vocab_size,
            from,
        }
    }
}

/// A preset shape of a model that is trained from scratch.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ModelPreset {
    /// About 0.3 M parameters: a student.
    Pico,
    /// About 1 M parameters: trains on a CPU in minutes.
    Nano,
    /// About 10 M parameters: for a GPU.
    Small,
}

named!(ModelPreset, "model preset", { Pico => "pico", Nano => "nano", Small => "small" });

/// The numbers that a [`ModelPreset`] stands for; the vocabulary is the tokenizer's.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PresetShape {
    /// Width of the residual stream.
    pub hidden_size: usize,
    /// Width of the gated feed-forward layer.
    pub intermediate_size: usize,
    /// Decoder layers.
    pub num_layers: usize,
    /// Query heads.
    pub num_heads: usize,
    /// Key-value heads.
    pub num_kv_heads: usize,
    /// Width of a head.
    pub head_dim: usize,
    /// Longest sequence, in tokens.
    pub max_positions: usize,
}

impl ModelPreset {
    /// The preset's numbers.
    pub const fn shape(self) -> PresetShape {
        let [
            hidden_size,
            num_layers,
            num_heads,
            num_kv_heads,
            head_dim,
            intermediate_size,
        ] = match self {
            ModelPreset::Pico => [64, 4, 2, 1, 32, 192],
            ModelPreset::Nano => [128, 4, 4, 2, 32, 384],
            ModelPreset::Small => [320, 8, 8, 4, 40, 960],
        };
        PresetShape {
            hidden_size,
            intermediate_size,
            num_layers,
            num_heads,
            num_kv_heads,
            head_dim,
            max_positions: 512,
        }
    }
}
