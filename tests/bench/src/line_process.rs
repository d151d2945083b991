//! A child process that answers a line for every line.

use std::io::{BufRead, BufReader, Write};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};

/// A process that does not answer.
#[derive(Debug, thiserror::Error)]
pub(crate) enum LineError {
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
}

/// A running process; it ends when this value is dropped.
#[derive(Debug)]
pub(crate) struct LineProcess {
    child: Child,
    input: ChildStdin,
    output: BufReader<ChildStdout>,
}

impl LineProcess {
    /// Starts it.
    ///
    /// # Errors
    /// When it cannot be started.
    pub(crate) fn start(mut command: Command) -> Result<Self, LineError> {
        let program = command.get_program().to_string_lossy().into_owned();
        let spawned = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn();
        let mut child = spawned.map_err(|source| LineError::Start { program, source })?;
        let (Some(input), Some(output)) = (child.stdin.take(), child.stdout.take()) else {
            return Err(LineError::Ended);
        };
        Ok(LineProcess {
            child,
            input,
            output: BufReader::new(output),
        })
    }

    /// Writes a line and reads the one that answers it.
    ///
    /// # Errors
    /// When it has ended.
    pub(crate) fn ask(&mut self, line: &str) -> Result<String, LineError> {
        writeln!(self.input, "{line}").map_err(|_| LineError::Ended)?;
        self.input.flush().map_err(|_| LineError::Ended)?;
        self.line()
    }

    /// Reads a line that it writes unasked.
    ///
    /// # Errors
    /// When it has ended.
    pub(crate) fn line(&mut self) -> Result<String, LineError> {
        let mut line = String::new();
        match self.output.read_line(&mut line) {
            Ok(n) if n > 0 => Ok(line),
            _ => Err(LineError::Ended),
        }
    }
}

impl Drop for LineProcess {
    fn drop(&mut self) {
        // The end of its input ends it; one that hangs is ended.
        writeln!(self.input, "quit").ok();
        self.child.kill().ok();
        self.child.wait().ok();
    }
}
