//! A number with its unit; times of day; ratios.

use super::labels::{qualifies, scale};
use super::token::Kind;
use super::vocabulary::joint;
use super::{MAX_CHAIN, Parser};
use crate::mathematics::node::Node;
use crate::mathematics::units::Unit;

/// A label has at most this many words.
const MAX_LABEL: usize = 3;
/// "3 hundred thousand million": no number has more such words.
const MAX_SCALES: usize = 3;

impl Parser {
    /// A sum with its unit, or a time of day, or a ratio.
    pub(super) fn term(&mut self) -> Option<Node> {
        if let Some(clock) = self.clock() {
            return clock;
        }
        let outer = self.money.take();
        let sum = self.sum();
        let money = std::mem::replace(&mut self.money, outer);
        let mut node = sum?;
        if self.sees(':') && self.bars == 0 {
            let mut parts = vec![node];
            while self.eat(':') {
                parts.push(self.sum()?);
                if parts.len() > MAX_CHAIN {
                    return None;
                }
            }
            return Some(Node::Ratio(parts));
        }
        let mut unit = Unit::none();
        if let Some(sign) = money {
            unit = Unit::named(sign.encode_utf8(&mut [0; 4]));
        }
        let mut scales = 0;
        while let Some(factor) = self.word_at(0).and_then(scale) {
            self.at += 1;
            scales += 1;
            if scales > MAX_SCALES {
                return None;
            }
            node = Node::Product(vec![node, Node::integer(factor)]);
        }
        if let Some(sign @ ('＄' | '€' | '£' | '¥' | '₹')) = self.mark_here() {
            self.at += 1;
            let sign = if sign == '＄' { '$' } else { sign };
            unit = Unit::named(sign.encode_utf8(&mut [0; 4]));
        }
        match node {
            Node::Degrees(inner) => return Some(self.temperature(*inner)),
            Node::Negative(inner) if matches!(*inner, Node::Degrees(_)) && self.names_scale() => {
                let Node::Degrees(inner) = *inner else {
                    return None;
                };
                return Some(self.temperature(inner.negative()));
            }
            _ => {}
        }
        if let Some(tail) = self.unit()? {
            unit = unit.times(tail)?;
        }
        if unit.is_none() {
            return Some(node);
        }
        let node = Node::Quantity(Box::new(node), unit);
        // "3 hours 20 minutes"
        if matches!(self.peek(), Some(Kind::Number(_))) {
            let part = self.inside(true, Parser::term)?;
            return node.with_part(&part);
        }
        Some(node)
    }

    fn mark_here(&self) -> Option<char> {
        match self.peek() {
            Some(Kind::Mark(mark)) => Some(*mark),
            _ => None,
        }
    }

    /// Whether a letter or a word for a scale of temperatures is here, and no other letter after it.
    pub(super) fn names_scale(&self) -> bool {
        match self.peek() {
            Some(Kind::Letter('C' | 'F')) => !matches!(self.peek_at(1), Some(Kind::Letter(_))),
            Some(Kind::Word(word)) => scale_of(word).is_some(),
            _ => false,
        }
    }

    /// An angle, or with a letter a temperature.
    fn temperature(&mut self, degrees: Node) -> Node {
        let name = match self.peek() {
            Some(Kind::Letter('C')) => "°C",
            Some(Kind::Letter('F')) => "°F",
            Some(Kind::Word(word)) => match scale_of(word) {
                Some(name) => name,
                None => return Node::Degrees(Box::new(degrees)),
            },
            _ => return Node::Degrees(Box::new(degrees)),
        };
        self.at += 1;
        Node::Quantity(Box::new(degrees), Unit::named(name))
    }

    /// The unit here, if there is one; `None` where the words here are none.
    fn unit(&mut self) -> Option<Option<Unit>> {
        let Some(mut unit) = self.unit_factor()? else {
            return Some(None);
        };
        for _ in 0..MAX_CHAIN {
            let per = self.sees('/')
                || self
                    .word_at(0)
                    .is_some_and(|word| matches!(word, "per" | "an" | "each"));
            if per {
                self.at += 1;
                unit = unit.times(self.unit_factor()??.power(-1)?)?;
            } else if self.eat('*') || self.word_at(0).is_some_and(|word| joint(word).is_none()) {
                unit = unit.times(self.unit_factor()??)?;
            } else {
                return Some(Some(unit));
            }
        }
        None
    }

