//! Any two texts are compared without a panic, in little time, and, but for equations, to the same end in either order.

#![no_main]

use std::time::{Duration, Instant};

use explang_verify::{Extraction, compare, equal, extract_boxed, verify};
use libfuzzer_sys::fuzz_target;

/// What one comparison may take here: 50 ms without instrumentation, which with its checks and the sanitizer makes it at least ten times
/// as slow.
const LIMIT: Duration = Duration::from_millis(500);

/// The shortest of some tries, for the machine may be busy with other things.
fn shortest(work: impl Fn()) -> Duration {
    let mut shortest = Duration::MAX;
    for _ in 0..20 {
        let start = Instant::now();
        work();
        shortest = shortest.min(start.elapsed());
        if shortest < LIMIT {
            break;
        }
    }
    shortest
}

fuzz_target!(|text: &str| {
    // A line break between the two sides, as a fuzzer finds one by itself.
    let (answer, reference) = text.split_once('\n').unwrap_or((text, text));
    let time = shortest(|| {
        let _ = compare(answer, reference, Extraction::Stated);
    });
    assert!(time < LIMIT, "{answer:?} and {reference:?} took {time:?}");
    // Only of an equation as the answer the left side may be dropped.
    let equation = |text: &str| {
        text.contains(['=', '＝', '≈', '≃', '≅'])
            || ["approx", "sim", "doteq"].iter().any(|name| text.contains(name))
    };
    assert!(
        equal(answer, reference) == equal(reference, answer) || equation(answer) || equation(reference),
        "{answer:?} {reference:?}"
    );
    for extraction in Extraction::ALL {
        let _ = verify(answer, reference, extraction);
    }
    let _ = extract_boxed(text);
});
