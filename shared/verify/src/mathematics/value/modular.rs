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
mod tests;
