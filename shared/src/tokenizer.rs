//! The tokenizer: Hugging Face `tokenizers`, in training, in the browser and for imported models.
//!
//! The tokenizer that we train is a byte-level BPE. Digits stand alone, so that a number is read digit by digit. The marks
//! of a transcript are single tokens, and so is each tag *with its line breaks* (`"\nzh\n"`): the letters of a code occur in
//! ordinary words of other languages (*es*, *de*, *it*), a line that holds nothing else does not.

mod beside;
mod parts;

use tokenizers::models::bpe::{BPE, BpeTrainer};
use tokenizers::pre_tokenizers::byte_level::ByteLevel;
use tokenizers::pre_tokenizers::digits::Digits;
use tokenizers::pre_tokenizers::sequence::Sequence;
use tokenizers::{AddedToken, Tokenizer as Inner, TokenizerBuilder, TokenizerImpl};

use crate::Language;
use explang_named::brief;
use explang_run::config::LEAST_TOKENS;

pub use beside::Beside;

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

/// Marks, each a single token.
const MARKS: [&str; 7] = [
    END_OF_TEXT,
    PAD,
    "<lang_select>",
    "</lang_select>",
    "<think>",
    "</think>",
    "\\boxed{",
];

// A configuration cannot ask for a smaller tokenizer than there is.
const _: () = assert!(256 + MARKS.len() + Language::ALL.len() == LEAST_TOKENS);

/// A text that every tokenizer must be able to encode.
const PROBE: &str = "4 + 3 = 7";

/// Longest message of the parser that is repeated, in characters.
const MESSAGE: usize = 200;

/// A tokenizer and the ids of the tokens that this crate must know.
#[derive(Debug, Clone)]
pub struct Tokenizer {
    inner: Inner,
    ends: Vec<u32>,
    /// What a prompt begins with: nothing, or the token that begins a text.
    begin: Vec<u32>,
    pad: u32,
    rows: usize,
}

/// What can go wrong with a tokenizer.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum TokenizerError {
    /// `tokenizer.json` cannot be read.
    #[error("tokenizer.json cannot be read: {0}; copy it again from where the checkpoint is from")]
    Json(String),
    /// There is no token that ends a text.
    #[error(
        "tokenizer.json has no token that ends a text (one of: {}), and no file beside it has an `eos_token_id`; is it the \
         checkpoint's own?",
        END_NAMES.join(" ")
    )]
    NoEnd,
    /// The files beside it name the token that ends a text in a way that is not known.
    #[error("{0}: `eos_token_id` must be the id of a token, or a list of such ids")]
    EndKind(&'static str),
    /// A stop token that the tokenizer has not got.
    #[error(
        "`eos_token_id` is {0}, but tokenizer.json has no such token; take both from one checkpoint"
    )]
    EndId(u32),
    /// It makes nothing of a text.
    #[error("tokenizer.json cannot encode `{PROBE}`{0}; is it the checkpoint's own?")]
    Mute(String),
    /// Training failed.
    #[error("the tokenizer cannot be trained: {0}")]
    Training(String),
    /// A text cannot be encoded.
    #[error("the text cannot be encoded: {0}")]
    Encoding(String),
}

impl Tokenizer {
    /// Reads a `tokenizer.json` that stands alone.
    ///
    /// # Errors
    /// When it is malformed or lacks a token that ends a text.
    pub fn from_json(json: &[u8]) -> Result<Self, TokenizerError> {
        Self::from_files(json, &Beside::default())
    }

