//! Lists, sets of listed elements, and signs that are two at once.

use std::collections::BTreeSet;

use super::Judge;
use super::relation::named;
use crate::mathematics::node::{Joint, Node, Region, Relator};

impl Judge<'_> {
    /// Compares where one side is a list; none where neither is.
    ///
    /// The items of a list without brackets have no order, as those of a set, for so people write solutions. Only where one
    /// side says which item is which, by two names or more, the other side must keep that order or say it too.
    pub(super) fn by_list(&self, a: &Node, b: &Node) -> Option<bool> {
        let (mut x, mut y) = (self.choices(a), self.choices(b));
        if let (Some(x), Some(y)) = (&mut x, &mut y) {
            match (numbered(x), numbered(y)) {
                (Some(plain), None) => *x = plain,
                (None, Some(plain)) => *y = plain,
                _ => {}
            }
        }
        if x.is_none() && y.is_none() {
            return None;
        }
        // `x = 3, y = 4` is the point (3, 4): coordinates stand in the order of the alphabet.
        for (list, point) in [(a, b), (b, a)] {
            if let (Node::List(items, _), Node::Tuple('(', places, ')')) = (list, point)
                && items.len() == places.len()
                && let Some(values) = coordinates(items)
            {
                return Some(self.pairwise(&values, places));
            }
        }
        // One item, such as `{5}`, is what people also write without braces.
        match (&x, &y) {
            (Some(x), None) if x.len() == 1 => {
                return Some(x.iter().all(|x| x != a && self.same(x, b)));
            }
            (None, Some(y)) if y.len() == 1 => {
                return Some(y.iter().all(|y| y != b && self.same(a, y)));
            }
            _ => {}
        }
        if let Some(equal) = self.joined(a, b) {
            return Some(equal);
        }
        // Alternatives between inequalities are a set of numbers.
        if (x.is_none() || y.is_none() || x.as_ref().map(Vec::len) != y.as_ref().map(Vec::len))
            && (is_range(a) || is_range(b))
        {
            return None;
        }
        let (Some(x), Some(y)) = (x, y) else {
            return Some(false);
        };
        match (names(&x), names(&y)) {
            (Some(_), Some(_)) | (None, None) => Some(self.unordered(&x, &y)),
            _ => Some(self.pairwise(&x, &y)),
        }
    }

    /// The members, of alternatives each value once: `\frac12 \text{ or } 0.5` is one value in two spellings.
    fn choices(&self, node: &Node) -> Option<Vec<Node>> {
        let all = members(node)?;
        if !matches!(node, Node::List(_, Joint::Or)) {
            return Some(all);
        }
        let mut once: Vec<Node> = Vec::new();
        for item in all {
            if !once.iter().any(|other| self.same(other, &item)) {
                once.push(item);
            }
        }
        Some(once)
    }

    /// Compares inequalities of which one side holds one by one and the other all at once, as sets; none where it is otherwise.
    fn joined(&self, a: &Node, b: &Node) -> Option<bool> {
        let (Node::List(x, p), Node::List(y, q)) = (a, b) else {
            return None;
        };
        let (items, joint, others) = match (p, q) {
            (Joint::Or, Joint::Or) => return None,
            (Joint::Or, joint) => (y, joint, a),
            (joint, Joint::Or) => (x, joint, b),
            _ => return None,
        };
        let relations = |items: &[Node]| {
            items.iter().all(|item| matches!(item, Node::Relation(..)))
                && items.iter().any(|item| !item.is_equation())
        };
        if !relations(x) || !relations(y) {
            return None;
        }
        let all = Node::List(items.clone(), Joint::And);
        // `x < 1, x > 3` can only mean alternatives.
        if *joint == Joint::Comma && self.sets(&all, &Node::Region(Region::Empty)) == Some(true) {
            return None;
        }
        Some(self.sets(&all, others) == Some(true))
    }
}

/// The list that a bracket is in which names and their values stand, such as `(y = 2, x = 1)`.
pub(super) fn unbracketed(node: &Node) -> Option<Node> {
    match node {
        Node::Tuple('(', items, ')') => {
            names(items).map(|()| Node::List(items.clone(), Joint::Comma))
        }
        _ => None,
    }
}

