//! Section `[memory]`: what is computed twice, or in parts, or later, so that less of it is kept.

use serde::{Deserialize, Serialize};

/// What lowers the memory of an update and of its rollouts. None of it changes what is learned, but for rounding.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct MemorySection {
    /// Most tokens that a shard works on at once, one sequence at least; its gradients are added up. All of a shard, if not given.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub micro_batch_tokens: Option<usize>,
    /// Each layer runs a second time in the backward pass, so that only its input is kept.
    pub recompute_layers: bool,
    /// Rows of logits that are kept at once, and computed a second time in the backward pass; 0 for all, computed once.
    pub log_prob_rows: usize,
    /// Most tokens whose keys and values a shard holds at once while it samples, one completion at least; others wait for their turn. All of a
    /// shard, if not given.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cache_tokens: Option<usize>,
}

impl MemorySection {
    /// True where nothing is said: such a section is not written.
    pub(super) fn is_default(&self) -> bool {
        *self == MemorySection::default()
    }
}
