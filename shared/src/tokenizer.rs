//! The tokenizer: Hugging Face `tokenizers`, in training, in the browser and for imported models.
//!
//! The tokenizer that we train is a byte-level BPE. Digits stand alone, so that a number is read digit by digit. The marks
//! of a transcript are single tokens, and so is each tag *with its line breaks* (`"\nzh\n"`): the letters of a code occur in
//! ordinary words of other languages (*es*, *de*, *it*), a line that holds nothing else does not.

use tokenizers::models::bpe::{BPE, BpeTrainer};
use tokenizers::pre_tokenizers::byte_level::ByteLevel;
use tokenizers::pre_tokenizers::digits::Digits;
use tokenizers::pre_tokenizers::sequence::Sequence;
use tokenizers::{AddedToken, Tokenizer as Inner, TokenizerBuilder, TokenizerImpl};

use crate::Language;

/// Ends a document and a response.
pub const END_OF_TEXT: &str = "<|endoftext|>";
/// Fills the end of shorter sequences where a device wants rectangles.
pub const PAD: &str = "<|pad|>";

/// Names that other families give to the token that ends a response.
const END_NAMES: [&str; 5] = [
    END_OF_TEXT,
    "<|im_end|>",
    "<|eot_id|>",
    "<|end_of_text|>",
    "</s>",
];

/// A tokenizer and the ids of the tokens that this crate must know.
#[derive(Debug, Clone)]
pub struct Tokenizer {
    inner: Inner,
    ends: Vec<u32>,
    pad: u32,
}

/// What can go wrong with a tokenizer.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum TokenizerError {
    /// `tokenizer.json` cannot be read.
    #[error("tokenizer.json cannot be read: {0}")]
    Json(String),
    /// There is no token that ends a text.
    #[error("tokenizer.json has no token that ends a text (one of {END_NAMES:?})")]
    NoEnd,
    /// Training failed.
    #[error("the tokenizer cannot be trained: {0}")]
    Training(String),
    /// A text cannot be encoded.
    #[error("the text cannot be encoded: {0}")]
    Encoding(String),
}

impl Tokenizer {
    /// Reads a `tokenizer.json`.
    ///
    /// # Errors
    /// When it is malformed or lacks a token that ends a text.
    pub fn from_json(json: &[u8]) -> Result<Self, TokenizerError> {
        let inner = Inner::from_bytes(json).map_err(|e| TokenizerError::Json(e.to_string()))?;
        Self::new(inner)
    }

    /// Trains a tokenizer of at most `vocab_size` tokens on `texts`.
    ///
    /// # Errors
    /// When the trainer fails.
    pub fn train(
        texts: impl Iterator<Item = String> + Send,
        vocab_size: usize,
    ) -> Result<Self, TokenizerError> {
        let failed = |e: tokenizers::Error| TokenizerError::Training(e.to_string());
        let bytes = ByteLevel::new(false, false, true);
        let split = Sequence::new(vec![Digits::new(true).into(), bytes.into()]);
        let mut inner: TokenizerImpl<
            _,
            tokenizers::NormalizerWrapper,
            _,
            tokenizers::PostProcessorWrapper,
            _,
        > = TokenizerBuilder::new()
            .with_model(BPE::default())
            .with_normalizer(None)
            .with_pre_tokenizer(Some(split))
            .with_post_processor(None)
            .with_decoder(Some(ByteLevel::default()))
            .build()
            .map_err(failed)?;
        let mut trainer = BpeTrainer::builder()
            .vocab_size(vocab_size)
            .show_progress(false)
            .initial_alphabet(ByteLevel::alphabet().into_iter().collect())
            .special_tokens(added_tokens())
            .build();
        inner.train(&mut trainer, texts).map_err(failed)?;
        let json =
            serde_json::to_vec(&inner).map_err(|e| TokenizerError::Training(e.to_string()))?;
        Self::from_json(&json)
    }

    fn new(inner: Inner) -> Result<Self, TokenizerError> {
        let ends: Vec<u32> = END_NAMES
            .iter()
            .filter_map(|n| inner.token_to_id(n))
            .collect();
        let &first = ends.first().ok_or(TokenizerError::NoEnd)?;
        let pad = inner.token_to_id(PAD).unwrap_or(first);
        Ok(Tokenizer { inner, ends, pad })
    }

