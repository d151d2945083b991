//! Metrics as JSON lines, in step with the checkpoints.

use std::fs::{self, File};
use std::io::{Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

use serde::{Serialize, de::DeserializeOwned};

use super::error::{Context, RunError};

/// An append-only file of JSON objects, one a line.
///
/// A checkpoint keeps [`MetricsLog::len`]; a resumed run calls [`MetricsLog::truncate_to`] with it, so that no step
/// is there twice and no line is torn.
#[derive(Debug)]
pub struct MetricsLog {
    path: PathBuf,
    file: File,
    len: u64,
}

impl MetricsLog {
    /// Opens the file, or creates it. A last line that a kill tore (one without a line feed) is dropped.
    ///
    /// # Errors
    /// When the disk refuses.
    pub fn open(path: &Path) -> Result<Self, RunError> {
        let mut file = File::options()
            .read(true)
            .write(true)
            .create(true)
            .truncate(false)
            .open(path)
            .context("open", path)?;
        let mut bytes = Vec::new();
        file.read_to_end(&mut bytes).context("read", path)?;
        let len = whole_lines(&bytes).len() as u64;
        let mut log = MetricsLog {
            path: path.to_owned(),
            file,
            len,
        };
        if len < bytes.len() as u64 {
            log.cut()?;
        }
        Ok(log)
    }

    /// Appends one line and hands it to the system at once, so that it survives a kill of the process.
    ///
    /// Numbers that JSON lacks (NaN, infinities) are written as `null`.
    ///
    /// # Errors
    /// When the value is no JSON or the disk refuses; then the file ends as before.
    pub fn append(&mut self, value: &impl Serialize) -> Result<(), RunError> {
        let mut line = serde_json::to_vec(value)
            .map_err(std::io::Error::from)
            .context("write", &self.path)?;
        line.push(b'\n');
        if let Err(error) = self.file.write_all(&line) {
            // A part of the line may be on the disk; the first error is the one to tell.
            let _ = self.cut();
            return Err(error).context("write", &self.path);
        }
        self.len += line.len() as u64;
        Ok(())
    }

    /// Length in bytes: the place to keep in a checkpoint.
    pub const fn len(&self) -> u64 {
        self.len
    }

    /// True when there is no line.
    pub const fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// Makes all lines durable; call it before a checkpoint that keeps [`MetricsLog::len`].
    ///
    /// # Errors
    /// When the disk refuses.
    pub fn sync(&self) -> Result<(), RunError> {
        self.file.sync_all().context("write", &self.path)
    }

    /// Drops every line after the first `len` bytes.
    ///
    /// # Errors
    /// [`RunError::MetricsLost`] when the file has fewer bytes, or no line ends there; when the disk refuses.
    pub fn truncate_to(&mut self, len: u64) -> Result<(), RunError> {
        let lost = || RunError::MetricsLost {
            path: self.path.clone(),
            len: self.len,
            wanted: len,
        };
        if len > self.len {
            return Err(lost());
        }
        if len > 0 {
            let mut last = [0];
            self.file
                .seek(SeekFrom::Start(len - 1))
                .and_then(|_| self.file.read_exact(&mut last))
                .context("read", &self.path)?;
            if last != *b"\n" {
                let error = lost();
                // Later lines must still go to the end.
                self.file
                    .seek(SeekFrom::Start(self.len))
                    .context("read", &self.path)?;
                return Err(error);
            }
        }
        self.len = len;
        self.cut()
    }

    /// Cuts the file to `self.len` and goes to its end.
    fn cut(&mut self) -> Result<(), RunError> {
        self.file
            .set_len(self.len)
            .and_then(|()| self.file.seek(SeekFrom::Start(self.len)))
            .and_then(|_| self.file.sync_all())
            .context("write", &self.path)
    }
}

/// Reads the lines of a metrics file, also while another process writes it: a torn last line is passed over.
/// A missing file has no lines.
///
/// # Errors
/// When the disk refuses, or a whole line is no `T`.
pub fn read_lines<T: DeserializeOwned>(path: &Path) -> Result<Vec<T>, RunError> {
    let bytes = match fs::read(path) {
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(Vec::new()),
        result => result.context("read", path)?,
    };
    parse_lines(path, &bytes)
}

/// Reads the bytes of a metrics file; `path` is for messages.
///
/// # Errors
/// When a whole line is no `T`.
pub fn parse_lines<T: DeserializeOwned>(path: &Path, bytes: &[u8]) -> Result<Vec<T>, RunError> {
    whole_lines(bytes)
        .split(|&byte| byte == b'\n')
        .enumerate()
        .filter(|(_, line)| !line.trim_ascii().is_empty())
        .map(|(index, line)| {
            serde_json::from_slice(line).map_err(|error| RunError::json(path, index + 1, &error))
        })
        .collect()
}

/// The bytes up to and with the last line feed.
pub(crate) fn whole_lines(bytes: &[u8]) -> &[u8] {
    let end = bytes.iter().rposition(|&byte| byte == b'\n');
    &bytes[..end.map_or(0, |index| index + 1)]
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::{Value, json};

    #[test]
    fn a_resumed_log_is_the_uninterrupted_one() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("metrics.jsonl");
        let mut log = MetricsLog::open(&path).unwrap();
        assert!(log.is_empty());
        log.append(&json!({"step": 1, "loss": 0.5})).unwrap();
        log.append(&json!({"step": 2, "loss": f64::NAN})).unwrap();
        log.sync().unwrap();
        let kept = log.len();
        log.append(&json!({"step": 3})).unwrap();
        drop(log);
        // The kill tore line 4.
        let mut bytes = fs::read(&path).unwrap();
        bytes.extend_from_slice(b"{\"step\":");
        fs::write(&path, &bytes).unwrap();
        assert_eq!(read_lines::<Value>(&path).unwrap().len(), 3);

        let mut log = MetricsLog::open(&path).unwrap();
        assert_eq!(log.len(), bytes.len() as u64 - 8);
        log.truncate_to(kept).unwrap();
        for step in 3..6 {
            log.append(&json!({ "step": step })).unwrap();
        }
        let steps: Vec<_> = read_lines::<Value>(&path)
            .unwrap()
            .iter()
            .map(|line| line["step"].as_u64().unwrap())
            .collect();
        assert_eq!(steps, [1, 2, 3, 4, 5]);
        assert_eq!(log.len(), fs::metadata(&path).unwrap().len());
        log.truncate_to(0).unwrap();
        assert_eq!(fs::read(&path).unwrap(), b"");
    }

    #[test]
    fn a_place_that_is_not_there_is_refused_and_nothing_changes() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("metrics.jsonl");
        let mut log = MetricsLog::open(&path).unwrap();
        log.append(&json!({"step": 1})).unwrap();
        let before = fs::read(&path).unwrap();
        for wanted in [3, log.len() + 1] {
            let error = log.truncate_to(wanted).unwrap_err();
            assert!(matches!(error, RunError::MetricsLost { .. }), "{error}");
        }
        log.append(&json!({"step": 2})).unwrap();
        let after = fs::read(&path).unwrap();
        assert!(after.starts_with(&before));
        assert_eq!(read_lines::<Value>(&path).unwrap().len(), 2);
    }

    #[test]
    fn a_bad_line_is_named_and_a_missing_file_is_empty() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("metrics.jsonl");
        assert!(read_lines::<Value>(&path).unwrap().is_empty());
        fs::write(&path, "{}\nnonsense\n").unwrap();
        let error = read_lines::<Value>(&path).unwrap_err().to_string();
        assert!(error.contains("line 2"), "{error}");
    }
}
