//! A LoRA adapter on disk, as PEFT lays it out: `adapter_config.json` and `adapter_model.safetensors`, beside a base that lies elsewhere.
//!
//! Which matrices are adapted and with which rank is read from the tensors, so `target_modules` may be a list, a regular expression or
//! `all-linear`. Tokenizer and chat template are the base's. Left out, and refused by name: whatever else an adapter can change (DoRA,
//! biases, modules saved whole, the embedding and the head).

mod config;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use explang::model::checkpoint::{NamedTensors, write};
use explang::model::{Decoder, Precision, WeightsError};
use explang::named::{LONGEST_SHOWN, brief};

use self::config::AdapterConfig;
use crate::files::{self, FileError};
use crate::hub::{self, HubError};

/// The file that makes a folder an adapter's.
const CONFIG: &str = "adapter_config.json";
/// The factors.
pub(crate) const WEIGHTS: &str = "adapter_model.safetensors";

/// A folder with an adapter that cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum AdapterError {
    /// A file cannot be read or written.
    #[error(transparent)]
    File(#[from] FileError),
    /// `adapter_config.json` is wrong.
    #[error("{}: {what}", path.display())]
    Config {
        /// The file.
        path: PathBuf,
        /// What is wrong, and what would be right.
        what: String,
    },
    /// The adapter does more than add to the seven matrices of a layer.
    #[error(
        "{}: {what}, which is not supported; merge the adapter with PEFT's `merge_and_unload` and open what that saves",
        path.display()
    )]
    Unsupported {
        /// The file.
        path: PathBuf,
        /// The setting or tensor.
        what: String,
    },
    /// The base is not where the adapter says.
    #[error(
        "{}: the base `{base}` is not there; give the path of its folder as `base_model_name_or_path`",
        path.display()
    )]
    NoBase {
        /// The file.
        path: PathBuf,
        /// What it says.
        base: String,
    },
    /// The base is an adapter too.
    #[error(
        "{}: the base {} is an adapter; merge it (`explang export --merge`) and give the merged folder as `base_model_name_or_path`",
        path.display(),
        base.display()
    )]
    NestedBase {
        /// The file.
        path: PathBuf,
        /// The base's folder.
        base: PathBuf,
    },
    /// The base has a name on the hub, which does not give it.
    #[error(transparent)]
    Hub(#[from] HubError),
    /// The factors are wrong.
    #[error("{}: {source}", path.display())]
    Weights {
        /// The file.
        path: PathBuf,
        /// What is wrong.
        source: WeightsError,
    },
}

/// True where a folder holds an adapter.
pub fn is_adapter(folder: &Path) -> bool {
    folder.join(CONFIG).is_file()
}

/// The folder of an adapter's base: a relative path starts at the adapter's folder or, as PEFT has it, at the working directory; what is no
/// path here, and could be the name of a model on the Hugging Face hub, is downloaded. None where the folder holds no adapter.
///
/// # Errors
/// When `adapter_config.json` cannot be used, or the base is not there or an adapter itself.
pub fn base_of(folder: &Path) -> Result<Option<PathBuf>, AdapterError> {
    if !is_adapter(folder) {
        return Ok(None);
    }
    let path = folder.join(CONFIG);
    let named = AdapterConfig::read(&path)?.base;
    let places = [folder.join(&named), PathBuf::from(&named)];
    let base = match places.into_iter().find(|place| place.exists()) {
        Some(base) => base,
        None => downloaded(&path, &named)?,
    };
    if is_adapter(&base) {
        return Err(AdapterError::NestedBase { path, base });
    }
    Ok(Some(base))
}

/// The folder of a base that is named as on the hub; `path` is for messages.
fn downloaded(path: &Path, named: &str) -> Result<PathBuf, AdapterError> {
    let gone = || AdapterError::NoBase {
        path: path.to_owned(),
        base: brief(named, LONGEST_SHOWN),
    };
    match hub::fetch(hub::name(Path::new(named)).ok_or_else(gone)?) {
        Err(HubError::NotBuilt(_)) => Err(gone()),
        fetched => Ok(fetched?),
    }
}

/// The whole path of a folder, as `adapter_config.json` can name it.
///
/// # Errors
/// When there is no such folder, or its path is not UTF-8.
pub(crate) fn absolute(folder: &Path) -> Result<String, AdapterError> {
    let whole = std::fs::canonicalize(folder).map_err(|e| FileError::of("find", folder, e))?;
    let name = whole.to_str().map(str::to_owned);
    name.ok_or_else(|| AdapterError::Config {
        path: whole,
        what: "this path is not UTF-8; rename the folder".into(),
    })
}

/// `base` with the adapter in `folder`, in place of one that it has. Only the adapter learns.
///
/// # Errors
/// When a file is missing or damaged, or the adapter is not one of `base`.
pub fn load(base: Decoder, folder: &Path) -> Result<Decoder, AdapterError> {
    let config = AdapterConfig::read(&folder.join(CONFIG))?;
    let path = folder.join(WEIGHTS);
    let bytes = files::read(&path)?;
    let wrong = |source| AdapterError::Weights {
        path: path.clone(),
        source,
    };
    let mut tensors = NamedTensors::read(&bytes).map_err(wrong)?;
    let mut ranks = BTreeMap::new();
    let mut factors = 0;
    for (name, shape) in tensors.shapes() {
        let module = name.strip_prefix("base_model.model.");
        let factor = module.and_then(|module| module.rsplit_once(".lora_"));
        match (factor, &shape[..]) {
            (Some((module, "A.weight")), &[rank, _]) if rank > 0 => {
                ranks.insert(module.to_owned(), rank);
            }
            (Some((_, "B.weight")), _) => {}
            _ => return Err(unsupported_tensor(&path, &name)),
        }
        factors += 1;
    }
    let mut alphas = BTreeMap::new();
    for (module, &rank) in &ranks {
        alphas.insert(
            module.as_str(),
            config.alpha_of(module, rank, &folder.join(CONFIG))?,
        );
    }
    let shape = |module: &str| Some((*ranks.get(module)?, *alphas.get(module)?));
    let model = base.with_adapters(shape, &mut tensors).map_err(wrong)?;
    // What no matrix of a layer took is of something else.
    let taken = model.adapter_weights();
    if taken.len() != factors {
        let left = tensors.shapes().into_iter().map(|(name, _)| name);
        let left = left.filter(|name| !taken.contains_key(name)).min();
        return Err(unsupported_tensor(&path, &left.unwrap_or_default()));
    }
    Ok(model)
}

fn unsupported_tensor(path: &Path, name: &str) -> AdapterError {
    AdapterError::Unsupported {
        path: path.to_owned(),
        what: format!(
            "tensor `{}` is not a factor of q_proj, k_proj, v_proj, o_proj, gate_proj, up_proj or down_proj of the base",
            brief(name, LONGEST_SHOWN)
        ),
    }
}

/// Writes the adapter of `model` into an existing folder; `base` is what `adapter_config.json` names as its base.
///
/// # Errors
/// When the disk refuses, or a factor is not finite.
pub fn save(folder: &Path, model: &Decoder, base: &str) -> Result<(), AdapterError> {
    let path = folder.join(WEIGHTS);
    let bytes =
        write(model.adapter_weights(), Precision::F32).map_err(|source| AdapterError::Weights {
            path: path.clone(),
            source,
        })?;
    let config = config::to_json(model, base);
    files::write(&folder.join(CONFIG), config.as_bytes())?;
    Ok(files::write(&path, &bytes)?)
}

#[cfg(test)]
mod tests;
