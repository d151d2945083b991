//! What an answer says, as a tree.

use dashu_ratio::RBig;

use super::units::Unit;
pub(crate) use crate::joints::Joint;

/// A number that has a name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Constant {
    Pi,
    E,
    I,
    Infinity,
}

/// A function with a fixed meaning. The comment says what the arguments are where there is more than one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Function {
    /// Index, radicand.
    Root,
    Abs,
    Floor,
    Ceiling,
    Factorial,
    /// Every second factor: `n (n - 2) …`.
    DoubleFactorial,
    /// n, k.
    Binomial,
    Gcd,
    Lcm,
    Min,
    Max,
    Exp,
    Ln,
    /// Base, argument.
    LogBase,
    /// A logarithm without a base: some mean e, others 10.
    Log,
    Sin,
    Cos,
    Tan,
    Cot,
    Sec,
    Csc,
    Arcsin,
    Arccos,
    Arctan,
    Sinh,
    Cosh,
    Tanh,
}

/// What stands between two sides.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Relator {
    Equal,
    NotEqual,
    Less,
    LessEqual,
    Greater,
    GreaterEqual,
    About,
    In,
}

impl Relator {
    /// The relator that says the same with the sides exchanged; none for `∈`.
    pub(crate) const fn reversed(self) -> Option<Self> {
        Some(match self {
            Relator::Less => Relator::Greater,
            Relator::LessEqual => Relator::GreaterEqual,
            Relator::Greater => Relator::Less,
            Relator::GreaterEqual => Relator::LessEqual,
            Relator::Equal | Relator::NotEqual | Relator::About => self,
            Relator::In => return None,
        })
    }
}

/// An operation on sets.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum SetOperator {
    Union,
    Intersection,
    Difference,
}

/// A set that has a name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Region {
    Empty,
    Naturals,
    Integers,
    Rationals,
    Reals,
    Complexes,
}

/// A part of an answer. The reader bounds its depth, so functions on it may recurse.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Node {
    /// An integer or a fraction of integers.
    Number(RBig),
    /// A number written with a decimal mark, and how many digits follow the mark.
    Decimal(RBig, usize),
    Constant(Constant),
    /// A variable, with its subscript and primes.
    Symbol(String),
    Sum(Vec<Node>),
    Product(Vec<Node>),
    Negative(Box<Node>),
    Inverse(Box<Node>),
    /// Base, exponent.
    Power(Box<Node>, Box<Node>),
    /// `±x` (true) or `∓x` (false); in one answer all of them take their upper sign, or all the lower.
    Either(bool, Box<Node>),
    Call(Function, Vec<Node>),
    /// A function without a fixed meaning, such as `f(x)`.
    Opaque(String, Vec<Node>),
    Percent(Box<Node>),
    Degrees(Box<Node>),
    Quantity(Box<Node>, Unit),
    /// A point, a vector or an interval, with the marks around it.
    Tuple(char, Vec<Node>, char),
    Set(Vec<Node>),
    /// `{element | conditions}`.
    Builder(Box<Node>, Vec<Node>),
    Region(Region),
    Join(SetOperator, Vec<Node>),
    /// Rows of equal length, at least one of each.
    Matrix(Vec<Vec<Node>>),
    /// A chain such as `0 < x < 1`; at least one relator.
    Relation(Box<Node>, Vec<(Relator, Node)>),
    /// A list without brackets, of two items or more.
    List(Vec<Node>, Joint),
    /// A time of day: hours, minutes; and whether it could be a ratio instead.
    Clock(u16, u16, bool),
    Ratio(Vec<Node>),
    /// Words, in lower case.
    Words(String),
}

impl Node {
    pub(crate) fn integer(value: i64) -> Node {
        Node::Number(RBig::from(value))
    }

    pub(crate) fn negative(self) -> Node {
        match self {
            Node::Number(value) => Node::Number(-value),
            Node::Decimal(value, places) => Node::Decimal(-value, places),
            other => Node::Negative(Box::new(other)),
        }
    }

    /// The quotient; a fraction of two integers becomes one number.
    pub(crate) fn over(self, divisor: Node) -> Node {
        match (self, divisor) {
            (Node::Number(a), Node::Number(b)) if !b.is_zero() => Node::Number(a / b),
            (a, b) => Node::Product(vec![a, Node::Inverse(Box::new(b))]),
        }
    }

    pub(crate) fn minus(self, other: Node) -> Node {
        Node::Sum(vec![self, other.negative()])
    }

    pub(crate) fn power(self, exponent: Node) -> Node {
        Node::Power(Box::new(self), Box::new(exponent))
    }