/// The items of a list or of a set; for a sign that is two at once, both values.
fn members(node: &Node) -> Option<Vec<Node>> {
    match node {
        Node::List(items, _) => {
            // `x = 1 ± 2, 5` and the like: each item may be several.
            let flat = items.iter().flat_map(|item| match item {
                Node::List(..) | Node::Set(_) => vec![item.clone()],
                other => members(other).unwrap_or_else(|| vec![item.clone()]),
            });
            Some(flat.collect())
        }
        Node::Set(items) => {
            let mut elements: Vec<Node> = Vec::new();
            for item in items {
                for element in both(item).unwrap_or_else(|| vec![item.clone()]) {
                    if !elements.contains(&element) {
                        elements.push(element);
                    }
                }
            }
            Some(elements)
        }
        // `(x, y) = (1, 2)` says `x = 1, y = 2`; so where the other side is a list, each item is compared.
        Node::Relation(first, rest) => match (&**first, rest.as_slice()) {
            (name, [(Relator::Equal, value)]) if name.is_name() => {
                let values = both(value)?;
                Some(
                    values
                        .into_iter()
                        .map(|value| relation(name, value))
                        .collect(),
                )
            }
            _ => None,
        },
        other => both(other),
    }
}

fn relation(name: &Node, value: Node) -> Node {
    Node::Relation(Box::new(name.clone()), vec![(Relator::Equal, value)])
}

/// Both values of an expression with `±`; none where it has none.
pub(super) fn both(node: &Node) -> Option<Vec<Node>> {
    let has = node.any(|part| matches!(part, Node::Either(..)));
    (has && (node.is_scalar() || matches!(node, Node::Quantity(..) | Node::Tuple(..))))
        .then(|| vec![chosen(node, true), chosen(node, false)])
}

/// The expression with the upper or the lower signs.
fn chosen(node: &Node, upper: bool) -> Node {
    let at = |node: &Node| chosen(node, upper);
    let all = |items: &[Node]| items.iter().map(at).collect();
    match node {
        Node::Either(plus, inner) => {
            let inner = at(inner);
            if *plus == upper {
                inner
            } else {
                inner.negative()
            }
        }
        Node::Percent(inner) => Node::Percent(Box::new(at(inner))),
        Node::Degrees(inner) => Node::Degrees(Box::new(at(inner))),
        Node::Quantity(inner, unit) => Node::Quantity(Box::new(at(inner)), unit.clone()),
        Node::Tuple(open, items, close) => Node::Tuple(*open, all(items), *close),
        other => other.with_parts(at).unwrap_or_else(|| other.clone()),
    }
}

/// The names, where the items are equations with names of which no two are equal; at least two.
fn names(items: &[Node]) -> Option<()> {
    let mut seen = BTreeSet::new();
    for item in items {
        let (name, _) = named(item)?;
        if !seen.insert(format!("{name:?}")) {
            return None;
        }
    }
    (seen.len() > 1).then_some(())
}

/// `x_1 = 2, x_2 = 3` as `x = 2, x = 3`, for so people number solutions; none where the items are something else. The terms of a
/// sequence have other letters.
fn numbered(items: &[Node]) -> Option<Vec<Node>> {
    let plain = items.iter().zip(1..).map(|(item, number)| {
        let (name, rest) = named(item)?;
        let fits = matches!(name, Node::Symbol(name) if ["x", "z", "t", "lambda"]
            .iter()
            .any(|letter| *name == format!("{letter}_{number}")));
        let [(Relator::Equal, value)] = rest else {
            return None;
        };
        fits.then(|| relation(&Node::Symbol("x".to_owned()), value.clone()))
    });
    plain.collect()
}

/// The values that single letters are said to be, in the order of the letters.
fn coordinates(items: &[Node]) -> Option<Vec<Node>> {
    names(items)?;
    let mut values = Vec::new();
    for item in items {
        let (name, rest) = named(item)?;
        match (name, rest) {
            (Node::Symbol(name), [(Relator::Equal, value)]) => values.push((name, value)),
            _ => return None,
        }
    }
    values.sort_by_key(|(name, _)| *name);
    Some(values.into_iter().map(|(_, value)| value.clone()).collect())
}

/// Whether it may be a set of numbers given by inequalities.
fn is_range(node: &Node) -> bool {
    match node {
        Node::List(items, Joint::Or | Joint::And) => items.iter().all(|item| {
            matches!(item, Node::Relation(..)) && !item.is_equation()
                || matches!(item, Node::Tuple(..))
        }),
        Node::Join(..) | Node::Tuple(..) | Node::Builder(..) | Node::Region(_) => true,
        Node::Relation(..) => !node.is_equation(),
        _ => false,
    }
}
