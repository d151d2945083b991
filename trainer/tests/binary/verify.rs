//! `explang verify`: where the answer is looked for, and lines that are refused.

use super::program::{explang, output, refused, succeeds};

const GOOD: &str = r#"{"gold": "1/2", "answer": "0.5"}"#;

#[test]
fn where_the_answer_stands_is_chosen_by_name() {
    let line = r#"{"gold": "42", "answer": "<think>\n\\boxed{42}\n</think>\nThe answer is 42."}"#;
    for (extraction, equal) in [
        ("stated", true),
        ("whole-response", true),
        ("after-thinking", false),
    ] {
        let verdict = succeeds(explang(["verify", "--extraction", extraction]), line);
        let wanted = format!(r#""equal":{equal}"#);
        assert!(verdict.contains(&wanted), "{extraction}: {verdict}");
    }
    let default = succeeds(explang(["verify"]), line);
    assert_eq!(
        default,
        succeeds(explang(["verify", "--extraction", "stated"]), line)
    );
    let said = refused(explang(["verify", "--extraction", "boxed"]), line);
    assert!(said.contains("after-thinking"), "{said}");
}

#[test]
fn a_line_that_cannot_be_verified_is_named_and_those_before_it_are_answered() {
    for (bad, sentence) in [
        (r#"{"gold": "#, "line 3 is not a JSON object: EOF"),
        (
            r#"["1", "1"]"#,
            "line 3 is not a JSON object: it holds another value",
        ),
        (
            r#"{"gold": "1"}"#,
            "line 3: `answer` is missing or not a text or number",
        ),
        (
            r#"{"answer": "1"}"#,
            "line 3: `gold` is missing or not a text or number",
        ),
        (
            r#"{"gold": ["1"], "answer": "1"}"#,
            "line 3: `gold` is missing or not a text or number",
        ),
        (
            r#"{"gold": "1", "answer": null}"#,
            "line 3: `answer` is missing or not a text or number",
        ),
        (
            r#"{"gold": "1", "answer": "1", "equal": "yes"}"#,
            "line 3: `equal` is missing or not a truth value",
        ),
        ("\0", "line 3 is not a JSON object"),
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
