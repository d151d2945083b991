//! Text of tokens as they arrive.

use crate::tokenizer::Tokenizer;

/// Turns tokens into text one by one, and holds a character back until all its bytes are there.
///
/// A token is decoded after its neighbours, since some tokenizers write a word differently at the start of a text.
#[derive(Debug)]
pub struct TextStream<'a> {
    tokenizer: &'a Tokenizer,
    tokens: Vec<u32>,
    /// Tokens from here on are decoded together.
    start: usize,
    /// Tokens before this one have been shown out.
    shown: usize,
}

impl<'a> TextStream<'a> {
    /// A stream that has shown out nothing.
    pub const fn new(tokenizer: &'a Tokenizer) -> Self {
        TextStream {
            tokenizer,
            tokens: Vec::new(),
            start: 0,
            shown: 0,
        }
    }

    /// The text that `token` completes: empty while a character lacks bytes.
    pub fn push(&mut self, token: u32) -> String {
        self.tokens.push(token);
        let text = self.pending();
        if text.is_empty() || text.ends_with(char::REPLACEMENT_CHARACTER) {
            return String::new();
        }
        self.start = self.shown;
        self.shown = self.tokens.len();
        text
    }

    /// What was held back; bytes that never became a character are U+FFFD.
    pub fn finish(self) -> String {
        self.pending()
    }

    /// The text of the tokens that were not shown out yet.
    fn pending(&self) -> String {
        let before = self.tokenizer.decode(&self.tokens[self.start..self.shown]);
        let now = self.tokenizer.decode(&self.tokens[self.start..]);
        now.get(before.len()..).unwrap_or_default().to_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A tokenizer that knows single bytes only, so that most characters are several tokens.
    fn bytes() -> Tokenizer {
        Tokenizer::train(std::iter::once("a".to_owned()), 300).unwrap()
    }

    #[test]
    fn the_pieces_are_the_text_and_no_piece_breaks_a_character() {
        let tokenizer = bytes();
        let text = "<lang_select>\nzh\n</lang_select>\n四十 สี่ é \u{1F600}!";
        let tokens = tokenizer.encode(text).unwrap();
        let mut stream = TextStream::new(&tokenizer);
        let mut pieces: Vec<String> = tokens.iter().map(|&t| stream.push(t)).collect();
        assert!(
            pieces
                .iter()
                .all(|p| !p.contains(char::REPLACEMENT_CHARACTER))
        );
        assert!(pieces.iter().any(String::is_empty));
        pieces.push(stream.finish());
        assert_eq!(pieces.concat(), text);
        assert_eq!(pieces.last().map(String::as_str), Some(""));
    }

    #[test]
    fn a_character_that_never_ends_is_shown_at_the_end() {
        let tokenizer = bytes();
        let mut tokens = tokenizer.encode("ab四").unwrap();
        tokens.pop();
        let mut stream = TextStream::new(&tokenizer);
        let shown: String = tokens.iter().map(|&t| stream.push(t)).collect();
        assert_eq!(shown, "ab");
        assert!(stream.finish().contains(char::REPLACEMENT_CHARACTER));
    }
}
