//! The peers in Python that results are held against.

use std::ffi::OsStr;
use std::io::Write;
use std::path::Path;
use std::process::{Command, Stdio};

/// What a script of `tests/peers` prints, given the arguments and the input. Its errors go to ours.
///
/// # Panics
/// Without a Python that has the packages of `tests/peers`, and where the script fails.
pub(crate) fn ask<A: AsRef<OsStr>>(
    script: &str,
    arguments: impl IntoIterator<Item = A>,
    input: &[u8],
) -> String {
    let Some(python) = std::env::var_os("EXPLANG_PYTHON") else {
        panic!(
            "EXPLANG_PYTHON names no Python with the packages of tests/peers, so this cannot be checked; run `bash tests/run`"
        );
    };
    let peers = Path::new(env!("CARGO_MANIFEST_DIR")).join("peers");
    let mut child = Command::new(&python)
        .arg(peers.join(script))
        .args(arguments)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap_or_else(|e| {
            panic!(
                "EXPLANG_PYTHON ({}) does not start: {e}; run `bash tests/run`",
                python.display()
            )
        });
    // One that fails before it has read all says so itself.
    let written = child.stdin.take().unwrap().write_all(input);
    let output = child.wait_with_output().unwrap();
    let said = String::from_utf8_lossy(&output.stdout);
    assert!(
        output.status.success(),
        "{script} failed; its error is above\n{said}"
    );
    written.unwrap();
    said.into_owned()
}
