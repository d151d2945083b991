//! `manifest.json`: what an exported run says of its own files.
//!
//! It tells bytes and SHA-256 of every file, and for each stage one problem with the answer that the checkpoint gives to it
//! natively. A run in progress has none.

use std::collections::BTreeMap;

use serde::Deserialize;
use sha2::{Digest, Sha256};

/// The manifest of a run.
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
pub struct Manifest {
    /// By the name of the stage.
    #[serde(default)]
    pub stages: BTreeMap<String, StageManifest>,
}

/// The manifest of one stage.
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
pub struct StageManifest {
    /// By the name of the file inside the checkpoint's folder.
    #[serde(default)]
    pub files: BTreeMap<String, FileManifest>,
    /// A problem and its answer.
    #[serde(default)]
    pub known_answer: Option<KnownAnswer>,
}

/// What a file must be.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct FileManifest {
    /// Its length.
    pub bytes: u64,
    /// Its SHA-256 in hexadecimal.
    pub sha256: String,
}

/// A problem, and what the checkpoint answers with greedy decoding and a free choice of the language.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct KnownAnswer {
    /// The problem in words, and the line break after it.
    pub prompt: String,
    /// Longest response in tokens.
    pub max_new_tokens: usize,
    /// The whole response, without the token that ends it.
    pub text: String,
}

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

impl FileManifest {
    /// Compares a file with what it must be.
    ///
    /// The hash is computed here and not by the browser's `SubtleCrypto`, which pages without HTTPS do not have.
    ///
    /// # Errors
    /// When it has another length or another hash.
    pub fn check(&self, name: &str, bytes: &[u8]) -> Result<(), FileError> {
        let found = bytes.len() as u64;
        if found != self.bytes {
            return Err(FileError::Length {
                name: name.to_owned(),
                found,
                expected: self.bytes,
            });
        }
        let hash: String = Sha256::digest(bytes)
            .iter()
            .map(|byte| format!("{byte:02x}"))
            .collect();
        if hash.eq_ignore_ascii_case(&self.sha256) {
            Ok(())
        } else {
            Err(FileError::Hash {
                name: name.to_owned(),
            })
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_changed_byte_and_a_file_cut_short_are_found() {
        let file = FileManifest {
            bytes: 3,
            // SHA-256 of "abc", the example of FIPS 180-2.
            sha256: "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad".into(),
        };
        assert_eq!(file.check("f", b"abc"), Ok(()));
        assert!(matches!(
            file.check("f", b"abd"),
            Err(FileError::Hash { .. })
        ));
        assert!(matches!(
            file.check("f", b"ab"),
            Err(FileError::Length { .. })
        ));
    }

    #[test]
    fn what_the_manifest_does_not_tell_is_left_open() {
        let manifest: Manifest = serde_json::from_str(
            r#"{"name": "quick", "stages": {
                "sft": {"path": "x", "files": {"config.json": {"bytes": 1, "sha256": "00"}}},
                "explore": {"known_answer": {"prompt": "p\n", "prompt_tokens": [1], "max_new_tokens": 37, "text": "t"}}
            }}"#,
        )
        .unwrap();
        let sft = &manifest.stages["sft"];
        assert_eq!(sft.known_answer, None);
        let known = manifest.stages["explore"].known_answer.as_ref().unwrap();
        assert_eq!((known.text.as_str(), known.max_new_tokens), ("t", 37));
        assert_eq!(sft.files["config.json"].bytes, 1);
    }
}
