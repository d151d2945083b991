//! GGUF: a whole model in one file, as llama.cpp and what is built on it write it (versions 2 and 3).
//!
//! A [`Gguf`] gives the small files of the Hugging Face folder that it was made from, rebuilt from its header, and is the source of a
//! [`Decoder`](super::Decoder)'s weights under the names of `transformers`, which it decodes to f32 one tensor at a time, or gives in the
//! blocks that they are stored in. The Llama and Qwen3 families with byte-level BPE are read, and nothing that would change the numbers is
//! passed over: an unknown architecture, tokenizer or number format is refused by name, and so is a tensor that the decoder has no place for.
//!
//! The container is read here, since the crates for it either copy the tensors or panic where a file is damaged. Left out: SentencePiece
//! vocabularies, big-endian files, files in several parts, and writing.

mod config;
mod container;
mod format;
mod names;
mod tokenizer;

use burn::tensor::TensorData;
use explang_named::brief;

use super::config::{Architecture, ConfigError, ModelConfig};
use super::kernels::blocks::Blocks;
use super::weights::Weights;
use container::{Container, Stored, Value};
use names::{OUTSIDE, PARTS, name_of, stored_name};

/// Longest text of a file that an error repeats, in characters.
const MESSAGE: usize = 80;

/// Factors of the rotary frequencies, which become `rope_scaling` of the configuration.
const ROPE_FACTORS: &str = "rope_freqs.weight";

/// A GGUF file that cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum GgufError {
    /// It is another kind of file.
    #[error("it is not a GGUF file; give a .gguf file or the folder of a checkpoint")]
    Other,
    /// A version other than 2 and 3.
    #[error(
        "GGUF version {0} is not supported; convert the model with a llama.cpp of today, which writes version 3"
    )]
    Version(u32),
    /// It is damaged or cut short.
    #[error("the GGUF file is damaged or cut short: {0}; copy it again")]
    Damaged(String),
    /// A key of the header is missing, or has a value of another kind.
    #[error("`{key}` is missing from the GGUF file or is not {expected}; convert the model again")]
    Key {
        /// The key.
        key: String,
        /// What it must be.
        expected: &'static str,
    },
    /// Something that this decoder or the tokenizer does not have.
    #[error("the GGUF file cannot be run: {0}")]
    Unsupported(String),
    /// The shape that its header describes cannot be run.
    #[error("the GGUF file cannot be run: as a {0}")]
    Config(#[from] ConfigError),
    /// A tensor is missing.
    #[error("the GGUF file has no tensor `{0}`; convert the model again")]
    Missing(String),
    /// A tensor has another shape than the header says.
    #[error(
        "tensor `{name}` has shape {found:?}, the header says {expected:?}; convert the model again"
    )]
    Shape {
        /// The tensor's name.
        name: String,
        /// Shape in the file.
        found: Vec<usize>,
        /// Shape that the header implies.
        expected: Vec<usize>,
    },
    /// A weight is NaN or infinite.
    #[error("tensor `{0}` holds a number that is not finite; the file is spoilt, copy it again")]
    NotFinite(String),
}

/// A GGUF file: shape and constants of its model, and where its tensors lie.
pub struct Gguf<'a> {
    container: Container<'a>,
    config: ModelConfig,
    moved: Box<dyn FnMut(&'a [u8]) + 'a>,
}

/// The small files of a checkpoint folder, as text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SmallFiles {
    /// `config.json`.
    pub config: String,
    /// `generation_config.json`: the tokens that end a text.
    pub generation_config: String,
    /// `tokenizer.json`.
    pub tokenizer: String,
    /// `tokenizer_config.json`: special tokens and the chat template.
    pub tokenizer_config: String,
}

impl<'a> Gguf<'a> {
    /// Reads the header of a file.
    ///
    /// # Errors
    /// When it is damaged, or holds a model that the decoder is not for.
    pub fn read(file: &'a [u8]) -> Result<Self, GgufError> {
        let container = Container::read(file)?;
        let config = ModelConfig::from_json(&config::json(&container)?)?;
        refuse_more(&container, &config)?;
        Ok(Gguf {
            container,
            config,
            moved: Box::new(|_| ()),
        })
    }

