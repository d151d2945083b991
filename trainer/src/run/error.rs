//! What can go wrong with a run's files, and what to do then.

use std::io;
use std::path::{Path, PathBuf};

use explang::named::brief;

use crate::files::FileError;

/// A failure with a run's files.
#[derive(Debug, thiserror::Error)]
pub enum RunError {
    /// The operating system refused.
    #[error(transparent)]
    File(#[from] FileError),
    /// There is a run already where a new one was to begin.
    #[error("{} holds a run already; go on with it (--resume) or choose another folder", path.display())]
    Exists {
        /// The run's folder.
        path: PathBuf,
    },
    /// The folder for a new run holds other things.
    #[error("{} is not empty and holds no run; choose a new or an empty folder", path.display())]
    NotEmpty {
        /// The folder.
        path: PathBuf,
    },
    /// There is no run.
    #[error("{} holds no run (it has no run.json); start one there, or give the folder of a run", path.display())]
    NotARun {
        /// The folder.
        path: PathBuf,
    },
    /// Another version of the program began the run, and laid its folder out otherwise.
    #[error(
        "the run in {} is in format {format}, written by version {version} of explang, and this one reads format {ours}; \
         go on with it in that version, or start a new run in another folder",
        path.display()
    )]
    OtherFormat {
        /// The run's folder.
        path: PathBuf,
        /// The version of the program that began it.
        version: String,
        /// Its format.
        format: u32,
        /// The format of this program.
        ours: u32,
    },
    /// Another process has the run.
    #[error("another process is working in {}; wait until it ends, or end it", path.display())]
    Locked {
        /// The run's folder.
        path: PathBuf,
    },
    /// `run.toml` is not the configuration that the run began with.
    #[error("{} was changed after the run began; put it back, or start a new run with it", path.display())]
    ConfigChanged {
        /// The file `run.toml`.
        path: PathBuf,
    },
    /// A JSON file cannot be understood.
    #[error(
        "line {line} of {} is not what it should be ({what}); put the file back as it was, or start a new run",
        path.display()
    )]
    Json {
        /// The file.
        path: PathBuf,
        /// Number of the line, from 1.
        line: usize,
        /// What is wrong with it.
        what: String,
    },
    /// A file is no text.
    #[error("line {line} of {} is not UTF-8; put the file back as it was", path.display())]
    Encoding {
        /// The file.
        path: PathBuf,
        /// Number of the line, from 1.
        line: usize,
    },
    /// The metrics end before the place to which a checkpoint says they went.
    #[error(
        "{} has {len} bytes and no line that ends at byte {wanted}, where the checkpoint was written; \
         the file was changed: put it back, or start the run anew",
        path.display()
    )]
    MetricsLost {
        /// The file.
        path: PathBuf,
        /// Its length in bytes.
        len: u64,
        /// The length that was asked for, in bytes.
        wanted: u64,
    },
    /// A path that ends in no file name.
    #[error("{} ends in no plain UTF-8 name; give the path of a file or folder", path.display())]
    NoName {
        /// The path.
        path: PathBuf,
    },
}

impl RunError {
    /// What the parser says of a line. It counts the lines in what it was given, which may be that line alone.
    pub(super) fn json(path: &Path, line: usize, error: &serde_json::Error) -> Self {
        let text = error.to_string();
        let what = text
            .rsplit_once(" at line ")
            .map_or(text.as_str(), |(what, _)| what);
        RunError::Json {
            path: path.to_owned(),
            line,
            what: format!("{} at column {}", brief(what, MESSAGE), error.column()),
        }
    }
}

/// Longest message of the parser that is repeated, in characters.
const MESSAGE: usize = 200;

/// Adds to an [`io::Error`] what was tried, and where.
pub(super) trait Context<T> {
    fn context(self, action: &'static str, path: &Path) -> Result<T, RunError>;
}

impl<T> Context<T> for io::Result<T> {
    fn context(self, action: &'static str, path: &Path) -> Result<T, RunError> {
        self.map_err(|source| FileError::of(action, path, source).into())
    }
}
