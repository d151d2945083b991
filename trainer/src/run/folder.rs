//! A run is a folder: its resolved configuration, what it is, its metrics and its checkpoints.

use std::fs::{self, File, TryLockError};
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use explang::run::config::line_number;
use explang::run::{RunInfo, Stamp};
use serde::Serialize;
use serde::de::DeserializeOwned;

use super::atomic::{names, recover, replace_folder_atomically, write_atomically};
use super::error::{Context, RunError};
use super::metrics_log::MetricsLog;
use crate::files::sha256;

const CONFIG: &str = "run.toml";
const INFO: &str = "run.json";
const METRICS: &str = "metrics.jsonl";
const LOCK: &str = ".lock";

/// A run's folder, held by this process: as long as this value lives, no other process can open it.
#[derive(Debug)]
pub struct RunFolder {
    path: PathBuf,
    info: RunInfo,
    config: String,
    /// Holds the lock; the system frees it when the process ends, however it ends.
    _lock: File,
}

impl RunFolder {
    /// Begins a run in a new or an empty folder. `config` is the resolved configuration, as TOML.
    ///
    /// # Errors
    /// [`RunError::Exists`], [`RunError::NotEmpty`], [`RunError::Locked`], or when the disk refuses.
    pub fn create(
        path: &Path,
        name: &str,
        seed: u64,
        version: &str,
        config: &str,
    ) -> Result<Self, RunError> {
        fs::create_dir_all(path).context("create", path)?;
        // Looked at before the lock too, so that no lock file is put among strangers.
        check_vacant(path)?;
        let lock = lock(path)?;
        check_vacant(path)?;
        let info = RunInfo {
            format: RunInfo::FORMAT,
            name: name.to_owned(),
            seed,
            version: version.to_owned(),
            created: humantime::format_rfc3339_seconds(
                SystemTime::now().max(SystemTime::UNIX_EPOCH),
            )
            .to_string(),
            config_hash: sha256(config.as_bytes()),
        };
        let run = RunFolder {
            path: path.to_owned(),
            info,
            config: config.to_owned(),
            _lock: lock,
        };
        run.write(CONFIG, config.as_bytes())?;
        // Last: with `run.json` the run exists.
        run.write_json(INFO, &run.info)?;
        recover(path)?;
        Ok(run)
    }

    /// Opens a run to go on with it, and mends what a kill left behind.
    ///
    /// # Errors
    /// [`RunError::NotARun`], [`RunError::OtherFormat`], [`RunError::Locked`], [`RunError::ConfigChanged`], or when the disk
    /// refuses.
    pub fn open(path: &Path) -> Result<Self, RunError> {
        // Before the lock, so that a mistaken path gets no lock file.
        read_info(path)?;
        let lock = lock(path)?;
        recover(path)?;
        let info = read_info(path)?;
        let config = read_config(path)?;
        if sha256(config.as_bytes()) != info.config_hash {
            return Err(RunError::ConfigChanged {
                path: path.join(CONFIG),
            });
        }
        Ok(RunFolder {
            path: path.to_owned(),
            info,
            config,
            _lock: lock,
        })
    }

    /// The folder.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// The path of something in the folder.
    pub fn join(&self, name: impl AsRef<Path>) -> PathBuf {
        self.path.join(name)
    }

    /// What the run is.
    pub const fn info(&self) -> &RunInfo {
        &self.info
    }

    /// The resolved configuration, as TOML.
    pub fn config(&self) -> &str {
        &self.config
    }

    /// Opens the run's `metrics.jsonl`.
    ///
    /// # Errors
    /// When the disk refuses.
    pub fn metrics(&self) -> Result<MetricsLog, RunError> {
        MetricsLog::open(&self.path.join(METRICS))
    }

    /// Writes a file in the folder, whole or not at all; folders on the way are made.
    ///
    /// # Errors
    /// When the disk refuses.
    pub fn write(&self, name: impl AsRef<Path>, bytes: &[u8]) -> Result<(), RunError> {
        write_atomically(&self.prepared(name.as_ref())?, bytes)
    }

    /// Writes a JSON file in the folder, indented, whole or not at all.
    ///
    /// # Errors
    /// When the value is no JSON or the disk refuses.
    pub fn write_json(
        &self,
        name: impl AsRef<Path>,
        value: &impl Serialize,
    ) -> Result<(), RunError> {
        let path = self.path.join(&name);
        let mut bytes = serde_json::to_vec_pretty(value)
            .map_err(std::io::Error::from)
            .context("write", &path)?;
        bytes.push(b'\n');
        self.write(name, &bytes)
    }

