//! What lies in a checkpoint's weights.

use std::collections::BTreeMap;
use std::path::Path;

use burn::tensor::TensorData;
use explang::model::checkpoint::NamedTensors;
use explang::model::{Weights, WeightsError};
use serde_json::{Map, Value};

use super::weights::WeightFiles;
use super::{CheckpointError, gguf};
use crate::adapter;

/// The entry of a header that is not a tensor.
const METADATA: &str = "__metadata__";

/// One stored tensor.
#[derive(Debug, Clone, PartialEq)]
pub struct StoredTensor {
    /// Its name.
    pub name: String,
    /// How its numbers are stored, such as `F32`.
    pub dtype: String,
    /// Its shape.
    pub shape: Vec<usize>,
    /// Its Euclidean norm; none where it holds no floating-point numbers.
    pub norm: Option<f64>,
}

impl StoredTensor {
    /// Number of values.
    pub fn size(&self) -> usize {
        self.shape.iter().product()
    }
}

/// The tensors of a checkpoint's folder or GGUF file, by name, shard after shard; of an adapter's folder those of the adapter.
///
/// # Errors
/// When a file cannot be read or is damaged.
pub fn stored_tensors(folder: &Path) -> Result<Vec<StoredTensor>, CheckpointError> {
    if folder.is_file() {
        return gguf::stored_tensors(folder);
    }
    let weights = match adapter::is_adapter(folder) {
        true => WeightFiles::one(folder.join(adapter::WEIGHTS))?,
        false => WeightFiles::open(folder)?,
    };
    let mut stored = Vec::new();
    for (place, (path, bytes)) in weights.files().enumerate() {
        let tensors = read(bytes).map_err(|source| CheckpointError::Weights {
            path: path.to_owned(),
            source,
        })?;
        let counted = |tensor: &StoredTensor| weights.counts(place, &tensor.name);
        stored.extend(tensors.into_iter().filter(counted));
    }
    Ok(stored)
}

/// The Euclidean norm of a tensor.
pub(super) fn norm(values: &TensorData) -> f64 {
    let squares = values.iter::<f32>().map(|v| f64::from(v) * f64::from(v));
    squares.sum::<f64>().sqrt()
}

/// The tensors of a safetensors file, by name.
///
/// # Errors
/// When it is damaged.
pub fn read(bytes: &[u8]) -> Result<Vec<StoredTensor>, WeightsError> {
    // This checks the whole file, so the header below is sound.
    let mut values = NamedTensors::read(bytes)?;
    let header = header(bytes).ok_or_else(|| WeightsError::Damaged("it has no header".into()))?;
    let tensors = header.into_iter().filter(|(name, _)| name != METADATA);
    let stored = tensors.map(|(name, entry)| {
        let sizes = entry["shape"].as_array().into_iter().flatten();
        let shape: Vec<usize> = sizes
            .filter_map(|size| usize::try_from(size.as_u64()?).ok())
            .collect();
        let norm = values.get(&name, &shape).ok().as_ref().map(norm);
        let dtype = entry["dtype"].as_str().unwrap_or_default().to_owned();
        StoredTensor {
            name,
            dtype,
            shape,
            norm,
        }
    });
    Ok(stored.collect())
}

/// An entry of the `__metadata__` of a safetensors file; none where there is none.
pub(crate) fn metadata(bytes: &[u8], name: &str) -> Option<String> {
    let header = header(bytes)?;
    let entry = header.get(METADATA)?.get(name)?;
    entry.as_str().map(str::to_owned)
}

/// A safetensors file with one more entry in its `__metadata__`.
///
/// The header is written here because the library writes more than one entry in no certain order, and a run that is made again
/// must have the same bytes.
///
/// # Errors
/// When the file has no header.
pub(crate) fn with_metadata(
    bytes: &[u8],
    name: &str,
    value: &str,
) -> Result<Vec<u8>, WeightsError> {
    let damaged = || WeightsError::Damaged("it has no header".into());
    let (old, tensors) = parts(bytes).ok_or_else(damaged)?;
    let mut header: BTreeMap<String, Value> = serde_json::from_slice(old).map_err(|_| damaged())?;
    let entries = header
        .entry(METADATA.to_owned())
        .or_insert_with(|| Value::Object(Map::new()));
    if let Some(entries) = entries.as_object_mut() {
        entries.insert(name.to_owned(), value.into());
    }
    let mut text = serde_json::to_vec(&header).map_err(|_| damaged())?;
    // The tensors begin at a multiple of eight bytes.
    text.resize(text.len().next_multiple_of(8), b' ');
    let length = (text.len() as u64).to_le_bytes();
    Ok([&length, text.as_slice(), tensors].concat())
}

/// The header of a safetensors file, and its tensors: the header's length as a 64-bit little-endian number, then JSON, then the rest.
fn parts(bytes: &[u8]) -> Option<(&[u8], &[u8])> {
    let (length, rest) = bytes.split_first_chunk::<8>()?;
    rest.split_at_checked(usize::try_from(u64::from_le_bytes(*length)).ok()?)
}

/// The header of a safetensors file.
fn header(bytes: &[u8]) -> Option<Map<String, Value>> {
    serde_json::from_slice(parts(bytes)?.0).ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use explang::model::Precision;

    #[test]
    fn names_shapes_types_and_norms_are_read() {
        let tensors = BTreeMap::from([
            ("a".to_owned(), TensorData::from([[3.0f32], [4.0]])),
            ("b".to_owned(), TensorData::from([-2.0f32])),
        ]);
        for (precision, dtype) in [
            (Precision::F32, "F32"),
            (Precision::F16, "F16"),
            (Precision::BF16, "BF16"),
        ] {
            let bytes = explang::model::checkpoint::write(tensors.clone(), precision).unwrap();
            let stored = read(&bytes).unwrap();
            assert_eq!(stored.len(), 2);
            assert_eq!(
                (stored[0].name.as_str(), stored[0].dtype.as_str()),
                ("a", dtype)
            );
            assert_eq!((stored[0].size(), stored[0].norm), (2, Some(5.0)));
            assert_eq!(
                (stored[1].shape.as_slice(), stored[1].norm),
                (&[1][..], Some(2.0))
            );
        }
    }

    #[test]
    fn an_entry_is_added_and_nothing_else_changes() {
        let tensors = BTreeMap::from([("a".to_owned(), TensorData::from([3.0f32, 4.0]))]);
        let bytes = explang::model::checkpoint::write(tensors, Precision::F32).unwrap();
        assert_eq!(metadata(&bytes, "x"), None);
        // Of several lengths, so that the header ends at every place of the eight.
        for value in ["", "1", "12", "123", "1234", "12345", "123456", "1234567"] {
            let more = with_metadata(&bytes, "x", value).unwrap();
            assert_eq!(with_metadata(&bytes, "x", value).unwrap(), more);
            assert_eq!(metadata(&more, "x").as_deref(), Some(value));
            assert_eq!(metadata(&more, "format").as_deref(), Some("pt"));
            assert_eq!(read(&more).unwrap(), read(&bytes).unwrap());
            assert_eq!(parts(&more).unwrap().0.len() % 8, 0);
        }
        assert!(with_metadata(b"short", "x", "1").is_err());
    }

    #[test]
    fn a_cut_file_is_refused() {
        assert!(matches!(read(b"short"), Err(WeightsError::Damaged(_))));
    }
}
