//! Exact rational values.

use dashu_base::{Abs, BitTest, Gcd, Sign};
use dashu_int::{IBig, UBig};
use dashu_ratio::RBig;

use super::fuel::Fuel;
use super::point::{Point, mixed};
use crate::mathematics::node::{Function, Node};

/// Numerators and denominators beyond this many bits are not computed.
const MAX_BITS: usize = 1 << 14;
/// Factorials and binomials of more factors are not computed.
const MAX_FACTORS: u64 = 1500;

/// Why there is no exact rational value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Fault {
    /// It is one, but too large.
    Large,
    /// It is irrational, or it is not known whether it is rational.
    Irrational,
    /// It has no value, such as a quotient by zero.
    Undefined,
    /// The work is more than one comparison may do.
    Spent,
}

/// The exact value of a scalar at a point.
pub(crate) fn exact(node: &Node, point: &Point, fuel: &Fuel) -> Result<RBig, Fault> {
    let at = |node: &Node| exact(node, point, fuel);
    fuel.spend(1).ok_or(Fault::Spent)?;
    match node {
        Node::Number(value) | Node::Decimal(value, _) => Ok(value.clone()),
        Node::Symbol(name) => point.get(name).cloned().ok_or(Fault::Irrational),
        Node::Sum(terms) => terms.iter().try_fold(RBig::ZERO, |sum, term| {
            let term = at(term)?;
            room(bits(&sum) + bits(&term), fuel)?;
            Ok(sum + term)
        }),
        Node::Product(factors) => factors.iter().try_fold(RBig::ONE, |product, factor| {
            let factor = at(factor)?;
            room(bits(&product) + bits(&factor), fuel)?;
            Ok(product * factor)
        }),
        Node::Negative(inner) => Ok(-at(inner)?),
        Node::Inverse(inner) => inverse(at(inner)?),
        Node::Percent(inner) => Ok(at(inner)? / RBig::from(100)),
        Node::Power(base, exponent) => {
            let exponent = at(exponent)?;
            power(at(base)?, &exponent, fuel)
        }
        Node::Call(function, arguments) => {
            let arguments: Vec<RBig> = arguments.iter().map(at).collect::<Result<_, _>>()?;
            call(*function, &arguments, fuel)
        }
        Node::Opaque(name, arguments) => {
            let arguments: Vec<RBig> = arguments.iter().map(at).collect::<Result<_, _>>()?;
            opaque(name, &arguments, fuel)
        }
        _ => Err(Fault::Irrational),
    }
}

fn bits(value: &RBig) -> usize {
    value
        .numerator()
        .bit_len()
        .max(value.denominator().bit_len())
}

/// Room for a number of so many bits, paid for.
fn room(bits: usize, fuel: &Fuel) -> Result<(), Fault> {
    if bits > MAX_BITS {
        return Err(Fault::Large);
    }
    // Reducing a fraction takes time by the square of its length.
    let words = u32::try_from(bits / 64).unwrap_or(u32::MAX);
    fuel.spend(words.saturating_mul(words) / 512 + words / 8)
        .ok_or(Fault::Spent)
}

fn inverse(value: RBig) -> Result<RBig, Fault> {
    if value.is_zero() {
        return Err(Fault::Undefined);
    }
    Ok(RBig::ONE / value)
}

/// `base` to the power `exponent`, where that is rational. An odd root of a negative number is negative.
fn power(base: RBig, exponent: &RBig, fuel: &Fuel) -> Result<RBig, Fault> {
    if !exponent.is_int() {
        let degree = exponent.denominator().clone();
        let rooted = root(&base, &degree, fuel)?;
        return power(rooted, &RBig::from(exponent.numerator().clone()), fuel);
    }
    if exponent.is_zero() {
        return if base.is_zero() {
            Err(Fault::Undefined)
        } else {
            Ok(RBig::ONE)
        };
    }
    if base.is_zero() {
        return if exponent.sign() == Sign::Negative {
            Err(Fault::Undefined)
        } else {
            Ok(base)
        };
    }
    if base.clone().abs() == RBig::ONE {
        let odd = exponent.numerator().bit(0);
        return Ok(if odd { base } else { RBig::ONE });
    }
    let times = isize::try_from(exponent.numerator()).map_err(|_| Fault::Large)?;
    room(bits(&base).saturating_mul(times.unsigned_abs()), fuel)?;
    Ok(base.pow(times))
}

