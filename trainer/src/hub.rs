//! Checkpoints by the name that they have on the Hugging Face hub, such as `Qwen/Qwen3-0.6B` (feature `hub`).
//!
//! The files lie in the cache that Hugging Face's own tools use (`HF_HOME`), and are downloaded once; `HF_ENDPOINT` names another server.
//! Left out: revisions other than `main`, and weights in other formats than safetensors. Tested against a server on this machine; the real
//! hub is untried.

#[cfg(feature = "hub")]
use std::path::PathBuf;
use std::path::{Component, Path};

/// A name that the hub gives no checkpoint for.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum HubError {
    /// This program cannot download.
    #[error(
        "{0} does not exist; give the folder of a checkpoint or of a run. To download a model of this name from the Hugging Face hub, build \
         with `--features hub`"
    )]
    NotBuilt(String),
    /// The hub did not answer, or has no such file.
    #[error(
        "{name} does not exist here, and the Hugging Face hub does not give its {file}: {what}; check the name and the connection"
    )]
    Refused {
        /// The model's name.
        name: String,
        /// What was asked for.
        file: String,
        /// What was said.
        what: String,
    },
    /// The model there has no weights that can be read.
    #[error(
        "{0} on the Hugging Face hub has no weights as safetensors (model.safetensors or shards with an index); choose another"
    )]
    NoWeights(String),
}

/// The name that a path would be on the hub: an owner and a model.
pub(crate) fn name(path: &Path) -> Option<&str> {
    let parts = path.components().filter(|part| match part {
        Component::Normal(part) => part.to_str().is_some_and(is_part),
        _ => false,
    });
    let whole = parts.count() == 2 && path.components().count() == 2;
    path.to_str().filter(|_| whole)
}

/// Letters, digits and what may stand between them.
fn is_part(part: &str) -> bool {
    let inner = |c: char| c.is_ascii_alphanumeric() || "-_.".contains(c);
    part.chars().all(inner) && part.starts_with(|c: char| c.is_ascii_alphanumeric())
}

/// Without the feature there is no way to the hub.
///
/// # Errors
/// Always.
#[cfg(not(feature = "hub"))]
pub(crate) fn fetch(name: &str) -> Result<std::path::PathBuf, HubError> {
    Err(HubError::NotBuilt(name.to_owned()))
}

/// The folder of a model of the hub, downloaded where it is not in the cache yet. Without a connection, what is in the cache counts.
///
/// # Errors
/// When the hub does not give a file.
#[cfg(feature = "hub")]
pub(crate) fn fetch(name: &str) -> Result<PathBuf, HubError> {
    use std::io::IsTerminal;

    let refused = |file: &str, error: hf_hub::api::sync::ApiError| HubError::Refused {
        name: name.to_owned(),
        file: file.to_owned(),
        what: explang::named::brief(&error.to_string(), 160),
    };
    let api = hf_hub::api::sync::ApiBuilder::from_env()
        .with_progress(std::io::stderr().is_terminal())
        .build()
        .map_err(|error| refused("list of files", error))?;
    let model = api.model(name.to_owned());
    let listed = match model.info() {
        Ok(info) => info.siblings.into_iter().map(|file| file.rfilename),
        Err(error) => {
            let cached = hf_hub::Cache::from_env().model(name.to_owned()).get(CONFIG);
            let folder = cached.and_then(|file| Some(file.parent()?.to_owned()));
            return folder.ok_or_else(|| refused("list of files", error));
        }
    };
    let listed: Vec<String> = listed.collect();
    let get = |file: &str| model.get(file).map_err(|error| refused(file, error));
    let config = get(CONFIG)?;
    for file in listed.iter().filter(|file| is_kept(file)) {
        get(file)?;
    }
    let weights = if listed.iter().any(|file| file == INDEX) {
        let index = std::fs::read(get(INDEX)?).unwrap_or_default();
        shards(&index, &listed)
    } else {
        listed.into_iter().filter(|file| file == WEIGHTS).collect()
    };
    if weights.is_empty() {
        return Err(HubError::NoWeights(name.to_owned()));
    }
    for file in &weights {
        get(file)?;
    }
    Ok(config.parent().unwrap_or(&config).to_owned())
}

#[cfg(feature = "hub")]
use crate::checkpoint::weights::{INDEX, WEIGHTS};

#[cfg(feature = "hub")]
const CONFIG: &str = "config.json";

/// Files beside the weights that belong to a checkpoint: configuration, tokenizer, chat template and licence.
#[cfg(feature = "hub")]
fn is_kept(file: &str) -> bool {
    let ends = [".json", ".jinja", ".txt", ".model"];
    let begins = ["LICENSE", "NOTICE"];
    !file.contains('/')
        && !file.starts_with('.')
        && (ends.iter().any(|end| file.ends_with(end))
            || begins.iter().any(|begin| file.starts_with(begin)))
}

/// The shards that an index lists, each once, of the files that there are. What is wrong with the index is told when the checkpoint is opened.
#[cfg(feature = "hub")]
fn shards(index: &[u8], listed: &[String]) -> Vec<String> {
    let index: serde_json::Value = serde_json::from_slice(index).unwrap_or_default();
    let files = index["weight_map"].as_object().into_iter().flatten();
    let files: std::collections::BTreeSet<&str> =
        files.filter_map(|(_, file)| file.as_str()).collect();
    let there = |file: &&String| files.contains(file.as_str());
    listed.iter().filter(there).cloned().collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_an_owner_and_a_model() {
        for right in ["Qwen/Qwen3-0.6B", "HuggingFaceTB/SmolLM2-135M", "a/b_c.d"] {
            assert_eq!(name(Path::new(right)), Some(right));
        }
        for wrong in [
            "gpt2", "/a/b", "a/b/c", "./a/b", "../b", "a b/c", "", "-a/b", "a/.b", "é/b",
        ] {
            assert_eq!(name(Path::new(wrong)), None, "{wrong}");
        }
    }
}
