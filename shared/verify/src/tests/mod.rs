//! What the module promises to its callers; the notations by kind are in files of their own.

mod adversary;
mod algebra;
mod cases;
mod collections;
mod doors;
mod equations;
mod joints;
mod notation;
mod numbers;
mod plain;
mod properties;
mod quantities;
mod readers;
mod reading;
mod references;
mod responses;
mod sets;
mod time;
mod told;
mod traps;
mod values;
mod wrong;

use super::*;

/// Compares as `explang verify` does unless told otherwise.
fn compared(response: &str, reference: &str) -> Comparison {
    compare(response, reference, Extraction::Stated)
}

/// Checks pairs in both directions, and names all that are not as expected.
fn check(pairs: &[(&str, &str)], expected: bool) {
    let turned = pairs.iter().flat_map(|&(a, b)| [(a, b), (b, a)]);
    let wrong: Vec<_> = turned.filter(|(a, b)| equal(a, b) != expected).collect();
    assert!(
        wrong.is_empty(),
        "equal should be {expected} for {wrong:#?}"
    );
}

fn all_same(pairs: &[(&str, &str)]) {
    check(pairs, true);
}

fn all_differ(pairs: &[(&str, &str)]) {
    check(pairs, false);
}

fn same(answer: &str, reference: &str) {
    check(&[(answer, reference)], true);
}

fn differ(answer: &str, reference: &str) {
    check(&[(answer, reference)], false);
}

#[test]
fn the_last_complete_box_is_read() {
    assert_eq!(extract_boxed("a \\boxed{1} b \\boxed{2} c"), Some("2"));
    assert_eq!(extract_boxed("\\boxed{\\frac{1}{2}}"), Some("\\frac{1}{2}"));
    assert_eq!(extract_boxed("\\boxed{\\boxed{3}}"), Some("3"));
    assert_eq!(extract_boxed("\\boxed{\\{1\\}}"), Some("\\{1\\}"));
    assert_eq!(extract_boxed("{ \\boxed {4}"), Some("4"));
    assert_eq!(extract_boxed("\\boxed{5} and \\boxed{6"), Some("5"));
    assert_eq!(extract_boxed("\\boxed{"), None);
    assert_eq!(extract_boxed("7 } boxed{8}"), None);
}

#[test]
fn numbers_are_compared_exactly() {
    all_same(&[
        ("42", "42.0"),
        ("007", "7"),
        ("+7", "7"),
        ("-0", "0"),
        ("\u{2212}7", "-7"),
        (".5", "\\frac{1}{2}"),
        ("0.5", "\\dfrac{2}{4}"),
        ("\\frac12", "1/2"),
        ("-\\frac{1}{2}", "\\frac{-1}{2}"),
        ("-1/2", "1/-2"),
        ("1{,}234", "1234"),
        ("1,234,567", "1234567"),
        ("1\\,234", "1234"),
        ("1 234", "1234"),
        ("1,\\!234", "1234"),
        ("\\text{12}", "12"),
        ("$12$.", "12"),
        ("(5)", "5"),
        ("0.1000", "0.1"),
    ]);
    all_differ(&[
        ("42", "4.2"),
        ("7", "-7"),
        ("--7", "7"),
        ("1 2", "12"),
        ("12,34", "1234"),
        ("1/3", "0.333333333"),
        ("0.1", "0.10000000000000001"),
        ("1/0", "2/0"),
        ("3.14", "\\pi"),
        ("", "0"),
        ("", ""),
        ("$", "."),
        ("50%", "50"),
    ]);
}

#[test]
fn digits_of_every_script_are_digits() {
    for text in ["٤٢", "۴۲", "४२", "๔๒", "４２"] {
        same(text, "42");
    }
    same("٣٫٥", "7/2");
    same("１２：３０", "12:30");
}