    /// Writes a folder in the run's folder (a checkpoint), whole or not at all; see [`replace_folder_atomically`].
    ///
    /// # Errors
    /// Those of `fill`, and when the disk refuses.
    pub fn write_folder<E: From<RunError>>(
        &self,
        name: impl AsRef<Path>,
        fill: impl FnOnce(&Path) -> Result<(), E>,
    ) -> Result<(), E> {
        replace_folder_atomically(&self.prepared(name.as_ref())?, fill)
    }

    /// The path of `name`, with its parent folder made.
    fn prepared(&self, name: &Path) -> Result<PathBuf, RunError> {
        let path = self.path.join(name);
        if let Some(parent) = path.parent() {
            fs::create_dir_all(parent).context("create", parent)?;
        }
        Ok(path)
    }
}

/// Reads `run.json`, without the lock: also while another process works in the run.
///
/// # Errors
/// [`RunError::NotARun`] when it is not there, [`RunError::OtherFormat`] when another version of the program wrote it in another
/// way, [`RunError::Json`] when it is not what it should be.
pub fn read_info(path: &Path) -> Result<RunInfo, RunError> {
    let file = path.join(INFO);
    let bytes = match fs::read(&file) {
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
            return Err(RunError::NotARun {
                path: path.to_owned(),
            });
        }
        result => result.context("read", &file)?,
    };
    check_format(path, &bytes)?;
    json(&file, &bytes)
}

/// Reads a JSON file of a run.
///
/// # Errors
/// When the disk refuses, and [`RunError::Json`] when the file is not what it should be.
pub fn read_json<T: DeserializeOwned>(path: &Path) -> Result<T, RunError> {
    json(path, &fs::read(path).context("read", path)?)
}

fn json<T: DeserializeOwned>(path: &Path, bytes: &[u8]) -> Result<T, RunError> {
    serde_json::from_slice(bytes).map_err(|error| RunError::json(path, error.line(), &error))
}

/// Refuses a run of another format. Only what every version says of itself is looked at: of the rest nothing is known.
fn check_format(path: &Path, info: &[u8]) -> Result<(), RunError> {
    match serde_json::from_slice::<Stamp>(info) {
        Ok(Stamp { format, version }) if format != RunInfo::FORMAT => Err(RunError::OtherFormat {
            path: path.to_owned(),
            version,
            format,
            ours: RunInfo::FORMAT,
        }),
        // What is no such object is told with its line by who reads the whole.
        _ => Ok(()),
    }
}

/// Reads `run.toml`, without the lock.
///
/// # Errors
/// When it is not there or not UTF-8.
pub fn read_config(path: &Path) -> Result<String, RunError> {
    let file = path.join(CONFIG);
    let bytes = fs::read(&file).context("read", &file)?;
    String::from_utf8(bytes).map_err(|error| RunError::Encoding {
        line: line_number(error.as_bytes(), error.utf8_error().valid_up_to()),
        path: file,
    })
}

/// Refuses a folder that holds a run or anything else than what a run killed in its first moments leaves.
fn check_vacant(path: &Path) -> Result<(), RunError> {
    let path = path.to_owned();
    let names = names(&path)?;
    if names.iter().any(|name| name == INFO) {
        return Err(RunError::Exists { path });
    }
    let ours = |name: &String| {
        let name = name.strip_prefix(".tmp-").unwrap_or(name);
        [LOCK, CONFIG, INFO].contains(&name)
    };
    if names.iter().all(ours) {
        Ok(())
    } else {
        Err(RunError::NotEmpty { path })
    }
}

/// Takes the run's lock, an advisory one on the file `.lock`, which stays when the run ends.
fn lock(path: &Path) -> Result<File, RunError> {
    let file = path.join(LOCK);
    let lock = File::options()
        .write(true)
        .create(true)
        .truncate(false)
        .open(&file)
        .context("open", &file)?;
    match lock.try_lock() {
        Ok(()) => Ok(lock),
        Err(TryLockError::WouldBlock) => Err(RunError::Locked {
            path: path.to_owned(),
        }),
        Err(TryLockError::Error(error)) => Err(error).context("lock", &file),
    }
}

#[cfg(test)]
mod tests;
