//! A run's configuration by name: a preset, or a TOML file on the disk.

use std::fs::File;
use std::io::Read;

use explang::named::meant;
use explang::run::config::{Config, ConfigError, PRESETS, line_number};

/// Largest file that is read as a configuration, in bytes.
const LARGEST: u64 = 1 << 20;

/// A name that leads to no configuration.
#[derive(Debug, thiserror::Error)]
pub enum LoadError {
    /// The file cannot be read.
    #[error(
        "{path}: {source}{}; give a preset ({}) or the path of a TOML file",
        meant(path, PRESETS.map(|(name, _)| name)),
        PRESETS.map(|(name, _)| name).join(", ")
    )]
    Read {
        /// The file.
        path: String,
        /// Why.
        source: std::io::Error,
    },
    /// The file is something else.
    #[error(
        "{path} is larger than a configuration can be ({LARGEST} bytes); give a preset or the path of a TOML file"
    )]
    Large {
        /// The file.
        path: String,
    },
    /// The file is not text.
    #[error("{path}, line {line}: this is not UTF-8; save the file as UTF-8")]
    Encoding {
        /// The file.
        path: String,
        /// Number of the line, from 1.
        line: usize,
    },
    /// The text is not a configuration that can be run.
    #[error(transparent)]
    Config(#[from] ConfigError),
}

/// A preset by its name, or else a TOML file.
///
/// # Errors
/// When there is no such preset or file, or it is not of the expected form.
pub fn load(name: &str) -> Result<Config, LoadError> {
    if let Some((_, text)) = PRESETS.iter().find(|(preset, _)| *preset == name) {
        return Ok(Config::parse(name, text)?);
    }
    let path = || name.to_owned();
    let mut bytes = Vec::new();
    File::open(name)
        .and_then(|file| file.take(LARGEST + 1).read_to_end(&mut bytes))
        .map_err(|source| LoadError::Read {
            path: path(),
            source,
        })?;
    if bytes.len() as u64 > LARGEST {
        return Err(LoadError::Large { path: path() });
    }
    let text = std::str::from_utf8(&bytes).map_err(|error| LoadError::Encoding {
        path: path(),
        line: line_number(&bytes, error.valid_up_to()),
    })?;
    Ok(Config::parse(name, text)?)
}
