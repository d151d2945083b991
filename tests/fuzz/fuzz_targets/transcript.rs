//! Any response is taken apart, and what the strict reading accepts is put together again to the same text.

#![no_main]

use explang::transcript::{Parsed, Transcript};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    let parsed = Parsed::of(text);
    let _ = parsed.language();
    let Ok(transcript) = Transcript::parse(text) else {
        return;
    };
    assert_eq!(transcript.to_string(), text);
    // The lenient reading finds the same parts.
    assert_eq!(parsed.tag, Some(transcript.tag.as_str()));
    assert_eq!(parsed.trace, Some(transcript.trace.as_str()));
    assert!(parsed.anchored && parsed.well_formed);
    assert_eq!(parsed.closed, transcript.closed);
    assert_eq!(parsed.answer.unwrap_or_default(), transcript.answer);
});
