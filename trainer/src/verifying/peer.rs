//! Python's `math-verify` on the same cases, as a child process.

use std::path::Path;
use std::process::Command;

use serde::Deserialize;

use crate::line_process::{LineError, LineProcess};

/// A peer that does not work.
#[derive(Debug, thiserror::Error)]
pub enum PeerError {
    /// It cannot be started, or it ended.
    #[error(transparent)]
    Process(#[from] LineError),
    /// It answered something else.
    #[error("the peer answered `{0}`, which is no measurement")]
    Answer(String),
}

/// A running peer; it ends when this value is dropped.
#[derive(Debug)]
pub struct Peer(LineProcess);

/// One pass of the peer through all cases.
#[derive(Debug, Clone, Copy, PartialEq, Deserialize)]
pub struct PeerPass {
    /// How many cases it compared.
    pub cases: usize,
    /// How long that took.
    pub seconds: f64,
    /// On how many of those with a known verdict it agrees.
    pub agreed: usize,
}

#[derive(Deserialize)]
struct Ready {
    ready: bool,
    version: String,
}

impl Peer {
    /// Starts `python script cases` and waits until it is warm. Returns it with the version of `math-verify` that it names.
    ///
    /// # Errors
    /// When it cannot be started or does not answer as the protocol says.
    pub fn start(python: &str, script: &Path, cases: &Path) -> Result<(Self, String), PeerError> {
        let mut command = Command::new(python);
        command.arg(script).arg(cases);
        let mut process = LineProcess::start(command)?;
        let line = process.line()?;
        match serde_json::from_str::<Ready>(&line) {
            Ok(ready) if ready.ready => Ok((Peer(process), ready.version)),
            _ => Err(PeerError::Answer(line.trim().to_owned())),
        }
    }

    /// Lets it compare all cases once.
    ///
    /// # Errors
    /// When it ends or answers something else.
    pub fn pass(&mut self) -> Result<PeerPass, PeerError> {
        let line = self.0.ask("pass")?;
        match serde_json::from_str::<PeerPass>(&line) {
            Ok(pass) if pass.seconds > 0.0 => Ok(pass),
            _ => Err(PeerError::Answer(line.trim().to_owned())),
        }
    }
}

#[cfg(test)]
#[cfg(unix)]
mod tests {
    use super::*;
    use std::io::Write;

    fn script(text: &str) -> tempfile::NamedTempFile {
        let mut file = tempfile::NamedTempFile::new().unwrap();
        file.write_all(text.as_bytes()).unwrap();
        file
    }

    #[test]
    fn passes_are_read_and_other_answers_refused() {
        let program = script(
            r#"echo '{"ready": true, "version": "9"}'; read a; echo '{"cases": 4, "seconds": 0.5, "agreed": 3}'; read b; echo no"#,
        );
        let (mut peer, version) = Peer::start("sh", program.path(), Path::new("cases")).unwrap();
        assert_eq!(version, "9");
        let pass = peer.pass().unwrap();
        assert_eq!((pass.cases, pass.agreed), (4, 3));
        assert!(matches!(peer.pass(), Err(PeerError::Answer(answer)) if answer == "no"));
        assert!(matches!(
            peer.pass(),
            Err(PeerError::Process(LineError::Ended))
        ));
    }

    #[test]
    fn a_peer_that_is_not_ready_is_refused() {
        let program = script("echo sorry");
        let error = Peer::start("sh", program.path(), Path::new("cases")).unwrap_err();
        assert!(error.to_string().contains("sorry"), "{error}");
        let error = Peer::start("no-such-python", program.path(), Path::new("cases")).unwrap_err();
        assert!(error.to_string().contains("no-such-python"), "{error}");
    }
}
