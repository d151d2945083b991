//! Whether two answers say the same.

mod equations;
mod lists;
mod matrix;
mod ranges;
mod relation;
mod scalar;
mod sets;

use dashu_ratio::RBig;

pub(crate) use self::equations::named_sides;
use self::lists::unbracketed;
use super::node::{Function, Node, Region, Relator};
use super::value::Fuel;

/// Compares two trees. What it may spend is bounded.
pub(crate) struct Judge<'a> {
    pub(crate) fuel: &'a Fuel,
    /// From the texts: points for variables that nobody can choose an expression for.
    pub(crate) seed: u64,
}

impl Judge<'_> {
    /// Whether both say the same; symmetric.
    pub(crate) fn same(&self, a: &Node, b: &Node) -> bool {
        if a == b {
            return true;
        }
        if self.fuel.spend(1).is_none() {
            return false;
        }
        if a.is_scalar() && b.is_scalar() && !signed(a) && !signed(b) {
            if let (Some(x), Some(y)) = (roman(a), roman(b)) {
                return x == y;
            }
            return self.angles(a, b).unwrap_or_else(|| self.scalars(a, b));
        }
        match (unbracketed(a), unbracketed(b)) {
            (None, None) => {}
            (x, y) => return self.same(x.as_ref().unwrap_or(a), y.as_ref().unwrap_or(b)),
        }
        if let (Node::Words(words), other) | (other, Node::Words(words)) = (a, b)
            && !matches!(other, Node::Relation(..))
        {
            return described(words).is_some_and(|region| match other {
                Node::Words(other) => described(other) == Some(region),
                other => *other == Node::Region(region),
            });
        }
        if let Some(equal) = self.quantities(a, b) {
            return equal;
        }
        if let Some(equal) = self.by_relation(a, b) {
            return equal;
        }
        if let Some(equal) = self.by_list(a, b) {
            return equal;
        }
        if let Some(equal) = self.by_set(a, b) {
            return equal;
        }
        if let (Some(x), Some(y)) = (terms(a), terms(b))
            && !(matches!(a, Node::Clock(..)) && matches!(b, Node::Clock(..)))
        {
            return self.ratios(&x, &y);
        }
        match (a, b) {
            (Node::Tuple(..) | Node::Matrix(_), _) | (_, Node::Tuple(..) | Node::Matrix(_)) => {
                self.by_matrix(a, b)
            }
            (Node::Clock(h, m, _), Node::Clock(i, n, _)) => (h, m) == (i, n),
            _ => {
                let rows = |part: &Node| matches!(part, Node::Matrix(_) | Node::Tuple(..));
                a.any(rows) && b.any(rows) && self.by_matrix(a, b)
            }
        }
    }

    /// Angles in degrees: equal as numbers of degrees, also where one side leaves the sign out, or as angles.
    fn angles(&self, a: &Node, b: &Node) -> Option<bool> {
        let (x, y) = (without_degrees(a), without_degrees(b));
        match (x, y) {
            (None, None) => None,
            (Some(x), Some(y)) => Some(self.scalars(&x, &y) || self.scalars(a, b)),
            (Some(x), None) => Some(self.scalars(&x, b) || self.scalars(a, b)),
            (None, Some(y)) => Some(self.scalars(a, &y) || self.scalars(a, b)),
        }
    }

    /// Numbers with units. A unit that one side leaves out is taken for granted; two units must measure the same thing.
    fn quantities(&self, a: &Node, b: &Node) -> Option<bool> {
        let scaled = |value: &Node, factor: &RBig| {
            Node::Product(vec![value.clone(), Node::Number(factor.clone())])
        };
        match (a, b) {
            (Node::Quantity(x, u), Node::Quantity(y, v)) => {
                if u.measures_as(v) {
                    return Some(self.same(&scaled(x, &u.factor), &scaled(y, &v.factor)));
                }
                let silent = u.is_none() || v.is_none();
                Some(silent && self.same(x, y))
            }
            // An angle, or a share of something, is not a length.
            (Node::Quantity(number, unit), Node::Degrees(_) | Node::Percent(_))
            | (Node::Degrees(_) | Node::Percent(_), Node::Quantity(number, unit))
                if !unit.is_temperature()
                    && !matches!(**number, Node::Degrees(_) | Node::Percent(_)) =>
            {
                Some(false)
            }
            (Node::Quantity(x, _), other) if !takes_apart(other) => Some(self.same(x, other)),
            (other, Node::Quantity(y, _)) if !takes_apart(other) => Some(self.same(other, y)),
            _ => None,
        }
    }

    /// Ratios of equal length whose parts are in proportion.
    fn ratios(&self, a: &[Node], b: &[Node]) -> bool {
        let ([a, more_a @ ..], [b, more_b @ ..]) = (a, b) else {
            return false;
        };
        let crossed = |x: &Node, y: &Node| Node::Product(vec![x.clone(), y.clone()]);
        more_a.len() == more_b.len()
            && !self.scalars(a, &Node::integer(0))
            && !self.scalars(b, &Node::integer(0))
            && more_a.iter().zip(more_b).all(|(x, y)| {
                x.is_scalar() && y.is_scalar() && self.scalars(&crossed(x, b), &crossed(y, a))
            })
    }

    /// Items pair by pair.
    fn pairwise(&self, a: &[Node], b: &[Node]) -> bool {
        a.len() == b.len() && a.iter().zip(b).all(|(x, y)| self.same(x, y))
    }

    /// Items in any order, each of one side with one of the other.
    fn unordered(&self, a: &[Node], b: &[Node]) -> bool {
        matched(a, b, |x, y| self.same(x, y))
    }
}

