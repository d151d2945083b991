//! Numbers with an error: the true value lies within the bound, and the bound is small.

use dashu_base::Sign;
use dashu_int::{IBig, UBig};
use dashu_ratio::RBig;

use super::Verdict;
use super::ball::{Ball, Real};

const P: usize = 160;
/// So precise that nothing is left of its rounding beside the errors here.
const FINE: usize = 900;

/// Real and imaginary part.
type Complex = (RBig, RBig);

fn decimal(text: &str) -> RBig {
    let (whole, part) = text.split_once('.').unwrap_or((text, ""));
    let digits: IBig = format!("{whole}{part}").parse().unwrap();
    RBig::from_parts(digits, UBig::from(10_u8).pow(part.len()))
}

/// `re, im`, or a real number alone.
fn number(text: &str) -> Complex {
    let (re, im) = text.split_once(',').unwrap_or((text, "0"));
    (decimal(re), decimal(im.trim()))
}

fn two_to(exponent: i64) -> RBig {
    if exponent < -100_000 {
        return RBig::ZERO;
    }
    RBig::from(2).pow(exponent as isize)
}

fn part(real: &Real) -> RBig {
    let repr = real.repr();
    if repr.significand().is_zero() {
        return RBig::ZERO;
    }
    RBig::from(repr.significand().clone()) * two_to(repr.exponent() as i64)
}

fn middle(ball: &Ball) -> Complex {
    (part(&ball.re), ball.im.as_ref().map_or(RBig::ZERO, part))
}

fn square_of_distance(a: &Complex, b: &Complex) -> RBig {
    let (re, im) = (&a.0 - &b.0, &a.1 - &b.1);
    &re * &re + &im * &im
}

/// A ball around the number; real by construction where it has no imaginary part.
fn ball((re, im): &Complex, precision: usize) -> Ball {
    let re = Ball::of(re, precision).unwrap();
    if im.is_zero() {
        return re;
    }
    let im = Ball::of(im, precision).unwrap();
    let im = im.times(&Ball::i(precision)).unwrap();
    re.plus(&im).unwrap().0
}

/// A ball with an error of two to the `error`, around a number that 100 bits write.
fn wide(text: &str, error: i64) -> Ball {
    let rounded = ball(&number(text), 100);
    Ball {
        error,
        precision: P,
        ..ball(&middle(&rounded), P)
    }
}

fn apply(name: &str, z: &Ball) -> Option<Ball> {
    match name {
        "sqrt" => z.sqrt(),
        "exp" => z.exp(),
        "ln" => z.ln(),
        "sin" => Some(z.sin_cos()?.0),
        "cos" => Some(z.sin_cos()?.1),
        "arctan" => z.arctan(),
        "arcsin" => z.arcsin(),
        "arccos" => z.arccos(),
        "inverse" => z.inverse(),
        "modulus" => z.modulus(),
        "cube" => z.whole_power(&3.into()),
        "cube inverse" => z.whole_power(&IBig::from(-3)),
        "third root" => z.fractional_power(&RBig::from_parts(1.into(), 3_u8.into())),
        "pi power" => z.general_power(&Ball::pi(z.precision)?),
        "twice" => Some(z.plus(z)?.0),
        "square" => z.times(z),
        other => panic!("{other} is no function"),
    }
}

#[test]
fn values_are_within_their_error_which_is_small() {
    let mut wide = Vec::new();
    for line in KNOWN.lines() {
        let [name, at, value] = *line.split("; ").collect::<Vec<_>>() else {
            panic!("{line}");
        };
        let at_ball = ball(&number(at), P);
        let found = apply(name, &at_ball).unwrap();
        // The table has 66 digits.
        let off = square_of_distance(&middle(&found), &number(value));
        let bound = two_to(found.error) + two_to(found.exponent() - 210);
        assert!(off <= &bound * &bound, "{name} at {at} is off");
        // Some are made of several others, whose bounds add up.
        let most = match name {
            "sin" | "cos" if at_ball.im.is_some() => -120,
            "arcsin" | "arccos" if at.contains("999") => -96,
            "arcsin" | "arccos" => -130,
            _ => -138,
        };
        if found.error > most + found.exponent().max(0) {
            wide.push(format!("{name} at {at}: 2^{}", found.error));
        }
    }
    assert!(wide.is_empty(), "too wide an error: {wide:#?}");
}

