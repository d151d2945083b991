//! Problems in the layout that verl trains on: Parquet with `data_source`, `prompt` (messages), `ability`, `reward_model` (`style`,
//! `ground_truth`) and `extra_info` (`split`, `index`).

use std::sync::Arc;

use parquet::basic::Compression;
use parquet::data_type::{ByteArray, ByteArrayType, DataType, Int64Type};
use parquet::errors::ParquetError;
use parquet::file::properties::WriterProperties;
use parquet::file::writer::{SerializedFileWriter, SerializedRowGroupWriter};
use parquet::schema::parser::parse_message_type;

use super::problems::{Message, Problem};

/// Nothing is ever missing, so the columns of lists alone have levels.
const SCHEMA: &str = "message schema {
    required binary data_source (STRING);
    required group prompt (LIST) {
        repeated group list {
            required group element {
                required binary role (STRING);
                required binary content (STRING);
            }
        }
    }
    required binary ability (STRING);
    required group reward_model {
        required binary style (STRING);
        required binary ground_truth (STRING);
    }
    required group extra_info {
        required binary split (STRING);
        required int64 index;
    }
}";

/// Rows that are written as one group, which readers hold in memory.
const GROUP: usize = 10_000;

/// What verl wants to know of all rows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Labels {
    /// Names the data set; reward functions can tell rows apart by it.
    pub data_source: String,
    /// What is asked for, such as `math`.
    pub ability: String,
    /// How the reward is computed: `rule`, or `model`.
    pub style: String,
    /// The split, such as `train`.
    pub split: String,
}

/// The bytes of the file; `index` counts the problems from 0.
///
/// # Errors
/// When the Parquet library refuses.
pub fn parquet(problems: &[Problem], labels: &Labels) -> Result<Vec<u8>, ParquetError> {
    let schema = Arc::new(parse_message_type(SCHEMA)?);
    let properties = WriterProperties::builder().set_compression(Compression::SNAPPY);
    let mut file = SerializedFileWriter::new(Vec::new(), schema, Arc::new(properties.build()))?;
    for (group, problems) in problems.chunks(GROUP).enumerate() {
        let mut columns = file.next_row_group()?;
        let constant = |text: &str| vec![ByteArray::from(text); problems.len()];
        let said = |of: fn(&Message) -> &str| -> Vec<ByteArray> {
            let messages = problems.iter().flat_map(|problem| &problem.messages);
            messages
                .map(|message| ByteArray::from(of(message)))
                .collect()
        };
        // Repetition: 0 where a row's list begins, 1 within it.
        let repetition: Vec<i16> = (problems.iter())
            .flat_map(|problem| (0..problem.messages.len()).map(|place| i16::from(place > 0)))
            .collect();
        let references = problems.iter().map(|problem| problem.ground_truth.as_str());
        let first = (group * GROUP) as i64;

        column::<ByteArrayType, _>(&mut columns, &constant(&labels.data_source), None)?;
        column::<ByteArrayType, _>(&mut columns, &said(|of| &of.role), Some(&repetition))?;
        column::<ByteArrayType, _>(&mut columns, &said(|of| &of.content), Some(&repetition))?;
        column::<ByteArrayType, _>(&mut columns, &constant(&labels.ability), None)?;
        column::<ByteArrayType, _>(&mut columns, &constant(&labels.style), None)?;
        let references: Vec<ByteArray> = references.map(ByteArray::from).collect();
        column::<ByteArrayType, _>(&mut columns, &references, None)?;
        column::<ByteArrayType, _>(&mut columns, &constant(&labels.split), None)?;
        let places: Vec<i64> = (first..).take(problems.len()).collect();
        column::<Int64Type, _>(&mut columns, &places, None)?;
        columns.close()?;
    }
    file.into_inner()
}

/// Writes the next column. One with a repetition has a value at every place of its lists.
fn column<T: DataType, W: std::io::Write + Send>(
    columns: &mut SerializedRowGroupWriter<'_, W>,
    values: &[T::T],
    repetition: Option<&[i16]>,
) -> Result<(), ParquetError> {
    let Some(mut column) = columns.next_column()? else {
        return Err(ParquetError::General("the schema has fewer columns".into()));
    };
    let definition = repetition.map(|places| vec![1; places.len()]);
    column
        .typed::<T>()
        .write_batch(values, definition.as_deref(), repetition)?;
    column.close()
}

#[cfg(test)]
mod tests;
