//! Pairs of answers in a file of their own, so that `explang-bench verify --cases` reads them as well.

use serde::Deserialize;

use super::compared;
use crate::plain;

/// Written for this project; kinds of notation are its groups.
const CASES: &str = include_str!("../../data/cases.jsonl");

#[derive(Deserialize)]
struct Case {
    gold: String,
    answer: String,
    equal: bool,
}

#[test]
fn every_pair_in_the_file_is_decided_as_it_says() {
    let cases: Vec<Case> = CASES
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    for expected in [true, false] {
        let some = cases.iter().filter(|case| case.equal == expected).count();
        assert!(some > 100, "{some} cases are {expected}");
    }
    let wrong: Vec<_> = cases
        .iter()
        .filter(|case| compared(&case.answer, &case.gold).equal != case.equal)
        .map(|case| (&case.gold, &case.answer, case.equal))
        .collect();
    assert!(wrong.is_empty(), "should be otherwise: {wrong:#?}");
    // The page's little comparison accepts nothing that this one refuses.
    let accepted: Vec<_> = cases
        .iter()
        .filter(|case| !case.equal && plain::equal(&case.answer, &case.gold))
        .map(|case| (&case.gold, &case.answer))
        .collect();
    assert!(accepted.is_empty(), "{accepted:#?}");
}