    /// The text of `tokenizer.json`.
    pub fn to_json(&self) -> String {
        self.inner.to_string(true).unwrap_or_default()
    }

    /// The ids of `text`; marks and tags become their own tokens, nothing is added.
    ///
    /// # Errors
    /// When the model cannot encode the text; byte-level models never fail.
    pub fn encode(&self, text: &str) -> Result<Vec<u32>, TokenizerError> {
        let encoding = self
            .inner
            .encode_fast(text, false)
            .map_err(|e| TokenizerError::Encoding(e.to_string()))?;
        Ok(encoding.get_ids().to_vec())
    }

    /// The text of `ids`, marks and tags included. Bytes that are no UTF-8 become U+FFFD.
    pub fn decode(&self, ids: &[u32]) -> String {
        self.inner.decode(ids, false).unwrap_or_default()
    }

    /// Number of tokens, added ones included.
    pub fn vocab_size(&self) -> usize {
        self.inner.get_vocab_size(true)
    }

    /// The token that ends what we write.
    pub fn end_of_text(&self) -> u32 {
        self.ends[0]
    }

    /// True for every token that ends a response.
    pub fn is_end(&self, id: u32) -> bool {
        self.ends.contains(&id)
    }

    /// The token that fills the end of shorter sequences.
    pub fn pad(&self) -> u32 {
        self.pad
    }

    /// The id of one token by its exact text.
    pub fn id(&self, token: &str) -> Option<u32> {
        self.inner.token_to_id(token)
    }
}

/// The text between `<lang_select>` and `</lang_select>`.
pub fn tag_text(language: Language) -> String {
    format!("\n{}\n", language.code())
}

/// Marks and tags, each a single token.
fn added_tokens() -> Vec<AddedToken> {
    let marks = [
        END_OF_TEXT,
        PAD,
        "<lang_select>",
        "</lang_select>",
        "<think>",
        "</think>",
        "\\boxed{",
    ];
    marks
        .into_iter()
        .map(String::from)
        .chain(Language::ALL.into_iter().map(tag_text))
        .map(|text| AddedToken::from(text, true))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn trained() -> Tokenizer {
        let texts = [
            "forty plus two is forty-two. ",
            "四十加二等于四十二。",
            "สี่สิบบวกสองเท่ากับสี่สิบสอง ",
        ];
        let many = (0..60).map(move |i| texts[i % 3].to_owned());
        Tokenizer::train(many, 400).unwrap()
    }

    #[test]
    fn every_text_survives_a_round_trip() {
        let t = trained();
        for text in [
            "forty-two",
            "<lang_select>\nzh\n</lang_select>\n<think>\n四十\n</think>\n\\boxed{42}",
            "été \u{1F600}\n\nx",
        ] {
            assert_eq!(t.decode(&t.encode(text).unwrap()), text);
        }
    }

    #[test]
    fn tags_are_one_token_and_do_not_occur_in_prose() {
        let t = trained();
        for language in Language::ALL {
            let text = format!("<lang_select>{}</lang_select>", tag_text(language));
            assert_eq!(t.encode(&text).unwrap().len(), 3, "{language}");
            let id = t.id(&tag_text(language)).unwrap();
            assert!(!t.encode("el segundo es de the id").unwrap().contains(&id));
        }
    }

    #[test]
    fn digits_stand_alone() {
        let t = trained();
        assert_eq!(t.encode("1234").unwrap().len(), 4);
    }

    #[test]
    fn training_twice_gives_the_same_file_and_reading_it_gives_the_same_ids() {
        let (a, b) = (trained(), trained());
        assert_eq!(a.to_json(), b.to_json());
        let c = Tokenizer::from_json(a.to_json().as_bytes()).unwrap();
        assert_eq!(
            a.encode("forty zh 42").unwrap(),
            c.encode("forty zh 42").unwrap()
        );
        assert!(matches!(
            Tokenizer::from_json(b"{"),
            Err(TokenizerError::Json(_))
        ));
    }
}