    /// Calls `moved` with each part of the file that has become a tensor, so that a mapped file can let go of it.
    #[must_use]
    pub fn on_moved(mut self, moved: impl FnMut(&'a [u8]) + 'a) -> Self {
        self.moved = Box::new(moved);
        self
    }

    /// Shape and constants of the model.
    pub const fn config(&self) -> &ModelConfig {
        &self.config
    }

    /// The files of the folder that `transformers` opens.
    ///
    /// # Errors
    /// When the tokenizer is not byte-level BPE with a pre-tokenizer that is known, or is damaged.
    pub fn small_files(&self) -> Result<SmallFiles, GgufError> {
        let words = tokenizer::Words::read(&self.container)?;
        Ok(SmallFiles {
            config: config::json(&self.container)?,
            generation_config: words.generation_config(),
            tokenizer: words.tokenizer(),
            tokenizer_config: words.tokenizer_config(self.config.max_positions),
        })
    }

    /// The stored tensors: name in `transformers`, number format, such as `Q4_1`, and shape.
    pub fn tensors(&self) -> impl Iterator<Item = (String, String, &[usize])> {
        let tensors = self.container.tensors.iter();
        tensors.map(|(name, stored)| {
            let name = name_of(name).unwrap_or_else(|| (*name).to_owned());
            (name, stored.format.to_string(), stored.shape.as_slice())
        })
    }
}

impl Weights for Gguf<'_> {
    type Error = GgufError;

    fn get(&mut self, name: &str, shape: &[usize]) -> Result<TensorData, GgufError> {
        let stored_name = stored_name(name).unwrap_or_else(|| name.to_owned());
        let values = values(&self.container, &stored_name, shape)?;
        if let Some(stored) = self.container.tensors.get(stored_name.as_str()) {
            (self.moved)(stored.bytes);
        }
        let values = match shape {
            [_, row] if self.is_turned(&stored_name) => {
                by_halves(&values, *row, self.config.head_dim)
            }
            _ => values,
        };
        Ok(TensorData::new(values, shape))
    }

    fn blocks(
        &mut self,
        name: &str,
        shape: [usize; 2],
        halves: bool,
    ) -> Result<Option<Blocks>, GgufError> {
        let stored_name = stored_name(name).unwrap_or_else(|| name.to_owned());
        let stored = stored(&self.container, &stored_name, &shape)?;
        let format = stored.format.in_blocks();
        let Some(format) = format.filter(|format| halves || !format.is_of_halves()) else {
            return Ok(None);
        };
        let [out, inner] = shape;
        let row = stored.bytes.len() / out.max(1);
        let blocks = if self.is_turned(&stored_name) {
            let bytes = by_halves(stored.bytes, row, self.config.head_dim);
            Blocks::from_stored(format, inner, &bytes)
        } else {
            Blocks::from_stored(format, inner, stored.bytes)
        };
        (self.moved)(stored.bytes);
        match blocks {
            Some(blocks) if !blocks.is_finite() => Err(GgufError::NotFinite(stored_name)),
            blocks => Ok(blocks),
        }
    }
}

impl Gguf<'_> {
    /// Whether the rows of a stored tensor are in another order than in `transformers`.
    fn is_turned(&self, stored_name: &str) -> bool {
        let halves = ["attn_q.weight", "attn_k.weight"];
        self.config.architecture == Architecture::Llama
            && halves.iter().any(|half| stored_name.ends_with(half))
    }
}

/// A tensor of this shape, in a format that is read.
fn stored<'c, 'a>(
    container: &'c Container<'a>,
    name: &str,
    shape: &[usize],
) -> Result<&'c Stored<'a>, GgufError> {
    let stored = container.tensors.get(name);
    let stored = stored.ok_or_else(|| GgufError::Missing(name.to_owned()))?;
    if stored.shape != shape {
        return Err(GgufError::Shape {
            name: name.to_owned(),
            found: stored.shape.clone(),
            expected: shape.to_vec(),
        });
    }
    let format = stored.format;
    if !format.is_read() {
        return Err(GgufError::Unsupported(format!(
            "tensor `{name}` is stored as {format}; take a file in Q4_0, Q4_1, Q5_0, Q5_1, Q8_0, Q2_K to Q6_K, IQ4_NL, F16, BF16 or F32"
        )));
    }
    Ok(stored)
}

/// The values of a stored tensor.
fn values(container: &Container<'_>, name: &str, shape: &[usize]) -> Result<Vec<f32>, GgufError> {
    let Stored { format, bytes, .. } = *stored(container, name, shape)?;
    let mut values = vec![0.0; shape.iter().product()];
    format.decode(bytes, &mut values);
    if values.iter().all(|value| value.is_finite()) {
        Ok(values)
    } else {
        Err(GgufError::NotFinite(name.to_owned()))
    }
}

