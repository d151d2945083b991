//! Equations, inequalities, and names before values.

use dashu_base::Sign;

use super::{Judge, matched};
use crate::mathematics::node::{Joint, Node, Relator};
use crate::mathematics::value::{Machine, Value, Verdict, points};

impl Judge<'_> {
    /// Compares where one side is a relation; none where neither is, or where both are ranges of numbers.
    pub(super) fn by_relation(&self, a: &Node, b: &Node) -> Option<bool> {
        // `x ∈ S` says what `S` says, and of which variable.
        match (inside(a), inside(b)) {
            (Some((x, s)), Some((y, t))) => return Some(self.same_names(x, y) && self.same(s, t)),
            (Some((x, s)), None) => return Some(!of_another(x, b) && self.same(s, b)),
            (None, Some((y, t))) => return Some(!of_another(y, a) && self.same(a, t)),
            (None, None) => {}
        }
        match (self.named_values(a), self.named_values(b)) {
            (Some((x, v)), Some((y, w))) if self.same_names(x, y) => {
                let w = renamed(w, y, x);
                return Some(v.iter().any(|v| w.iter().any(|w| self.same(v, w))));
            }
            (Some((_, values)), None)
                if !matches!(b, Node::Relation(..) | Node::List(..) | Node::Set(_)) =>
            {
                return Some(values.iter().any(|value| self.same(value, b)));
            }
            (None, Some((_, values)))
                if !matches!(a, Node::Relation(..) | Node::List(..) | Node::Set(_)) =>
            {
                return Some(values.iter().any(|value| self.same(a, value)));
            }
            // A name for the whole list: `x = {1, 2}`, `(x, y) = (1, 2)` beside `x = 1, y = 2`.
            (Some((name, values)), None) if !matches!(b, Node::Relation(..)) => {
                return self.named_list(name, &values, b);
            }
            (None, Some((name, values))) if !matches!(a, Node::Relation(..)) => {
                return self.named_list(name, &values, a);
            }
            _ => {}
        }
        let (Node::Relation(..), Node::Relation(..)) = (a, b) else {
            return self.chain_value(a, b).or_else(|| self.chain_value(b, a));
        };
        let variable = |part: &Node| matches!(part, Node::Symbol(_));
        if !a.any(variable) && !b.any(variable) {
            return Some(self.same_constants(a, b));
        }
        let (x, y) = (steps(a)?, steps(b)?);
        if self.sets(a, b) == Some(true) {
            return Some(true);
        }
        Some(matched(&x, &y, |one, other| self.same_step(one, other)))
    }

    fn named_list(&self, name: &Node, values: &[Node], list: &Node) -> Option<bool> {
        for value in values {
            match (name, value) {
                (
                    Node::Tuple(_, names, _) | Node::List(names, _),
                    Node::Tuple(_, items, _) | Node::List(items, _),
                ) if names.len() == items.len() => {
                    let each = names.iter().zip(items).map(|(name, item)| {
                        Node::Relation(Box::new(name.clone()), vec![(Relator::Equal, item.clone())])
                    });
                    let spread = Node::List(each.collect(), Joint::Comma);
                    if self.same(&spread, list) {
                        return Some(true);
                    }
                }
                (_, Node::Set(_) | Node::List(..)) if self.same(value, list) => return Some(true),
                _ => {}
            }
        }
        None
    }

    /// The name in an equation and what it is said to be: one value, or a value and its rounding, or none where the chain
    /// contradicts itself. A chain in which the name comes again, such as `x = 2x = 3`, is an equation.
    fn named_values<'n>(&self, node: &'n Node) -> Option<(&'n Node, Vec<Node>)> {
        if let Some((name, chain)) = named(node) {
            let again = chain.len() > 1 && chain.iter().any(|(_, item)| holds(item, name));
            return (!again).then(|| (name, self.chained(chain)));
        }
        // `5 = x`
        let Node::Relation(first, rest) = node else {
            return None;
        };
        match rest.as_slice() {
            [(Relator::Equal, name @ (Node::Symbol(_) | Node::Opaque(..)))]
                if first.is_constant() =>
            {
                Some((name, vec![(**first).clone()]))
            }
            _ => None,
        }
    }

    /// The last value of a chain of equals signs, and before a rounding the value that is rounded; none where two constants in
    /// the chain differ.
    fn chained(&self, chain: &[(Relator, Node)]) -> Vec<Node> {
        let (about, exact): (Vec<_>, Vec<_>) = chain
            .iter()
            .partition(|(relator, _)| *relator == Relator::About);
        let mut constants = exact
            .iter()
            .map(|(_, item)| item)
            .filter(|item| is_value(item));
        if let Some(first) = constants.next()
            && !constants.all(|other| self.same(first, other))
        {
            return Vec::new();
        }
        match (exact.last(), about.last()) {
            (Some((_, exact)), Some((_, rounded))) if self.rounds(exact, rounded) => {
                vec![exact.clone(), rounded.clone()]
            }
            (Some((_, exact)), None) => vec![exact.clone()],
            (None, Some((_, rounded))) => vec![rounded.clone()],
            _ => Vec::new(),
        }
    }

    /// Whether a decimal or a whole number is the rounding of a constant to the places that it has, or its beginning.
    fn rounds(&self, exact: &Node, rounded: &Node) -> bool {
        let (value, places) = match rounded {
            Node::Number(value) if value.is_int() => (value, 0),
            Node::Decimal(value, places) => (value, *places),
            _ => return false,
        };
        if !exact.is_scalar() || !exact.is_constant() {
            return false;
        }
        self.continues(value, places, exact)
    }

    /// A chain of equal constants, such as `2 · 3 = 6`, beside something that is no relation: its last value.
    fn chain_value(&self, chain: &Node, other: &Node) -> Option<bool> {
        let Node::Relation(first, rest) = chain else {
            return None;
        };
        if !chain.is_equation() || matches!(other, Node::List(..) | Node::Set(_)) {
            return None;
        }
        if !is_value(first) || !rest.iter().all(|(_, item)| is_value(item)) {
            return Some(false);
        }
        let mut whole = vec![(Relator::Equal, (**first).clone())];
        whole.extend_from_slice(rest);
        Some(
            self.chained(&whole)
                .iter()
                .any(|value| self.same(value, other)),
        )
    }

    /// Whether two names are one; of a function only its letter counts, for its variable may have any name.
    fn same_names(&self, a: &Node, b: &Node) -> bool {
        match (a, b) {
            // The graph of a function is called `y = …` as well.
            (Node::Opaque(_, x), Node::Symbol(y)) | (Node::Symbol(y), Node::Opaque(_, x)) => {
                y == "y" && matches!(x.as_slice(), [Node::Symbol(x)] if x == "x")
            }
            (Node::Opaque(f, x), Node::Opaque(g, y)) => {
                let free =
                    |items: &[Node]| items.iter().all(|item| matches!(item, Node::Symbol(_)));
                f == g
                    && x.len() == y.len()
                    && (x == y || free(x) && free(y) || self.pairwise(x, y))
            }
            _ => a == b,
        }
    }

    /// Whether two relations between constants have the same sides, for all that are true hold for the same values.
    fn same_constants(&self, a: &Node, b: &Node) -> bool {
        let (Node::Relation(first_a, rest_a), Node::Relation(first_b, rest_b)) = (a, b) else {
            return false;
        };
        let along = self.same(first_a, first_b)
            && rest_a.len() == rest_b.len()
            && rest_a
                .iter()
                .zip(rest_b)
                .all(|((p, x), (q, y))| p == q && self.same(x, y));
        let turned = || match (rest_a.as_slice(), rest_b.as_slice()) {
            ([(p, x)], [(q, y)]) => {
                p.reversed() == Some(*q) && self.same(first_a, y) && self.same(x, first_b)
            }
            _ => false,
        };
        along || turned()
    }

    /// Whether two relations of two sides hold for the same values, as far as a constant factor between them tells.
    fn same_step(&self, a: &(Node, Relator), b: &(Node, Relator)) -> bool {
        let Some(sign) = self.constant_ratio(&a.0, &b.0) else {
            return false;
        };
        let relator = match sign {
            Sign::Positive => Some(b.1),
            Sign::Negative => b.1.reversed(),
        };
        relator == Some(a.1)
    }

    /// The sign of the constant by which `a` is a multiple of `b`; none where it is no multiple.
    fn constant_ratio(&self, a: &Node, b: &Node) -> Option<Sign> {
        let machine = Machine::new(self.fuel);
        let mut first: Option<(Value, Value)> = None;
        let mut sign = None;
        let mut agreed = 0;
        let points = points(&[a, b], self.seed);
        for point in &points {
            let (Some(x), Some(y)) = (machine.value(a, point), machine.value(b, point)) else {
                continue;
            };
            if let Some((x0, y0)) = &first {
                match machine.compare(&machine.times(&x, y0)?, &machine.times(&y, x0)?) {
                    Verdict::Same => agreed += 1,
                    Verdict::Differ => return None,
                    Verdict::Unknown => {}
                }
            } else {
                let product = machine.times(&x, &y)?;
                sign = machine.sign(&product);
                sign?;
                first = Some((x, y));
                agreed += 1;
            }
        }
        // A relation between constants has one point only.
        (agreed >= points.len().min(3)).then_some(sign)?
    }
}

