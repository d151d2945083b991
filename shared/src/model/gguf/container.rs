//! The container: a header of keys with values, a list of tensors, and their bytes, all little-endian.
//!
//! Nothing is copied: texts, lists and tensors point into the file. Every length is held against what is left of the file before it
//! is used, so a damaged file costs no more memory than its own size.

use std::collections::BTreeMap;

use super::format::Format;
use super::{GgufError, quoted};

/// Most dimensions that a tensor has.
const MOST_DIMENSIONS: usize = 4;

/// Where tensors begin, unless `general.alignment` says otherwise.
const ALIGNMENT: u64 = 32;

/// A value of the header.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Value<'a> {
    Unsigned(u64),
    Signed(i64),
    Float(f64),
    Bool(bool),
    Text(&'a [u8]),
    List(List<'a>),
}

/// A list of values of one kind, read as it is walked through.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct List<'a> {
    kind: u32,
    len: usize,
    bytes: &'a [u8],
}

impl<'a> List<'a> {
    /// Number of values.
    pub(super) const fn len(&self) -> usize {
        self.len
    }

    /// The values, in order.
    pub(super) fn iter(&self) -> impl Iterator<Item = Value<'a>> {
        let (kind, mut rest) = (self.kind, Bytes(self.bytes));
        // The list was walked through when it was read, so none of them fails.
        (0..self.len).map_while(move |_| rest.value(kind).ok())
    }
}

/// A tensor, as the file stores it.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Stored<'a> {
    /// Row-major: the last is the length of a row.
    pub(super) shape: Vec<usize>,
    pub(super) format: Format,
    pub(super) bytes: &'a [u8],
}

/// A whole file.
#[derive(Debug)]
pub(super) struct Container<'a> {
    pub(super) values: BTreeMap<&'a str, Value<'a>>,
    pub(super) tensors: BTreeMap<&'a str, Stored<'a>>,
}

impl<'a> Container<'a> {
    /// Reads the header and finds the tensors.
    ///
    /// # Errors
    /// When this is not a GGUF file of version 2 or 3, or is damaged or cut short.
    pub(super) fn read(file: &'a [u8]) -> Result<Self, GgufError> {
        let mut rest = Bytes(file);
        if rest.take(4).ok() != Some(b"GGUF".as_slice()) {
            return Err(GgufError::Other);
        }
        match rest.u32()? {
            2 | 3 => {}
            version => return Err(GgufError::Version(version)),
        }
        let (num_tensors, num_values) = (rest.u64()?, rest.u64()?);
        let mut values = BTreeMap::new();
        for _ in 0..num_values {
            let key = rest.name()?;
            let kind = rest.u32()?;
            if values.insert(key, rest.value(kind)?).is_some() {
                return damaged(format!("{} is there twice", quoted(key)));
            }
        }
        let mut places = BTreeMap::new();
        for _ in 0..num_tensors {
            let name = rest.name()?;
            if places.insert(name, Place::read(&mut rest)?).is_some() {
                return damaged(format!("tensor {} is there twice", quoted(name)));
            }
        }
        let data = match values.get("general.alignment") {
            None => ALIGNMENT,
            Some(&Value::Unsigned(alignment)) if alignment.is_power_of_two() => alignment,
            Some(_) => return damaged("`general.alignment` is not a power of two".into()),
        };
        let read = file.len() - rest.0.len();
        let data = (read as u64)
            .checked_next_multiple_of(data)
            .and_then(|start| file.get(usize::try_from(start).ok()?..))
            // A file without tensors may end with its header.
            .unwrap_or_default();
        let tensors = places
            .into_iter()
            .map(|(name, place)| Ok((name, place.find(name, data)?)))
            .collect::<Result<_, GgufError>>()?;
        Ok(Container { values, tensors })
    }
}

/// Where a tensor is said to lie.
struct Place {
    shape: Vec<usize>,
    format: Format,
    offset: u64,
}

impl Place {
    fn read(rest: &mut Bytes<'_>) -> Result<Self, GgufError> {
        let dimensions = rest.u32()? as usize;
        if dimensions > MOST_DIMENSIONS {
            return damaged(format!(
                "a tensor of {dimensions} dimensions (most: {MOST_DIMENSIONS})"
            ));
        }
        let mut shape = Vec::with_capacity(dimensions);
        for _ in 0..dimensions {
            shape.push(rest.count()?);
        }
        // The file begins with the length of a row.
        shape.reverse();
        Ok(Place {
            shape,
            format: Format::of(rest.u32()?),
            offset: rest.u64()?,
        })
    }