#[test]
fn an_error_of_the_argument_is_carried_on() {
    // The function, its argument, and by how many bits at most the bound is above the distance that is reached.
    let mut too_wide = Vec::new();
    for (name, at, slack) in CARRIED {
        for error in [-40, -90] {
            let around = wide(at, error);
            let found = apply(name, &around).unwrap();
            let (re, im) = middle(&around);
            let directions: &[(&str, &str)] = if around.im.is_some() {
                &[
                    ("1", "0"),
                    ("-1", "0"),
                    ("0", "1"),
                    ("0", "-1"),
                    ("0.6", "0.8"),
                    ("-0.6", "0.8"),
                ]
            } else {
                &[("1", "0"), ("-1", "0")]
            };
            let mut reached = RBig::ZERO;
            for (x, y) in directions {
                let moved = (
                    &re + decimal(x) * two_to(error),
                    &im + decimal(y) * two_to(error),
                );
                // Beyond the end of what has a value.
                let Some(there) = apply(name, &ball(&moved, FINE)) else {
                    continue;
                };
                let off = square_of_distance(&middle(&found), &middle(&there));
                assert!(
                    off <= two_to(2 * found.error),
                    "{name} at {at} with 2^{error} is off: 2^{}",
                    found.error
                );
                reached = reached.max(off);
            }
            if two_to(2 * found.error) > reached * two_to(2 * slack) {
                too_wide.push(format!("{name} at {at} with 2^{error}: 2^{}", found.error));
            }
        }
    }
    assert!(too_wide.is_empty(), "too wide an error: {too_wide:#?}");
}

#[test]
fn errors_of_two_numbers_add_up() {
    let arguments = ["3", "-0.3", "1000000", "1,2", "-3,0.001"];
    for (a, b) in arguments.iter().flat_map(|a| arguments.map(|b| (a, b))) {
        for (e, f) in [(-40, -60), (-60, -40), (-50, -50)] {
            let (x, y) = (wide(a, e), wide(b, f));
            let (sum, product) = (x.plus(&y).unwrap().0, x.times(&y).unwrap());
            let ((p, q), (r, s)) = (middle(&x), middle(&y));
            for (d, g) in [(1, 1), (1, -1), (-1, 1)] {
                let (p, r) = (
                    &p + RBig::from(d) * two_to(e),
                    &r + RBig::from(g) * two_to(f),
                );
                let total = (&p + &r, &q + &s);
                let crossed = (&p * &r - &q * &s, &p * &s + &q * &r);
                for (found, expected) in [(&sum, total), (&product, crossed)] {
                    let off = square_of_distance(&middle(found), &expected);
                    assert!(off <= two_to(2 * found.error), "{a} and {b}");
                }
            }
            assert!(sum.error <= e.max(f) + 3, "{a} + {b}");
            let grown = (e + y.exponent()).max(f + x.exponent());
            assert!(product.error <= grown + 4, "{a} times {b}");
        }
    }
}

#[test]
fn a_term_without_a_trace_is_noticed() {
    let one = Ball::integer(1, P);
    let lost = |text: &str| one.plus(&ball(&number(text), P)).unwrap().1;
    assert!(!lost("1") && !lost("0") && !lost("-1"));
    let tiny = |exponent: i64| Ball::of(&two_to(exponent), P).unwrap();
    assert!(one.plus(&tiny(-200)).unwrap().1 && tiny(-200).plus(&one).unwrap().1);
    assert!(!one.plus(&tiny(-100)).unwrap().1);
    // Nothing is lost of what is an error throughout.
    let nothing = Ball {
        error: -190,
        ..tiny(-200)
    };
    assert!(!one.plus(&nothing).unwrap().1);
}

