//! Starts the program and looks at how it ended.

use std::ffi::OsStr;
use std::process::{Command, Output};

/// The program with these arguments.
pub(crate) fn bench<A: AsRef<OsStr>>(arguments: impl IntoIterator<Item = A>) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_explang-bench"));
    command.args(arguments);
    command
}

/// Runs the command to its end.
pub(crate) fn output(mut command: Command) -> Output {
    command.output().unwrap()
}

/// Standard output of a command that must succeed.
pub(crate) fn succeeds(command: Command) -> String {
    let output = output(command);
    assert!(output.status.success(), "{output:?}");
    String::from_utf8(output.stdout).unwrap()
}

/// Standard error of a command that must be refused: with an exit code, not a signal, and without a panic.
pub(crate) fn refused(command: Command) -> String {
    let output = output(command);
    let errors = String::from_utf8(output.stderr).unwrap();
    assert!(matches!(output.status.code(), Some(1 | 2)), "{errors}");
    assert!(errors.starts_with("error: "), "{errors}");
    errors
}
