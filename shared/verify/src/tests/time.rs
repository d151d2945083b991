//! Time as a test can bound it: on a machine of a known speed, whatever this one's is, and however busy.

use std::hash::{DefaultHasher, Hash, Hasher};
use std::hint::black_box;
use std::time::{Duration, Instant};

use super::{Extraction, compared, verify};

/// What one comparison may take on a machine that does the [`yardstick`] in [`NOMINAL`].
pub(super) const LIMIT: Duration = Duration::from_millis(50);

/// What the yardstick takes on a quiet laptop of the day. A slower machine takes longer for both.
const NOMINAL: Duration = Duration::from_micros(500);

/// A fixed piece of work on text.
fn yardstick() -> u64 {
    let text = black_box("so it is 1/2, they say, ").repeat(3000);
    let mut hasher = DefaultHasher::new();
    for word in text.split(' ') {
        word.to_lowercase().hash(&mut hasher);
    }
    hasher.finish()
}

/// Compares in every way. The shortest of some tries counts, each against a yardstick beside it.
pub(super) fn measured(a: &str, b: &str) -> Duration {
    let mut shortest = Duration::MAX;
    for _ in 0..20 {
        let start = Instant::now();
        black_box(yardstick());
        let slower = start.elapsed().max(NOMINAL);
        let start = Instant::now();
        let comparison = compared(a, b);
        let time = start.elapsed();
        shortest = shortest.min(time.mul_f64(NOMINAL.as_secs_f64() / slower.as_secs_f64()));
        assert_eq!(
            comparison,
            compared(a, b),
            "the same question has the same answer"
        );
        if shortest < LIMIT {
            break;
        }
    }
    let _ = verify(a, b, Extraction::WholeResponse);
    shortest
}
