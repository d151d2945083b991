//! Files read and written whole, with one sentence where the system refuses.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use sha2::{Digest, Sha256};

/// The operating system refused.
#[derive(Debug, thiserror::Error)]
#[error(
    "could not {action} {}: {source}; check the path, the free space and who may write there",
    path.display()
)]
pub struct FileError {
    /// What was tried, such as `write`.
    pub action: &'static str,
    /// The file or folder.
    pub path: PathBuf,
    /// What the system said.
    pub source: io::Error,
}

impl FileError {
    /// What the system said of `action` on `path`.
    pub(crate) fn of(action: &'static str, path: &Path, source: io::Error) -> Self {
        FileError {
            action,
            path: path.to_owned(),
            source,
        }
    }
}

/// The bytes of a file.
///
/// # Errors
/// When the system refuses.
pub fn read(path: &Path) -> Result<Vec<u8>, FileError> {
    fs::read(path).map_err(|source| FileError::of("read", path, source))
}

/// Writes a file whole. One that others may read meanwhile, or that must survive a kill, is written by
/// [`write_atomically`](crate::run::atomic::write_atomically).
///
/// # Errors
/// When the system refuses.
pub fn write(path: &Path, bytes: &[u8]) -> Result<(), FileError> {
    fs::write(path, bytes).map_err(|source| FileError::of("write", path, source))
}

/// Copies a file, whatever its size, through no memory of this process; of a link what it leads to.
///
/// # Errors
/// When the system refuses.
pub fn copy(from: &Path, to: &Path) -> Result<(), FileError> {
    let failed = |source| FileError::of("copy", from, source);
    fs::copy(from, to).map(drop).map_err(failed)
}

/// SHA-256, in hexadecimal.
pub fn sha256(bytes: &[u8]) -> String {
    Sha256::digest(bytes)
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_hash_is_the_published_one() {
        assert_eq!(
            sha256(b""),
            "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
        );
    }

    #[test]
    fn a_refusal_says_what_was_tried_and_where() {
        let error = read(Path::new("/nowhere/file")).unwrap_err().to_string();
        assert!(
            error.starts_with("could not read /nowhere/file: No such file"),
            "{error}"
        );
    }
}
