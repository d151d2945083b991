//! Starts the program and looks at how it ended.

use std::ffi::OsStr;
use std::io::Write;
#[cfg(unix)]
use std::process::{Child, ExitStatus};
use std::process::{Command, Output, Stdio};
#[cfg(unix)]
use std::time::{Duration, Instant};

/// The program with these arguments. Backtraces are asked for, so that a test sees where one would be shown.
pub(crate) fn explang<A: AsRef<OsStr>>(arguments: impl IntoIterator<Item = A>) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_explang"));
    command
        .args(arguments)
        .env("RUST_BACKTRACE", "1")
        .stdin(Stdio::null());
    command
}

/// Runs the command to its end, with `input` on its standard input.
pub(crate) fn output(mut command: Command, input: &str) -> Output {
    command
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    let mut child = command.spawn().unwrap();
    // The program may end without reading all of it.
    child.stdin.take().unwrap().write_all(input.as_bytes()).ok();
    child.wait_with_output().unwrap()
}

/// Standard output of a command that must succeed.
pub(crate) fn succeeds(command: Command, input: &str) -> String {
    let output = output(command, input);
    let (said, errors) = (
        String::from_utf8(output.stdout).unwrap(),
        String::from_utf8_lossy(&output.stderr),
    );
    assert!(output.status.success(), "{said}\n{errors}");
    said
}

/// What no user should see.
const INTERNAL: [&str; 6] = [
    "panicked",
    "RUST_BACKTRACE",
    "stack backtrace",
    "Stack backtrace",
    "Some(",
    "Err(",
];

/// Standard error of a command that must be refused: with an exit code, not a signal, and without a panic.
pub(crate) fn refused(command: Command, input: &str) -> String {
    let name = format!("{command:?}");
    let output = output(command, input);
    let errors = String::from_utf8(output.stderr).unwrap();
    assert!(
        output
            .status
            .code()
            .is_some_and(|code| code == 1 || code == 2),
        "{name}: {}: {errors}",
        output.status
    );
    assert!(errors.starts_with("error: "), "{name}: {errors}");
    for word in INTERNAL {
        assert!(!errors.contains(word), "{name}: {errors}");
    }
    errors
}

/// The one sentence that a command ends with, after what it has told of its progress, and the exit code 1.
pub(crate) fn fails(command: Command) -> String {
    let name = format!("{command:?}");
    let output = output(command, "");
    let errors = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(1), "{name}: {errors}");
    for word in INTERNAL {
        assert!(!errors.contains(word), "{name}: {errors}");
    }
    let mut found = errors.lines().filter(|line| line.starts_with("error: "));
    let sentence = found.next_back().expect("an error");
    assert_eq!(found.count(), 0, "{name}: {errors}");
    assert_eq!(errors.lines().last(), Some(sentence), "{name}: {errors}");
    sentence.to_owned()
}

/// Sends a signal to a process.
#[cfg(unix)]
pub(crate) fn send(child: &Child, signal: &str) {
    let id = child.id().to_string();
    let sent = Command::new("kill").args([signal, &id]).status().unwrap();
    assert!(sent.success());
}

/// How a process ended, which must not take long.
#[cfg(unix)]
pub(crate) fn ended(child: &mut Child) -> ExitStatus {
    let began = Instant::now();
    loop {
        if let Some(status) = child.try_wait().unwrap() {
            return status;
        }
        assert!(began.elapsed() < Duration::from_secs(20), "it does not end");
        std::thread::sleep(Duration::from_millis(10));
    }
}