#[test]
fn signs_and_zeros_are_told_where_the_error_allows() {
    let at = |text: &str, error| wide(text, error);
    assert_eq!(at("0.5", -10).sign(), Some(Sign::Positive));
    assert_eq!(at("-0.5", -10).sign(), Some(Sign::Negative));
    assert_eq!(at("0.5", 0).sign(), None);
    // A half within a half may be zero.
    assert_eq!(at("0.5", -1).sign(), None);
    assert_eq!(at("0.5", -2).sign(), Some(Sign::Positive));
    assert_eq!(at("0", -10).sign(), None);
    assert_eq!(at("1,1", -10).sign(), None);
    // A part that the error hides makes no number complex.
    assert!(at("1,0.0001", -10).is_real() && !at("1,0.01", -10).is_real());
    assert_eq!(at("1,0.0001", -10).sign(), Some(Sign::Positive));
    assert!(Ball::integer(0, P).is_zero() && !Ball::integer(1, P).is_zero());
    assert!(!at("0", -10).is_zero() && !Ball::i(P).is_zero());
    for text in ["0.5", "-3", "1,2", "0,0.1"] {
        let floor = at(text, -60).floor().unwrap();
        let (re, im) = number(text);
        let square = &re * &re + &im * &im;
        assert!(
            two_to(2 * floor) <= square && square <= two_to(2 * floor + 7),
            "{text}"
        );
        assert!(at(text, 3).floor().is_none(), "{text}");
    }
}

#[test]
fn verdicts_need_enough_digits() {
    let with = |text: &str, error| wide(text, error);
    assert_eq!(with("1", -100).compare(&with("1", -100)), Verdict::Same);
    assert_eq!(with("1", -97).compare(&with("1", -97)), Verdict::Same);
    assert_eq!(with("1", -97).compare(&with("1", -96)), Verdict::Unknown);
    assert_eq!(with("1", -96).compare(&with("1", -97)), Verdict::Unknown);
    let beside = |exponent: i64| {
        let shifted = RBig::ONE + two_to(exponent);
        with("1", -50).compare(&Ball {
            error: -50,
            ..Ball::of(&shifted, P).unwrap()
        })
    };
    assert_eq!(
        (beside(-48), beside(-49)),
        (Verdict::Differ, Verdict::Unknown)
    );
    assert_eq!(with("1", -20).compare(&with("1", -20)), Verdict::Unknown);
    assert_eq!(with("1", -20).compare(&with("1.1", -20)), Verdict::Differ);
    assert_eq!(with("0", -98).compare(&with("0", -98)), Verdict::Same);
    assert_eq!(with("0", -97).compare(&with("0", -97)), Verdict::Unknown);
    // The size counts: forty bits more before the point.
    assert_eq!(
        with("1000000000000", -60).compare(&with("1000000000000", -60)),
        Verdict::Same
    );
    assert_eq!(
        with("1,1", -100).compare(&with("1,-1", -100)),
        Verdict::Differ
    );
}

#[test]
fn arguments_out_of_bounds_have_no_value() {
    let large = |exponent: i64| Ball::of(&two_to(exponent), P).unwrap();
    let turned = |exponent: i64| large(exponent).times(&Ball::i(P)).unwrap();
    assert!(large(39).sin_cos().is_some() && large(40).sin_cos().is_none());
    assert!(turned(38).exp().is_some() && turned(39).exp().is_none());
    assert!(wide("1", 0).exp().is_some() && wide("1", 1).exp().is_none());
    assert!(wide("1", 0).sin_cos().is_some() && wide("1", 1).sin_cos().is_none());
    assert!(large(1000).times(&large(1000)).is_some());
    let half = Ball::of(&decimal("0.5"), P).unwrap();
    let floor = |exponent: i64| large(exponent).plus(&half).unwrap().0.rounded_down();
    assert!(floor(39).is_some() && floor(40).is_none());
    let power = |n: i64| Ball::integer(1, P).whole_power(&n.into());
    assert!(power(1 << 24).is_some() && power((1 << 24) + 1).is_none());
    assert!(power(-(1 << 24)).is_some() && power(-(1 << 24) - 1).is_none());
    // Magnitudes of a million bits, either way.
    let power = |n: i64| Ball::integer(2, P).whole_power(&n.into());
    assert!(power((1 << 20) - 1).is_some() && power(1 << 20).is_none());
    assert!(power(-(1 << 20) + 3).is_some() && power(-(1 << 20) - 3).is_none());
    assert!(ball(&number("2"), P).arcsin().is_none() && ball(&number("1,1"), P).arcsin().is_none());
    assert!(ball(&number("1,1"), P).arctan().is_none());
    let zero = Ball::integer(0, P);
    assert!(zero.inverse().is_none() && zero.ln().is_none());
    assert!(zero.sqrt().unwrap().is_zero());
    assert!(zero.general_power(&Ball::pi(P).unwrap()).unwrap().is_zero());
    assert!(
        zero.general_power(&Ball::pi(P).unwrap().negative())
            .is_none()
    );
}

