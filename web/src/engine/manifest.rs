//! Whether a file is what a run's `manifest.json` says.

use explang::run::manifest::FileEntry;
use sha2::{Digest, Sha256};

/// A file that is not what the manifest says.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum FileError {
    /// It has another length.
    #[error("{name} has {found} bytes, the manifest says {expected}")]
    Length {
        /// The file.
        name: String,
        /// Bytes that came.
        found: u64,
        /// Bytes that should have come.
        expected: u64,
    },
    /// It has other bytes.
    #[error("{name} is not the file that the manifest describes: its SHA-256 differs")]
    Hash {
        /// The file.
        name: String,
    },
}

/// Compares a file with what it must be.
///
/// The hash is computed here and not by the browser's `SubtleCrypto`, which pages without HTTPS do not have.
///
/// # Errors
/// When it has another length or another hash.
pub fn check(entry: &FileEntry, name: &str, bytes: &[u8]) -> Result<(), FileError> {
    let found = bytes.len() as u64;
    if found != entry.bytes {
        return Err(FileError::Length {
            name: name.to_owned(),
            found,
            expected: entry.bytes,
        });
    }
    if sha256(bytes).eq_ignore_ascii_case(&entry.sha256) {
        Ok(())
    } else {
        Err(FileError::Hash {
            name: name.to_owned(),
        })
    }
}

/// SHA-256, hexadecimal.
pub fn sha256(bytes: &[u8]) -> String {
    let hash = Sha256::digest(bytes);
    hash.iter().map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_changed_byte_and_a_file_cut_short_are_found() {
        let file = FileEntry {
            bytes: 3,
            // SHA-256 of "abc", the example of FIPS 180-2.
            sha256: "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad".into(),
        };
        assert_eq!(check(&file, "f", b"abc"), Ok(()));
        assert!(matches!(
            check(&file, "f", b"abd"),
            Err(FileError::Hash { .. })
        ));
        assert!(matches!(
            check(&file, "f", b"ab"),
            Err(FileError::Length { .. })
        ));
    }
}
