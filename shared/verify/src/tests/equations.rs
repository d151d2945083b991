//! Equations and chains as answers: what they end in is the answer, and only of an answer the left side may be dropped.

use proptest::prelude::*;

use super::{all_differ, all_same, equal};
use crate::mathematics::read::read;

/// What is asked for, with two unknowns or an angle.
fn asked() -> impl Strategy<Value = String> {
    let names =
        prop::sample::subsequence(vec!["m", "n", "p", "a_1", "a_{2}", "AB", "\\alpha"], 2..5);
    let sum = (names.clone(), prop::collection::vec(2_u32..200, 5)).prop_map(|(names, numbers)| {
        let terms = names
            .iter()
            .zip(numbers)
            .map(|(name, by)| format!("{by}{name}"));
        terms.collect::<Vec<_>>().join("+")
    });
    let angle = (
        prop::sample::select(vec!["\\sin", "\\cos", "\\tan"]),
        prop::sample::select(vec![
            " A",
            " 2B",
            "\\angle ABC",
            "^2 \\theta",
            "(\\alpha+\\beta)",
        ]),
    );
    prop_oneof![
        names.clone().prop_map(|names| names.join("+")),
        names.clone().prop_map(|names| names.join(" \\cdot ")),
        names.prop_map(|names| format!("\\frac{{{}}}{{{}}}", names[0], names[1])),
        sum,
        angle.prop_map(|(function, of)| format!("{function}{of}")),
        Just("x_1^2+x_2^2".to_owned()),
        Just("|x_1-x_2|".to_owned()),
        Just("A:B".to_owned()),
    ]
}

proptest! {
    #[test]
    fn the_right_side_answers_and_the_left_side_alone_does_not(
        side in asked(), a in 1_i64..500, b in 1_i64..500, off in 1_i64..50
    ) {
        let (sum, wrong) = (a + b, a + b + off);
        for answer in [format!("{side}={sum}"), format!("{side} = {a}+{b} = {sum}")] {
            prop_assert!(equal(&answer, &sum.to_string()), "{}", answer);
            for other in [a, b, wrong] {
                prop_assert!(!equal(&answer, &other.to_string()), "{} {}", answer, other);
            }
            prop_assert!(!equal(&answer, &format!("z={sum}")), "{}", answer);
        }
        // A chain that contradicts itself has no value.
        for answer in [format!("{side} = {a}+{b} = {wrong}"), format!("{a}+{b}={wrong}")] {
            prop_assert!(!equal(&answer, &wrong.to_string()), "{}", answer);
            prop_assert!(!equal(&answer, &sum.to_string()), "{}", answer);
        }
        // A name adds nothing, but what an equation says is more than a number.
        if read(&side).usual.is_some_and(|side| side.is_scalar() && !side.is_name()) {
            let reference = format!("{side}={sum}");
            prop_assert!(!equal(&sum.to_string(), &reference), "{}", reference);
        }
    }

    #[test]
    fn an_equation_in_one_unknown_is_not_its_right_side(a in 2_i64..50, b in 1_i64..50) {
        let right = (a * b).to_string();
        for left in [format!("{a}x"), format!("x+{a}"), format!("x^2+{a}x"), format!("\\frac{{x}}{{{a}}}")] {
            prop_assert!(!equal(&format!("{left}={right}"), &right), "{}={}", left, right);
        }
    }

    #[test]
    fn a_value_may_be_spelt_twice(n in 1_i64..200, places in 1_u32..4, off in 1_i64..9) {
        let power = 10_i64.pow(places);
        let width = usize::try_from(places).unwrap();
        let decimal = format!("{}.{:0width$}", n / power, n % power);
        let wrong = format!("{}.{:0width$}", n / power, (n + off) % power);
        let fraction = format!("{n}/{power}");
        let tex = format!("\\frac{{{n}}}{{{power}}}");
        for answer in [
            format!("{fraction} = {decimal}"), format!("{tex} ({decimal})"), format!("{decimal} ({fraction})"),
            format!("{tex} \\text{{ or }} {decimal}"), format!("x = {decimal} or x = {fraction}"),
        ] {
            prop_assert!(equal(&answer, &fraction), "{}", answer);
            prop_assert!(equal(&fraction, &answer), "{}", answer);
        }
        for answer in [format!("{tex} = {wrong}"), format!("{tex} or {wrong}")] {
            prop_assert!(!equal(&answer, &fraction), "{}", answer);
            prop_assert!(!equal(&answer, &wrong), "{}", answer);
        }
    }
}

#[test]
fn chains_and_ratios_end_in_their_value() {
    for (answer, reference) in [
        ("a_1=5, a_2+a_3+a_4=10", "5; 10"),
        ("A \\cap B = \\{1, 2\\}", "\\{2, 1\\}"),
        ("\\vec a\\cdot\\vec b = -3", "-3"),
        ("a^2+b^2 = (a+b)^2-2ab = 7", "7"),
        ("S_1+S_2 = \\frac{n(n+1)}{2}", "\\frac{n^2+n}{2}"),
    ] {
        assert!(equal(answer, reference), "{answer} {reference}");
    }
    all_same(&[
        ("a:b = 2:3", "4:6"),
        ("A:B=1", "1"),
        ("x = 5+6 = 11", "11"),
        ("z_1 = 3, z_2 = -1", "-1, 3"),
        ("\\sqrt2 (\\approx 1.41)", "\\sqrt2"),
        ("x = \\frac13 (\\approx 0.33)", "1/3"),
    ]);
    all_differ(&[
        ("x+y=2-z", "y=2"),
        ("x = 2y", "4"),
        ("x^2+y^2=2x", "2x"),
        ("y(x-2)=1", "1"),
        ("a_1=5, a_2=10", "10, 5"),
        ("\\frac13 (\\approx 0.4)", "\\frac13"),
        // Two numbers side by side are a product unless they are one value.
        ("0.5 (1/4)", "0.5"),
        ("2 (2)", "2"),
    ]);
    for (answer, reference) in [
        ("a_1+a_2=5, a_3+a_4=10", "10, 5"),
        ("1", "2x+z=1"),
        ("0", "a^2+b=0"),
        ("293", "m+n=293"),
    ] {
        assert!(!equal(answer, reference), "{answer} {reference}");
    }
}