#[test]
fn rounding_down_needs_to_know_the_side() {
    let floor = |text: &str, error| wide(text, error).rounded_down().map(|ball| middle(&ball).0);
    assert_eq!(floor("2.5", -20), Some(RBig::from(2)));
    assert_eq!(floor("-2.5", -20), Some(RBig::from(-3)));
    assert_eq!(floor("2.001", -20), Some(RBig::from(2)));
    assert_eq!(floor("2.999", -20), Some(RBig::from(2)));
    assert_eq!(floor("2.001", -5), None);
    assert_eq!(floor("2.999", -5), None);
    assert_eq!(floor("3", -20), None);
    assert_eq!(floor("2.5,1", -20), None);
}

#[test]
fn numbers_of_each_length_are_balls() {
    for value in [
        RBig::from(7),
        two_to(P as i64 - 1),
        two_to(P as i64 + 40) + RBig::ONE,
        RBig::from(2).pow(159) + RBig::ONE,
        RBig::from(2).pow(160) + RBig::ONE,
        RBig::ONE / RBig::from(3),
        RBig::from(-1_000_000) / RBig::from(7),
    ] {
        let found = Ball::of(&value, P).unwrap();
        let off = square_of_distance(&middle(&found), &(value.clone(), RBig::ZERO));
        assert!(off <= two_to(2 * found.error));
        assert!(found.error <= found.exponent() - 150);
        // What fits is exact.
        assert_eq!(
            found.error < -100_000,
            value.is_int() && found.exponent() <= P as i64,
            "{value}"
        );
    }
}

/// A function, a number, and how many bits its bound may be wider than need be.
const CARRIED: &[(&str, &str, i64)] = &[
    ("sqrt", "2", 9),
    ("sqrt", "1000000000000", 9),
    ("sqrt", "0.000001", 9),
    ("sqrt", "-5", 9),
    ("sqrt", "1,2", 9),
    ("sqrt", "0", 9),
    ("exp", "1", 9),
    ("exp", "-10", 9),
    ("exp", "20", 9),
    ("exp", "1,2", 9),
    ("ln", "2", 9),
    ("ln", "1000000000000", 9),
    ("ln", "0.000001", 9),
    ("ln", "-3", 9),
    ("ln", "3,-4", 9),
    ("sin", "0.3", 9),
    ("sin", "1,2", 28),
    ("cos", "1.3", 9),
    ("cos", "1,2", 28),
    ("arctan", "0.3", 9),
    ("arcsin", "0.3", 24),
    ("arcsin", "0.99", 30),
    ("arcsin", "1", 12),
    ("arcsin", "-1", 12),
    ("arccos", "0.3", 26),
    ("arccos", "1", 12),
    ("inverse", "3", 9),
    ("inverse", "0.000001", 9),
    ("inverse", "-1000000", 9),
    ("inverse", "3,4", 9),
    ("modulus", "-3", 9),
    ("modulus", "3,4", 9),
    ("cube", "1.3", 12),
    ("cube", "1,2", 12),
    ("cube inverse", "1.3", 14),
    ("third root", "2", 14),
    ("pi power", "2", 14),
    ("twice", "1.3", 9),
    ("square", "1.3", 9),
    ("square", "1,2", 9),
];

/// A function, its argument, and its value by Python's `mpmath` with 120 digits, rounded to 66.
const KNOWN: &str = include_str!("tests/known.txt");
