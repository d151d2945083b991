//! Answers that look for a way to be accepted, or to take long.

use super::time::{LIMIT, measured};
use super::{all_differ, all_same, compared, differ, same};

#[test]
fn long_products_of_matrices_and_long_sets_take_little_time() {
    let m = "\\begin{pmatrix}1&2\\\\3&4\\end{pmatrix}";
    let unit = "\\begin{pmatrix}1&0\\\\0&1\\end{pmatrix}";
    let letters = "\\begin{pmatrix}x&2\\\\3&y\\end{pmatrix}";
    let numbers: Vec<_> = (1..=200).map(|n| n.to_string()).collect();
    let intervals: Vec<_> = (1..=190).map(|n| format!("({n},{})", n + 1)).collect();
    let others: Vec<_> = (1..=90).map(|n| format!("x \\ne {n}")).collect();
    for (gold, answer) in [
        (m, m.repeat(30)),
        (m, m.repeat(70)),
        (m, letters.repeat(30)),
        ("[0,1]", format!("\\{{{}\\}}", numbers.join(","))),
        ("[0,1]", intervals.join("\\cup")),
        ("[0,1]", others.join(" \\text{ and } ")),
    ] {
        assert!(!compared(&answer, gold).equal, "{answer}");
        let time = measured(&answer, gold);
        assert!(time < LIMIT, "{time:?}");
    }
    same(&format!("{m}{}", unit.repeat(20)), m);
    same(
        &format!("\\mathbb{{R}}\\setminus\\{{{}\\}}", numbers[..40].join(",")),
        &others[..40].join(" \\text{ and } "),
    );
    let cube = format!(
        "\\begin{{pmatrix}}{}\\end{{pmatrix}}",
        ["1&1&1&1&1&1&1&1"; 8].join("\\\\")
    );
    let sum = cube.replace('1', "64");
    same(&format!("{cube}^3"), &sum);
}

#[test]
fn conditions_on_several_variables_are_no_set_of_numbers() {
    all_differ(&[
        ("x>0 \\text{ and } y>0", "x>0"),
        ("x>0 \\text{ and } y>0", "(0,\\infty)"),
        ("x \\ne 0, y \\ne 0", "x \\ne 0"),
        ("x>3>y", "x>3"),
        ("x>3>y", "\\emptyset"),
        ("x>5", "y \\in (5,\\infty)"),
        ("x \\in (5,\\infty)", "y \\in (5,\\infty)"),
        ("x \\in \\mathbb{Z}", "y \\in \\mathbb{Z}"),
    ]);
    all_same(&[
        ("x>0 \\text{ and } y>0", "y>0 \\text{ and } x>0"),
        ("x \\ne 0, y \\ne 0", "y \\ne 0, x \\ne 0"),
        ("x>3>y", "y<3<x"),
        ("x>5", "x \\in (5,\\infty)"),
        ("(5,\\infty)", "y \\in (5,\\infty)"),
        ("x \\in \\{a, b\\}", "a, b"),
    ]);
}

#[test]
fn one_of_two_conditions_is_not_both() {
    all_differ(&[
        ("x>1 \\text{ and } x<3", "x>1 \\text{ or } x<3"),
        ("x>1, x<3", "x>1 \\text{ or } x<3"),
        ("x \\ne 1, x \\ne 2", "x \\ne 1 \\text{ or } x \\ne 2"),
    ]);
    all_same(&[
        ("x<1, x>3", "x<1 \\text{ or } x>3"),
        ("x=1 \\text{ or } x=2", "x=1, x=2"),
        ("x>1 \\text{ and } x<3", "x<3 \\text{ and } x>1"),
    ]);
}

#[test]
fn a_set_in_a_list_stays_one() {
    all_differ(&[
        ("\\{1,2\\}, \\{3,4\\}", "\\{1,3\\}, \\{2,4\\}"),
        ("\\{1,2\\}, \\{3,4\\}", "1,2,3,4"),
    ]);
    same("\\{1,2\\}, \\{3,4\\}", "\\{4,3\\}, \\{2,1\\}");
    same("\\pm1, 5", "5, -1, 1");
}