    /// "3 hours" with "20 minutes": the sum, where both measure the same thing and the second in a smaller unit.
    pub(crate) fn with_part(&self, part: &Node) -> Option<Node> {
        let (Node::Quantity(x, u), Node::Quantity(y, v)) = (self, part) else {
            return None;
        };
        if !u.measures_as(v) || u.factor <= v.factor {
            return None;
        }
        let ratio = Node::Number(&u.factor / &v.factor);
        let sum = Node::Sum(vec![
            Node::Product(vec![(**x).clone(), ratio]),
            (**y).clone(),
        ]);
        Some(Node::Quantity(Box::new(sum), v.clone()))
    }

    /// Calls `visit` for this node and every part of it.
    pub(crate) fn each(&self, visit: &mut impl FnMut(&Node)) {
        visit(self);
        match self {
            Node::Number(_)
            | Node::Decimal(..)
            | Node::Constant(_)
            | Node::Symbol(_)
            | Node::Region(_)
            | Node::Clock(..)
            | Node::Words(_) => {}
            Node::Negative(a)
            | Node::Inverse(a)
            | Node::Either(_, a)
            | Node::Percent(a)
            | Node::Degrees(a)
            | Node::Quantity(a, _) => a.each(visit),
            Node::Power(a, b) => {
                a.each(visit);
                b.each(visit);
            }
            Node::Sum(items)
            | Node::Product(items)
            | Node::Call(_, items)
            | Node::Opaque(_, items)
            | Node::Tuple(_, items, _)
            | Node::Set(items)
            | Node::Join(_, items)
            | Node::List(items, _)
            | Node::Ratio(items) => items.iter().for_each(|item| item.each(visit)),
            Node::Builder(element, conditions) => {
                element.each(visit);
                conditions.iter().for_each(|item| item.each(visit));
            }
            Node::Matrix(rows) => rows.iter().flatten().for_each(|item| item.each(visit)),
            Node::Relation(first, rest) => {
                first.each(visit);
                rest.iter().for_each(|(_, item)| item.each(visit));
            }
        }
    }

    /// Whether any part fits.
    pub(crate) fn any(&self, fits: impl Fn(&Node) -> bool) -> bool {
        let mut found = false;
        self.each(&mut |node| found |= fits(node));
        found
    }

    /// Whether it is one number or one algebraic expression: no list, set, relation, matrix or word in it.
    pub(crate) fn is_scalar(&self) -> bool {
        !self.any(|node| {
            matches!(
                node,
                Node::Quantity(..)
                    | Node::Tuple(..)
                    | Node::Set(_)
                    | Node::Builder(..)
                    | Node::Region(_)
                    | Node::Join(..)
                    | Node::Matrix(_)
                    | Node::Relation(..)
                    | Node::List(..)
                    | Node::Clock(..)
                    | Node::Ratio(_)
                    | Node::Words(_)
            )
        })
    }

    /// A sum, product, power or call of the parts that `at` makes of its own; none where it is something else.
    pub(crate) fn with_parts(&self, at: impl Fn(&Node) -> Node) -> Option<Node> {
        let all = |items: &[Node]| items.iter().map(&at).collect();
        Some(match self {
            Node::Sum(items) => Node::Sum(all(items)),
            Node::Product(items) => Node::Product(all(items)),
            Node::Negative(inner) => Node::Negative(Box::new(at(inner))),
            Node::Inverse(inner) => Node::Inverse(Box::new(at(inner))),
            Node::Power(base, exponent) => at(base).power(at(exponent)),
            Node::Call(function, items) => Node::Call(*function, all(items)),
            Node::Opaque(name, items) => Node::Opaque(name.clone(), all(items)),
            _ => return None,
        })
    }

    /// Infinity or minus infinity: its sign.
    pub(crate) fn infinity(&self) -> Option<bool> {
        match self {
            Node::Constant(Constant::Infinity) => Some(true),
            Node::Negative(inner) => inner.infinity().map(|positive| !positive),
            _ => None,
        }
    }

    /// What kind of thing it is, for people.
    pub(crate) fn kind(&self) -> &'static str {
        match self {
            Node::Quantity(..) => "a number with a unit",
            Node::Tuple('(', items, ')') if items.len() == 2 => "a point or an open interval",
            Node::Tuple('(', _, ')') | Node::Tuple('⟨', ..) => "a tuple",
            Node::Tuple(..) => "an interval",
            Node::Set(_) | Node::Builder(..) | Node::Region(_) | Node::Join(..) => "a set",
            Node::Matrix(_) => "a matrix",
            Node::Relation(_, rest) => match rest.first() {
                Some((Relator::Equal | Relator::About, _)) => "an equation",
                Some((Relator::In, _)) => "a set",
                _ => "an inequality",
            },
            Node::List(..) => "a list",
            Node::Clock(..) => "a time of day",
            Node::Ratio(_) => "a ratio",
            Node::Words(_) => "words",
            other if other.any(|node| matches!(node, Node::Either(..))) => "two values",
            other if other.any(|node| matches!(node, Node::Symbol(_) | Node::Opaque(..))) => {
                "an expression"
            }
            _ => "a number",
        }
    }
}
