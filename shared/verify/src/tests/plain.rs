//! The little comparison that the page has: what it takes for equal, the whole one does too, and numbers and times it takes no worse.

use proptest::prelude::*;

use crate::{equal, plain};

#[test]
fn the_answers_of_the_embedded_tasks_are_compared_as_ever() {
    for (answer, reference, same) in [
        ("85", "85", true),
        ("85.0", "85", true),
        ("085", "85", true),
        ("٨٥", "85", true),
        ("1,234", "1234", true),
        ("-7", "\u{2212}7", true),
        ("\\frac{1}{2}", "0.5", true),
        ("9:05", "09:05", true),
        ("(1, 2)", "(1,2)", true),
        ("\\text{Monday}", "Monday", true),
        ("85", "58", false),
        ("8.5", "85", false),
        ("9:05", "9:50", false),
        ("(1,2)", "(2,1)", false),
        ("(1,2)", "[1,2]", false),
        ("", "", false),
    ] {
        assert_eq!(
            plain::equal(answer, reference),
            same,
            "{answer:?} {reference:?}"
        );
        assert_eq!(equal(answer, reference), same, "{answer:?} {reference:?}");
    }
}

#[test]
fn each_notation_of_the_little_comparison_decides() {
    for (answer, reference, same) in [
        ("0.5, 2", "1/2, 2", true),
        ("0.5, 2", "2, 1/2", false),
        ("23:59", "023:59", false),
        ("0:05", "00:05", true),
        ("24:00", "024:00", false),
        ("1:00", "01:00", true),
        ("1:00", "0:60", false),
        ("12:3", "12:03", false),
        ("+5", "5", true),
        ("-1/2", "1/-2", true),
        ("\\frac{-1}{2}", "-0.5", true),
        ("\\frac12", "0.5", true),
        ("\\frac{1}{0}", "\\frac{2}{0}", false),
        ("2/4", "1/2", true),
        ("2/4", "1/3", false),
        ("0.50", ".5", true),
        ("5.", "5", true),
        ("1,234,567", "1234567", true),
        ("1234,567", "1234567", false),
        ("12,34", "1234", false),
        ("1 234", "1234", true),
        ("(5)", "5", true),
        ("[5]", "5", false),
        ("((1,2),3)", "((1.0,2),3)", true),
        ("(1,2]", "(1.0,2]", true),
        ("(1,2]", "(1.0,2)", false),
        ("1;2", "1;2.0", false),
        ("(1,)", "(1.0,)", false),
        ("((((((((5))))))))", "5", true),
        ("(((((((((5)))))))))", "5", false),
        (
            "170141183460469231731687303715884105727",
            "170141183460469231731687303715884105727.0",
            true,
        ),
    ] {
        assert_eq!(
            plain::equal(answer, reference),
            same,
            "{answer:?} {reference:?}"
        );
    }
}

#[test]
fn without_a_box_the_last_formula_or_number_is_found() {
    for (text, found) in [
        ("so it is $\\frac{84}{2}$.", Some("\\frac{84}{2}")),
        ("so $\\frac{84}{2}$, which is 41", Some("41")),
        ("first 5, then $$x = 42$$", Some("42")),
        ("from $1$ and $2$ comes $3$ or so", Some("3")),
        ("It is $7$ and then -3/4 of it", Some("-3/4")),
        ("a price of \\$42 or so", Some("42")),
        ("42 and $open", Some("42")),
        ("42 and $x =$, empty", Some("42")),
        ("a price of $42", Some("42")),
        ("\\\\$7$ ends with \\", Some("7")),
        ("所以是４２。", Some("４２")),
        ("nothing", None),
        ("$ $", None),
    ] {
        assert_eq!(plain::last_formula_or_number(text), found, "{text:?}");
    }
    let fraction = plain::last_formula_or_number("so it is $\\frac{84}{2}$").unwrap();
    assert!(plain::equal(fraction, "42") && !plain::equal(fraction, "2"));
}

proptest! {
    #[test]
    fn what_it_takes_for_equal_is_equal(
        a in "[-+]?[0-9]{1,4}([.][0-9]{1,3}|/[0-9]{1,2}|,[0-9]{3}|:[0-5][0-9])?|[(\\[][0-9],[0-9][)\\]]|x|\\PC{0,6}",
        b in "[-+]?[0-9]{1,4}([.][0-9]{1,3}|/[0-9]{1,2}|,[0-9]{3}|:[0-5][0-9])?|[(\\[][0-9],[0-9][)\\]]|x|\\PC{0,6}",
    ) {
        for (a, b) in [(&a, &b), (&a, &a)] {
            prop_assert!(!plain::equal(a, b) || equal(a, b), "{a:?} {b:?}");
        }
    }

    #[test]
    fn whole_numbers_are_taken_as_the_whole_module_takes_them(a in -2000i64..2000, b in -2000i64..2000, zeros in 0usize..3) {
        let written = format!("{a}.{}", "0".repeat(zeros));
        let written = written.trim_end_matches('.');
        for (a, b) in [(written.to_owned(), b.to_string()), (written.to_owned(), a.to_string())] {
            prop_assert_eq!(plain::equal(&a, &b), equal(&a, &b));
        }
    }
}
