//! Why a server cannot be started, and what to do then.

use std::io;
use std::path::PathBuf;

/// A server that cannot be started.
#[derive(Debug, thiserror::Error)]
pub enum ServeError {
    /// The page has not been built.
    #[error(
        "{} holds no built page (it has no index.html); build it with `bash web/build`, or give its folder with --dist",
        .0.display()
    )]
    NoPage(PathBuf),
    /// The folder is not a run's.
    #[error("{} holds no run (it has no run.json); give the folder of a run", .0.display())]
    NoRun(PathBuf),
    /// The host is no address or name that this machine knows.
    #[error("`{host}` is not a host name or address; give 127.0.0.1, or 0.0.0.0 for every network")]
    UnknownHost {
        /// What was given.
        host: String,
    },
    /// The host is another machine's.
    #[error(
        "{host} is not an address of this machine; give 127.0.0.1, or 0.0.0.0 for every network"
    )]
    ForeignHost {
        /// What was given.
        host: String,
    },
    /// Another program listens there.
    #[error("port {port} of {host} is in use; choose another one, or 0 for any that is free")]
    InUse {
        /// The host.
        host: String,
        /// The port.
        port: u16,
    },
    /// The system keeps the port for others.
    #[error("this user may not open port {port}; choose one above 1023, or 0 for any that is free")]
    Forbidden {
        /// The port.
        port: u16,
    },
    /// The system refuses otherwise.
    #[error("no server can be started on {host}, port {port}: {source}")]
    Io {
        /// The host.
        host: String,
        /// The port.
        port: u16,
        /// What the system said.
        source: io::Error,
    },
}
