//! Finding the boxed answer.

/// An open brace, waiting for its partner.
enum Brace {
    Plain,
    /// Where the content of a `\boxed{` starts.
    Boxed(usize),
}

/// The content of the last complete `\boxed{…}`, braces nested as they come; of two boxes one inside the
/// other, the inner. Braces escaped as `\{` and `\}` do not count. Linear in the length of the text.
pub fn extract_boxed(text: &str) -> Option<&str> {
    let bytes = text.as_bytes();
    let mut open = Vec::new();
    let mut last: Option<(usize, usize)> = None;
    let mut i = 0;
    while let Some(&byte) = bytes.get(i) {
        match byte {
            // The character after a backslash is no brace of ours.
            b'\\' => i += 1,
            b'{' => open.push(if text[..i].trim_end_matches(' ').ends_with("\\boxed") {
                Brace::Boxed(i + 1)
            } else {
                Brace::Plain
            }),
            b'}' => {
                if let Some(Brace::Boxed(start)) = open.pop()
                    && last.is_none_or(|(s, _)| s < start)
                {
                    last = Some((start, i));
                }
            }
            _ => {}
        }
        i += 1;
    }
    last.map(|(start, end)| &text[start..end])
}
