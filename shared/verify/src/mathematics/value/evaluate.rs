//! The value of an expression at a point.

use std::cell::Cell;

use dashu_base::Sign;
use dashu_ratio::RBig;

use super::ball::{Ball, Verdict};
use super::exact::{Fault, exact};
use super::fuel::Fuel;
use super::point::Point;
use crate::mathematics::node::{Constant, Function, Node};

/// A value: exact where that is possible.
#[derive(Debug, Clone)]
pub(crate) enum Value {
    Exact(RBig),
    Near(Ball),
}

impl Value {
    /// The value with an error, which for an exact one is that of rounding.
    pub(crate) fn ball(&self, precision: usize) -> Option<Ball> {
        match self {
            Value::Exact(value) => Ball::of(value, precision),
            Value::Near(ball) => Some(ball.clone()),
        }
    }
}

/// What evaluates, with its settings.
pub(crate) struct Machine<'a> {
    pub(crate) fuel: &'a Fuel,
    pub(crate) precision: usize,
    /// What `log` without a base means: base ten, or e.
    pub(crate) ten: bool,
    /// Functions of complex numbers are left out: they cost the most, and where both sides come to one nothing is learnt.
    pub(crate) real: bool,
    /// Set when one was left out.
    pub(crate) complex: Cell<bool>,
    /// Set when a term was too small to leave a trace in a sum, so that equality cannot be told.
    pub(crate) lost: Cell<bool>,
}

/// What a function of a real number costs, in units of fuel; of a complex one five times that.
const FUNCTION: u32 = 110;

impl<'a> Machine<'a> {
    pub(crate) fn new(fuel: &'a Fuel) -> Self {
        Machine {
            fuel,
            precision: 160,
            ten: false,
            real: false,
            complex: Cell::new(false),
            lost: Cell::new(false),
        }
    }

    /// The value of a scalar; none where it has none or is out of bounds.
    pub(crate) fn value(&self, node: &Node, point: &Point) -> Option<Value> {
        match exact(node, point, self.fuel) {
            Ok(value) => Some(Value::Exact(value)),
            Err(Fault::Undefined | Fault::Spent) => None,
            Err(Fault::Irrational | Fault::Large) => self.near(node, point).map(Value::Near),
        }
    }

    /// Whether two values are equal.
    pub(crate) fn compare(&self, a: &Value, b: &Value) -> Verdict {
        if let (Value::Exact(a), Value::Exact(b)) = (a, b) {
            return if a == b {
                Verdict::Same
            } else {
                Verdict::Differ
            };
        }
        match (a.ball(self.precision), b.ball(self.precision)) {
            (Some(a), Some(b)) => match a.compare(&b) {
                Verdict::Same if self.lost.get() => Verdict::Unknown,
                verdict => verdict,
            },
            _ => Verdict::Unknown,
        }
    }

    /// The product of two values.
    pub(crate) fn times(&self, a: &Value, b: &Value) -> Option<Value> {
        Some(match (a, b) {
            (Value::Exact(a), Value::Exact(b)) => Value::Exact(a * b),
            _ => Value::Near(a.ball(self.precision)?.times(&b.ball(self.precision)?)?),
        })
    }

    /// The sign of a real value; none where it is zero or not known.
    pub(crate) fn sign(&self, value: &Value) -> Option<Sign> {
        match value {
            Value::Exact(value) => (!value.is_zero()).then(|| value.sign()),
            Value::Near(ball) => ball.sign(),
        }
    }

    /// The sign of the difference of two real values; none where it is zero or not known.
    pub(crate) fn order(&self, a: &Value, b: &Value) -> Option<Sign> {
        if let (Value::Exact(a), Value::Exact(b)) = (a, b) {
            return self.sign(&Value::Exact(a - b));
        }
        let (a, b) = (a.ball(self.precision)?, b.ball(self.precision)?);
        a.plus(&b.negative())?.0.sign()
    }

    fn near(&self, node: &Node, point: &Point) -> Option<Ball> {
        let precision = self.precision;
        let at = |node: &Node| self.near(node, point);
        self.fuel.spend(2)?;
        match node {
            Node::Number(value) | Node::Decimal(value, _) => Ball::of(value, precision),
            Node::Symbol(name) => Ball::of(point.get(name)?, precision),
            Node::Constant(Constant::Pi) => Ball::pi(precision),
            Node::Constant(Constant::E) => {
                self.fuel.spend(FUNCTION)?;
                Ball::e(precision)
            }
            Node::Constant(Constant::I) => Some(Ball::i(precision)),
            Node::Sum(terms) => {
                let mut sum = Ball::integer(0, precision);
                for term in terms {
                    let (next, lost) = sum.plus(&at(term)?)?;
                    self.lose(lost);
                    sum = next;
                }
                Some(sum)
            }
            Node::Product(factors) => {
                let mut product = Ball::integer(1, precision);
                for factor in factors {
                    product = product.times(&at(factor)?)?;
                }
                Some(product)
            }
            Node::Negative(inner) => Some(at(inner)?.negative()),
            Node::Inverse(inner) => at(inner)?.inverse(),
            Node::Percent(inner) => at(inner)?.times(&Ball::integer(100, precision).inverse()?),
            Node::Degrees(inner) => {
                let turn = Ball::pi(precision)?.times(&Ball::integer(180, precision).inverse()?)?;
                at(inner)?.times(&turn)
            }
            Node::Power(base, exponent) => {
                if **base == Node::Constant(Constant::E) {
                    let exponent = at(exponent)?;
                    self.pay(&exponent, 1)?;
                    self.watch(&exponent);
                    return exponent.exp();
                }
                let raised = at(base)?;
                let varies = exponent.any(|part| matches!(part, Node::Symbol(_)));
                match exact(exponent, point, self.fuel) {
                    Ok(exponent) if exponent.is_int() => {
                        self.fuel.spend(20)?;
                        raised.whole_power(exponent.numerator())
                    }
                    // An exponent that varies is no odd root at one point and a root of another kind at the next.
                    Ok(exponent) if varies => {
                        self.pay(&raised, 2)?;
                        raised.general_power(&Ball::of(&exponent, precision)?)
                    }
                    Ok(exponent) => {
                        self.pay(&raised, 2)?;
                        raised.fractional_power(&exponent)
                    }
                    Err(Fault::Undefined | Fault::Spent) => None,
                    Err(_) => {
                        let exponent = at(exponent)?;
                        self.pay(&raised, 1)?;
                        self.pay(&exponent, 1)?;
                        raised.general_power(&exponent)
                    }
                }
            }
            Node::Call(function, arguments) => {
                // What only whole numbers have is exact.
                if matches!(
                    function,
                    Function::Factorial
                        | Function::DoubleFactorial
                        | Function::Binomial
                        | Function::Gcd
                        | Function::Lcm
                ) {
                    let value = exact(node, point, self.fuel).ok()?;
                    return Ball::of(&value, precision);
                }
                let arguments: Vec<Ball> = arguments.iter().map(at).collect::<Option<_>>()?;
                self.call(*function, &arguments)
            }
            Node::Opaque(..) => {
                let value = exact(node, point, self.fuel).ok()?;
                Ball::of(&value, precision)
            }
            _ => None,
        }
    }

