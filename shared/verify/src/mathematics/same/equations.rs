//! Equations that answer a question by their right side: `m+n = 293`, `\sin A = \frac12`.

use std::collections::BTreeSet;

use crate::mathematics::node::{Function, Node};

/// The answer with a name in place of each left side that only says what was asked for; none where it has no such side.
///
/// Such a side has two unknowns or more, or one in trigonometric functions alone, and none that the right side has. An equation in
/// one unknown is something else: `2x = 10` says that x is 5. And so is one with a number beside its unknowns, as `y(x-2) = 1`, which
/// is a curve: nobody asks for the value of a sum like that.
pub(crate) fn named_sides(node: &Node) -> Option<Node> {
    match node {
        Node::Relation(side, rest) if node.is_equation() && !side.is_name() && is_asked(side) => {
            let unknowns = unknowns(side);
            let (_, last) = rest.last()?;
            let apart = self::unknowns(last).is_disjoint(&unknowns);
            let name = Node::Words(side.to_string());
            apart.then(|| Node::Relation(Box::new(name), rest.clone()))
        }
        Node::List(items, joint) => {
            let named: Vec<_> = items.iter().map(named_sides).collect();
            if named.iter().all(Option::is_none) {
                return None;
            }
            let items = named.into_iter().zip(items);
            let items = items.map(|(named, item)| named.unwrap_or_else(|| item.clone()));
            Some(Node::List(items.collect(), *joint))
        }
        _ => None,
    }
}

fn is_asked(side: &Node) -> bool {
    let plain = !side.any(|part| {
        matches!(
            part,
            Node::Relation(..)
                | Node::List(..)
                | Node::Words(_)
                | Node::Clock(..)
                | Node::Either(..)
        )
    });
    let unknowns = unknowns(side).len();
    plain && !is_shifted(side) && (unknowns > 1 || unknowns == 1 && is_of_angle(side, false))
}

/// The variables and functions without a fixed meaning.
fn unknowns(node: &Node) -> BTreeSet<String> {
    let mut names = BTreeSet::new();
    node.each(&mut |part| {
        if matches!(part, Node::Symbol(_) | Node::Opaque(..)) {
            names.insert(part.to_string());
        }
    });
    names
}

/// Whether a number is added to something that varies, outside of the arguments of functions.
fn is_shifted(node: &Node) -> bool {
    match node {
        Node::Sum(terms) => terms
            .iter()
            .any(|term| term.is_constant() || is_shifted(term)),
        Node::Product(parts) | Node::Ratio(parts) => parts.iter().any(is_shifted),
        Node::Negative(inner) | Node::Inverse(inner) | Node::Power(inner, _) => is_shifted(inner),
        _ => false,
    }
}

/// Whether unknowns stand in trigonometric functions only, and some do.
fn is_of_angle(node: &Node, inside: bool) -> bool {
    match node {
        Node::Symbol(_) | Node::Opaque(..) => inside,
        Node::Call(function, arguments) => {
            use Function::{Cos, Cot, Csc, Sec, Sin, Tan};
            let angle = inside || matches!(function, Sin | Cos | Tan | Cot | Sec | Csc);
            arguments
                .iter()
                .all(|argument| is_of_angle(argument, angle))
        }
        Node::Sum(parts) | Node::Product(parts) => parts
            .iter()
            .all(|part| part.is_constant() || is_of_angle(part, inside)),
        Node::Negative(inner) | Node::Inverse(inner) | Node::Power(inner, _) => {
            is_of_angle(inner, inside)
        }
        Node::Degrees(_) => inside,
        _ => inside && node.is_constant(),
    }
}
