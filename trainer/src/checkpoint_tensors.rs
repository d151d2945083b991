//! What lies in a checkpoint's `model.safetensors`.

use std::path::Path;

use explang::model::checkpoint::NamedTensors;
use explang::model::decoder::Weights;
use serde_json::{Map, Value};

use crate::checkpoint::{self, CheckpointError};
use explang::model::WeightsError;

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

/// The tensors of a checkpoint folder, by name.
///
/// # Errors
/// When the file cannot be read or is damaged.
pub fn stored_tensors(folder: &Path) -> Result<Vec<StoredTensor>, CheckpointError> {
    let path = folder.join("model.safetensors");
    read(&checkpoint::read(&path)?).map_err(|source| CheckpointError::Weights { path, source })
}

/// The tensors of a safetensors file, by name.
///
/// # Errors
/// When it is damaged.
pub fn read(bytes: &[u8]) -> Result<Vec<StoredTensor>, WeightsError> {
    // This checks the whole file, so the header below is sound.
    let mut values = NamedTensors::read(bytes)?;
    let header = header(bytes).ok_or_else(|| WeightsError::Damaged("it has no header".into()))?;
    let tensors = header
        .into_iter()
        .filter(|(name, _)| name != "__metadata__");
    let stored = tensors.map(|(name, entry)| {
        let sizes = entry["shape"].as_array().into_iter().flatten();
        let shape: Vec<usize> = sizes
            .filter_map(|size| usize::try_from(size.as_u64()?).ok())
            .collect();
        let norm = values.get(&name, &shape).ok().map(|values| {
            let squares = values.iter().map(|&v| f64::from(v) * f64::from(v));
            squares.sum::<f64>().sqrt()
        });
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

/// The header of a safetensors file: its length as a 64-bit little-endian number, then JSON.
fn header(bytes: &[u8]) -> Option<Map<String, Value>> {
    let (length, rest) = bytes.split_first_chunk::<8>()?;
    let length = usize::try_from(u64::from_le_bytes(*length)).ok()?;
    serde_json::from_slice(rest.get(..length)?).ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use explang::model::Precision;
    use std::collections::BTreeMap;

    #[test]
    fn names_shapes_types_and_norms_are_read() {
        let tensors = BTreeMap::from([
            ("a".to_owned(), (vec![2, 1], vec![3.0, 4.0])),
            ("b".to_owned(), (vec![1], vec![-2.0])),
        ]);
        for (precision, dtype) in [(Precision::F32, "F32"), (Precision::F16, "F16")] {
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
    fn a_cut_file_is_refused() {
        assert!(matches!(read(b"short"), Err(WeightsError::Damaged(_))));
    }
}
