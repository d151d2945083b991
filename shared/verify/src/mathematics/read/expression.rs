//! Sums, products and powers.

use dashu_ratio::RBig;

use super::bracket::ungrouped;
use super::token::Kind;
use super::vocabulary::{
    SET_OPEN, function, greek, is_degrees, is_percent, is_percent_in_two, joint,
};
use super::{MAX_CHAIN, Parser};
use crate::mathematics::node::{Function, Node};

impl Parser {
    /// A sum of products, each with its sign.
    pub(super) fn sum(&mut self) -> Option<Node> {
        let mut terms = Vec::new();
        let mut sign = self.sign();
        loop {
            let product = self.product()?;
            terms.push(match sign {
                Some('-') => product.negative(),
                Some('±') => Node::Either(true, Box::new(product)),
                Some('∓') => Node::Either(false, Box::new(product)),
                _ => product,
            });
            if terms.len() > MAX_CHAIN {
                return None;
            }
            sign = self.sign();
            if sign.is_none() {
                break;
            }
            // `1 + -2`, where a sign follows the operator.
            if self.sees('-') && matches!(sign, Some('+' | '-')) {
                // `5 +- 3` is how `±` is typed.
                if !self.spaced_at(0) && self.spaced_at(1) {
                    return None;
                }
                self.at += 1;
                sign = Some(if sign == Some('-') { '+' } else { '-' });
            }
        }
        Some(if terms.len() == 1 {
            terms.pop()?
        } else {
            Node::Sum(terms)
        })
    }

    /// Takes a sign.
    fn sign(&mut self) -> Option<char> {
        let Some(Kind::Mark(mark @ ('+' | '-' | '±' | '∓'))) = self.peek() else {
            return None;
        };
        let mark = *mark;
        self.at += 1;
        Some(mark)
    }

    /// Factors with `·`, `/` or nothing between them.
    fn product(&mut self) -> Option<Node> {
        let begin = self.at;
        let first = self.power()?;
        let start = self.at;
        let mut first = self.mixed(first, begin);
        if self.at > start && self.is_share() {
            first = self.marked_after(first)?;
        }
        let mut factors = vec![first];
        let mut quotients = 0;
        let mut plain = matches!(
            self.tokens.get(self.at.wrapping_sub(1)).map(|t| &t.kind),
            Some(Kind::Number(_))
        );
        loop {
            if self.eat('*') {
                let negative = self.eat('-');
                let factor = self.power()?;
                let factor = ungrouped(factor);
                factors.push(if negative { factor.negative() } else { factor });
            } else if self.divides_unit() {
                break;
            } else if self.eat('/') {
                self.wraps(&mut quotients)?;
                let negative = !self.eat('+') && self.eat('-');
                let divisor = self.power()?;
                let divisor = if negative {
                    divisor.negative()
                } else {
                    divisor
                };
                let dividend = factors.pop()?;
                // Only a plain fraction is one number: `2·3/4` is a product.
                if factors.is_empty() {
                    factors.push(dividend.over(divisor));
                } else {
                    factors.push(dividend);
                    factors.push(Node::Inverse(Box::new(divisor)));
                }
            } else if self.word_at(0) == Some("choose") {
                self.at += 1;
                let chosen = [factors.pop()?, self.power()?];
                factors.push(Node::Call(Function::Binomial, chosen.to_vec()));
            } else if matches!(factors.as_slice(), [Node::Degrees(_)]) && self.names_scale() {
                break;
            } else if self.starts_factor() {
                // Two numbers side by side are no product.
                if plain && matches!(self.peek(), Some(Kind::Number(_) | Kind::Vulgar(..))) {
                    return None;
                }
                let bracket = self.sees('(');
                let apart = bracket && self.spaced_at(0);
                let factor = ungrouped(self.power()?);
                // `0.5 (1/2)` is one value in two spellings.
                if apart && matches!(factors.as_slice(), [first] if is_respelt(first, &factor)) {
                    continue;
                }
                if bracket && matches!(factor, Node::Relation(..)) && self.condition.is_none() {
                    self.condition = Some(factor);
                    break;
                }
                factors.push(factor);
            } else {
                break;
            }
            plain = matches!(
                self.tokens.get(self.at.wrapping_sub(1)).map(|t| &t.kind),
                Some(Kind::Number(_))
            );
            if factors.len() > MAX_CHAIN {
                return None;
            }
        }
        if factors.len() > 1
            && let Some(first) = factors.first_mut()
        {
            *first = ungrouped(std::mem::replace(first, Node::integer(1)));
        }
        Some(match factors.len() {
            1 => factors.pop()?,
            _ => Node::Product(factors),
        })
    }

    /// Whether the token here begins a factor that needs no sign before it.
    pub(super) fn starts_factor(&self) -> bool {
        match self.peek() {
            Some(Kind::Number(_) | Kind::Letter(_) | Kind::Vulgar(..)) => true,
            Some(Kind::Word(word)) => {
                if joint(word).is_some() {
                    return false;
                }
                match word.as_str() {
                    "e" | "i" | "pi" | "sqrt" => true,
                    // The name of a function may also be a unit: 5 min.
                    "min" | "max" | "sec" => self.sees_at(1, '('),
                    word => function(word).is_some() && self.peek_at(1).is_some(),
                }
            }
            Some(Kind::Command(name)) => match name.as_str() {
                // A fraction of units follows a number; it is no factor.
                "frac" => {
                    !(self.sees_at(1, '{') && self.word_at(2).is_some_and(|word| word != "e"))
                }
                "sqrt" | "binom" | "angle" | "triangle" | "log" | "lg" | "operatorname" => true,
                name => {
                    function(name).is_some()
                        || greek(name).is_some()
                        || super::vocabulary::decorates(name)
                }
            },
            Some(Kind::Mark(mark)) => match *mark {
                // The rounded value in brackets is no factor: `\sqrt2 (\approx 1.41)`.
                '(' => !self.sees_at(1, '≈') && !self.opens_label(),
                '{' | '⌊' | '⌈' | '√' | '∛' | '∜' | '∞' | '⟨' => true,
                '[' | SET_OPEN => self.groups(),
                '|' => self.bars == 0,
                _ => false,
            },
            Some(Kind::Begin(_)) => true,
            _ => false,
        }
    }

