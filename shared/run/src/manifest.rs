//! `manifest.json` of an exported run: by what a reader checks that its files came whole, and that its device computes right.

use std::collections::BTreeMap;

use explang_language::Language;
use serde::{Deserialize, Serialize};

use crate::stage::Stage;

/// What an exported run holds.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Manifest {
    /// The run's name.
    pub name: String,
    /// The run's seed.
    pub seed: u64,
    /// The files beside this one, by name.
    pub files: BTreeMap<String, FileEntry>,
    /// The stages that were handed on.
    pub stages: BTreeMap<Stage, StageEntry>,
}

/// A file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FileEntry {
    /// Its length in bytes.
    pub bytes: u64,
    /// SHA-256, hexadecimal.
    pub sha256: String,
}

/// A stage.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct StageEntry {
    /// The folder of the checkpoint, from that of the manifest.
    pub path: String,
    /// The files of the checkpoint, by name.
    pub files: BTreeMap<String, FileEntry>,
    /// What the checkpoint says, computed in f32 on the CPU from the weights as they are in the file.
    pub known_answer: KnownAnswer,
}

/// The greedy answer (temperature 0) to a held-out problem of the run; the language is chosen freely.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct KnownAnswer {
    /// The problem and the line break after it: the whole text before the response.
    pub prompt: String,
    /// Its tokens.
    pub prompt_tokens: Vec<u32>,
    /// Longest response in tokens: that of the run.
    pub max_new_tokens: usize,
    /// The response's text, without the token that ends it.
    pub text: String,
    /// The response's tokens; the last one ends it unless it was cut short.
    pub tokens: Vec<u32>,
    /// It was cut short.
    pub truncated: bool,
    /// The language that the model chose; none where it wrote no tag.
    pub language: Option<Language>,
    /// How far the best token was above the second best where that was closest, in logits. A device whose errors are
    /// smaller than half of it gives the same tokens.
    pub margin: f32,
    /// The natural logarithm of each language's probability as the first action over the whole pool; `null` where the
    /// probability is zero.
    pub tag_log_probs: BTreeMap<Language, Option<f64>>,
}
