//! Sets: intervals, unions, inequalities in one variable.

use std::collections::BTreeSet;

use dashu_base::Sign;
use dashu_ratio::RBig;

use super::Judge;
use super::lists::both;
use super::ranges::{Bound, Ranges, line};
use crate::mathematics::node::{Function, Joint, Node, Region, Relator, SetOperator};
use crate::mathematics::value::{Point, Value, exact, mixed};

impl Judge<'_> {
    /// Compares where a side is a set; none where neither is one.
    pub(super) fn by_set(&self, a: &Node, b: &Node) -> Option<bool> {
        let set = |node: &Node| {
            matches!(
                node,
                Node::Join(..)
                    | Node::Builder(..)
                    | Node::Region(_)
                    | Node::Set(_)
                    | Node::Relation(..)
                    | Node::List(..)
            )
        };
        if !set(a) && !set(b) {
            return None;
        }
        if let Some(equal) = self.sets(a, b) {
            return Some(equal);
        }
        // Sets of other things than numbers: part by part.
        Some(match (a, b) {
            (Node::Join(p, x), Node::Join(q, y)) if p == q => match p {
                SetOperator::Difference => self.pairwise(x, y),
                _ => self.unordered(x, y),
            },
            (Node::Builder(x, p), Node::Builder(y, q)) => self.same(x, y) && self.unordered(p, q),
            _ => false,
        })
    }

    /// Compares two sets of real numbers; none where one is not known to be such a set.
    pub(super) fn sets(&self, a: &Node, b: &Node) -> Option<bool> {
        let variable = |node: &Node| match node {
            Node::Relation(..) | Node::List(..) => only_symbol(node),
            _ => None,
        };
        match (variable(a), variable(b)) {
            // Two inequalities must speak of one variable.
            (Some(x), Some(y)) if x != y => return Some(false),
            _ => {}
        }
        let (x, y) = (self.ranges(a)?, self.ranges(b)?);
        Some(self.same_ranges(&x, &y))
    }

    /// The set of real numbers that the node describes.
    fn ranges(&self, node: &Node) -> Option<Ranges> {
        // Conditions on several variables describe no set of numbers.
        if matches!(
            node,
            Node::Relation(..) | Node::List(..) | Node::Builder(..)
        ) && symbols(node).len() > 1
        {
            return None;
        }
        match node {
            Node::Region(Region::Empty) => Some(Vec::new()),
            Node::Region(Region::Reals) => Some(line()),
            Node::Tuple(open @ ('(' | '['), items, close @ (')' | ']')) => {
                let [low, high] = items.as_slice() else {
                    return None;
                };
                let (low, high) = (self.bound(low)?, self.bound(high)?);
                let interval = self.interval(low, *open == '[', high, *close == ']')?;
                // `(3, 1)` is a point; nobody writes the empty set so.
                (!interval.is_empty()).then_some(interval)
            }
            Node::Set(items) => {
                let singles = items.iter().map(|item| {
                    let place = self.bound(item)?;
                    self.interval(place.clone(), true, place, true)
                });
                self.union(singles.collect::<Option<_>>()?)
            }
            Node::Join(operator, parts) => {
                let mut sets = self.all_ranges(parts)?;
                match operator {
                    SetOperator::Union => self.union(sets),
                    SetOperator::Intersection => self.intersection(&sets),
                    SetOperator::Difference => {
                        for without in sets.iter_mut().skip(1) {
                            *without = self.complement(without)?;
                        }
                        self.intersection(&sets)
                    }
                }
            }
            Node::List(items, joint) => {
                let fits = match joint {
                    Joint::Or => true,
                    // "(1, 2) and (3, 4)" are two points or two intervals, not what both share.
                    Joint::And => items.iter().all(|item| matches!(item, Node::Relation(..))),
                    // "x > 3, x ≠ 5"
                    Joint::Comma => {
                        items.iter().any(excludes)
                            && items.iter().all(|item| {
                                matches!(item, Node::Relation(..)) && !item.is_equation()
                            })
                    }
                };
                if !fits {
                    return None;
                }
                let sets = self.all_ranges(items)?;
                match joint {
                    Joint::Or => self.union(sets),
                    Joint::And | Joint::Comma => self.intersection(&sets),
                }
            }
            Node::Builder(element, conditions) => {
                let set = match &**element {
                    Node::Symbol(_) => line(),
                    Node::Relation(name, rest) => match (&**name, rest.as_slice()) {
                        (Node::Symbol(_), [(Relator::In, set)]) => self.ranges(set)?,
                        _ => return None,
                    },
                    _ => return None,
                };
                let mut sets = self.all_ranges(conditions)?;
                sets.push(set);
                self.intersection(&sets)
            }
            Node::Relation(first, rest) => {
                let mut left: &Node = first;
                let mut sets = Vec::new();
                for (relator, right) in rest {
                    sets.push(self.solved(left, *relator, right)?);
                    left = right;
                }
                self.intersection(&sets)
            }
            _ => None,
        }
    }

    fn all_ranges(&self, nodes: &[Node]) -> Option<Vec<Ranges>> {
        nodes.iter().map(|node| self.ranges(node)).collect()
    }

    /// The numbers for which a relation holds: of one variable alone on a side, or linear in it.
    fn solved(&self, left: &Node, relator: Relator, right: &Node) -> Option<Ranges> {
        if relator == Relator::In {
            return matches!(left, Node::Symbol(_)).then(|| self.ranges(right))?;
        }
        if let Some(set) = self.bounded(left, relator, right) {
            return Some(set);
        }
        if let Some(values) = both(right) {
            let mut sets = values.iter().map(|value| self.solved(left, relator, value));
            let (one, other) = (sets.next()??, sets.next()??);
            return match relator {
                Relator::Equal => self.union(vec![one, other]),
                Relator::NotEqual => self.intersection(&[one, other]),
                _ => None,
            };
        }
        let (relator, place) = match (left, right) {
            (Node::Symbol(_), value) if value.is_constant() => (relator, self.bound(value)?),
            (value, Node::Symbol(_)) if value.is_constant() => {
                (relator.reversed()?, self.bound(value)?)
            }
            _ => {
                let (slope, root) = self.line_of(&left.clone().minus(right.clone()))?;
                let relator = if slope == Sign::Positive {
                    relator
                } else {
                    relator.reversed()?
                };
                (relator, Bound::At(Value::Exact(root)))
            }
        };
        match relator {
            Relator::Less => self.interval(Bound::Below, false, place, false),
            Relator::LessEqual => self.interval(Bound::Below, false, place, true),
            Relator::Greater => self.interval(place, false, Bound::Above, false),
            Relator::GreaterEqual => self.interval(place, true, Bound::Above, false),
            Relator::Equal => self.interval(place.clone(), true, place, true),
            Relator::NotEqual => {
                let single = self.interval(place.clone(), true, place, true)?;
                self.complement(&single)
            }
            Relator::About | Relator::In => None,
        }
    }

    /// The numbers for which `|x| < c`, or another relation between an absolute value and a constant, holds.
    fn bounded(&self, left: &Node, relator: Relator, right: &Node) -> Option<Ranges> {
        let (inner, relator, limit) = match (left, right) {
            (Node::Call(Function::Abs, inner), limit) if limit.is_constant() => {
                (inner.first()?, relator, limit)
            }
            (limit, Node::Call(Function::Abs, inner)) if limit.is_constant() => {
                (inner.first()?, relator.reversed()?, limit)
            }
            _ => return None,
        };
        if matches!(inner, Node::Call(Function::Abs, _)) || inner.is_constant() {
            return None;
        }
        // Each relation once with the value and once, turned, with its negative.
        let above = self.solved(inner, relator, limit)?;
        let below = self.solved(inner, relator.reversed()?, &limit.clone().negative())?;
        match relator {
            Relator::Less | Relator::LessEqual | Relator::NotEqual => {
                self.intersection(&[above, below])
            }
            // Of a negative limit an absolute value is never, and either side alone would have solutions.
            Relator::Equal => {
                let positive = self.interval(
                    Bound::At(Value::Exact(RBig::ZERO)),
                    true,
                    Bound::Above,
                    false,
                )?;
                let place = self.bound(limit)?;
                let place = self.interval(place.clone(), true, place, true)?;
                let fits = !self.intersection(&[positive, place])?.is_empty();
                if fits {
                    self.union(vec![above, below])
                } else {
                    Some(Vec::new())
                }
            }
            Relator::Greater | Relator::GreaterEqual => self.union(vec![above, below]),
            Relator::About | Relator::In => None,
        }
    }

    /// The sign of the slope and the zero of an expression that is linear in its only variable, with rational numbers.
    fn line_of(&self, node: &Node) -> Option<(Sign, RBig)> {
        let name = only_symbol(node)?;
        // Pieces of lines, such as those of an absolute value, are none.
        if node.any(bends) {
            return None;
        }
        let at = |x: &RBig| {
            let point = Point::from([(name.clone(), x.clone())]);
            exact(node, &point, self.fuel).ok()
        };
        let (zero, one) = (at(&RBig::ZERO)?, at(&RBig::ONE)?);
        let slope = one - &zero;
        // A line is known by two points; more of them tell it from curves, the last of them one that nobody can foresee.
        let unforeseen = i64::from((mixed(&name, self.seed) >> 40) as u32);
        for (n, d) in [
            (-3, 1_u8),
            (2, 1),
            (7, 1),
            (50, 1),
            (-1001, 7),
            (-5, 2),
            (7, 3),
            (1001, 3),
            (unforeseen, 97),
        ] {
            let x = RBig::from_parts(n.into(), d.into());
            if at(&x)? != &slope * &x + &zero {
                return None;
            }
        }
        if slope.is_zero() {
            return None;
        }
        Some((slope.sign(), -zero / slope))
    }
}

