//! The kinds of work that are measured, the same as in `tests/peers/bench.py`, and who does them beside us.

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

    /// Who does the same beside us.
    pub(super) const fn peers(self) -> &'static [Theirs] {
        match self {
            Kind::Train => &[Theirs::Train, Theirs::Compiled],
            Kind::Rollout => &[Theirs::Rollout],
            Kind::HalfRollout => &[],
        }
    }
}

/// Work of the peer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(super) enum Theirs {
    /// The optimizer step, operation by operation.
    Train,
    /// The optimizer step with forward and backward pass compiled by `torch.compile`.
    Compiled,
    /// The rollout, operation by operation.
    Rollout,
}

// As the peer is asked for it.
named!(Theirs, "work of the peer", { Train => "train", Compiled => "compiled", Rollout => "rollout" });

impl Theirs {
    /// The name in tables.
    pub(super) const fn title(self) -> &'static str {
        match self {
            Theirs::Train | Theirs::Rollout => "PyTorch",
            Theirs::Compiled => "torch.compile",
        }
    }
}
