//! An answer is found in any response and read without a panic; what is equal to something is equal to itself.

#![no_main]

use explang_verify::{Extraction, equal, extract_boxed, verify};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    // The last line is the reference, the rest the response.
    let (response, reference) = text.rsplit_once('\n').unwrap_or((text, text));
    for extraction in Extraction::ALL {
        let _ = verify(response, reference, extraction);
    }
    let Some(answer) = extract_boxed(response) else {
        return;
    };
    assert!(response.contains(answer));
    assert!(!equal(answer, reference) || equal(answer, answer), "{answer:?}");
});