    /// Reads a `tokenizer.json` and what the checkpoint's other files say of it.
    ///
    /// # Errors
    /// When it is malformed, or no token ends a text.
    pub fn from_files(json: &[u8], beside: &Beside) -> Result<Self, TokenizerError> {
        let unread = |what: &str| TokenizerError::Json(brief(what, MESSAGE));
        let file = parts::checked(json).map_err(|what| unread(&what))?;
        let inner = Inner::from_bytes(json).map_err(|e| unread(&e.to_string()))?;
        let mut tokenizer = Self::new(inner, beside)?;
        tokenizer.begin = match beside.adds_bos() {
            Some(true) => beside
                .named("bos_token")
                .and_then(|bos| tokenizer.id(bos))
                .into_iter()
                .collect(),
            Some(false) => Vec::new(),
            None => parts::beginning(&file["post_processor"]),
        };
        // A damaged file can say anything.
        tokenizer
            .begin
            .retain(|&id| tokenizer.inner.id_to_token(id).is_some());
        Ok(tokenizer)
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

    fn new(mut inner: Inner, beside: &Beside) -> Result<Self, TokenizerError> {
        // Texts are encoded whole and as they are, whatever the file says of cutting and filling.
        inner.with_padding(None);
        inner
            .with_truncation(None)
            .map_err(|e| TokenizerError::Json(brief(&e.to_string(), MESSAGE)))?;
        let mut ends = beside.ends(|token| inner.token_to_id(token))?;
        let first = ends.first().copied();
        ends.retain(|&end| inner.id_to_token(end).is_some());
        if let Some(unknown) = first.filter(|_| ends.is_empty()) {
            return Err(TokenizerError::EndId(unknown));
        }
        if ends.is_empty() {
            ends.extend(END_NAMES.iter().filter_map(|n| inner.token_to_id(n)));
        }
        let &first = ends.first().ok_or(TokenizerError::NoEnd)?;
        let pad = inner.token_to_id(PAD).unwrap_or(first);
        let greatest = inner.get_vocab(true).into_values().max().unwrap_or(0);
        let rows = usize::try_from(greatest).map_or(usize::MAX, |id| id.saturating_add(1));
        let tokenizer = Tokenizer {
            inner,
            ends,
            begin: Vec::new(),
            pad,
            rows,
        };
        match tokenizer.encode(PROBE) {
            Ok(tokens) if tokens.is_empty() => Err(TokenizerError::Mute(String::new())),
            Ok(_) => Ok(tokenizer),
            Err(error) => Err(TokenizerError::Mute(format!(" ({error})"))),
        }
    }

    /// The text of `tokenizer.json`.
    pub fn to_json(&self) -> String {
        let text = self.inner.to_string(true);
        text.expect("a tokenizer that was read or trained can be written")
    }

    /// The ids of `text`; marks and tags become their own tokens, nothing is added.
    ///
    /// # Errors
    /// When the model cannot encode the text; byte-level models never fail.
    pub fn encode(&self, text: &str) -> Result<Vec<u32>, TokenizerError> {
        let encoding = self
            .inner
            .encode_fast(text, false)
            .map_err(|e| TokenizerError::Encoding(brief(&e.to_string(), MESSAGE)))?;
        Ok(encoding.get_ids().to_vec())
    }

    /// The ids of a prompt: of `text`, after the token that begins a text where the checkpoint's tokenizer puts one there. One that `text`
    /// begins with is not put there again.
    ///
    /// # Errors
    /// As [`Tokenizer::encode`].
    pub fn encode_prompt(&self, text: &str) -> Result<Vec<u32>, TokenizerError> {
        let mut ids = self.encode(text)?;
        if !ids.starts_with(&self.begin) {
            ids.splice(0..0, self.begin.iter().copied());
        }
        Ok(ids)
    }

    /// The text of `ids`, marks and tags included. Bytes that are no UTF-8 become U+FFFD.
    pub fn decode(&self, ids: &[u32]) -> String {
        self.inner.decode(ids, false).unwrap_or_default()
    }

    /// Rows that an embedding needs: one more than the greatest id. Of a tokenizer without gaps, the number of its tokens.
    pub const fn vocab_size(&self) -> usize {
        self.rows
    }

    /// Whether this can be the tokenizer of a model whose embedding has so many rows. An embedding may be padded to a round number of rows,
    /// but not to twice what it needs.
    pub const fn fits(&self, embedding_rows: usize) -> bool {
        embedding_rows / 2 <= self.rows && self.rows <= embedding_rows
    }

    /// Added tokens whose ids are from `embedding_rows` on, in turn: those that were added to the tokenizer and not to the model. None where the
    /// tokenizer needs more rows than these.
    pub fn added_beyond(&self, embedding_rows: usize) -> Option<Vec<String>> {
        let added = self.inner.get_added_tokens_decoder();
        let mut names = Vec::new();
        for row in embedding_rows..self.rows {
            let token = added.get(&u32::try_from(row).ok()?)?;
            names.push(token.content.clone());
        }
        Some(names).filter(|names| !names.is_empty())
    }

    /// The token that ends what we write.
    pub fn end_of_text(&self) -> u32 {
        self.ends[0]
    }

    /// Every token that ends a response, the one that we write first.
    pub fn ends(&self) -> &[u32] {
        &self.ends
    }

    /// True for every token that ends a response.
    pub fn is_end(&self, id: u32) -> bool {
        self.ends.contains(&id)
    }

    /// The token that fills the end of shorter sequences.
    pub fn pad(&self) -> u32 {
        self.pad
    }

    /// The exact text of one token by its id.
    pub fn token(&self, id: u32) -> Option<String> {
        self.inner.id_to_token(id)
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
///
/// Only what ends or fills a text is special. The others are part of the answer (as `<think>` is for Qwen3): engines decode without special
/// tokens, and a reward that reads the text would find neither tag nor box.
fn added_tokens() -> Vec<AddedToken> {
    let texts = MARKS.into_iter().map(String::from);
    texts
        .chain(Language::ALL.into_iter().map(tag_text))
        .map(|text| {
            let special = [END_OF_TEXT, PAD].contains(&text.as_str());
            AddedToken::from(text, special).normalized(false)
        })
        .collect()
}

#[cfg(test)]
mod tests;
