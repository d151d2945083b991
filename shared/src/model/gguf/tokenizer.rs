//! The tokenizer of a GGUF file as a `tokenizer.json` of Hugging Face, and the files beside it.
//!
//! The header holds tokens, their kinds and merges, but only a name for how a text is cut before it is merged: each name that is known
//! stands for the pre-tokenizer of the checkpoints that llama.cpp gives the name to.

use serde_json::{Map, Value as Json, json};

use super::container::{Container, Value};
use super::{GgufError, quoted, required};

/// Kinds of tokens, by their numbers in `tokenizer.ggml.token_type`.
const CONTROL: u64 = 3;
const USER_DEFINED: u64 = 4;
const UNUSED: u64 = 5;

/// How Llama 3 and Qwen cut a text; they differ in how many digits stand together.
const SPLIT: &str = r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|DIGITS| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+";

/// How a text is cut into the pieces that are merged.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Cut {
    Gpt2,
    Llama3,
    Qwen2,
    Smollm,
}

/// Tokens, merges and special tokens of a file.
#[derive(Debug)]
pub(super) struct Words<'a> {
    /// Each with its kind, by id.
    tokens: Vec<(&'a str, u64)>,
    merges: Vec<[&'a str; 2]>,
    cut: Cut,
    spaced: bool,
    add_bos: bool,
    bos: Option<usize>,
    pad: Option<usize>,
    /// The tokens that end a text, the first of them `eos_token`.
    ends: Vec<usize>,
    chat_template: Option<&'a str>,
}

impl<'a> Words<'a> {
    /// Reads the keys `tokenizer.ggml.*`.
    ///
    /// # Errors
    /// When the tokenizer is of another kind, or damaged.
    pub(super) fn read(file: &Container<'a>) -> Result<Self, GgufError> {
        let model = "tokenizer.ggml.model";
        match required(model, "a text", file.text(model)?)? {
            "gpt2" => {}
            other => {
                return Err(GgufError::Unsupported(format!(
                    "its tokenizer {} is not supported; use a model with byte-level BPE (`gpt2`)",
                    quoted(other)
                )));
            }
        }
        let pre = "tokenizer.ggml.pre";
        let cut = match required(pre, "a text", file.text(pre)?)? {
            "gpt-2" => Cut::Gpt2,
            "llama-bpe" | "llama3" | "llama-v3" => Cut::Llama3,
            "qwen2" => Cut::Qwen2,
            "smollm" => Cut::Smollm,
            other => {
                return Err(GgufError::Unsupported(format!(
                    "its pre-tokenizer {} is not known; use a model with one of gpt-2, llama-bpe, qwen2, smollm",
                    quoted(other)
                )));
            }
        };
        let tokens = tokens(file)?;
        let id = |name: &str| -> Result<Option<usize>, GgufError> {
            let key = format!("tokenizer.ggml.{name}_token_id");
            match file.size(&key)?.map(usize::try_from) {
                None => Ok(None),
                Some(Ok(id)) if id < tokens.len() => Ok(Some(id)),
                Some(_) => required(&key, "the number of a token", None),
            }
        };
        let mut ends = Vec::new();
        for name in ["eos", "eot", "eom"] {
            ends.extend(id(name)?.filter(|id| !ends.contains(id)));
        }
        let (bos, pad) = (id("bos")?, id("padding")?);
        let truth = |name: &str| file.truth(&format!("tokenizer.ggml.{name}"));
        Ok(Words {
            merges: merges(file)?,
            spaced: truth("add_space_prefix")?.unwrap_or(false),
            // As llama.cpp has it where a file does not say.
            add_bos: truth("add_bos_token")?.unwrap_or(cut == Cut::Llama3),
            chat_template: file.text("tokenizer.chat_template")?,
            tokens,
            cut,
            bos,
            pad,
            ends,
        })
    }

    /// The text of `tokenizer.json`.
    pub(super) fn tokenizer(&self) -> String {
        let used = || {
            self.tokens
                .iter()
                .enumerate()
                .filter(|(_, t)| t.1 != UNUSED)
        };
        let vocab: Map<String, Json> = used()
            .map(|(id, (text, _))| ((*text).to_owned(), id.into()))
            .collect();
        let added = used().filter(|(_, t)| t.1 == CONTROL || t.1 == USER_DEFINED);
        let added: Vec<Json> = added
            .map(|(id, &(content, kind))| {
                json!({
                    "id": id, "content": content, "special": kind == CONTROL,
                    "single_word": false, "lstrip": false, "rstrip": false, "normalized": false,
                })
            })
            .collect();
        let tokenizer = json!({
            "version": "1.0",
            "truncation": null,
            "padding": null,
            "added_tokens": added,
            "normalizer": self.cut.normalizer(),
            "pre_tokenizer": self.cut.pre_tokenizer(self.spaced),
            "post_processor": self.post_processor(),
            "decoder": byte_level(true, true),
            "model": {
                "type": "BPE",
                "dropout": null,
                "unk_token": null,
                "continuing_subword_prefix": null,
                "end_of_word_suffix": null,
                "fuse_unk": false,
                "byte_fallback": false,
                "ignore_merges": self.cut == Cut::Llama3,
                "vocab": vocab,
                "merges": self.merges,
            },
        });
        tokenizer.to_string()
    }

    /// The text of `tokenizer_config.json`.
    pub(super) fn tokenizer_config(&self, longest: usize) -> String {
        let token = |id: Option<usize>| id.map(|id| self.tokens[id].0);
        let config = json!({
            "tokenizer_class": "PreTrainedTokenizerFast",
            "add_bos_token": self.add_bos,
            "bos_token": token(self.bos),
            "eos_token": token(self.ends.first().copied()),
            "pad_token": token(self.pad),
            "chat_template": self.chat_template,
            "clean_up_tokenization_spaces": false,
            "model_max_length": longest,
        });
        format!("{config:#}\n")
    }

    /// The text of `generation_config.json`.
    pub(super) fn generation_config(&self) -> String {
        let config = json!({
            "bos_token_id": self.bos,
            // One number where there is one, as most folders have it.
            "eos_token_id": match self.ends.as_slice() {
                [] => Json::Null,
                [end] => json!(end),
                several => json!(several),
            },
            "pad_token_id": self.pad,
        });
        format!("{config:#}\n")
    }

    /// What puts the first token before a text, where it is put.
    fn post_processor(&self) -> Json {
        let bytes = byte_level(true, false);
        let Some(bos) = self.bos.filter(|_| self.add_bos) else {
            return bytes;
        };
        let token = self.tokens[bos].0;
        let first = |kind: u8| json!({"SpecialToken": {"id": token, "type_id": kind}});
        let text = |name: &str, kind: u8| json!({"Sequence": {"id": name, "type_id": kind}});
        json!({"type": "Sequence", "processors": [bytes, {
            "type": "TemplateProcessing",
            "single": [first(0), text("A", 0)],
            "pair": [first(0), text("A", 0), first(1), text("B", 1)],
            "special_tokens": {token: {"id": token, "ids": [bos], "tokens": [token]}},
        }]})
    }
}

impl Cut {
    fn normalizer(self) -> Json {
        match self {
            Cut::Qwen2 => json!({"type": "NFC"}),
            Cut::Gpt2 | Cut::Llama3 | Cut::Smollm => Json::Null,
        }
    }

    fn pre_tokenizer(self, spaced: bool) -> Json {
        let split = |digits: &str| {
            let pattern = SPLIT.replace("DIGITS", digits);
            json!({"type": "Split", "pattern": {"Regex": pattern}, "behavior": "Isolated", "invert": false})
        };
        let first = match self {
            Cut::Gpt2 => return byte_level(spaced, true),
            Cut::Llama3 => split(r"\p{N}{1,3}"),
            Cut::Qwen2 => split(r"\p{N}"),
            Cut::Smollm => json!({"type": "Digits", "individual_digits": true}),
        };
        let then = byte_level(spaced, self == Cut::Smollm);
        json!({"type": "Sequence", "pretokenizers": [first, then]})
    }
}

/// The part that turns bytes into letters; `cuts` by the pattern of GPT-2 as well.
fn byte_level(spaced: bool, cuts: bool) -> Json {
    json!({"type": "ByteLevel", "add_prefix_space": spaced, "trim_offsets": true, "use_regex": cuts})
}

/// The tokens and their kinds.
fn tokens<'a>(file: &Container<'a>) -> Result<Vec<(&'a str, u64)>, GgufError> {
    let (key, kinds_key) = ("tokenizer.ggml.tokens", "tokenizer.ggml.token_type");
    let (texts, kinds) = (file.list(key)?, file.list(kinds_key)?);
    if texts.len() != kinds.len() {
        return Err(GgufError::Damaged(format!(
            "it has {} tokens and {} kinds of tokens",
            texts.len(),
            kinds.len()
        )));
    }
    let mut seen = std::collections::HashSet::new();
    let tokens = texts.iter().zip(kinds.iter()).map(|(text, kind)| {
        let text = required(key, "a list of texts", text_of(text))?;
        let kind = match kind {
            Value::Unsigned(kind) => Some(kind),
            Value::Signed(kind) => u64::try_from(kind).ok(),
            _ => None,
        };
        if !seen.insert(text) {
            return Err(GgufError::Damaged(format!(
                "its token {} is there twice",
                quoted(text)
            )));
        }
        Ok((text, required(kinds_key, "a list of whole numbers", kind)?))
    });
    tokens.collect()
}

/// The pairs that are merged, first the most frequent.
fn merges<'a>(file: &Container<'a>) -> Result<Vec<[&'a str; 2]>, GgufError> {
    let key = "tokenizer.ggml.merges";
    let pair = |value: Value<'a>| {
        let (left, right) = text_of(value)?.split_once(' ')?;
        Some([left, right])
    };
    let merges = file.list(key)?;
    let merges = merges
        .iter()
        .map(|value| required(key, "a list of pairs of tokens", pair(value)));
    merges.collect()
}

fn text_of(value: Value<'_>) -> Option<&str> {
    match value {
        Value::Text(bytes) => std::str::from_utf8(bytes).ok(),
        _ => None,
    }
}