/// Whether it is a constant, with its unit or without.
fn is_value(node: &Node) -> bool {
    match node {
        Node::Quantity(number, _) => is_value(number),
        node => node.is_scalar() && node.is_constant(),
    }
}

/// What a name is said to be: the name, and all that stands behind its equals sign.
pub(super) fn named(node: &Node) -> Option<(&Node, &[(Relator, Node)])> {
    let Node::Relation(first, rest) = node else {
        return None;
    };
    if !node.is_equation() {
        return None;
    }
    let (_, last) = rest.last()?;
    let stands_for_number = matches!(**first, Node::Constant(_));
    (first.is_name() && !(stands_for_number && last.is_name())).then_some((first, rest))
}

/// Whether the name is a part of the item, or stands in a row of factors as in `2AB`.
fn holds(item: &Node, name: &Node) -> bool {
    item.any(|part| match (part, name) {
        (Node::Product(factors), Node::Product(name)) => {
            factors.windows(name.len()).any(|some| some == name)
        }
        _ => part == name,
    })
}

/// Whether the node says something of other variables than this one.
fn of_another(variable: &Node, node: &Node) -> bool {
    let symbol = |part: &Node| matches!(part, Node::Symbol(_));
    symbol(variable)
        && matches!(node, Node::Relation(..) | Node::List(..))
        && node.any(|part| matches!(part, Node::Relation(..)))
        && node.any(symbol)
        && !holds(node, variable)
}

