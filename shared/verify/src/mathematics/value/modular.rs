//! Values modulo a large prime, for rational numbers that are too large to write out.
//!
//! Two different rational numbers agree modulo a random large prime with a probability of about the number of their bits over
//! the prime. Here the primes are fixed, so a wrong number could be made for them on purpose, but not by mistake.

use dashu_base::Sign;
use dashu_int::{IBig, UBig};
use dashu_ratio::RBig;

use super::exact::exact;
use super::fuel::Fuel;
use super::point::Point;
use crate::mathematics::node::Node;

/// The primes: 2^61 - 1, 2^62 - 57 and 2^63 - 25.
pub(crate) const PRIMES: [u64; 3] = [(1 << 61) - 1, (1 << 62) - 57, (1 << 63) - 25];

/// The value of a scalar made of rational operations, modulo `prime`; none where it has none there.
pub(crate) fn modular(node: &Node, point: &Point, prime: u64, fuel: &Fuel) -> Option<u64> {
    let at = |node: &Node| modular(node, point, prime, fuel);
    fuel.spend(1)?;
    match node {
        Node::Number(value) | Node::Decimal(value, _) => rational(value, prime),
        Node::Sum(terms) => terms
            .iter()
            .try_fold(0, |sum, term| Some(add(sum, at(term)?, prime))),
        Node::Product(factors) => factors.iter().try_fold(1, |product, factor| {
            Some(times(product, at(factor)?, prime))
        }),
        Node::Negative(inner) => Some(add(0, prime - at(inner)?, prime)),
        Node::Inverse(inner) => inverse(at(inner)?, prime),
        Node::Percent(inner) => Some(times(at(inner)?, inverse(100, prime)?, prime)),
        Node::Power(base, exponent) => {
            let exponent = exact(exponent, &Point::new(), fuel)
                .ok()
                .filter(RBig::is_int)?;
            let base = at(base)?;
            if base == 0 {
                return (exponent.sign() == Sign::Positive && !exponent.is_zero()).then_some(0);
            }
            // By Fermat's little theorem only the exponent modulo one less than the prime matters.
            let reduced = residue(exponent.numerator(), prime - 1)?;
            fuel.spend(3)?;
            Some(power(base, reduced, prime))
        }
        _ => {
            // A part that is small enough to be exact, such as a variable's value or a factorial.
            let value = exact(node, point, fuel).ok()?;
            rational(&value, prime)
        }
    }
}

fn rational(value: &RBig, prime: u64) -> Option<u64> {
    let numerator = residue(value.numerator(), prime)?;
    let denominator = residue(&IBig::from(value.denominator().clone()), prime)?;
    Some(times(numerator, inverse(denominator, prime)?, prime))
}

fn residue(value: &IBig, modulus: u64) -> Option<u64> {
    let (sign, magnitude) = value.clone().into_parts();
    let rest = u64::try_from(magnitude % UBig::from(modulus)).ok()?;
    Some(if sign == Sign::Negative && rest > 0 {
        modulus - rest
    } else {
        rest
    })
}

const fn add(a: u64, b: u64, prime: u64) -> u64 {
    ((a as u128 + b as u128) % prime as u128) as u64
}

const fn times(a: u64, b: u64, prime: u64) -> u64 {
    ((a as u128 * b as u128) % prime as u128) as u64
}

fn power(mut base: u64, mut exponent: u64, prime: u64) -> u64 {
    let mut result = 1;
    while exponent > 0 {
        if exponent & 1 == 1 {
            result = times(result, base, prime);
        }
        base = times(base, base, prime);
        exponent >>= 1;
    }
    result
}

fn inverse(value: u64, prime: u64) -> Option<u64> {
    (value != 0).then(|| power(value, prime - 2, prime))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(text: &str, prime: u64) -> Option<u64> {
        let node = crate::mathematics::read::read(text).usual.unwrap();
        modular(&node, &Point::new(), prime, &Fuel::new())
    }

    #[test]
    fn the_primes_are_prime() {
        // Fermat's test, for bases that no number of this size but a prime passes all of in its strong form; here a check of
        // the constants against slips.
        for prime in PRIMES {
            for base in [2, 3, 5, 7, 11, 13, 17, 19, 23, 29, 31, 37] {
                assert_eq!(power(base, prime - 1, prime), 1);
            }
        }
    }

    #[test]
    fn large_numbers_are_told_apart() {
        for prime in PRIMES {
            assert_eq!(of("2^{100000}", prime), of("4^{50000}", prime));
            assert_ne!(of("2^{100000}", prime), of("2^{100000}-1", prime));
            assert_eq!(of("2^{-100000} \\cdot 2^{100001}", prime), Some(2));
            assert_eq!(of("1/3 + 2/3", prime), Some(1));
            assert_eq!(of("-1 + 1", prime), Some(0));
            assert_eq!(
                of("(10^{50})^{10^{50}}", prime),
                of("10^{50 \\cdot 10^{50}}", prime)
            );
            assert_eq!(of("1/(2-2)", prime), None);
            assert_eq!(of("\\sqrt{2}", prime), None);
        }
    }

    #[test]
    fn a_small_field_is_as_in_whole_number_arithmetic() {
        for prime in [2_u64, 3, 5, 7] {
            let p = prime as i64;
            for a in -20..=20_i64 {
                assert_eq!(
                    residue(&a.into(), prime),
                    Some(a.rem_euclid(p) as u64),
                    "{a} mod {p}"
                );
            }
            for a in 0..prime {
                let inverted = inverse(a, prime);
                assert_eq!(inverted.is_some(), a > 0);
                assert!(inverted.is_none_or(|b| a * b % prime == 1));
                for b in 0..prime {
                    assert_eq!(add(a, b, prime), (a + b) % prime);
                    assert_eq!(times(a, b, prime), a * b % prime);
                    assert_eq!(power(a, b, prime), a.pow(b as u32) % prime);
                }
            }
        }
        let largest = PRIMES[2] - 1;
        assert_eq!(add(largest, largest, PRIMES[2]), largest - 1);
        assert_eq!(times(largest, largest, PRIMES[2]), 1);
        assert_eq!(rational(&RBig::from_parts(3.into(), 7_u8.into()), 7), None);
        assert_eq!(
            rational(&RBig::from_parts(3.into(), 2_u8.into()), 7),
            Some(5)
        );
    }

    #[test]
    fn each_operation_has_its_value() {
        for (text, value) in [
            ("2+3\\cdot 4", Some(14)),
            ("-(2-5)", Some(3)),
            ("200\\%", Some(2)),
            ("0.5 + 1/2", Some(1)),
            ("0^3", Some(0)),
            ("0^0", None),
            ("0^{-1}", None),
            ("2^{-1}\\cdot 6", Some(3)),
            ("2^{1/2}", None),
            ("4!", Some(24)),
        ] {
            for prime in PRIMES {
                assert_eq!(of(text, prime), value, "{text}");
            }
        }
    }
}
