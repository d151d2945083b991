//! PyTorch on the same work, as a child process (`tests/peers/bench.py`).

use std::path::Path;
use std::process::Command;

use serde::Deserialize;

use super::kind::Theirs;
use super::work::Measured;
use crate::peer::{Peer, PeerError};

/// A running PyTorch.
#[derive(Debug)]
pub(super) struct PyTorch(Peer);

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

impl PyTorch {
    /// Starts `python script checkpoint --serve` and waits until it is warm. Returns it with its version.
    pub(super) fn start(
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
        let (peer, ready): (Peer, Ready) = Peer::start(command)?;
        if !ready.ready {
            return Err(PeerError::Answer("not ready".to_owned()));
        }
        Ok((PyTorch(peer), ready.torch.unwrap_or_default()))
    }

    /// Lets it do a kind of work `times` times.
    pub(super) fn run(&mut self, work: Theirs, times: usize) -> Result<Measured, PeerError> {
        let Answer { tokens, seconds } = self.0.ask(&format!("{work} {times}"))?;
        if seconds > 0.0 {
            Ok(Measured { tokens, seconds })
        } else {
            Err(PeerError::Answer(format!("{seconds} seconds")))
        }
    }
}

#[cfg(test)]
#[cfg(unix)]
mod tests {
    use super::*;
    use crate::line_process::LineError;

    #[test]
    fn answers_are_read_and_others_refused() {
        let mut command = Command::new("sh");
        let script = r#"echo '{"ready": true}'; read a; echo '{"kind": "train", "tokens": 20, "seconds": 0.5}'; read b; echo '{"error": "no"}'"#;
        command.args(["-c", script]);
        let (peer, ready): (Peer, Ready) = Peer::start(command).unwrap();
        assert!(ready.ready && ready.torch.is_none());
        let mut peer = PyTorch(peer);
        let measured = peer.run(Theirs::Train, 5).unwrap();
        assert!((measured.rate() - 40.0).abs() < 1e-9);
        let error = peer.run(Theirs::Rollout, 1).unwrap_err();
        assert!(matches!(error, PeerError::Answer(_)), "{error}");
        assert!(matches!(
            peer.run(Theirs::Compiled, 1),
            Err(PeerError::Process(LineError::Ended))
        ));
    }

    #[test]
    fn a_peer_that_cannot_be_started_is_named() {
        let nowhere = Path::new("nowhere");
        let error = PyTorch::start("no-such-python", nowhere, nowhere, 1).unwrap_err();
        assert!(error.to_string().contains("no-such-python"), "{error}");
    }
}
