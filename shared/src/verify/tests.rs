use proptest::prelude::*;

use super::*;

fn same(answer: &str, reference: &str) {
    assert!(equal(answer, reference), "{answer:?} is {reference:?}");
    assert!(equal(reference, answer), "{reference:?} is {answer:?}");
}

fn differ(answer: &str, reference: &str) {
    assert!(!equal(answer, reference), "{answer:?} is not {reference:?}");
    assert!(!equal(reference, answer), "{reference:?} is not {answer:?}");
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
    for (answer, reference) in [
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
    ] {
        same(answer, reference);
    }
    for (answer, reference) in [
        ("42", "4.2"),
        ("7", "-7"),
        ("--7", "7"),
        ("1 2", "12"),
        ("12,34", "1234"),
        ("1/3", "0.3333333333333333"),
        ("0.1", "0.10000000000000001"),
        ("1/0", "2/0"),
        ("3.14", "\\pi"),
        ("", "0"),
        ("", ""),
        ("$", "."),
        ("50%", "50"),
    ] {
        differ(answer, reference);
    }
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
    differ("10:30", "1/3");
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
fn other_answers_are_compared_as_normal_text() {
    same("x + 1", "x+1");
    same("3\\sqrt2", "3\\sqrt{2}");
    same("\\text{Monday}.", "Monday");
    same("2\\pi r", "2 \\pi  r");
    same("\\pi2", "\\pi 2");
    differ("\\pi r", "\\pir");
    differ("x+1", "x-1");
    differ("Monday", "Sunday");
}

#[test]
fn numbers_beyond_the_range_are_text() {
    let huge = "9".repeat(60);
    same(&huge, &huge);
    differ(&huge, &format!("0{huge}"));
    differ(&format!("1/{huge}"), "0");
}

#[test]
fn a_trace_cut_short_scores_only_where_the_whole_response_is_read() {
    let cut = "<lang_select>\nen\n</lang_select>\n<think>\nso it is \\boxed{42}";
    assert!(!verify(cut, "42", AnswerScope::AfterThinking));
    assert!(verify(cut, "42", AnswerScope::WholeResponse));
    let bare = "<think>\nso it is -42, I th";
    assert!(!verify(bare, "-42", AnswerScope::AfterThinking));
    assert!(verify(bare, "-42", AnswerScope::WholeResponse));

    let closed = format!("{cut}\n</think>\nIt is $\\boxed{{41}}$.");
    assert!(verify(&closed, "41", AnswerScope::AfterThinking));
    assert!(!verify(&closed, "42", AnswerScope::WholeResponse));
    assert!(verify(&closed, "$\\boxed{41}$", AnswerScope::AfterThinking));
    let unboxed = "<think>\n1\n</think>\nIt is 41.";
    assert!(!verify(unboxed, "41", AnswerScope::AfterThinking));
}

proptest! {
    #[test]
    fn any_text_is_read_and_a_text_equals_itself(text in "[\\\\a-z{}()\\[\\],.:/$~0-9 \u{0660}-\u{0669}+-]{0,40}") {
        let _ = extract_boxed(&text);
        let _ = verify(&text, &text, AnswerScope::WholeResponse);
        let normal = normal::normalise(&text);
        prop_assert_eq!(equal(&text, &text), !normal.is_empty());
    }

    #[test]
    fn a_fraction_equals_its_multiples(a in -1000_i64..1000, b in 1_i64..1000, k in 1_i64..50) {
        let scaled = format!("\\frac{{{}}}{{{}}}", a * k, b * k);
        let plain = format!("{a}/{b}");
        prop_assert!(equal(&plain, &scaled));
        let next = format!("{}/{b}", a + 1);
        prop_assert!(!equal(&next, &scaled));
    }

    #[test]
    fn deep_nesting_does_no_harm(depth in 0_usize..5000) {
        let text = format!("{}1,2{}", "(".repeat(depth), ")".repeat(depth));
        let boxed = format!("{}{text}", "\\boxed{".repeat(depth));
        prop_assert!(equal(&text, &text));
        prop_assert_eq!(extract_boxed(&boxed), None);
    }
}
