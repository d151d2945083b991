//! Another program that does the same work, as a child process that answers line by line.

use std::path::Path;
use std::process::Command;

use serde::Deserialize;

use super::{Kind, Measured};
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
    /// It has no such kind of work.
    #[error("the peer does not know the work `{0}`")]
    Kind(&'static str),
}

/// A running peer; it ends when this value is dropped.
#[derive(Debug)]
pub struct Peer(LineProcess);

#[derive(Deserialize)]
struct Ready {
    ready: bool,
    torch: Option<String>,
}

#[derive(Deserialize)]
struct Answer {
    tokens: usize,
    seconds: f64,
}

impl Peer {
    /// Starts `python script checkpoint --serve` and waits until it is warm. Returns it with the version of PyTorch that it
    /// names.
    ///
    /// # Errors
    /// When it cannot be started or does not answer as the protocol says.
    pub fn start(
        python: &str,
        script: &Path,
        checkpoint: &Path,
        threads: usize,
    ) -> Result<(Self, String), PeerError> {
        let mut command = Command::new(python);
        command
            .arg(script)
            .arg(checkpoint)
            .args(["--serve", "--threads", &threads.to_string()]);
        let mut process = LineProcess::start(command)?;
        let line = process.line()?;
        match serde_json::from_str::<Ready>(&line) {
            Ok(ready) if ready.ready => Ok((Peer(process), ready.torch.unwrap_or_default())),
            _ => Err(PeerError::Answer(line.trim().to_owned())),
        }
    }

    /// Lets it do a kind of work `times` times.
    ///
    /// # Errors
    /// When it ends or answers something else.
    pub fn run(&mut self, kind: Kind, times: usize) -> Result<Measured, PeerError> {
        let word = match kind {
            Kind::Train => "train",
            Kind::Rollout => "rollout",
            Kind::HalfRollout => return Err(PeerError::Kind(kind.name())),
        };
        let line = self.0.ask(&format!("{word} {times}"))?;
        match serde_json::from_str::<Answer>(&line) {
            Ok(Answer { tokens, seconds }) if seconds > 0.0 => Ok(Measured { tokens, seconds }),
            _ => Err(PeerError::Answer(line.trim().to_owned())),
        }
    }
}

#[cfg(test)]
#[cfg(unix)]
mod tests {
    use super::*;

    fn shell(script: &str) -> Peer {
        let mut command = Command::new("sh");
        command.args(["-c", script]);
        Peer(LineProcess::start(command).unwrap())
    }

    #[test]
    fn answers_are_read_and_others_refused() {
        let mut peer = shell(
            r#"read a; echo '{"kind": "train", "tokens": 20, "seconds": 0.5}'; read b; echo '{"error": "no"}'"#,
        );
        let measured = peer.run(Kind::Train, 5).unwrap();
        assert!((measured.rate() - 40.0).abs() < 1e-9);
        assert!(matches!(
            peer.run(Kind::HalfRollout, 1),
            Err(PeerError::Kind(_))
        ));
        let error = peer.run(Kind::Rollout, 1).unwrap_err();
        assert!(matches!(error, PeerError::Answer(_)), "{error}");
        assert!(matches!(
            peer.run(Kind::Rollout, 1),
            Err(PeerError::Process(LineError::Ended))
        ));
    }

    #[test]
    fn a_peer_that_cannot_be_started_is_named() {
        let nowhere = Path::new("nowhere");
        let error = Peer::start("no-such-python", nowhere, nowhere, 1).unwrap_err();
        assert!(error.to_string().contains("no-such-python"), "{error}");
    }
}
