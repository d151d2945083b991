//! Text line by line, from a file or a pipe that may hold anything.

use std::io::{BufRead, Read};

/// Longest line, in bytes.
const LONGEST: usize = 1 << 26;

/// A line that is no text.
#[derive(Debug, thiserror::Error)]
pub enum LineError {
    /// It cannot be read.
    #[error("line {line} cannot be read: {source}")]
    Io {
        /// Number of the line, from 1.
        line: usize,
        /// Why.
        source: std::io::Error,
    },
    /// It is in another encoding.
    #[error("line {line} is not UTF-8; save the text as UTF-8")]
    Encoding {
        /// Number of the line, from 1.
        line: usize,
    },
    /// It never ends.
    #[error("line {line} is longer than {LONGEST} bytes; write one JSON object a line")]
    Long {
        /// Number of the line, from 1.
        line: usize,
    },
}

/// The lines that hold something, each with its number, from 1. A byte order mark before the first one is passed over, and so is
/// a carriage return before a line feed.
pub fn lines(mut input: impl BufRead) -> impl Iterator<Item = Result<(usize, String), LineError>> {
    let mut line = 0;
    let mut ended = false;
    std::iter::from_fn(move || {
        while !ended {
            line += 1;
            match read(&mut input, line) {
                Ok(None) => ended = true,
                Ok(Some(text)) if text.trim().is_empty() => {}
                Ok(Some(text)) => return Some(Ok((line, text))),
                Err(error) => {
                    ended = true;
                    return Some(Err(error));
                }
            }
        }
        None
    })
}

/// The next line, without its end; none where there is no more.
fn read(input: &mut impl BufRead, line: usize) -> Result<Option<String>, LineError> {
    let mut bytes = Vec::new();
    // One more than a line may have, so that a longer one is told from one of just that length.
    let count = (&mut *input)
        .take(LONGEST as u64 + 1)
        .read_until(b'\n', &mut bytes)
        .map_err(|source| LineError::Io { line, source })?;
    if count == 0 {
        return Ok(None);
    }
    if bytes.last() == Some(&b'\n') {
        bytes.pop();
    } else if bytes.len() > LONGEST {
        return Err(LineError::Long { line });
    }
    if bytes.last() == Some(&b'\r') {
        bytes.pop();
    }
    let text = String::from_utf8(bytes).map_err(|_| LineError::Encoding { line })?;
    Ok(Some(match text.strip_prefix('\u{feff}') {
        Some(rest) if line == 1 => rest.to_owned(),
        _ => text,
    }))
}

/// What the parser says of one line: it counts the lines within it.
pub(crate) fn in_line(error: &serde_json::Error) -> String {
    let text = error.to_string().replace(" at line 1 column", " at column");
    explang::named::brief(&text, 200)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn all(bytes: &[u8]) -> Vec<Result<(usize, String), String>> {
        let read = lines(bytes).map(|line| line.map_err(|error| error.to_string()));
        read.collect()
    }

    #[test]
    fn lines_keep_their_numbers_and_lose_their_ends() {
        let text = "\u{feff}a\r\n\n \nb\u{feff}\nc".as_bytes();
        let line =
            |number: usize, text: &str| -> Result<_, String> { Ok((number, text.to_owned())) };
        assert_eq!(
            all(text),
            [line(1, "a"), line(4, "b\u{feff}"), line(5, "c")]
        );
        assert!(all(b"").is_empty());
    }

    #[test]
    fn what_is_no_text_ends_the_reading_with_its_line() {
        let read = all(b"a\n\xff\nb\n");
        assert_eq!(read.len(), 2);
        let error = read[1].as_ref().unwrap_err();
        assert_eq!(error, "line 2 is not UTF-8; save the text as UTF-8");
    }

    #[test]
    fn a_line_without_end_is_not_read_to_its_end() {
        let endless = std::io::BufReader::new(std::io::repeat(b'a'));
        let error = lines(endless).next().unwrap().unwrap_err();
        assert!(matches!(error, LineError::Long { line: 1 }), "{error}");
    }
}
