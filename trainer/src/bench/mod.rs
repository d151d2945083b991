//! How fast this machine trains and samples, alone or against a peer that does the same work.
//!
//! Two kinds of work, the same as in `tests/peers/bench.py`: an optimizer step on 32 sequences of 128 tokens (forward, cross
//! entropy over all positions, backward, clipping, AdamW), and 64 sequences of 96 tokens sampled at temperature 1 after prompts
//! of 16. A third, ours alone, is the second with half of the sequences ending early.

mod peer;
mod result;
mod work;

pub use peer::{Peer, PeerError};
pub use result::{BenchResult, Ratio, Series};
pub use work::{Measured, Work};

/// A kind of work.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Kind {
    /// Optimizer steps.
    Train,
    /// Sampling, all sequences full.
    Rollout,
    /// Sampling, half of the sequences ending early.
    HalfRollout,
}

impl Kind {
    /// All three, in the order in which a round runs them.
    pub const ALL: [Kind; 3] = [Kind::Train, Kind::Rollout, Kind::HalfRollout];

    /// The name, as in reports.
    pub const fn name(self) -> &'static str {
        match self {
            Kind::Train => "train",
            Kind::Rollout => "rollout",
            Kind::HalfRollout => "rollout, half ending early",
        }
    }
}