/// Rows `[heads * head_dim, row]`, of numbers or of bytes, in the order of `transformers`.
///
/// llama.cpp turns neighbouring elements of a head of the Llama family, `transformers` element `i` with `i + head_dim / 2`, so its
/// converter shuffles the two halves of each head's rows together.
fn by_halves<T: Copy>(rows: &[T], row: usize, head_dim: usize) -> Vec<T> {
    let mut sorted = Vec::with_capacity(rows.len());
    for head in rows.chunks(row * head_dim) {
        for half in 0..2 {
            let kept = head.chunks(row).skip(half).step_by(2);
            kept.for_each(|values| sorted.extend_from_slice(values));
        }
    }
    sorted
}

/// Refuses tensors that the decoder has no place for, such as a bias: without them it would compute something else.
fn refuse_more(container: &Container<'_>, config: &ModelConfig) -> Result<(), GgufError> {
    let parts = match config.architecture {
        Architecture::Qwen3 => &PARTS[..],
        Architecture::Llama => &PARTS[..PARTS.len() - 2],
    };
    let has_place = |name: &str| {
        let part = || {
            let (layer, part) = name.strip_prefix("blk.")?.split_once('.')?;
            let part = part.strip_suffix(".weight")?;
            let known = parts.iter().any(|(stored, _)| *stored == part);
            Some(known && layer.parse::<usize>().ok()? < config.num_layers)
        };
        name == ROPE_FACTORS
            || OUTSIDE.iter().any(|(stored, _)| *stored == name)
            || part() == Some(true)
    };
    match container.tensors.keys().find(|name| !has_place(name)) {
        None => Ok(()),
        Some(name) => Err(GgufError::Unsupported(format!(
            "it has a tensor {} that {} of {} layers does not have",
            quoted(name),
            match config.architecture {
                Architecture::Qwen3 => "a Qwen3",
                Architecture::Llama => "a Llama",
            },
            config.num_layers
        ))),
    }
}

/// A word of the file, for an error.
fn quoted(word: &str) -> String {
    format!("`{}`", brief(word, MESSAGE))
}

/// The values of the header by their keys.
impl<'a> Container<'a> {
    /// The text of a key; none where there is no such key.
    fn text(&self, key: &str) -> Result<Option<&'a str>, GgufError> {
        let text = |value| match value {
            Value::Text(bytes) => std::str::from_utf8(bytes).ok(),
            _ => None,
        };
        self.optional(key, "a text", text)
    }

    /// The whole number of a key; none where there is no such key.
    fn size(&self, key: &str) -> Result<Option<u64>, GgufError> {
        let size = |value| match value {
            Value::Unsigned(size) => Some(size),
            Value::Signed(size) => u64::try_from(size).ok(),
            _ => None,
        };
        self.optional(key, "a whole number", size)
    }

    /// The number of a key; none where there is no such key.
    fn number(&self, key: &str) -> Result<Option<f64>, GgufError> {
        let number = |value| match value {
            Value::Float(number) if number.is_finite() => Some(number),
            _ => None,
        };
        self.optional(key, "a number with a fraction", number)
    }

    /// The truth of a key; none where there is no such key.
    fn truth(&self, key: &str) -> Result<Option<bool>, GgufError> {
        let truth = |value| match value {
            Value::Bool(truth) => Some(truth),
            _ => None,
        };
        self.optional(key, "true or false", truth)
    }

    /// The list of a key.
    fn list(&self, key: &str) -> Result<container::List<'a>, GgufError> {
        let list = |value| match value {
            Value::List(list) => Some(list),
            _ => None,
        };
        required(key, "a list", self.optional(key, "a list", list)?)
    }

    fn optional<T>(
        &self,
        key: &str,
        expected: &'static str,
        read: impl FnOnce(Value<'a>) -> Option<T>,
    ) -> Result<Option<T>, GgufError> {
        match self.values.get(key) {
            None => Ok(None),
            Some(&value) => required(key, expected, read(value)).map(Some),
        }
    }
}

/// Refuses a key that is not there.
fn required<T>(key: &str, expected: &'static str, value: Option<T>) -> Result<T, GgufError> {
    value.ok_or_else(|| GgufError::Key {
        key: key.to_owned(),
        expected,
    })
}

#[cfg(test)]
mod tests;
