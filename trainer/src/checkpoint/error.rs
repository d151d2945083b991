//! Why a folder is not a checkpoint.

use std::path::PathBuf;

use explang::model::gguf::GgufError;
use explang::model::{ConfigError, WeightsError};
use explang::tokenizer::TokenizerError;

use crate::adapter::AdapterError;
use crate::files::FileError;

/// A folder that is no checkpoint, or one that does not fit together.
#[derive(Debug, thiserror::Error)]
pub enum CheckpointError {
    /// A file cannot be read.
    #[error(
        "{path}: {source}; a checkpoint is a folder with config.json, model.safetensors and tokenizer.json"
    )]
    Io {
        /// The file.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// A file cannot be written.
    #[error(transparent)]
    File(#[from] FileError),
    /// The adapter is wrong, or its base is not there.
    #[error(transparent)]
    Adapter(#[from] AdapterError),
    /// `config.json` is wrong.
    #[error("{path}: {source}")]
    Config {
        /// The folder.
        path: PathBuf,
        /// What is wrong.
        source: ConfigError,
    },
    /// A GGUF file is wrong.
    #[error("{path}: {source}")]
    Gguf {
        /// The file.
        path: PathBuf,
        /// What is wrong.
        source: GgufError,
    },
    /// The weights are in a format that runs code when it is read.
    #[error(
        "{path} holds the weights as a pickle, which is not supported; save the checkpoint as safetensors (`save_pretrained` does)"
    )]
    Pickle {
        /// The file.
        path: PathBuf,
    },
    /// A shard that the index lists is not there.
    #[error(
        "{path} is missing, with {tensors} of the tensors that model.safetensors.index.json lists; copy it into the folder"
    )]
    Shard {
        /// The file.
        path: PathBuf,
        /// Tensors that it should hold.
        tensors: usize,
    },
    /// The list of the shards is wrong.
    #[error("{path}: {what}; copy it again from where the checkpoint is from")]
    Index {
        /// The file.
        path: PathBuf,
        /// What is wrong.
        what: String,
    },
    /// A file beside the tokenizer is not JSON.
    #[error("{path} is not valid JSON: {what}; copy it again from where the checkpoint is from")]
    Json {
        /// The file.
        path: PathBuf,
        /// What is wrong.
        what: String,
    },
    /// The weights are wrong.
    #[error("{path}: {source}")]
    Weights {
        /// The file.
        path: PathBuf,
        /// What is wrong.
        source: WeightsError,
    },
    /// `tokenizer.json` is wrong.
    #[error("{path}: {source}")]
    Tokenizer {
        /// The folder.
        path: PathBuf,
        /// What is wrong.
        source: TokenizerError,
    },
    /// Tokens were added to the tokenizer and not to the model.
    #[error(
        "{path}: the token {} was added to tokenizer.json, but the model's embedding has only {rows} rows; resize it \
         (`resize_token_embeddings`), or use the tokenizer without the token",
        tokens.join(" ")
    )]
    AddedTokens {
        /// The folder.
        path: PathBuf,
        /// The tokens without a row.
        tokens: Vec<String>,
        /// Rows of the embedding.
        rows: usize,
    },
    /// Tokenizer and model do not belong together.
    #[error(
        "{path}: tokenizer.json has {tokenizer} tokens, the model's embedding {model} rows; the files are of two checkpoints, \
         so copy them again from one"
    )]
    Vocabulary {
        /// The folder.
        path: PathBuf,
        /// Tokens of the tokenizer.
        tokenizer: usize,
        /// Rows of the embedding.
        model: usize,
    },
    /// The tokenizer is not the one that the weights were saved with.
    #[error(
        "{tokenizer} is not the tokenizer that {weights} was saved with; the files are of two checkpoints, so copy them again \
         from one"
    )]
    Swapped {
        /// The tokenizer's file.
        tokenizer: PathBuf,
        /// The weights' file.
        weights: PathBuf,
    },
    /// A run and its checkpoint have different tokenizers.
    #[error(
        "{checkpoint} and {run} are two tokenizers, but a run and its checkpoints have one; put back the file that was replaced"
    )]
    OtherTokenizer {
        /// The checkpoint's file.
        checkpoint: PathBuf,
        /// The run's file.
        run: PathBuf,
    },
}
