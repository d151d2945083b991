//! The weights of a folder: `model.safetensors`, or the shards that `model.safetensors.index.json` lists.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use burn::tensor::Device;
use explang::model::checkpoint::NamedTensors;
use explang::model::{Decoder, ModelConfig, WeightForm, WeightsError};
use explang::named::brief;
use serde::Deserialize;

use super::CheckpointError;
use super::mapped::Mapped;

/// The one file.
pub(crate) const WEIGHTS: &str = "model.safetensors";
/// The list of the shards.
pub(crate) const INDEX: &str = "model.safetensors.index.json";

/// Weights that `transformers` reads and this does not.
const PICKLES: [&str; 2] = ["pytorch_model.bin", "pytorch_model.bin.index.json"];

/// The files of a checkpoint's weights.
#[derive(Debug)]
pub(super) struct WeightFiles {
    /// The one file, or the index.
    path: PathBuf,
    files: Vec<(PathBuf, Mapped)>,
    /// The file of each tensor, by its place in `files`; none where all tensors of the one file count.
    index: Option<BTreeMap<String, usize>>,
}

/// What the index says.
#[derive(Deserialize)]
struct Index {
    weight_map: BTreeMap<String, String>,
}

impl WeightFiles {
    /// Maps the files of a folder. Where there is an index it decides, and what else lies in the folder is not looked at.
    ///
    /// # Errors
    /// When a file is missing or the index is not what it should be.
    pub(super) fn open(folder: &Path) -> Result<Self, CheckpointError> {
        let index = folder.join(INDEX);
        if index.exists() {
            return Self::sharded(folder, &index);
        }
        let path = folder.join(WEIGHTS);
        if !path.exists()
            && let Some(pickle) = PICKLES.iter().find(|name| folder.join(name).exists())
        {
            return Err(CheckpointError::Pickle {
                path: folder.join(pickle),
            });
        }
        Self::one(path)
    }

    /// Maps one file, all of whose tensors count.
    ///
    /// # Errors
    /// When it is missing.
    pub(super) fn one(path: PathBuf) -> Result<Self, CheckpointError> {
        Ok(WeightFiles {
            files: vec![(path.clone(), map(&path)?)],
            index: None,
            path,
        })
    }

    fn sharded(folder: &Path, path: &Path) -> Result<Self, CheckpointError> {
        let bad = |what| bad_index(path, what);
        let index: Index = serde_json::from_slice(&super::read(path)?)
            .map_err(|e| bad(brief(&e.to_string(), 120)))?;
        let names: BTreeSet<&String> = index.weight_map.values().collect();
        let names: Vec<&String> = names.into_iter().collect();
        if names.is_empty() {
            return Err(bad("its `weight_map` is empty".into()));
        }
        let mut files = Vec::new();
        for name in &names {
            // A shard lies beside its index.
            let plain = Path::new(name)
                .file_name()
                .is_some_and(|file| file == name.as_str());
            if !plain {
                return Err(bad(format!(
                    "`{}` is not the name of a file",
                    brief(name, 80)
                )));
            }
            let shard = folder.join(name);
            if !shard.exists() {
                return Err(CheckpointError::Shard {
                    path: shard,
                    tensors: index
                        .weight_map
                        .values()
                        .filter(|file| file == name)
                        .count(),
                });
            }
            files.push((shard.clone(), map(&shard)?));
        }
        let place = |file: &String| names.binary_search(&file).unwrap_or_default();
        let index = index.weight_map.iter();
        let index = index.map(|(tensor, file)| (tensor.clone(), place(file)));
        Ok(WeightFiles {
            path: path.to_owned(),
            index: Some(index.collect()),
            files,
        })
    }

    /// The one file, or the index.
    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    /// The bytes of each file.
    pub(super) fn files(&self) -> impl Iterator<Item = (&Path, &[u8])> {
        let files = self.files.iter();
        files.map(|(path, map)| (path.as_path(), map.bytes()))
    }

    /// Whether the tensor of the file with that place counts.
    pub(super) fn counts(&self, file: usize, tensor: &str) -> bool {
        let place = |index: &BTreeMap<String, usize>| index.get(tensor) == Some(&file);
        self.index.as_ref().is_none_or(place)
    }

    /// Moves the weights onto `device`, each part once, where they lie in `form`.
    ///
    /// # Errors
    /// When a file is damaged or does not fit `config`.
    pub(super) fn decoder(
        &self,
        form: WeightForm,
        config: &ModelConfig,
        device: &Device,
    ) -> Result<Decoder, CheckpointError> {
        let mut tensors = NamedTensors::empty();
        let failed = |path: &Path| {
            let path = path.to_owned();
            move |source: WeightsError| CheckpointError::Weights { path, source }
        };
        for (i, (path, map)) in self.files.iter().enumerate() {
            tensors
                .add(map.bytes(), |name| self.counts(i, name))
                .map_err(failed(path))?;
        }
        for (tensor, &file) in self.index.iter().flatten() {
            if !tensors.has(tensor) {
                let file = self.files[file].0.display();
                let what = format!(
                    "it says that `{}` is in {file}, which has no such tensor",
                    brief(tensor, 120)
                );
                return Err(bad_index(&self.path, what));
            }
        }
        let tensors = tensors.on_moved(|part| {
            for (_, map) in &self.files {
                map.release(part);
            }
        });
        Decoder::from_named_tensors(form, config, tensors, device).map_err(failed(&self.path))
    }
}

fn bad_index(path: &Path, what: String) -> CheckpointError {
    CheckpointError::Index {
        path: path.to_owned(),
        what,
    }
}

fn map(path: &Path) -> Result<Mapped, CheckpointError> {
    Mapped::open(path).map_err(|source| CheckpointError::Io {
        path: path.to_owned(),
        source,
    })
}
