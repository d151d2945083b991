//! Whether two numbers or expressions are equal.

use dashu_base::{Abs, Sign};
use dashu_int::UBig;
use dashu_ratio::RBig;

use super::Judge;
use crate::mathematics::node::{Constant, Function, Node};
use crate::mathematics::value::{
    Fault, Machine, PRIMES, Point, Value, Verdict, exact, modular, points,
};

/// A decimal of so many digits counts as an irrational number or a fraction that it is the beginning of: what calculators and
/// programs print. Fewer digits are a rounded value, which is another number.
const PRINTED_DIGITS: usize = 10;
/// At so many points two expressions must be seen to agree.
const ENOUGH: usize = 3;
/// Digits for a second look at constants, in bits.
const FINE: usize = 640;

impl Judge<'_> {
    /// Whether two scalars are equal.
    pub(super) fn scalars(&self, a: &Node, b: &Node) -> bool {
        if a == b {
            return true;
        }
        match (a.infinity(), b.infinity()) {
            (None, None) => {}
            (a, b) => return a == b,
        }
        let infinite = |node: &Node| matches!(node, Node::Constant(Constant::Infinity));
        if a.any(infinite) || b.any(infinite) {
            return false;
        }
        let bare_log = |node: &Node| matches!(node, Node::Call(Function::Log, _));
        if a.any(bare_log) || b.any(bare_log) {
            return [false, true].into_iter().any(|ten| self.agree(a, b, ten));
        }
        self.agree(a, b, false) || self.printed(a, b) || self.printed(b, a)
    }

    /// Whether both agree at every point where they can be compared, and at enough of them.
    fn agree(&self, a: &Node, b: &Node, ten: bool) -> bool {
        let points = points(&[a, b], self.seed);
        if let [point] = points.as_slice() {
            return self.constants(a, b, point, ten);
        }
        if let Some(equal) = self.modulo(a, b, &points) {
            return equal;
        }
        let imaginary = |node: &Node| *node == Node::Constant(Constant::I);
        let complex = a.any(imaginary) || b.any(imaginary);
        // Real numbers first; complex ones where these are too few.
        for real in [true, false] {
            let mut agreed = 0;
            for point in &points {
                match self.at_point(a, b, point, ten, (complex, real && !complex)) {
                    Verdict::Same => agreed += 1,
                    Verdict::Differ => return false,
                    Verdict::Unknown => {}
                }
            }
            if agreed >= ENOUGH {
                return true;
            }
        }
        false
    }

    fn at_point(
        &self,
        a: &Node,
        b: &Node,
        point: &Point,
        ten: bool,
        (complex, real): (bool, bool),
    ) -> Verdict {
        let machine = |real| {
            let mut machine = Machine::new(self.fuel);
            (machine.ten, machine.real) = (ten, real);
            machine
        };
        let (first, second) = (machine(real), machine(real));
        let (mut x, mut y) = (first.value(a, point), second.value(b, point));
        match (first.complex.get(), second.complex.get()) {
            (true, true) => return Verdict::Unknown,
            (true, false) => x = machine(false).value(a, point),
            (false, true) => y = machine(false).value(b, point),
            (false, false) => {}
        }
        let (Some(x), Some(y)) = (x, y) else {
            return Verdict::Unknown;
        };
        let machine = machine(false);
        machine.lost.set(first.lost.get() || second.lost.get());
        match machine.compare(&x, &y) {
            Verdict::Differ if !complex && not_real(&x, &machine) && not_real(&y, &machine) => {
                // Variables are real. Where both sides are not, branches may differ without meaning.
                Verdict::Unknown
            }
            verdict => verdict,
        }
    }

    fn constants(&self, a: &Node, b: &Node, point: &Point, ten: bool) -> bool {
        let (x, y) = (exact(a, point, self.fuel), exact(b, point, self.fuel));
        match (&x, &y) {
            (Ok(x), Ok(y)) => return x == y,
            (Err(Fault::Undefined | Fault::Spent), _)
            | (_, Err(Fault::Undefined | Fault::Spent)) => return false,
            (Err(Fault::Large), _) | (_, Err(Fault::Large)) => {
                if let Some(equal) = self.modulo(a, b, std::slice::from_ref(point)) {
                    return equal;
                }
            }
            _ => {}
        }
        for precision in [Machine::new(self.fuel).precision, FINE] {
            let mut machine = Machine::new(self.fuel);
            (machine.precision, machine.ten) = (precision, ten);
            let (Some(x), Some(y)) = (machine.value(a, point), machine.value(b, point)) else {
                return false;
            };
            match machine.compare(&x, &y) {
                Verdict::Same => return true,
                Verdict::Differ => return false,
                Verdict::Unknown => {}
            }
        }
        false
    }

    /// Whether both are equal modulo large primes; none where one is not made of rational operations alone, or where exact
    /// values are small enough.
    fn modulo(&self, a: &Node, b: &Node, points: &[Point]) -> Option<bool> {
        let first = points.first()?;
        let small = |node| !matches!(exact(node, first, self.fuel), Err(Fault::Large));
        if small(a) && small(b) {
            return None;
        }
        for point in points {
            for prime in PRIMES {
                let x = modular(a, point, prime, self.fuel)?;
                let y = modular(b, point, prime, self.fuel)?;
                if x != y {
                    return Some(false);
                }
            }
        }
        Some(true)
    }

    /// Whether `decimal` is a decimal with many digits, and all of them are those of `other`.
    fn printed(&self, decimal: &Node, other: &Node) -> bool {
        let (value, places) = match decimal {
            Node::Decimal(value, places) => (value.clone(), *places),
            _ => return false,
        };
        // Leading zeros count as places but not as digits.
        let scaled = value.clone().abs() * RBig::from(UBig::from(10_u8).pow(places));
        let significant = scaled.numerator().to_string().len();
        if significant < PRINTED_DIGITS || terminates(other) || !other.is_constant() {
            return false;
        }
        self.continues(&value, places, other)
    }

    /// Whether a decimal of so many places is the constant rounded to the nearest, or cut off there. A whole number is the
    /// rounding only: nobody means 3 by 3.9.
    pub(super) fn continues(&self, value: &RBig, places: usize, constant: &Node) -> bool {
        let machine = Machine::new(self.fuel);
        let Some(exact) = machine.value(constant, &Point::new()) else {
            return false;
        };
        let negative = value.sign() == Sign::Negative;
        let turned = RBig::from(if negative { -1 } else { 1 });
        let Some(exact) = machine.times(&exact, &Value::Exact(turned)) else {
            return false;
        };
        let unit = RBig::from_parts(1.into(), UBig::from(10_u8).pow(places));
        let size = value.clone().abs();
        // Half a unit up is rounded up as well.
        let low = Value::Exact(&size - &unit / RBig::from(2));
        let above = if places == 0 {
            unit / RBig::from(2)
        } else {
            unit
        };
        let high = Value::Exact(size + above);
        let above = machine.compare(&exact, &low) == Verdict::Same
            || machine.order(&exact, &low) == Some(Sign::Positive);
        above && machine.order(&exact, &high) == Some(Sign::Negative)
    }
}

/// Whether the number has a decimal of its own, of which a longer one is never a rounding.
fn terminates(node: &Node) -> bool {
    match node {
        Node::Decimal(..) => true,
        Node::Number(value) => {
            let mut rest = value.denominator().clone();
            for prime in [2_u8, 5] {
                while &rest % prime == 0 {
                    rest /= prime;
                }
            }
            rest.is_one()
        }
        _ => false,
    }
}

fn not_real(value: &Value, machine: &Machine<'_>) -> bool {
    value
        .ball(machine.precision)
        .is_some_and(|ball| !ball.is_real())
}