/// The name and the set of `x ∈ S`.
fn inside(node: &Node) -> Option<(&Node, &Node)> {
    match node {
        Node::Relation(first, rest) if first.is_name() => match rest.as_slice() {
            [(Relator::In, set)] => Some((first, set)),
            _ => None,
        },
        _ => None,
    }
}

/// `values` of the function `from` in the variables of the function `to`.
fn renamed(values: Vec<Node>, from: &Node, to: &Node) -> Vec<Node> {
    let (Node::Opaque(_, old), Node::Opaque(_, new)) = (from, to) else {
        return values;
    };
    if old == new || old.len() != new.len() {
        return values;
    }
    values
        .iter()
        .map(|value| substituted(value, old, new))
        .collect()
}

fn substituted(node: &Node, old: &[Node], new: &[Node]) -> Node {
    let at = |node: &Node| substituted(node, old, new);
    match node {
        Node::Symbol(_) => match old.iter().position(|name| name == node) {
            Some(place) => new[place].clone(),
            // Another variable that happens to have one of the new names.
            None => match node {
                Node::Symbol(name) if new.contains(node) => Node::Symbol(format!("{name} (free)")),
                _ => node.clone(),
            },
        },
        Node::Either(upper, inner) => Node::Either(*upper, Box::new(at(inner))),
        other => other.with_parts(at).unwrap_or_else(|| other.clone()),
    }
}

/// Each pair of neighbours as a difference that is compared with zero; none where a side is no scalar.
fn steps(node: &Node) -> Option<Vec<(Node, Relator)>> {
    let Node::Relation(first, rest) = node else {
        return None;
    };
    let mut left: &Node = first;
    let mut steps = Vec::new();
    for (relator, right) in rest {
        if !left.is_scalar() || !right.is_scalar() || *relator == Relator::In {
            return None;
        }
        let relator = if *relator == Relator::About {
            Relator::Equal
        } else {
            *relator
        };
        steps.push((left.clone().minus(right.clone()), relator));
        left = right;
    }
    Some(steps)
}
