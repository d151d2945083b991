//! What all peers have in common: a script of this repository, run by an interpreter that has what it compares with.

use std::path::Path;
use std::process::Command;

use anyhow::ensure;
use serde::de::DeserializeOwned;

use crate::line_process::{LineError, LineProcess};

/// A peer that does not work.
#[derive(Debug, thiserror::Error)]
pub(crate) enum PeerError {
    /// It cannot be started, or it ended.
    #[error(transparent)]
    Process(#[from] LineError),
    /// It answered something else.
    #[error("the peer answered `{0}`, which is not a measurement")]
    Answer(String),
}

/// A running peer that answers lines of JSON; it ends when this value is dropped.
#[derive(Debug)]
pub(crate) struct Peer(LineProcess);

impl Peer {
    /// Starts the command and returns it with the line it writes once it is warm.
    pub(crate) fn start<Ready: DeserializeOwned>(
        command: Command,
    ) -> Result<(Self, Ready), PeerError> {
        let mut process = LineProcess::start(command)?;
        let line = process.line()?;
        let ready = parsed(&line)?;
        Ok((Peer(process), ready))
    }

    /// Asks for a kind of work and returns what it reports.
    pub(crate) fn ask<Answer: DeserializeOwned>(
        &mut self,
        line: &str,
    ) -> Result<Answer, PeerError> {
        parsed(&self.0.ask(line)?)
    }
}

fn parsed<T: DeserializeOwned>(line: &str) -> Result<T, PeerError> {
    serde_json::from_str(line).map_err(|_| PeerError::Answer(line.trim().to_owned()))
}

/// Checks that the peer's script can be found from here.
pub(crate) fn find(script: &Path) -> anyhow::Result<()> {
    ensure!(
        script.exists(),
        "{} does not exist; run from the repository's root, or give --peer-script",
        script.display()
    );
    Ok(())
}