#[test]
fn a_name_that_comes_again_has_no_value() {
    for gold in ["3", "x=3"] {
        differ(gold, "x = 2x = 3");
        differ(gold, "x = x+1 = 3");
        same(gold, "x = 2+1 = 3");
    }
    differ("6", "AB = 2AB = 6");
    same("6", "d = 2r = 6");
    same("6", "AB = \\sqrt{AC\\cdot BC} = 6");
    same("x = 2x+1", "x = 1+2x");
}

#[test]
fn where_a_function_bends_is_found() {
    all_differ(&[
        ("|x+20|", "x+20"),
        ("|x+5|", "x+5"),
        ("|x+3|", "x+3"),
        ("|2x+9|", "2x+9"),
        ("|x+400|", "x+400"),
        ("|x+1000000|", "x+1000000"),
        ("x \\le 3", "\\lfloor x\\rfloor \\le 3"),
        ("x=3", "\\lfloor x\\rfloor=3"),
        ("x<2", "|x+3|+1<6"),
        ("x<2", "\\sqrt{(x+500)^2}<502"),
    ]);
    all_same(&[("|x+20|", "|-20-x|"), ("x<2", "3x+1<7")]);
}

#[test]
fn only_a_rounding_is_about_the_same() {
    all_differ(&[
        ("1/2", "\\frac13 \\approx \\frac12"),
        ("1/3", "\\frac13 \\approx \\frac12"),
        ("0", "0.9 \\approx 0"),
        ("3", "x = 3.9 \\approx 3"),
    ]);
    all_same(&[
        ("4", "x = 3.9 \\approx 4"),
        ("3", "x = 2.5 \\approx 3"),
        ("-4", "x = -3.9 \\approx -4"),
        ("1.41", "x = \\sqrt2 \\approx 1.41"),
    ]);
}

#[test]
fn names_in_a_bracket_say_which_is_which() {
    all_differ(&[
        ("(2,1)", "(y=2, x=1)"),
        ("(1,2), (3,4)", "(y=1,x=2), (x=3,y=4)"),
    ]);
    all_same(&[
        ("(1,2)", "(y=2, x=1)"),
        ("(1,2)", "(x=1, y=2)"),
        ("x=1, y=2", "(y=2, x=1)"),
        ("(1,2), (3,4)", "(y=2,x=1), (x=3,y=4)"),
    ]);
}

#[test]
fn what_agrees_until_the_work_is_too_much_is_not_equal() {
    let waves: Vec<_> = (2..=9).map(|n| format!("+\\sin {n}x")).collect();
    let waves = format!("+\\sin x{}", waves.concat());
    let (a, b) = (format!("|x-5|{waves}"), format!("5-x{waves}"));
    differ(&a, &b);
    let reason = compared(&format!("|x-5|{waves}"), &format!("|5-x|{waves}")).reason;
    assert_eq!(reason, "too long or too large to be decided");
}

#[test]
fn what_leaves_no_trace_is_looked_at_again() {
    all_differ(&[
        ("1", "\\tanh 100"),
        ("1", "\\cos(10^{-30})"),
        ("10^{-60}", "\\sinh(10^{-60})"),
        ("10^{-30}", "\\sin(10^{-30})"),
        ("1", "e^{10^{-60}}"),
        ("\\frac{\\pi}{2}", "\\arctan(10^{60})"),
        ("\\sinh 100", "\\cosh 100"),
    ]);
    all_same(&[
        ("\\tanh 100", "\\frac{\\sinh 100}{\\cosh 100}"),
        ("\\cosh^2 x - \\sinh^2 x", "1"),
        ("\\cos(\\sin\\pi)", "1"),
        ("\\ln(10^{-200})", "-200\\ln 10"),
    ]);
}

#[test]
fn items_are_matched_whatever_their_order() {
    same("1, 5, 5\\text{ cm}", "1, 5\\text{ m}, 5\\text{ cm}");
    same("5, 5\\text{ cm}", "5\\text{ cm}, 5\\text{ m}");
    differ("5\\text{ m}, 5\\text{ m}", "5\\text{ cm}, 5");
}

#[test]
fn the_letters_of_a_roman_numeral_have_an_order() {
    differ("IV", "VI");
    differ("IX", "XI");
    same("AB", "BA");
    same("\\text{IV}", "IV");
}