    fn pay(&self, argument: &Ball, functions: u32) -> Option<()> {
        if self.real && argument.im.is_some() {
            self.complex.set(true);
            return None;
        }
        let each = if argument.im.is_some() {
            5 * FUNCTION
        } else {
            FUNCTION
        };
        let scale = (self.precision / 160) as u32;
        self.fuel.spend(functions * each * scale.max(1))
    }

    fn lose(&self, lost: bool) {
        self.lost.set(self.lost.get() || lost);
    }

    /// Notes an argument beside zero of a function that is nearly a line there: what makes it another leaves no trace.
    fn watch(&self, argument: &Ball) {
        let small = argument.exponent() < -(self.precision as i64) / 2;
        self.lose(small && argument.floor().is_some());
    }

    fn call(&self, function: Function, arguments: &[Ball]) -> Option<Ball> {
        let precision = self.precision;
        let first = arguments.first()?;
        match (function, arguments) {
            (Function::Root, [index, radicand]) => {
                // An index that is no small whole number is a power like any other.
                self.fuel.spend(8)?;
                if index.compare(&Ball::integer(2, precision)) == Verdict::Same {
                    return radicand.sqrt();
                }
                self.pay(radicand, 2)?;
                let whole = (3..=64_i64)
                    .find(|&n| index.compare(&Ball::integer(n, precision)) == Verdict::Same);
                match whole {
                    Some(n) => radicand.fractional_power(&(RBig::ONE / RBig::from(n))),
                    None => radicand.general_power(&index.inverse()?),
                }
            }
            (Function::Abs, [x]) => x.modulus(),
            (Function::Floor, [x]) => x.rounded_down(),
            (Function::Ceiling, [x]) => Some(x.negative().rounded_down()?.negative()),
            (Function::Min | Function::Max, [first, rest @ ..]) => {
                rest.iter().try_fold(first.clone(), |best, other| {
                    let below = best.plus(&other.negative())?.0.sign()? == Sign::Negative;
                    Some(if below == (function == Function::Min) {
                        best
                    } else {
                        other.clone()
                    })
                })
            }
            (Function::LogBase, [base, x]) => {
                self.pay(base, 1)?;
                self.pay(x, 1)?;
                x.ln()?.times(&base.ln()?.inverse()?)
            }
            (Function::Log, [x]) if self.ten => {
                self.pay(x, 2)?;
                x.ln()?
                    .times(&Ball::integer(10, precision).ln()?.inverse()?)
            }
            (Function::Ln | Function::Log, [x]) => {
                self.pay(x, 1)?;
                x.ln()
            }
            (Function::Exp, [x]) => {
                self.pay(x, 1)?;
                self.watch(x);
                x.exp()
            }
            (Function::Arcsin | Function::Arccos | Function::Arctan, [x]) => {
                self.pay(x, 3)?;
                self.watch(x);
                // What is left to a quarter turn is one over the argument.
                self.lose(x.exponent() > precision as i64 / 2);
                match function {
                    Function::Arcsin => x.arcsin(),
                    Function::Arccos => x.arccos(),
                    _ => x.arctan(),
                }
            }
            (Function::Sinh | Function::Cosh | Function::Tanh, [x]) => {
                self.pay(x, 2)?;
                self.watch(x);
                let (up, down) = (x.exp()?, x.negative().exp()?);
                let (cosh, lost) = up.plus(&down)?;
                let sinh = up.plus(&down.negative())?.0;
                self.lose(lost);
                match function {
                    Function::Tanh => sinh.times(&cosh.inverse()?),
                    Function::Sinh => sinh.times(&Ball::integer(2, precision).inverse()?),
                    _ => cosh.times(&Ball::integer(2, precision).inverse()?),
                }
            }
            _ => {
                self.pay(first, 2)?;
                self.watch(first);
                let (sin, cos) = first.sin_cos()?;
                match function {
                    Function::Sin => Some(sin),
                    Function::Cos => Some(cos),
                    Function::Tan => sin.times(&cos.inverse()?),
                    Function::Cot => cos.times(&sin.inverse()?),
                    Function::Sec => cos.inverse(),
                    Function::Csc => sin.inverse(),
                    _ => None,
                }
            }
        }
    }
}
