//! Any bytes are a tokenizer or are refused with one line; a tokenizer encodes and decodes any text with ids that it has.

#![no_main]

use explang::tokenizer::Tokenizer;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    // What follows the last NUL is the text; JSON has none.
    let end = bytes.iter().rposition(|&byte| byte == 0);
    let (file, text) = end.map_or((bytes, &b"4 + 3"[..]), |at| {
        (&bytes[..at], &bytes[at + 1..])
    });
    let tokenizer = match Tokenizer::from_json(file) {
        Ok(tokenizer) => tokenizer,
        Err(error) => {
            let said = error.to_string();
            assert!(
                !said.contains(char::is_control) && said.len() < 1500,
                "{said:?}"
            );
            return;
        }
    };
    assert!(tokenizer.is_end(tokenizer.end_of_text()));
    let Ok(tokens) = tokenizer.encode(&String::from_utf8_lossy(text)) else {
        return;
    };
    assert!(
        tokens
            .iter()
            .all(|&token| (token as usize) < tokenizer.vocab_size())
    );
    let _ = tokenizer.decode(&tokens);
    // A model can say anything.
    let _ = tokenizer.decode(&[0, tokenizer.pad(), u32::MAX, tokenizer.end_of_text()]);
});
