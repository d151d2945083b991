//! Section `[lora]`: adapters that learn in place of the weights.

use explang_named::named;
use serde::{Deserialize, Serialize};

/// Low-rank adapters (Hu et al. 2021, arXiv 2106.09685); without the section all weights learn.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LoraSection {
    /// r: width of an adapter.
    pub rank: usize,
    /// α: an adapter counts α / r.
    pub alpha: f64,
    /// The matrices that get one; all seven, if not given.
    #[serde(default = "all")]
    pub targets: Vec<LoraTarget>,
}

fn all() -> Vec<LoraTarget> {
    LoraTarget::ALL.to_vec()
}

/// A matrix of every layer that can have an adapter.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum LoraTarget {
    /// Queries.
    Q,
    /// Keys.
    K,
    /// Values.
    V,
    /// What attention gives back.
    O,
    /// Gate of the feed-forward layer.
    Gate,
    /// Its way up.
    Up,
    /// Its way down.
    Down,
}

named!(LoraTarget, "LoRA target", {
    Q => "q_proj",
    K => "k_proj",
    V => "v_proj",
    O => "o_proj",
    Gate => "gate_proj",
    Up => "up_proj",
    Down => "down_proj",
});
