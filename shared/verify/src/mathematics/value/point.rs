//! Values for variables.

use std::collections::{BTreeMap, BTreeSet};

use dashu_int::{IBig, UBig};
use dashu_ratio::RBig;

use crate::mathematics::node::{Function, Node};

/// Values of variables by name.
pub(crate) type Point = BTreeMap<String, RBig>;

/// At how many points expressions are compared.
const POINTS: u64 = 9;

/// A well-mixed number from a name and a salt (FNV-1a, then the finaliser of SplitMix64).
pub(crate) fn mixed(name: &str, salt: u64) -> u64 {
    let mut hash = 0xCBF2_9CE4_8422_2325 ^ salt.wrapping_mul(0x9E37_79B9_7F4A_7C15);
    for byte in name.bytes() {
        hash = (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01B3);
    }
    hash ^= hash >> 30;
    hash = hash.wrapping_mul(0xBF58_476D_1CE4_E5B9);
    hash ^= hash >> 27;
    hash = hash.wrapping_mul(0x94D0_49BB_1331_11EB);
    hash ^ (hash >> 31)
}

/// Points for the variables of the nodes, the same for the same `seed`: small and large, positive and negative, and whole
/// where a factorial needs it. A single point where there is no variable.
pub(crate) fn points(nodes: &[&Node], seed: u64) -> Vec<Point> {
    let mut names = BTreeSet::new();
    let mut whole = BTreeSet::new();
    for node in nodes {
        node.each(&mut |part| match part {
            Node::Symbol(name) => {
                names.insert(name.clone());
            }
            Node::Call(
                Function::Factorial
                | Function::DoubleFactorial
                | Function::Binomial
                | Function::Gcd
                | Function::Lcm,
                arguments,
            ) => {
                for argument in arguments {
                    argument.each(&mut |part| {
                        if let Node::Symbol(name) = part {
                            whole.insert(name.clone());
                        }
                    });
                }
            }
            _ => {}
        });
    }
    if names.is_empty() {
        return vec![Point::new()];
    }
    let at = |number: u64| {
        names
            .iter()
            .map(|name| {
                let random = mixed(name, seed.wrapping_add(number));
                let value = if whole.contains(name) {
                    RBig::from(3 + random % 13)
                } else {
                    coordinate(number, random)
                };
                (name.clone(), value)
            })
            .collect()
    };
    (0..POINTS).map(at).collect()
}

/// A fraction of a size that depends on the number of the point.
fn coordinate(number: u64, random: u64) -> RBig {
    // With a large prime factor, so that few expressions have a pole or a jump there; and even in lowest terms, so that a
    // negative number to this power is no odd root, which would be real.
    const DENOMINATOR: u64 = 194;
    let (least, size, negative) = match number {
        0 => (0, 2, false),
        1 => (0, 1, random & 1 == 1),
        2 => (0, 3, true),
        3 => (0, 1000, false),
        4 => (0, 20, random & 1 == 1),
        5 => (0, 100_000_000, false),
        6 => (0, 9, false),
        // Never near zero: beyond where a function such as |x + 20| bends.
        7 => (500, 1000, true),
        _ => (50_000_000, 100_000_000, true),
    };
    let scatter = (random >> 8) % ((size - least) * DENOMINATOR);
    let numerator = IBig::from((least * DENOMINATOR + scatter) | 1);
    let value = RBig::from_parts(numerator, UBig::from(DENOMINATOR));
    if negative { -value } else { value }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(text: &str, seed: u64) -> Vec<Point> {
        let node = crate::mathematics::read::read(text).usual.unwrap();
        points(&[&node], seed)
    }

    #[test]
    fn points_are_small_and_large_and_of_both_signs() {
        assert_eq!(of("2+3", 1), [Point::new()]);
        let bounds = [2, 1, 3, 1000, 20, 100_000_000, 9, 1000, 100_000_000_u64];
        let mut signs = [[false; 2]; 9];
        for seed in 0..40 {
            let points = of("x", seed);
            assert_eq!(points.len(), bounds.len());
            assert_eq!(points, of("x", seed));
            assert_ne!(points, of("x", seed + 40));
            for (i, (point, bound)) in points.iter().zip(bounds).enumerate() {
                let x = &point["x"];
                signs[i][usize::from(*x < RBig::ZERO)] = true;
                let size = if *x < RBig::ZERO { -x } else { x.clone() };
                assert!(size < RBig::from(bound), "{x}");
                assert!(i < 7 || size > RBig::from(bound / 2), "{x}");
                // Neither whole nor an odd root as an exponent.
                assert!(!x.is_int() && !x.denominator().is_one());
                assert_eq!(x.denominator() % 2_u8, 0);
            }
        }
        let (up, down, both) = ([true, false], [false, true], [true, true]);
        assert_eq!(signs, [up, both, down, up, both, up, up, down, down]);
    }

    #[test]
    fn what_only_whole_numbers_have_is_asked_of_whole_numbers() {
        for text in [
            "n!+x",
            "\\binom{n}{2}+x",
            "\\gcd(n,4)+x",
            "\\operatorname{lcm}(n,4)+x",
        ] {
            for seed in 0..40 {
                for point in of(text, seed) {
                    let n = &point["n"];
                    assert!(n.is_int() && (RBig::from(3)..=RBig::from(15)).contains(n));
                    assert!(!point["x"].is_int());
                }
            }
        }
    }
}
