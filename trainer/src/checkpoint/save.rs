//! Writing a folder.

use std::path::Path;

use explang::model::{Decoder, ModelConfig, Precision};
use explang::tokenizer::Tokenizer;
use serde_json::{Map, Value, json};

use super::tensors::with_metadata;
use super::weights::WEIGHTS;
use super::{CheckpointError, TOKENIZER_ENTRY, gguf, origin, read};
use crate::files::{self, sha256};

/// Writes a whole checkpoint's files into an existing folder; an adapter is merged.
///
/// Of a checkpoint that comes from the folder or GGUF file `origin`, what lies there beside the weights is kept word for word, the tokenizer and the keys of
/// `config.json` that are not known here among it. `config.json` changes where the weights now have another number format or shape.
///
/// # Errors
/// When the disk refuses, or a weight is not finite.
pub fn save(
    folder: &Path,
    model: &Decoder,
    tokenizer: &Tokenizer,
    precision: Precision,
    origin: Option<&Path>,
) -> Result<(), CheckpointError> {
    let write = |name: &str, bytes: &[u8]| files::write(&folder.join(name), bytes);
    match origin {
        Some(file) if file.is_file() => gguf::keep(file, folder)?,
        Some(origin) => origin::keep(origin, folder)?,
        None => {}
    }
    let kept = |name: &str| match origin {
        Some(_) if folder.join(name).exists() => read(&folder.join(name)).map(Some),
        _ => Ok(None),
    };
    let (end, pad) = (tokenizer.end_of_text(), tokenizer.pad());
    let ours = || model.config().to_json(end, pad);
    let config = match kept("config.json")? {
        Some(text) => merged(&text, model.config(), precision, &ours()),
        None => ours(),
    };
    let tokenizer_text = match kept("tokenizer.json")? {
        Some(text) => text,
        None => tokenizer.to_json().into_bytes(),
    };
    let weights = model
        .merged()
        .to_safetensors(precision)
        .and_then(|bytes| with_metadata(&bytes, TOKENIZER_ENTRY, &sha256(&tokenizer_text)))
        .map_err(|source| CheckpointError::Weights {
            path: folder.join(WEIGHTS),
            source,
        })?;
    write("config.json", config.as_bytes())?;
    write("tokenizer.json", &tokenizer_text)?;
    if origin.is_none() {
        write("generation_config.json", generation(tokenizer).as_bytes())?;
        let most = model.config().max_positions;
        write(
            "tokenizer_config.json",
            tokenizer_config(tokenizer, most).as_bytes(),
        )?;
    }
    Ok(write(WEIGHTS, &weights)?)
}

/// How `transformers` samples as training does.
fn generation(tokenizer: &Tokenizer) -> String {
    // One number where there is one, as most folders have it.
    let ends = match tokenizer.ends() {
        [end] => json!(end),
        several => json!(several),
    };
    let generation = json!({
        "do_sample": true,
        "temperature": 1.0,
        "top_p": 1.0,
        "eos_token_id": ends,
        "pad_token_id": tokenizer.pad(),
    });
    format!("{generation:#}\n")
}

fn tokenizer_config(tokenizer: &Tokenizer, max_positions: usize) -> String {
    let config = json!({
        "tokenizer_class": "PreTrainedTokenizerFast",
        "eos_token": tokenizer.token(tokenizer.end_of_text()),
        "pad_token": tokenizer.token(tokenizer.pad()),
        "clean_up_tokenization_spaces": false,
        "model_max_length": max_positions,
    });
    format!("{config:#}\n")
}

/// The `config.json` of the origin for a model that may have changed: word for word where it still says what is so.
fn merged(text: &[u8], config: &ModelConfig, precision: Precision, ours: &str) -> String {
    let text = String::from_utf8_lossy(text);
    let (Ok(before), Ok(ours)) = (
        serde_json::from_str::<Map<String, Value>>(&text),
        serde_json::from_str::<Map<String, Value>>(ours),
    ) else {
        return ours.to_owned();
    };
    let mut root = before.clone();
    // Version 5 of `transformers` calls it `dtype`. What is stored wider than it says would be narrowed when it is opened.
    for key in ["dtype", "torch_dtype"] {
        if let Some(said) = root.get_mut(key)
            && (precision == Precision::F32 || *said != json!("float32"))
            && said.is_string()
        {
            *said = json!(precision.torch_name());
        }
    }
    let says = |root: &Map<String, Value>| {
        ModelConfig::from_json(&json!(root).to_string()).as_ref() == Ok(config)
    };
    if !says(&root) {
        root.insert(
            "tie_word_embeddings".into(),
            config.tie_word_embeddings.into(),
        );
    }
    if !says(&root) {
        root.remove("rope_parameters");
        // The number format is said already, and the tokens are the tokenizer's.
        let shape = ours
            .into_iter()
            .filter(|(key, _)| key != "torch_dtype" && !key.ends_with("_token_id"));
        root.extend(shape);
    }
    if root == before {
        text.into_owned()
    } else {
        format!("{:#}\n", json!(root))
    }
}

#[cfg(test)]
mod tests;
