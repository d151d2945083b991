//! Minutes and seconds of arc.

use super::Parser;
use super::number::decimal;
use super::token::Kind;
use crate::mathematics::node::Node;

impl Parser {
    /// `30°15'20''` and "30 degrees 15 minutes": minutes and seconds of arc after degrees.
    pub(super) fn minutes_of_arc(&mut self, degrees: Node) -> Option<Node> {
        let mut parts = vec![degrees];
        for (marks, words, share) in [
            (1, ["minute", "minutes", "min"], 60),
            (2, ["second", "seconds", "sec"], 3600),
        ] {
            let Some(Kind::Number(digits)) = self.peek() else {
                break;
            };
            let named = self.word_at(1).is_some_and(|word| words.contains(&word));
            let length = if named { 1 } else { self.primes_at(1, marks) };
            if length > 0 {
                let part = decimal(digits)?;
                parts.push(part.over(Node::integer(share)));
                self.at += 1 + length;
            }
        }
        Some(match parts.len() {
            1 => parts.pop()?,
            _ => Node::Sum(parts),
        })
    }

    /// How many tokens at `offset` are exactly so many primes, raised or not; 0 where they are something else.
    fn primes_at(&self, offset: usize, count: usize) -> usize {
        let raised = usize::from(self.sees_at(offset, '^'));
        let braced = usize::from(raised == 1 && self.sees_at(offset + 1, '{'));
        let start = offset + raised + braced;
        let primes = (0..).take_while(|i| self.sees_at(start + i, '\'')).count();
        let double = usize::from(primes == 0 && count == 2 && self.sees_at(start, '"'));
        let length = raised + 2 * braced + primes + double;
        let closed = braced == 0 || self.sees_at(offset + length - 1, '}');
        if closed && (primes == count || double == 1) {
            length
        } else {
            0
        }
    }
}
