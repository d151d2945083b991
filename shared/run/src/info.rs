//! `run.json`: what a run is.

use serde::{Deserialize, Serialize};

/// What a run is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RunInfo {
    /// How the folder is laid out. The first runs did not say.
    #[serde(default = "first_format")]
    pub format: u32,
    /// Name of the run.
    pub name: String,
    /// Seed of the run.
    pub seed: u64,
    /// Version of the program that began it.
    pub version: String,
    /// When it began: UTC, RFC 3339.
    pub created: String,
    /// SHA-256 of `run.toml`, hexadecimal.
    pub config_hash: String,
}

impl RunInfo {
    /// How a run's files are laid out and how a run goes on from them. A program with another number cannot go on with it; the number is
    /// to change with whatever would make a resumed run end otherwise than an unbroken one.
    pub const FORMAT: u32 = 1;
}

/// What every version says of a run, whatever else its `run.json` holds.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Stamp {
    /// How the folder is laid out.
    #[serde(default = "first_format")]
    pub format: u32,
    /// Version of the program that began the run; empty where it is not said.
    #[serde(default)]
    pub version: String,
}

const fn first_format() -> u32 {
    1
}
