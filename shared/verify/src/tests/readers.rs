//! Texts made against the reader: none makes it overflow, and what is almost a known notation is not taken for it.

use super::{all_differ, all_same};
use crate::mathematics::read::read;

#[test]
fn signs_and_operators_that_nest_are_bounded_for_the_whole_text() {
    let nested = |levels: usize, tail: &str| {
        let closes = format!("){tail}").repeat(levels);
        format!("{}x{closes}", "(".repeat(levels))
    };
    for (levels, tail, fits) in [
        (36, "°".repeat(4), true),
        (36, "°".repeat(39), false),
        (9, "°".repeat(8), true),
        (10, "°".repeat(8), false),
        (36, "∪A∩A".repeat(2), true),
        (36, "∪A∩A".repeat(10), false),
        (36, "/x".repeat(4), true),
        (1, "/x".repeat(40), true),
        (1, "/x".repeat(41), false),
        (36, "/x".repeat(39), false),
        (1, " million".repeat(3), true),
        (1, " million".repeat(4), false),
    ] {
        let text = nested(levels, &tail);
        assert_eq!(read(&text).usual.is_some(), fits, "{text}");
    }
}

#[test]
fn exponents_of_units_are_bounded() {
    for (exponent, fits) in [
        ("6", true),
        ("7", false),
        ("1073741824", false),
        ("2147483647", false),
    ] {
        for sign in ["", "-"] {
            let text = format!("5\\text{{ square cm}}^{{{sign}{exponent}}}");
            assert_eq!(read(&text).usual.is_some(), fits, "{text}");
        }
    }
    assert!(read("5\\text{ cubic cm squared}").usual.is_some());
}

#[test]
fn the_sign_of_a_functions_argument_is_no_difference() {
    all_same(&[
        ("y(x-2)=1", "xy-2y=1"),
        ("P(-1) = 3", "3"),
        ("P(2,-1) = 3", "3"),
    ]);
    all_differ(&[("y(x-2)=1", "1"), ("y(x-2)=1", "y = 1")]);
}

#[test]
fn equations_with_wide_space_or_a_line_between_are_two() {
    all_same(&[
        ("x = 2 \\quad\\quad x = 3", "x = 2, x = 3"),
        ("x = 2, \\quad x = 3", "x = 2, x = 3"),
        ("x = 2 \\quad \\text{or} \\quad x = 3", "x = 2, x = 3"),
        ("x = 2 \n\n y \\le 3", "x = 2, y \\le 3"),
        ("x = 2\\pi \\qquad y = 3", "x = 2\\pi, y = 3"),
        (
            "x = \\sqrt{2} \\quad y = (3) \\quad z = 5\\%",
            "x = \\sqrt 2, y = 3, z = 5\\%",
        ),
    ]);
    // The letters are factors where no equation ends before them.
    all_same(&[
        ("2 y z = 3", "2yz = 3"),
        ("x + 2 \\quad y = 3", "x + 2y = 3"),
        ("y = 2 \\quad x", "y = 2x"),
    ]);
}

#[test]
fn no_thousands_follow_a_zero() {
    all_same(&[("0{,}375", "3/8")]);
    all_differ(&[("0{,}375", "375"), ("0 375", "375")]);
}

#[test]
fn a_decimal_without_a_whole_part_is_no_group_of_thousands() {
    all_same(&[("1,200,.5", "1200, 0.5"), ("3,.5", "3, 0.5")]);
    all_differ(&[("1,200,.5", "1200.5"), ("3,.5", "3.5")]);
}

#[test]
fn a_fraction_of_tex_may_hold_a_whole_matrix() {
    all_same(&[
        (
            "{{\\begin{pmatrix}2\\\\4\\end{pmatrix}} \\over 2}",
            "\\begin{pmatrix}1\\\\2\\end{pmatrix}",
        ),
        (
            "\\begin{pmatrix}4 \\over 2 & 3\\end{pmatrix}",
            "\\begin{pmatrix}2 & 3\\end{pmatrix}",
        ),
    ]);
}
