//! The teacher of the small run in `tests/data/twin`: problems made of templates, and responses of which it is known what is wrong with each.
//!
//! The committed files are what is made here. Where they differ, the test says what to copy over them.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use explang::Language;
use explang::tasks::{Operands, Problem, Spec, say};
use serde_json::{Value, json};

use super::program::{explang, output};

/// Problems of the file.
const PROBLEMS: usize = 40;

/// Responses to each problem.
const RESPONSES: usize = 2;

/// The languages that the teacher thinks in, in turn.
const LANGUAGES: [Language; 8] = [
    Language::En,
    Language::Zh,
    Language::Es,
    Language::Fr,
    Language::De,
    Language::Ja,
    Language::Ru,
    Language::Ko,
];

/// What is wrong with a response, if anything: a name of the counts that `explang data filter` prints. Each language has ten responses, of
/// which six are kept, and one of each fault.
fn fault(number: usize) -> &'static str {
    match (number + number / LANGUAGES.len()) % 10 {
        3 => "wrong_answer",
        5 => "wrong_language",
        7 => "wrong_both",
        9 => "unfinished",
        _ => "kept",
    }
}

/// A problem in words, its parts spread over all that there are.
fn problem(number: usize) -> (String, Problem) {
    let spec: Spec = "sums/steps/2".parse().unwrap();
    let problem = spec.problems().nth(number * 47 + 5).unwrap();
    let Operands::Sum { a, b } = *problem.operands() else {
        panic!("a sum has two numbers")
    };
    let question = match number % 5 {
        0 => {
            format!("Ana has {a} stickers and gets {b} more. How many stickers does she have now?")
        }
        1 => format!(
            "A bus carries {a} people. At the next stop {b} people get on and nobody gets off. How many people are on the bus?"
        ),
        2 => format!(
            "One shelf holds {a} books and another shelf holds {b}. How many books are there on both shelves?"
        ),
        3 => format!(
            "A farmer picks {a} apples in the morning and {b} apples in the afternoon. How many apples is that in all?"
        ),
        _ => format!(
            "A train ride takes {a} minutes, and the walk after it {b} minutes. How many minutes does the whole way take?"
        ),
    };
    (question, problem)
}

/// The problems as GSM8K has them.
fn problems() -> String {
    let rows = (0..PROBLEMS).map(|number| {
        let (question, problem) = problem(number);
        let solution = say::trace(&problem, Language::En);
        let answer = format!("{solution}\n#### {}", problem.answer());
        format!("{}\n", json!({"question": question, "answer": answer}))
    });
    rows.collect()
}

/// The responses, with two rows that are malformed, and their counts by language as the filter prints them.
fn teacher() -> (
    String,
    BTreeMap<&'static str, BTreeMap<&'static str, usize>>,
) {
    let mut counts: BTreeMap<&str, BTreeMap<&str, usize>> = BTreeMap::new();
    let mut lines = String::new();
    for number in 0..PROBLEMS * RESPONSES {
        let (question, problem) = problem(number / RESPONSES);
        let language = LANGUAGES[number % LANGUAGES.len()];
        let fault = fault(number);
        let strays = matches!(fault, "wrong_language" | "wrong_both");
        let errs = matches!(fault, "wrong_answer" | "wrong_both");
        let thought = LANGUAGES[(number + usize::from(strays)) % LANGUAGES.len()];
        let answer: u32 = problem.answer().parse().unwrap();
        let mut response = format!("<think>\n{}", say::trace(&problem, thought));
        if fault != "unfinished" {
            let answer = answer + u32::from(errs);
            response += &format!("\n</think>\n\n\\boxed{{{answer}}}");
        }
        let row = json!({
            "prompt": question, "ground_truth": problem.answer(), "language": language, "response": response,
        });
        lines += &format!("{row}\n");
        let of = counts.entry(language.code()).or_default();
        for count in ["responses", fault] {
            *of.entry(count).or_default() += 1;
        }
    }
    lines += "{\"prompt\": \"What is 1 + 1?\", \"ground_truth\": \"2\", \"response\": \"\\\\boxed{2}\"}\n";
    lines += "{\"prompt\": \"What is 1 + 1?\", \"ground_tr\n";
    (lines, counts)
}

#[test]
fn the_committed_teacher_is_what_is_made_here_and_the_filter_counts_its_faults() {
    let committed = Path::new(env!("CARGO_MANIFEST_DIR")).join("../tests/data/twin");
    let (teacher, counts) = teacher();
    for (name, text) in [("teacher.jsonl", &teacher), ("problems.jsonl", &problems())] {
        let there = committed.join(name);
        if fs::read_to_string(&there).unwrap_or_default() != *text {
            let made = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
            fs::write(&made, text).unwrap();
            panic!("cp {} {}", made.display(), there.display());
        }
    }
    let folder = tempfile::tempdir().unwrap();
    let sft = folder.path().join("sft.jsonl");
    let mut command = explang(["data", "filter", "--json", "--out"]);
    command.arg(&sft).arg(committed.join("teacher.jsonl"));
    let filtered = output(command, "");
    assert!(filtered.status.success(), "{filtered:?}");
    let printed: Value = serde_json::from_slice(&filtered.stdout).unwrap();
    let rows = PROBLEMS * RESPONSES;
    let expected = json!({"rows": rows + 2, "malformed": 2, "failed": 0});
    for (count, value) in expected.as_object().unwrap() {
        assert_eq!(&printed[count], value, "{count}");
    }
    for (language, of) in printed["by_language"].as_object().unwrap() {
        for (count, value) in of.as_object().unwrap() {
            let expected = counts[language.as_str()].get(count.as_str());
            let expected = expected.copied().unwrap_or_default();
            assert_eq!(*value, json!(expected), "{language}: {count}");
        }
    }
    let kept = fs::read_to_string(&sft).unwrap().lines().count();
    assert_eq!(kept, rows * 6 / 10);
}