/// The root of a perfect power.
fn root(value: &RBig, degree: &UBig, fuel: &Fuel) -> Result<RBig, Fault> {
    let degree = usize::try_from(degree).map_err(|_| Fault::Irrational)?;
    let negative = value.sign() == Sign::Negative;
    if degree == 0 || degree > 64 || (negative && degree % 2 == 0) {
        return Err(Fault::Irrational);
    }
    room(bits(value), fuel)?;
    let (_, numerator) = value.numerator().clone().into_parts();
    let (n, d) = (
        numerator.nth_root(degree),
        value.denominator().nth_root(degree),
    );
    if n.pow(degree) != numerator || d.pow(degree) != *value.denominator() {
        return Err(Fault::Irrational);
    }
    let root = RBig::from_parts(IBig::from(n), d);
    Ok(if negative { -root } else { root })
}

fn call(function: Function, arguments: &[RBig], fuel: &Fuel) -> Result<RBig, Fault> {
    match (function, arguments) {
        (Function::Root, [index, radicand]) => {
            power(radicand.clone(), &inverse(index.clone())?, fuel)
        }
        (Function::Abs, [x]) => Ok(x.clone().abs()),
        (Function::Floor, [x]) => Ok(RBig::from(x.floor())),
        (Function::Ceiling, [x]) => Ok(RBig::from(x.ceil())),
        (Function::Factorial, [n]) => {
            let n = natural(n)?;
            falling(n, n, 1, fuel)
        }
        (Function::DoubleFactorial, [n]) => {
            let n = natural(n)?;
            falling(n, n.div_ceil(2), 2, fuel)
        }
        (Function::Binomial, [n, k]) => {
            let (n, k) = (natural(n)?, natural(k)?);
            if k > n {
                return Ok(RBig::ZERO);
            }
            let k = k.min(n - k);
            Ok(falling(n, k, 1, fuel)? / falling(k, k, 1, fuel)?)
        }
        (Function::Gcd, [first, rest @ ..]) => rest
            .iter()
            .try_fold(whole(first)?, |a, b| {
                let b = whole(b)?;
                room(a.bit_len() + b.bit_len(), fuel)?;
                Ok(if a.is_zero() && b.is_zero() {
                    a
                } else {
                    a.gcd(b)
                })
            })
            .map(RBig::from),
        (Function::Lcm, [first, rest @ ..]) => rest
            .iter()
            .try_fold(whole(first)?, |a, b| {
                let b = whole(b)?;
                room(a.bit_len() + b.bit_len(), fuel)?;
                if a.is_zero() || b.is_zero() {
                    return Ok(UBig::ZERO);
                }
                let divisor = (&a).gcd(&b);
                Ok(a / divisor * b)
            })
            .map(RBig::from),
        (Function::Min, [first, rest @ ..]) => Ok(rest
            .iter()
            .min()
            .map_or(first, |least| least.min(first))
            .clone()),
        (Function::Max, [first, rest @ ..]) => Ok(rest
            .iter()
            .max()
            .map_or(first, |most| most.max(first))
            .clone()),
        _ => Err(Fault::Irrational),
    }
}

fn whole(value: &RBig) -> Result<UBig, Fault> {
    let plain = value.is_int() && value.sign() == Sign::Positive;
    plain
        .then(|| value.numerator().clone().into_parts().1)
        .ok_or(Fault::Undefined)
}

fn natural(value: &RBig) -> Result<u64, Fault> {
    u64::try_from(&whole(value)?).map_err(|_| Fault::Large)
}

/// `n (n - step) …`, `k` factors.
fn falling(n: u64, k: u64, step: u64, fuel: &Fuel) -> Result<RBig, Fault> {
    if k > MAX_FACTORS {
        return Err(Fault::Large);
    }
    let mut product = UBig::ONE;
    for i in 0..k {
        product *= UBig::from(n - i * step);
        if product.bit_len() > MAX_BITS {
            return Err(Fault::Large);
        }
    }
    fuel.spend(u32::try_from(k / 8).unwrap_or(u32::MAX))
        .ok_or(Fault::Spent)?;
    Ok(RBig::from(product))
}

/// A value for a function of which only the name is known: a cubic of its own, which tells `f(2x)` from `2f(x)`.
fn opaque(name: &str, arguments: &[RBig], fuel: &Fuel) -> Result<RBig, Fault> {
    let mut sum = RBig::from(1 + mixed(name, 0) % 1000);
    for (i, x) in arguments.iter().enumerate() {
        room(bits(x).saturating_mul(4) + bits(&sum), fuel)?;
        for degree in 1_u64..=3 {
            let salt = 4 * i as u64 + degree;
            sum += RBig::from(1 + mixed(name, salt) % 1000) * x.pow(degree as isize);
        }
    }
    Ok(sum)
}

#[cfg(test)]
mod tests;