/// Whether it is `x ≠ c`.
fn excludes(node: &Node) -> bool {
    matches!(node, Node::Relation(_, rest) if matches!(rest.as_slice(), [(Relator::NotEqual, _)]))
}

/// Whether it is a variable in something that is no polynomial.
fn bends(node: &Node) -> bool {
    let varies = |node: &Node| !node.is_constant();
    match node {
        Node::Call(_, arguments) => arguments.iter().any(varies),
        Node::Inverse(inner) => varies(inner),
        Node::Power(base, exponent) => {
            let whole = matches!(&**exponent, Node::Number(value) if value.is_int());
            varies(exponent) || varies(base) && !whole
        }
        _ => false,
    }
}

/// The name of the only variable; none where there are more or none.
fn only_symbol(node: &Node) -> Option<String> {
    let mut names = symbols(node);
    if names.len() == 1 {
        names.pop_first()
    } else {
        None
    }
}

/// The names of all variables.
fn symbols(node: &Node) -> BTreeSet<String> {
    let mut names = BTreeSet::new();
    node.each(&mut |part| match part {
        Node::Symbol(name) => {
            names.insert(name.clone());
        }
        Node::Opaque(name, _) => {
            // An unknown function counts as a second variable, so that nothing with one is solved.
            names.insert(format!("{name}()"));
            names.insert(format!("{name}(x)"));
        }
        _ => {}
    });
    names
}
