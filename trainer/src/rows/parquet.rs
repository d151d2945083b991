//! Parquet files as rows.

use std::cell::Cell;
use std::collections::BTreeSet;
use std::fs::File;
use std::panic::{AssertUnwindSafe, catch_unwind, set_hook, take_hook};
use std::path::Path;
use std::sync::Once;

use parquet::errors::ParquetError;
use parquet::file::reader::{FileReader, SerializedFileReader};
use parquet::schema::types::Type;
use serde_json::Value;

use super::{Members, RowsError};

/// What every Parquet file begins with.
pub(super) const MAGIC: &[u8; 4] = b"PAR1";

/// The rows of a file, read as they are asked for, with the columns that are `wanted`, or with all; the first error ends them. `path` is for
/// messages.
///
/// # Errors
/// When the file is damaged, or compressed in a way that is not read here.
pub(super) fn rows(
    path: &Path,
    file: File,
    wanted: Option<&BTreeSet<&str>>,
) -> Result<impl Iterator<Item = Result<Members, RowsError>> + use<>, RowsError> {
    let path = path.to_owned();
    let refused = move |error: ParquetError| RowsError::Parquet {
        path: path.clone(),
        what: explang::named::brief(&error.to_string(), 200),
    };
    let opened = caught(|| {
        let reader = SerializedFileReader::new(file)?;
        let schema = reader.metadata().file_metadata().schema();
        let columns = wanted
            .map(|wanted| projection(schema, wanted))
            .transpose()?;
        let rows = reader.into_iter();
        match columns.flatten() {
            Some(columns) => rows.project(Some(columns)),
            None => Ok(rows),
        }
    });
    let mut rows = Some(opened.map_err(&refused)?);
    Ok(std::iter::from_fn(move || {
        let next = caught(|| {
            let row = rows.as_mut().and_then(Iterator::next).transpose()?;
            Ok(row.map(|row| row.to_json_value()))
        });
        match next.transpose()? {
            // A row of Parquet is an object, whatever its columns hold.
            Ok(Value::Object(members)) => Some(Ok(members)),
            Ok(_) => Some(Ok(Members::new())),
            Err(error) => {
                rows = None;
                Some(Err(refused(error)))
            }
        }
    }))
}

/// The wanted columns of a schema; none where it has no such column.
fn projection(schema: &Type, wanted: &BTreeSet<&str>) -> Result<Option<Type>, ParquetError> {
    let columns = schema.get_fields().iter();
    let columns: Vec<_> = columns
        .filter(|column| wanted.contains(column.name()))
        .cloned()
        .collect();
    if columns.is_empty() {
        return Ok(None);
    }
    let projected = Type::group_type_builder(schema.name()).with_fields(columns);
    projected.build().map(Some)
}

/// The result of the library's work. Where a file is damaged the library may panic, which is an error like its others.
fn caught<T>(work: impl FnOnce() -> Result<T, ParquetError>) -> Result<T, ParquetError> {
    thread_local!(static READING: Cell<bool> = const { Cell::new(false) });
    static HOOK: Once = Once::new();
    HOOK.call_once(|| {
        let others = take_hook();
        set_hook(Box::new(move |panic| {
            if !READING.get() {
                others(panic);
            }
        }));
    });
    READING.set(true);
    let result = catch_unwind(AssertUnwindSafe(work));
    READING.set(false);
    result.unwrap_or_else(|_| Err(ParquetError::General("it is damaged".into())))
}

#[cfg(test)]
mod tests {
    use super::super::{Columns, RowsError, RowsFile};
    use crate::data::problems::problems;
    use crate::data::verl::{Labels, parquet};

    /// With one byte changed, or its end cut off, a file is read or refused.
    #[test]
    fn a_damaged_file_is_refused_in_one_sentence() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("rows");
        let columns = Columns::default();
        let file = RowsFile {
            path: &path,
            columns: &columns,
        };
        std::fs::write(&path, r#"{"prompt": "1+1", "ground_truth": 2}"#).unwrap();
        let labels = Labels {
            data_source: "sums".into(),
            ability: "math".into(),
            style: "rule".into(),
            split: "train".into(),
        };
        let whole = parquet(&problems(file).unwrap(), &labels).unwrap();
        let mut refused = 0;
        let mut read = |bytes: &[u8]| {
            std::fs::write(&path, bytes).unwrap();
            if let Err(error) = file.all("rows", |_, row| Ok(row)) {
                // Where the damage leaves no row, the file is empty.
                let expected = matches!(error, RowsError::Parquet { .. } | RowsError::Empty { .. });
                assert!(expected, "{error}");
                assert!(!error.to_string().contains(char::is_control), "{error}");
                refused += 1;
            }
        };
        for place in super::MAGIC.len()..whole.len() {
            read(&whole[..place]);
            for change in [0x80, 0x7f, 0x10] {
                let mut bytes = whole.clone();
                bytes[place] ^= change;
                read(&bytes);
            }
        }
        assert!(refused > whole.len(), "{refused}");
    }
}
