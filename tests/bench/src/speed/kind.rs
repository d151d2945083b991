//! The kinds of work that are measured, the same as in `tests/peers/bench.py`.

use explang::named::named;

/// A kind of work.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(super) enum Kind {
    /// An optimizer step on 32 sequences of 128 tokens: forward, cross entropy over all positions, backward, clipping, AdamW.
    Train,
    /// 64 sequences of 96 tokens sampled at temperature 1 after prompts of 16.
    Rollout,
    /// The same with half of the sequences ending early; ours alone.
    HalfRollout,
}

// In the order in which a round does them.
named!(Kind, "kind of work", { Train => "train", Rollout => "rollout", HalfRollout => "half_rollout" });

impl Kind {
    /// The name in tables.
    pub(super) const fn title(self) -> &'static str {
        match self {
            Kind::Train => "train",
            Kind::Rollout => "rollout",
            Kind::HalfRollout => "rollout, half ending early",
        }
    }
}