    fn find<'a>(self, name: &str, data: &'a [u8]) -> Result<Stored<'a>, GgufError> {
        let Place {
            shape,
            format,
            offset,
        } = self;
        let row = shape.last().copied().unwrap_or(1);
        let rows = shape.iter().rev().skip(1);
        let rows = rows.copied().try_fold(1usize, usize::checked_mul);
        let bytes = match format.row_bytes(row) {
            // A format that is not read has a size that is not known; whoever asks for the tensor is refused.
            None if !format.is_read() => Some(&data[..0]),
            row_bytes => row_bytes.zip(rows).and_then(|(row, rows)| {
                let start = usize::try_from(offset).ok()?;
                data.get(start..start.checked_add(row.checked_mul(rows)?)?)
            }),
        };
        match bytes {
            Some(bytes) => Ok(Stored {
                shape,
                format,
                bytes,
            }),
            None => damaged(format!(
                "tensor {} of shape {shape:?} in {format} does not fit into it",
                quoted(name)
            )),
        }
    }
}

/// What is left of the file.
struct Bytes<'a>(&'a [u8]);

impl<'a> Bytes<'a> {
    fn take(&mut self, count: usize) -> Result<&'a [u8], GgufError> {
        match self.0.split_at_checked(count) {
            Some((taken, rest)) => {
                self.0 = rest;
                Ok(taken)
            }
            None => damaged("its header ends too soon".into()),
        }
    }

    fn array<const N: usize>(&mut self) -> Result<[u8; N], GgufError> {
        self.take(N).map(|bytes| {
            let mut array = [0; N];
            array.copy_from_slice(bytes);
            array
        })
    }

    fn u32(&mut self) -> Result<u32, GgufError> {
        self.array().map(u32::from_le_bytes)
    }

    fn u64(&mut self) -> Result<u64, GgufError> {
        self.array().map(u64::from_le_bytes)
    }

    /// A length or a size.
    fn count(&mut self) -> Result<usize, GgufError> {
        match usize::try_from(self.u64()?) {
            Ok(count) => Ok(count),
            Err(_) => damaged("a length in its header is beyond the machine's memory".into()),
        }
    }

    fn text(&mut self) -> Result<&'a [u8], GgufError> {
        let length = self.count()?;
        self.take(length)
    }

    fn name(&mut self) -> Result<&'a str, GgufError> {
        match std::str::from_utf8(self.text()?) {
            Ok(name) => Ok(name),
            Err(_) => damaged("a name in its header is not UTF-8".into()),
        }
    }

    fn value(&mut self, kind: u32) -> Result<Value<'a>, GgufError> {
        Ok(match kind {
            0 => Value::Unsigned(u8::from_le_bytes(self.array()?).into()),
            1 => Value::Signed(i8::from_le_bytes(self.array()?).into()),
            2 => Value::Unsigned(u16::from_le_bytes(self.array()?).into()),
            3 => Value::Signed(i16::from_le_bytes(self.array()?).into()),
            4 => Value::Unsigned(self.u32()?.into()),
            5 => Value::Signed(i32::from_le_bytes(self.array()?).into()),
            6 => Value::Float(f32::from_le_bytes(self.array()?).into()),
            7 => Value::Bool(self.array::<1>()? != [0]),
            8 => Value::Text(self.text()?),
            9 => Value::List(self.list()?),
            10 => Value::Unsigned(self.u64()?),
            11 => Value::Signed(i64::from_le_bytes(self.array()?)),
            12 => Value::Float(f64::from_le_bytes(self.array()?)),
            kind => return damaged(format!("a value of the unknown kind {kind}")),
        })
    }

    fn list(&mut self) -> Result<List<'a>, GgufError> {
        let kind = self.u32()?;
        if kind == 9 {
            return damaged("a list of lists".into());
        }
        let (len, start) = (self.count()?, self.0);
        // Each value takes at least a byte, so this ends with the file.
        for _ in 0..len {
            self.value(kind)?;
        }
        let bytes = &start[..start.len() - self.0.len()];
        Ok(List { kind, len, bytes })
    }
}

fn damaged<T>(what: String) -> Result<T, GgufError> {
    Err(GgufError::Damaged(what))
}
