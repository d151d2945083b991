//! Answers beside references, as JSON lines: verdicts on them, and how far those agree with known ones.

mod agreement;
mod pair;
mod peer;

pub use agreement::{Agreement, Disagreement, agreement};
pub use pair::{Pair, PairError};
pub use peer::{Peer, PeerError, PeerPass};

use std::time::{Duration, Instant};

use explang::verify::{Extraction, compare};

/// How many pairs are compared in a second, measured over passes through all of them for at least `time`.
pub fn throughput(pairs: &[Pair], time: Duration) -> f64 {
    let start = Instant::now();
    let mut compared = 0_usize;
    while compared == 0 || start.elapsed() < time {
        for pair in pairs {
            std::hint::black_box(compare(&pair.answer, &pair.gold, Extraction::Stated));
        }
        compared += pairs.len().max(1);
    }
    compared as f64 / start.elapsed().as_secs_f64()
}
