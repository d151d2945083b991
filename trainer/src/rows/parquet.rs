//! Parquet files as rows.

use std::fs::File;
use std::path::Path;

use parquet::errors::ParquetError;
use parquet::file::reader::SerializedFileReader;
use serde_json::Value;

use super::{Members, RowsError};

/// What every Parquet file begins with.
pub(super) const MAGIC: &[u8; 4] = b"PAR1";

/// The rows of a file, read as they are asked for. `path` is for messages.
///
/// # Errors
/// When the file is damaged, or compressed in a way that is not read here.
pub(super) fn rows(
    path: &Path,
    file: File,
) -> Result<impl Iterator<Item = Result<Members, RowsError>> + use<>, RowsError> {
    let path = path.to_owned();
    let refused = move |error: ParquetError| RowsError::Parquet {
        path: path.clone(),
        what: explang::named::brief(&error.to_string(), 200),
    };
    let reader = SerializedFileReader::new(file).map_err(&refused)?;
    Ok(reader.into_iter().map(move |row| {
        // A row of Parquet is an object, whatever its columns hold.
        match row.map_err(&refused)?.to_json_value() {
            Value::Object(members) => Ok(members),
            _ => Ok(Members::new()),
        }
    }))
}