#[test]
fn clock_times_are_times() {
    same("9:05", "09:05");
    same("0:00", "00:00");
    differ("9:05", "9:50");
    differ("10:30", "1/2");
    differ("9:05", "9:5");
    // Not a time of day: compared as text.
    differ("24:00", "0:00");
    differ("1:75", "01:75");
}

#[test]
fn lists_are_compared_element_by_element_in_order() {
    same("(1,2)", "(1, 2)");
    same("\\left(\\frac{1}{2}, 3\\right)", "(0.5,3)");
    same("1, 2", "1,2");
    same("((1,2),3)", "( (1.0, 2), 3 )");
    differ("(2,1)", "(1, 2)");
    differ("(1,2)", "[1,2]");
    differ("(1,234)", "1234");
    differ("(1,2)", "(1,2,3)");
    differ("(1,2),(3,4)", "(1,2),(3,5)");
    same("(1,2),(3,4)", "(1,2), (3,4.0)");
}

#[test]
fn words_are_compared_as_words() {
    same("\\text{Monday}.", "Monday");
    same("\\text{monday}", "\\text{Monday}");
    same("\\text{(C)}", "C");
    same("\\textbf{odd}", "odd");
    same("\\text{Yes}", "yes");
    differ("yes", "no");
    differ("Monday", "Sunday");
    differ("\\text{(C)}", "(B)");
}

#[test]
fn numbers_of_any_length_are_exact() {
    let huge = "9".repeat(60);
    same(&huge, &format!("0{huge}"));
    differ(&huge, &format!("{}8", "9".repeat(59)));
    differ(&format!("1/{huge}"), "0");
}

#[test]
fn a_trace_cut_short_scores_only_where_the_whole_response_is_read() {
    let cut = "<lang_select>\nen\n</lang_select>\n<think>\nso it is \\boxed{42}";
    assert!(!verify(cut, "42", Extraction::AfterThinking));
    assert!(verify(cut, "42", Extraction::WholeResponse));
    let bare = "<think>\nso it is -42, I th";
    assert!(!verify(bare, "-42", Extraction::AfterThinking));
    assert!(verify(bare, "-42", Extraction::WholeResponse));

    let closed = format!("{cut}\n</think>\nIt is $\\boxed{{41}}$.");
    assert!(verify(&closed, "41", Extraction::AfterThinking));
    assert!(!verify(&closed, "42", Extraction::WholeResponse));
    assert!(verify(&closed, "$\\boxed{41}$", Extraction::AfterThinking));
    let unboxed = "<think>\n1\n</think>\nIt is 41.";
    assert!(!verify(unboxed, "41", Extraction::AfterThinking));
}

/// Like math-verify over the whole text: the last formula or number, and no part of either.
#[test]
fn a_whole_response_without_a_box_gives_its_last_formula_or_number() {
    let fraction = "<think>\nso it is $\\frac{84}{2}$";
    for (response, reference, expected) in [
        (fraction, "42", true),
        (fraction, "2", false),
        ("so $\\frac{84}{2}$, which is not 41", "41", true),
        ("so \\(\\frac{84}{2}\\) it is", "42", true),
        ("first 5, then $x = 42$.", "42", true),
        ("$$\\frac12$$", "0.5", true),
        ("It is $7$ and then 3/4 of it", "0.75", true),
        ("It is $7$ and then 3/4 of it", "4", false),
        ("<think>\n42", "42", true),
        ("3/4", "0.75", true),
        ("所以是42。", "42", true),
        ("a price of \\$42", "42", true),
        ("we have 5 and $\\foo{+}$", "5", true),
        ("we have $a+$ and 5 $$", "5", true),
        ("nothing at all, really", "42", false),
        ("", "0", false),
    ] {
        let found = verify(response, reference, Extraction::WholeResponse);
        assert_eq!(found, expected, "{response:?} {reference:?}");
        assert!(!verify(response, reference, Extraction::AfterThinking));
    }
}
