//! Section `[model]`: the shape of the model that a run trains.

use explang_language::Language;
use explang_named::named;
use serde::{Deserialize, Serialize};

/// Tokens of the smallest tokenizer that is trained: every byte, the seven marks of a transcript, and the tags.
pub const LEAST_TOKENS: usize = 256 + 7 + Language::ALL.len();

/// Shape of the model.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ModelSection {
    /// Named shape.
    pub preset: ModelPreset,
    /// Tokens of the tokenizer that is trained at the start.
    pub vocab_size: usize,
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