    /// One unit with its power, or a fraction of units.
    fn unit_factor(&mut self) -> Option<Option<Unit>> {
        if self.command_at(0) == Some("frac") && self.sees_at(1, '{') {
            self.at += 2;
            let over = self.unit()??;
            self.expect('}')?;
            self.expect('{')?;
            let under = self.unit()??;
            self.expect('}')?;
            return Some(Some(over.times(under.power(-1)?)?));
        }
        let power_before = match self.word_at(0) {
            Some("square" | "sq") => 2,
            Some("cubic" | "cu") => 3,
            _ => 1,
        };
        self.at += usize::from(power_before > 1);
        let Some(word) = self.word_at(0).filter(|word| joint(word).is_none()) else {
            return (power_before == 1).then_some(None);
        };
        let unit = if Unit::is_known(word) {
            let unit = Unit::named(word);
            self.at += 1;
            unit
        } else {
            self.label()?
        };
        let mut exponent = power_before;
        if self.eat('^') {
            let braced = self.eat('{');
            let negative = self.eat('-');
            let Some(Kind::Number(digits)) = self.peek() else {
                return None;
            };
            exponent = digits.parse::<i32>().ok()?.checked_mul(exponent)?;
            self.at += 1;
            if braced {
                self.expect('}')?;
            }
            if negative {
                exponent = -exponent;
            }
        } else if let Some(word) = self.word_at(0) {
            let named = match word {
                "squared" => 2,
                "cubed" => 3,
                _ => 1,
            };
            self.at += usize::from(named > 1);
            exponent *= named;
        }
        if unit.is_none() {
            return Some(Some(unit));
        }
        Some(Some(if exponent == 1 {
            unit
        } else {
            unit.power(exponent)?
        }))
    }

    /// Words after a number that only say what is counted; none where they change what it says.
    fn label(&mut self) -> Option<Unit> {
        let mut words = Vec::new();
        // A letter after a letter is another name: "B C".
        let after_number = matches!(
            self.tokens.get(self.at.wrapping_sub(1)).map(|t| &t.kind),
            Some(Kind::Number(_))
        );
        while let Some(word) = self.word_at(0) {
            if joint(word).is_some() || matches!(word, "per" | "each" | "squared" | "cubed") {
                break;
            }
            let letters = word.chars().all(char::is_alphabetic);
            // Volts and the like are units; any other letter is a variable.
            let variable = word.len() == 1
                && !(after_number && words.is_empty() && matches!(word, "A" | "V" | "C" | "F"));
            if qualifies(word) || variable || !letters || words.len() == MAX_LABEL {
                return None;
            }
            words.push(word.to_owned());
            self.at += 1;
        }
        (!words.is_empty()).then(|| Unit::named(&words.join(" ")))
    }

    /// A time of day: `9:05`, `9:05 p.m.` The outer option says whether it looks like one, the inner whether it is.
    fn clock(&mut self) -> Option<Option<Node>> {
        let (Some(Kind::Number(hours)), Some(Kind::Number(minutes))) =
            (self.peek(), self.peek_at(2))
        else {
            return None;
        };
        if !self.sees_at(1, ':') || self.spaced_at(1) || self.spaced_at(2) || self.sees_at(3, ':') {
            return None;
        }
        let plain = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
        if !(1..=2).contains(&hours.len()) || minutes.len() != 2 || !plain(hours) || !plain(minutes)
        {
            return None;
        }
        let ratio = !(hours.starts_with('0') || minutes.starts_with('0'));
        let (mut h, m): (u16, u16) = (hours.parse().ok()?, minutes.parse().ok()?);
        if h >= 24 || m >= 60 {
            // No time; with a zero in front it is no ratio either.
            return if ratio { None } else { Some(None) };
        }
        self.at += 3;
        let half = self.half_of_day();
        if let Some(afternoon) = half {
            if !(1..=12).contains(&h) {
                return Some(None);
            }
            h = h % 12 + if afternoon { 12 } else { 0 };
        }
        Some(Some(Node::Clock(h, m, ratio && half.is_none())))
    }

    /// Takes "am" or "p.m.", whose points the lexer drops; true for the afternoon.
    fn half_of_day(&mut self) -> Option<bool> {
        let letter = |offset: usize| match self.peek_at(offset)? {
            Kind::Letter(letter) => Some(letter.to_ascii_lowercase()),
            Kind::Word(word) if word.len() == 1 => {
                word.chars().next().map(|c| c.to_ascii_lowercase())
            }
            _ => None,
        };
        let (afternoon, length) = match self.word_at(0).map(str::to_ascii_lowercase).as_deref() {
            Some("am") => (false, 1),
            Some("pm") => (true, 1),
            _ => match (letter(0), letter(1)) {
                (Some('a'), Some('m')) => (false, 2),
                (Some('p'), Some('m')) => (true, 2),
                _ => return None,
            },
        };
        self.at += length;
        Some(afternoon)
    }
}

/// The scale of temperatures that a word names.
fn scale_of(word: &str) -> Option<&'static str> {
    match word {
        "C" | "Celsius" | "celsius" => Some("°C"),
        "F" | "Fahrenheit" | "fahrenheit" => Some("°F"),
        _ => None,
    }
}
