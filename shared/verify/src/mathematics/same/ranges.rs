//! Sets of real numbers as intervals, from smallest to largest.

use std::cmp::Ordering;

use dashu_base::Sign;

use super::Judge;
use crate::mathematics::node::Node;
use crate::mathematics::value::{Machine, Point, Value, Verdict};

/// Where an interval ends.
#[derive(Debug, Clone)]
pub(super) enum Bound {
    Below,
    At(Value),
    Above,
}

/// An interval that is not empty; `true` for an end that belongs to it.
#[derive(Debug, Clone)]
pub(super) struct Interval {
    pub(super) low: Bound,
    pub(super) low_in: bool,
    pub(super) high: Bound,
    pub(super) high_in: bool,
}

/// A set of real numbers: intervals in order that do not touch.
pub(super) type Ranges = Vec<Interval>;

/// The whole line.
pub(super) fn line() -> Ranges {
    vec![Interval {
        low: Bound::Below,
        low_in: false,
        high: Bound::Above,
        high_in: false,
    }]
}

impl Judge<'_> {
    /// The place of a constant on the line.
    pub(super) fn bound(&self, node: &Node) -> Option<Bound> {
        match node.infinity() {
            Some(true) => return Some(Bound::Above),
            Some(false) => return Some(Bound::Below),
            None => {}
        }
        if !node.is_scalar() || !node.is_constant() {
            return None;
        }
        let value = Machine::new(self.fuel).value(node, &Point::new())?;
        let real = value.ball(160).is_some_and(|ball| ball.is_real());
        real.then_some(Bound::At(value))
    }

    pub(super) fn order(&self, a: &Bound, b: &Bound) -> Option<Ordering> {
        self.fuel.spend(1)?;
        Some(match (a, b) {
            (Bound::Below, Bound::Below) | (Bound::Above, Bound::Above) => Ordering::Equal,
            (Bound::Below, _) | (_, Bound::Above) => Ordering::Less,
            (Bound::Above, _) | (_, Bound::Below) => Ordering::Greater,
            (Bound::At(a), Bound::At(b)) => {
                let machine = Machine::new(self.fuel);
                if machine.compare(a, b) == Verdict::Same {
                    return Some(Ordering::Equal);
                }
                match machine.order(a, b)? {
                    Sign::Positive => Ordering::Greater,
                    Sign::Negative => Ordering::Less,
                }
            }
        })
    }

    /// The interval between two bounds, or nothing where it is empty.
    pub(super) fn interval(
        &self,
        low: Bound,
        low_in: bool,
        high: Bound,
        high_in: bool,
    ) -> Option<Ranges> {
        // Infinity belongs to no set of numbers, whatever bracket is written.
        let low_in = low_in && matches!(low, Bound::At(_));
        let high_in = high_in && matches!(high, Bound::At(_));
        Some(match self.order(&low, &high)? {
            Ordering::Less => vec![Interval {
                low,
                low_in,
                high,
                high_in,
            }],
            Ordering::Equal if low_in && high_in => vec![Interval {
                low,
                low_in,
                high,
                high_in,
            }],
            _ => Vec::new(),
        })
    }

    /// The union of all sets.
    pub(super) fn union(&self, sets: Vec<Ranges>) -> Option<Ranges> {
        // Insertion by halves, with comparisons that may fail.
        let mut sorted: Ranges = Vec::new();
        for interval in sets.into_iter().flatten() {
            let (mut low, mut high) = (0, sorted.len());
            while low < high {
                let middle = low.midpoint(high);
                if self.starts_before(&sorted[middle], &interval)? {
                    low = middle + 1;
                } else {
                    high = middle;
                }
            }
            sorted.insert(low, interval);
        }
        let mut joined: Ranges = Vec::new();
        for interval in sorted {
            if let Some(last) = joined.last_mut() {
                let touch = match self.order(&last.high, &interval.low)? {
                    Ordering::Greater => true,
                    Ordering::Equal => last.high_in || interval.low_in,
                    Ordering::Less => false,
                };
                if touch {
                    match self.order(&last.high, &interval.high)? {
                        Ordering::Less => {
                            (last.high, last.high_in) = (interval.high, interval.high_in)
                        }
                        Ordering::Equal => last.high_in |= interval.high_in,
                        Ordering::Greater => {}
                    }
                    continue;
                }
            }
            joined.push(interval);
        }
        Some(joined)
    }

    fn starts_before(&self, a: &Interval, b: &Interval) -> Option<bool> {
        Some(match self.order(&a.low, &b.low)? {
            Ordering::Less => true,
            Ordering::Equal => a.low_in,
            Ordering::Greater => false,
        })
    }

    pub(super) fn complement(&self, a: &Ranges) -> Option<Ranges> {
        let mut gaps = Vec::new();
        let (mut low, mut low_in) = (Bound::Below, false);
        for interval in a {
            gaps.extend(self.interval(low, low_in, interval.low.clone(), !interval.low_in)?);
            (low, low_in) = (interval.high.clone(), !interval.high_in);
        }
        gaps.extend(self.interval(low, low_in, Bound::Above, false)?);
        Some(gaps)
    }

    /// What all sets share.
    pub(super) fn intersection(&self, sets: &[Ranges]) -> Option<Ranges> {
        let outside = sets.iter().map(|set| self.complement(set));
        self.complement(&self.union(outside.collect::<Option<_>>()?)?)
    }

    pub(super) fn same_ranges(&self, a: &Ranges, b: &Ranges) -> bool {
        a.len() == b.len()
            && a.iter().zip(b).all(|(x, y)| {
                (x.low_in, x.high_in) == (y.low_in, y.high_in)
                    && self.order(&x.low, &y.low) == Some(Ordering::Equal)
                    && self.order(&x.high, &y.high) == Some(Ordering::Equal)
            })
    }
}