    /// A single thing with what follows it: powers, factorials, percent and degree signs.
    pub(super) fn power(&mut self) -> Option<Node> {
        let node = self.primary()?;
        self.marked_after(node)
    }

    /// Whether a percent or a degree sign is here.
    fn is_share(&self) -> bool {
        match self.peek() {
            Some(Kind::Mark('%' | '°')) => true,
            Some(Kind::Mark('^')) => {
                self.sees_at(1, '°') || self.sees_at(1, '{') && self.sees_at(2, '°')
            }
            Some(Kind::Word(word)) => is_degrees(word) || self.percent_length() > 0,
            _ => false,
        }
    }

    /// `node` with the powers and signs after it.
    fn marked_after(&mut self, mut node: Node) -> Option<Node> {
        let mut marks = 0;
        for _ in 0..super::MAX_DEPTH {
            match self.peek() {
                Some(Kind::Mark('^')) => {
                    self.at += 1;
                    node = self.raised(node)?;
                }
                Some(Kind::Mark('!')) => {
                    self.at += 1;
                    // The double factorial is no factorial of a factorial.
                    let double = self.eat('!');
                    if double && self.sees('!') {
                        return None;
                    }
                    let function = if double {
                        Function::DoubleFactorial
                    } else {
                        Function::Factorial
                    };
                    node = Node::Call(function, vec![node]);
                }
                Some(Kind::Mark('%')) => {
                    self.at += 1;
                    node = Node::Percent(Box::new(node));
                }
                // As the units of a column are written: `90 (%)`.
                Some(Kind::Mark('(')) if self.sees_at(1, '%') && self.sees_at(2, ')') => {
                    self.at += 3;
                    node = Node::Percent(Box::new(node));
                }
                Some(Kind::Mark('‰')) => {
                    self.at += 1;
                    node = Node::Percent(Box::new(node.over(Node::integer(10))));
                }
                Some(Kind::Word(_)) if self.percent_length() > 0 => {
                    self.at += self.percent_length();
                    node = Node::Percent(Box::new(node));
                }
                Some(Kind::Mark('°')) => {
                    self.at += 1;
                    node = self.degrees(node)?;
                }
                Some(Kind::Word(word)) if is_degrees(word) => {
                    self.at += 1;
                    node = self.degrees(node)?;
                }
                _ => return Some(node),
            }
            self.wraps(&mut marks)?;
        }
        None
    }

    /// How many words for a percent sign are here.
    fn percent_length(&self) -> usize {
        match (self.word_at(0), self.word_at(1)) {
            (Some(word), _) if is_percent(word) => 1,
            (Some(first), Some(second)) if is_percent_in_two(first, second) => 2,
            _ => 0,
        }
    }

    /// So many degrees, with the minutes after them.
    fn degrees(&mut self, number: Node) -> Option<Node> {
        Some(Node::Degrees(Box::new(self.minutes_of_arc(number)?)))
    }

    /// `base` to the exponent here.
    fn raised(&mut self, base: Node) -> Option<Node> {
        if self.eat('°') {
            return self.degrees(base);
        }
        if self.sees('{') && self.sees_at(1, '°') && self.sees_at(2, '}') {
            self.at += 3;
            return self.degrees(base);
        }
        let base = ungrouped(base);
        // "the 21st"
        let braced = usize::from(self.sees('{'));
        if matches!(self.word_at(braced), Some("st" | "nd" | "rd" | "th"))
            && (braced == 0 || self.sees_at(2, '}'))
        {
            self.at += 1 + 2 * braced;
            return Some(base);
        }
        let exponent = self.exponent()?;
        Some(base.power(exponent))
    }

    /// What stands after `^`: a group, or a single thing with its sign.
    pub(super) fn exponent(&mut self) -> Option<Node> {
        if self.sees('{') {
            return self.group();
        }
        let negative = self.eat('-');
        let exponent = match self.command_at(0) {
            Some("top") => {
                self.at += 1;
                Node::Symbol("T".to_owned())
            }
            _ => self.inside(true, Parser::primary)?,
        };
        Some(if negative {
            exponent.negative()
        } else {
            exponent
        })
    }
}

/// Whether both are one number in two spellings.
fn is_respelt(one: &Node, other: &Node) -> bool {
    one != other && value(one).is_some_and(|value_of_one| Some(value_of_one) == value(other))
}

/// The value of a number that is written as one.
fn value(node: &Node) -> Option<RBig> {
    match node {
        Node::Number(value) | Node::Decimal(value, _) => Some(value.clone()),
        Node::Negative(inner) => value(inner).map(|value| -value),
        Node::Percent(inner) => value(inner).map(|value| value / RBig::from(100)),
        _ => None,
    }
}
