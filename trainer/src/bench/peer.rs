//! Another program that does the same work, as a child process that answers line by line.

use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};

use serde::Deserialize;

use super::{Kind, Measured};

/// A peer that does not work.
#[derive(Debug, thiserror::Error)]
pub enum PeerError {
    /// It cannot be started.
    #[error("the peer {program} cannot be started: {source}")]
    Start {
        /// The program.
        program: String,
        /// Why.
        source: std::io::Error,
    },
    /// It ended, or closed its ends of the pipes.
    #[error("the peer ended before it answered; what it wrote above says why")]
    Ended,
    /// It answered something else.
    #[error("the peer answered `{0}`, which is no measurement")]
    Answer(String),
    /// It has no such kind of work.
    #[error("the peer does not know the work `{0}`")]
    Kind(&'static str),
}

/// A running peer; it ends when this value is dropped.
#[derive(Debug)]
pub struct Peer {
    child: Child,
    input: ChildStdin,
    output: BufReader<ChildStdout>,
}

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
        let mut peer = Self::spawn(command)?;
        let line = peer.line()?;
        match serde_json::from_str::<Ready>(&line) {
            Ok(ready) if ready.ready => Ok((peer, ready.torch.unwrap_or_default())),
            _ => Err(PeerError::Answer(line.trim().to_owned())),
        }
    }

    fn spawn(mut command: Command) -> Result<Self, PeerError> {
        let program = command.get_program().to_string_lossy().into_owned();
        let spawned = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn();
        let mut child = spawned.map_err(|source| PeerError::Start { program, source })?;
        let (Some(input), Some(output)) = (child.stdin.take(), child.stdout.take()) else {
            return Err(PeerError::Ended);
        };
        Ok(Peer {
            child,
            input,
            output: BufReader::new(output),
        })
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
        writeln!(self.input, "{word} {times}").map_err(|_| PeerError::Ended)?;
        self.input.flush().map_err(|_| PeerError::Ended)?;
        let line = self.line()?;
        match serde_json::from_str::<Answer>(&line) {
            Ok(Answer { tokens, seconds }) if seconds > 0.0 => Ok(Measured { tokens, seconds }),
            _ => Err(PeerError::Answer(line.trim().to_owned())),
        }
    }

    fn line(&mut self) -> Result<String, PeerError> {
        let mut line = String::new();
        match self.output.read_line(&mut line) {
            Ok(n) if n > 0 => Ok(line),
            _ => Err(PeerError::Ended),
        }
    }
}

impl Drop for Peer {
    fn drop(&mut self) {
        // The end of its input ends it; a peer that hangs is ended.
        writeln!(self.input, "quit").ok();
        self.child.kill().ok();
        self.child.wait().ok();
    }
}

#[cfg(test)]
#[cfg(unix)]
mod tests {
    use super::*;

    fn shell(script: &str) -> Peer {
        let mut command = Command::new("sh");
        command.args(["-c", script]);
        Peer::spawn(command).unwrap()
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
        assert!(matches!(peer.run(Kind::Rollout, 1), Err(PeerError::Ended)));
    }

    #[test]
    fn a_peer_that_cannot_be_started_is_named() {
        let nowhere = Path::new("nowhere");
        let error = Peer::start("no-such-python", nowhere, nowhere, 1).unwrap_err();
        assert!(error.to_string().contains("no-such-python"), "{error}");
    }
}