/// Whether each of one side can be given one of the other that is the same.
///
/// One may be the same as several that differ from each other, as a number is without a unit. So what was given is given anew
/// where one would be left without, and the order does not matter.
fn matched<T>(a: &[T], b: &[T], same: impl Fn(&T, &T) -> bool) -> bool {
    if a.len() != b.len() {
        return false;
    }
    let mut known: Vec<Option<bool>> = vec![None; a.len() * b.len()];
    let mut fits =
        |i: usize, j: usize| *known[i * b.len() + j].get_or_insert_with(|| same(&a[i], &b[j]));
    let mut owner: Vec<Option<usize>> = vec![None; b.len()];
    for start in 0..a.len() {
        // Breadth first: who asks for a place, and which place it would give up for it.
        let mut asked: Vec<Option<(usize, Option<usize>)>> = vec![None; b.len()];
        let mut queue = vec![(start, None)];
        let mut next = 0;
        let mut free = None;
        while free.is_none() && next < queue.len() {
            let (i, gives) = queue[next];
            next += 1;
            free = (0..b.len()).find(|&j| owner[j].is_none() && fits(i, j));
            if let Some(j) = free {
                asked[j] = Some((i, gives));
                break;
            }
            for j in 0..b.len() {
                if let (Some(other), None) = (owner[j], asked[j])
                    && fits(i, j)
                {
                    asked[j] = Some((i, gives));
                    queue.push((other, Some(j)));
                }
            }
        }
        if free.is_none() {
            return false;
        }
        while let Some(j) = free {
            let Some((i, gives)) = asked[j] else {
                return false;
            };
            owner[j] = Some(i);
            free = gives;
        }
    }
    true
}

/// The terms of a ratio; of a number, and of what may be a time of day, such as `7:32`, those of the ratio that it may be.
fn terms(node: &Node) -> Option<Vec<Node>> {
    match node {
        Node::Ratio(parts) => Some(parts.clone()),
        Node::Clock(hours, minutes, true) => Some(
            [*hours, *minutes]
                .map(|part| Node::integer(i64::from(part)))
                .to_vec(),
        ),
        node if node.is_scalar() && node.is_constant() => {
            Some(vec![node.clone(), Node::integer(1)])
        }
        _ => None,
    }
}

/// The letters of a Roman numeral of two letters or more. They are read as factors, whose order would not matter.
fn roman(node: &Node) -> Option<Vec<&str>> {
    let Node::Product(factors) = node else {
        return None;
    };
    let letters = factors.iter().map(|factor| match factor {
        Node::Symbol(name) if matches!(name.as_str(), "I" | "V" | "X" | "L" | "C" | "D" | "M") => {
            Some(name.as_str())
        }
        _ => None,
    });
    letters.collect()
}

/// The set that people describe by these words.
fn described(words: &str) -> Option<Region> {
    match words {
        "no solution" | "no solutions" | "no real solution" | "no real solutions" | "none"
        | "no roots" | "no real roots" | "empty set" | "the empty set" => Some(Region::Empty),
        "all real numbers"
        | "all reals"
        | "all real"
        | "the real numbers"
        | "real numbers"
        | "the set of all real numbers"
        | "all real values" => Some(Region::Reals),
        "all integers" | "the integers" => Some(Region::Integers),
        _ => None,
    }
}

/// Whether it holds a sign that is two at once.
fn signed(node: &Node) -> bool {
    node.any(|part| matches!(part, Node::Either(..)))
}

/// Whether other rules take the node apart before its unit matters.
fn takes_apart(node: &Node) -> bool {
    match node {
        Node::Relation(..) | Node::List(..) | Node::Set(_) => true,
        other => signed(other),
    }
}

/// The number of degrees of an angle, or of a sum of some: `180^\circ-2\alpha`.
fn without_degrees(node: &Node) -> Option<Node> {
    match node {
        Node::Sum(terms) => {
            let plain: Vec<_> = terms.iter().map(without_degrees).collect();
            let terms = plain.iter().zip(terms);
            let terms = terms.map(|(plain, term)| plain.as_ref().unwrap_or(term).clone());
            plain
                .iter()
                .any(Option::is_some)
                .then(|| Node::Sum(terms.collect()))
        }
        Node::Degrees(inner) => Some((**inner).clone()),
        Node::Negative(inner) => without_degrees(inner).map(Node::negative),
        _ => None,
    }
}

impl Node {
    /// Whether no variable is in it.
    pub(crate) fn is_constant(&self) -> bool {
        !self.any(|part| matches!(part, Node::Symbol(_) | Node::Opaque(..)))
    }

    /// Whether it is what a value is called: a variable, a function of some, a length such as `AB`, words.
    pub(crate) fn is_name(&self) -> bool {
        match self {
            Node::Symbol(_) | Node::Words(_) | Node::Constant(super::node::Constant::E | super::node::Constant::I) => true,
            Node::Opaque(_, arguments) => arguments.iter().all(Node::is_scalar),
            Node::Tuple('(', items, ')') | Node::List(items, _) | Node::Ratio(items) => {
                items.iter().all(Node::is_name)
            }
            Node::Product(factors) => {
                factors.iter().all(
                    |factor| matches!(factor, Node::Symbol(name) if name.starts_with(|c: char| c.is_ascii_uppercase())),
                )
            }
            Node::Call(Function::Abs, arguments) => arguments.iter().all(Node::is_name),
            _ => false,
        }
    }

    /// Whether the relators are all equals signs, the last perhaps an approximate one.
    pub(crate) fn is_equation(&self) -> bool {
        matches!(self, Node::Relation(_, rest)
            if rest.iter().all(|(relator, _)| matches!(relator, Relator::Equal | Relator::About)))
    }
}
