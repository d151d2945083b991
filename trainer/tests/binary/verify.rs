//! `explang verify`: known verdicts, lines that are none, and a peer that is too fast.

use std::path::Path;
#[cfg(unix)]
use std::{fs, process::Output};

use super::program::{explang, output, refused, succeeds};

const GOOD: &str = r#"{"gold": "1/2", "answer": "0.5"}"#;

fn public_cases() -> &'static Path {
    Path::new(concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/../shared/verify/data/math-equality/cases.jsonl"
    ))
}

/// `docs/verify.md` names these two, and says why they are decided otherwise.
#[test]
fn the_public_cases_of_math_verify_are_decided_alike_but_for_two() {
    let mut command = explang(["verify", "--least", "95", "--cases"]);
    command.arg(public_cases());
    let shown = succeeds(command, "");
    let first = shown.lines().next().unwrap();
    assert_eq!(
        first,
        "123 cases: agreement 98.4 %, wrong answers accepted 0, right answers refused 2"
    );
    let golds = shown
        .lines()
        .filter_map(|line| line.strip_prefix("  gold "));
    let golds: Vec<&str> = golds.map(str::trim).collect();
    assert_eq!(
        golds,
        [
            r"$\\boxed{35 cm} ++++++ \\boxed{4}$",
            r"$1 - \frac{1}{\mathrm{e}}$"
        ],
        "{shown}"
    );
}

#[test]
fn a_line_that_cannot_be_verified_is_named_and_those_before_it_are_answered() {
    for (bad, sentence) in [
        (r#"{"gold": "#, "line 3 is no JSON object: EOF"),
        (
            r#"["1", "1"]"#,
            "line 3 is no JSON object: it holds another value",
        ),
        (
            r#"{"gold": "1"}"#,
            "line 3: `answer` is missing or no text or number",
        ),
        (
            r#"{"answer": "1"}"#,
            "line 3: `gold` is missing or no text or number",
        ),
        (
            r#"{"gold": ["1"], "answer": "1"}"#,
            "line 3: `gold` is missing or no text or number",
        ),
        (
            r#"{"gold": "1", "answer": null}"#,
            "line 3: `answer` is missing or no text or number",
        ),
        (
            r#"{"gold": "1", "answer": "1", "equal": "yes"}"#,
            "line 3: `equal` is missing or no truth value",
        ),
        ("\0", "line 3 is no JSON object"),
    ] {
        // A byte order mark is no part of the first line, and an empty line counts.
        let input = format!("\u{feff}{GOOD}\r\n\n{bad}\n{GOOD}\n");
        let said = refused(explang(["verify"]), &input);
        assert!(
            said.starts_with(&format!("error: standard input: {sentence}")),
            "{sentence}: {said}"
        );
        assert_eq!(said.lines().count(), 1, "{said}");
        let answered = output(explang(["verify"]), &input).stdout;
        let answered = String::from_utf8(answered).unwrap();
        assert_eq!(answered.lines().count(), 1, "{bad}: {answered}");
        assert!(answered.contains(r#""equal":true"#), "{bad}: {answered}");
    }
}

#[test]
fn a_file_of_cases_is_named_with_the_bad_line() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("cases.jsonl");
    let mut command = explang(["verify", "--cases"]);
    command.arg(&path);
    std::fs::write(&path, format!("{GOOD}\n{{\"gold\": 1}}\n")).unwrap();
    let said = refused(command, "");
    assert!(
        said.contains("cases.jsonl: line 2: `answer` is missing"),
        "{said}"
    );
    assert_eq!(said.lines().count(), 1, "{said}");
}

/// What is said beside a peer that takes `seconds` for ten cases, where we must be `ratio` times as fast.
#[cfg(unix)]
fn beside_a_peer(seconds: &str, ratio: &str) -> Output {
    let folder = tempfile::tempdir().unwrap();
    let (cases, peer) = (
        folder.path().join("cases.jsonl"),
        folder.path().join("peer"),
    );
    fs::write(
        &cases,
        "{\"gold\": \"1/2\", \"answer\": \"0.5\", \"equal\": true}\n",
    )
    .unwrap();
    let answer = format!(r#"{{"cases": 10, "seconds": {seconds}, "agreed": 10}}"#);
    let script = format!(
        "echo '{{\"ready\": true, \"version\": \"9\"}}'\nwhile read -r line; do echo '{answer}'; done\n"
    );
    fs::write(&peer, script).unwrap();
    let mut command = explang([
        "verify",
        "--rounds",
        "1",
        "--peer",
        "sh",
        "--least-ratio",
        ratio,
    ]);
    command
        .arg("--cases")
        .arg(&cases)
        .arg("--peer-script")
        .arg(&peer);
    output(command, "")
}

#[cfg(unix)]
#[test]
fn a_peer_that_is_too_fast_fails_the_measurement() {
    let slow = beside_a_peer("1000000", "50");
    assert!(slow.status.success(), "{slow:?}");
    let fast = beside_a_peer("1e-9", "50");
    assert_eq!(fast.status.code(), Some(1), "{fast:?}");
    let errors = String::from_utf8(fast.stderr).unwrap();
    assert!(
        errors.starts_with("error: the speed is 0.0 times the peer's, below 50;"),
        "{errors}"
    );
    let shown = String::from_utf8(fast.stdout).unwrap();
    assert!(shown.contains("medians, one thread each"), "{shown}");
}
