//! Cases that could be decided otherwise, and how they are decided; the crate's README says why.

use super::{differ, same};
use crate::equal;

#[test]
fn what_other_graders_accept_and_this_one_does_not() {
    // A part that cannot be read must not make the rest equal.
    differ("1-\\frac{1}{\\mathrm{e}}", "1+\\frac{1}{\\mathrm{e}}");
    differ("5 + \\unknown", "5");
    // A rounding is not the number.
    differ("0.33", "1/3");
    // A percentage is not its numeral.
    differ("28\\%", "28");
    // Digits in another base are another number.
    differ("204_5", "204");
    // A set is no statement about another variable.
    differ("x > 5", "y > 5");
    // A tab where `\t` was meant leaves letters that are factors.
    differ("\text{13}", "13");
}

#[test]
fn what_is_accepted_though_it_could_be_meant_otherwise() {
    // A pair is a point and an open interval.
    same("-6 < x < 10", "(-6, 10)");
    // A name before a value says no more than the value.
    same("k = 1", "1");
    // `log` has base e or ten.
    same("\\log 1000", "3");
    same("\\log 8", "3\\log 2");
    // Odd roots of negative numbers are real.
    same("(-1)^{1/3}", "-1");
}

#[test]
fn nothing_is_equal_to_what_has_no_value() {
    differ("1/0", "2/0");
    differ("\\frac{1}{0}", "\\infty");
    differ("0^0", "1");
    differ("\\ln 0", "-\\infty");
    differ("0/0", "0");
    // Written alike it is the same, whatever it is.
    assert!(equal("1/0", "1/0"));
}

#[test]
fn two_signs_or_operators_in_a_row_are_no_number() {
    differ("--7", "7");
    differ("5 +", "5");
    differ("* 5", "5");
    differ("5 \\cdot", "5");
    differ("(5", "5");
    differ("5)", "5");
    differ("5^", "5");
    differ("5 5", "55");
    same("1 - -2", "3");
    same("3 + (-2)", "1");
}
