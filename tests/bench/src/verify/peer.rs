//! Python's `math-verify` on the same cases, as a child process (`tests/peers/verify.py`).

use std::path::Path;
use std::process::Command;

use serde::Deserialize;

use crate::peer::{Peer, PeerError};

/// A running `math-verify`.
#[derive(Debug)]
pub(super) struct MathVerify(Peer);

/// One pass of the peer through all cases.
#[derive(Debug, Clone, Copy, PartialEq, Deserialize)]
pub(super) struct Pass {
    /// Number of cases that it compared.
    pub(super) cases: usize,
    /// Wall-clock seconds.
    pub(super) seconds: f64,
    /// Number of cases with a known verdict on which it agrees.
    pub(super) agreed: usize,
}

#[derive(Deserialize)]
struct Ready {
    ready: bool,
    version: String,
}

impl MathVerify {
    /// Starts `python script cases` and waits until it is warm. Returns it with its version.
    pub(super) fn start(
        python: &str,
        script: &Path,
        cases: &Path,
    ) -> Result<(Self, String), PeerError> {
        let mut command = Command::new(python);
        command.arg(script).arg(cases);
        let (peer, ready): (Peer, Ready) = Peer::start(command)?;
        if !ready.ready {
            return Err(PeerError::Answer("not ready".to_owned()));
        }
        Ok((MathVerify(peer), ready.version))
    }

    /// Lets it compare all cases once.
    pub(super) fn pass(&mut self) -> Result<Pass, PeerError> {
        let pass: Pass = self.0.ask("pass")?;
        if pass.seconds > 0.0 {
            Ok(pass)
        } else {
            Err(PeerError::Answer(format!("{} seconds", pass.seconds)))
        }
    }
}

#[cfg(test)]
#[cfg(unix)]
mod tests {
    use super::*;
    use crate::line_process::LineError;
    use std::io::Write;

    fn script(text: &str) -> tempfile::NamedTempFile {
        let mut file = tempfile::NamedTempFile::new().unwrap();
        file.write_all(text.as_bytes()).unwrap();
        file
    }

    fn start(python: &str, script: &Path) -> Result<(MathVerify, String), PeerError> {
        MathVerify::start(python, script, Path::new("cases"))
    }

    #[test]
    fn passes_are_read_and_other_answers_refused() {
        let program = script(
            r#"echo '{"ready": true, "version": "9"}'; read a; echo '{"cases": 4, "seconds": 0.5, "agreed": 3}'; read b; echo no"#,
        );
        let (mut peer, version) = start("sh", program.path()).unwrap();
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
        let error = start("sh", program.path()).unwrap_err();
        assert!(error.to_string().contains("sorry"), "{error}");
        let error = start("no-such-python", program.path()).unwrap_err();
        assert!(error.to_string().contains("no-such-python"), "{error}");
    }
}
