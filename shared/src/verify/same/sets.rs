//! Sets: intervals, unions, inequalities in one variable.

use dashu_base::Sign;
use dashu_ratio::RBig;

use super::Judge;
use super::lists::both;
use super::ranges::{Bound, Ranges, line};
use crate::verify::node::{Function, Joint, Node, Region, Relator, SetOperator};
use crate::verify::value::{Point, Value, exact};

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
        match (variable(a), variable(b)) {
            (Some(x), Some(y)) if x != y => return Some(false),
            _ => {}
        }
        let (x, y) = (self.ranges(a)?, self.ranges(b)?);
        Some(self.same_ranges(&x, &y))
    }

    /// The set of real numbers that the node describes.
    fn ranges(&self, node: &Node) -> Option<Ranges> {
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
            Node::Set(items) => items.iter().try_fold(Vec::new(), |set, item| {
                let place = self.bound(item)?;
                let single = self.interval(place.clone(), true, place, true)?;
                self.union(set, single)
            }),
            Node::Join(operator, parts) => {
                let mut parts = parts.iter();
                let mut set = self.ranges(parts.next()?)?;
                for part in parts {
                    let part = self.ranges(part)?;
                    set = match operator {
                        SetOperator::Union => self.union(set, part)?,
                        SetOperator::Intersection => self.intersection(&set, &part)?,
                        SetOperator::Difference => {
                            self.intersection(&set, &self.complement(&part)?)?
                        }
                    };
                }
                Some(set)
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
                let mut items = items.iter();
                let mut set = self.ranges(items.next()?)?;
                for item in items {
                    let item = self.ranges(item)?;
                    set = match joint {
                        Joint::Or => self.union(set, item)?,
                        Joint::And | Joint::Comma => self.intersection(&set, &item)?,
                    };
                }
                Some(set)
            }
            Node::Builder(element, conditions) => {
                let mut set = match &**element {
                    Node::Symbol(_) => line(),
                    Node::Relation(name, rest) => match (&**name, rest.as_slice()) {
                        (Node::Symbol(_), [(Relator::In, set)]) => self.ranges(set)?,
                        _ => return None,
                    },
                    _ => return None,
                };
                for condition in conditions {
                    set = self.intersection(&set, &self.ranges(condition)?)?;
                }
                Some(set)
            }
            Node::Relation(first, rest) => {
                let mut set = line();
                let mut left: &Node = first;
                for (relator, right) in rest {
                    set = self.intersection(&set, &self.solved(left, *relator, right)?)?;
                    left = right;
                }
                Some(set)
            }
            _ => None,
        }
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
                Relator::Equal => self.union(one, other),
                Relator::NotEqual => self.intersection(&one, &other),
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
                self.intersection(&above, &below)
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
                let fits = !self.intersection(&positive, &place)?.is_empty();
                if fits {
                    self.union(above, below)
                } else {
                    Some(Vec::new())
                }
            }
            Relator::Greater | Relator::GreaterEqual => self.union(above, below),
            Relator::About | Relator::In => None,
        }
    }

    /// The sign of the slope and the zero of an expression that is linear in its only variable, with rational numbers.
    fn line_of(&self, node: &Node) -> Option<(Sign, RBig)> {
        let name = only_symbol(node)?;
        let at = |x: i64| {
            exact(
                node,
                &Point::from([(name.clone(), RBig::from(x))]),
                self.fuel,
            )
            .ok()
        };
        let (zero, one) = (at(0)?, at(1)?);
        let slope = one - &zero;
        // A line is known by two points; more of them tell it from curves.
        for x in [-3, 2, 7, 50] {
            if at(x)? != &slope * RBig::from(x) + &zero {
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

/// The name of the only variable; none where there are more or none.
fn only_symbol(node: &Node) -> Option<String> {
    let mut names = std::collections::BTreeSet::new();
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
    if names.len() == 1 {
        names.pop_first()
    } else {
        None
    }
}

/// The variable of an inequality, which two inequalities must share.
fn variable(node: &Node) -> Option<String> {
    match node {
        Node::Relation(..) => only_symbol(node),
        Node::List(items, _) => items.iter().find_map(variable),
        _ => None,
    }
}
