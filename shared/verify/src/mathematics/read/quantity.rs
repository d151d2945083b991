//! A number with its unit; ratios.

use dashu_ratio::RBig;

use super::characters::sits_on_letter;
use super::environment::is_condition;
use super::labels::{qualifies, scale};
use super::token::{Kind, Token};
use super::vocabulary::{currency, greek, is_plain_word, joint};
use super::{MAX_CHAIN, Parser};
use crate::mathematics::node::Node;
use crate::mathematics::units::{Unit, power_after, power_before};

/// A label has at most this many words.
const MAX_LABEL: usize = 3;
/// And this many between brackets, where no more can follow.
const MAX_LABEL_IN_BRACKETS: usize = 5;
/// Tokens of a label with its brackets.
const MAX_BRACKET: usize = 20;
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
        let mut money = std::mem::replace(&mut self.money, outer);
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
        // `5 (thousand dollars)`
        let in_brackets = self.opens_label() && self.word_at(1).and_then(scale).is_some();
        self.at += usize::from(in_brackets);
        let mut scales = 0;
        while let Some(factor) = self.word_at(0).and_then(scale) {
            self.at += 1;
            scales += 1;
            if scales > MAX_SCALES {
                return None;
            }
            node = Node::Product(vec![node, Node::integer(factor)]);
        }
        if let Some(Kind::Mark(mark)) = self.peek()
            && let Some(sign) = currency(*mark)
        {
            self.at += 1;
            money = Some(both(money, Unit::named(sign))?);
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
        let unit = self.unit(money)?;
        if in_brackets {
            self.expect(')')?;
        }
        let Some(unit) = unit.filter(|unit| !unit.is_none()) else {
            return Some(node);
        };
        // Of these currencies there are no thousandths: the point groups.
        let node = match node {
            Node::Decimal(value, 3) if matches!(unit.name.as_str(), "đ" | "₫" | "đồng" | "Rp") => {
                Node::Number(value * RBig::from(1000))
            }
            node => node,
        };
        let node = Node::Quantity(Box::new(node), unit);
        // "3 hours 20 minutes"
        if matches!(self.peek(), Some(Kind::Number(_))) {
            let part = self.inside(true, Parser::term)?;
            return node.with_part(&part);
        }
        Some(node)
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

    /// The unit here, after the sign of a currency or not; `None` where the words here are none.
    fn unit(&mut self, money: Option<Unit>) -> Option<Option<Unit>> {
        if self.opens_label() {
            // `9 (apples)`
            self.at += 1;
            let unit = self.unit(money)??;
            self.expect(')')?;
            return Some(Some(unit));
        }
        if money.is_none() && self.each() {
            return Some(None);
        }
        let mut unit = match money {
            // "$5 USD"
            Some(money) if self.names_unit() && !self.divides_unit() => {
                both(Some(money), self.unit_factor()??)?
            }
            Some(money) => money,
            None if self.divides_unit() => Unit::none(),
            None => match self.unit_factor()? {
                Some(unit) => unit,
                None => return Some(None),
            },
        };
        for _ in 0..MAX_CHAIN {
            if self.divides_unit() {
                self.at += 1;
                unit = unit.times(self.unit_factor()??.power(-1)?)?;
            } else if self.eat('*') || self.names_unit() {
                unit = unit.times(self.unit_factor()??)?;
            } else {
                self.each();
                return Some(Some(unit));
            }
        }
        None
    }

    /// Takes the word in "5 dollars each", which says nothing more; not in "5 dollars each hour".
    fn each(&mut self) -> bool {
        let found = matches!(self.word_at(0), Some("each" | "apiece")) && self.word_at(1).is_none();
        self.at += usize::from(found);
        found
    }

    /// Whether a word that may be a unit is here.
    fn names_unit(&self) -> bool {
        let word = self.word_at(0);
        word.is_some_and(|word| joint(word).is_none() && !matches!(word, "each" | "apiece"))
    }

    /// Whether a word or a bar for "per" is here, and a unit after it.
    pub(super) fn divides_unit(&self) -> bool {
        let per = match self.peek() {
            Some(Kind::Mark('/')) => true,
            Some(Kind::Word(word)) => {
                matches!(word.as_str(), "per" | "an" | "each" | "par" | "por" | "pro")
            }
            _ => false,
        };
        per && self.word_at(1).is_some_and(is_label)
    }

    /// Whether brackets open here, right after a number, that hold nothing but the words for what is counted.
    pub(super) fn opens_label(&self) -> bool {
        let before = self.at.checked_sub(1).and_then(|at| self.tokens.get(at));
        let number = matches!(
            before.map(|token| &token.kind),
            Some(
                Kind::Number(_)
                    | Kind::Vulgar(..)
                    | Kind::Mark('}' | ')' | '%' | '°')
                    | Kind::Word(_)
            )
        );
        if !number || !self.sees('(') || !self.word_at(1).is_some_and(is_label) {
            return false;
        }
        let inside = (2..MAX_BRACKET).map_while(|offset| self.peek_at(offset));
        let mut inside = inside.skip_while(|kind| {
            matches!(
                kind,
                Kind::Word(_) | Kind::Number(_) | Kind::Mark('/' | '^' | '{' | '}' | '*' | '-')
            )
        });
        inside.next() == Some(&Kind::Mark(')'))
    }

    /// One unit with its power, or a fraction of units.
    fn unit_factor(&mut self) -> Option<Option<Unit>> {
        if self.command_at(0) == Some("frac") && self.sees_at(1, '{') {
            self.at += 2;
            let over = self.unit(None)??;
            self.expect('}')?;
            self.expect('{')?;
            let under = self.unit(None)??;
            self.expect('}')?;
            return Some(Some(over.times(under.power(-1)?)?));
        }
        let power_before = self.word_at(0).and_then(power_before).unwrap_or(1);
        self.at += usize::from(power_before > 1);
        let word = self.word_at(0);
        let Some(word) = word.filter(|word| joint(word).is_none() && !is_condition(word)) else {
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
            // "5 cubes" are counted; a cube after a length is a power.
            let named = power_after(word).filter(|_| is_power(word) || unit.is_length());
            self.at += usize::from(named.is_some());
            exponent *= named.unwrap_or(1);
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
        let before = self.tokens.get(self.at.wrapping_sub(1)).map(|t| &t.kind);
        // A letter after a letter is another name: "B C".
        let after_number = matches!(before, Some(Kind::Number(_)));
        let most = match before {
            Some(Kind::Mark('(')) => MAX_LABEL_IN_BRACKETS,
            _ => MAX_LABEL,
        };
        loop {
            // "hot-dogs"
            let hyphen = !words.is_empty() && self.sees('-') && self.word_at(1).is_some();
            let Some(word) = self.word_at(usize::from(hyphen)) else {
                break;
            };
            if joint(word).is_some() || matches!(word, "per" | "each" | "apiece") || is_power(word)
            {
                break;
            }
            let letters = word.chars().all(|c| c.is_alphabetic() || sits_on_letter(c));
            // Volts and the like are units; any other letter is a variable.
            let variable = word.len() == 1
                && !(after_number && words.is_empty() && matches!(word, "A" | "V" | "C" | "F"));
            if qualifies(word) || variable || !letters || words.len() == most {
                return None;
            }
            words.push(word.to_owned());
            self.at += 1 + usize::from(hyphen);
        }
        (!words.is_empty()).then(|| Unit::named(&words.join(" ")))
    }
}

/// The tokens with single letters as the units that they name, where they stand as in `5 m`, `1.5 m^2` and `9.8 m/s^2`: after a number
/// and a space, or after another unit. None where no letter stands so, or where any other letter shows that letters are variables.
pub(super) fn with_lettered_units(tokens: &[Token]) -> Option<Vec<Token>> {
    let mut changed = tokens.to_vec();
    let mut found = false;
    // Whether the tokens just before are a unit.
    let mut unit = false;
    for (i, token) in tokens.iter().enumerate() {
        let before = i.checked_sub(1).map(|i| &tokens[i].kind);
        let next = tokens.get(i + 1).map(|token| &token.kind);
        match &token.kind {
            Kind::Letter(letter) => {
                let name = letter.to_string();
                let number = matches!(
                    before,
                    Some(Kind::Number(_) | Kind::Vulgar(..) | Kind::Mark('}' | ')'))
                );
                let follows =
                    number && token.spaced || unit && matches!(before, Some(Kind::Mark('/' | '*')));
                let alone = !matches!(next, Some(Kind::Letter(_) | Kind::Mark('(' | '_' | '\'')));
                if follows && alone && Unit::is_known(&name) {
                    changed[i].kind = Kind::Word(name);
                    (found, unit) = (true, true);
                } else if i > 0 || !letter.is_uppercase() || next != Some(&Kind::Mark('=')) {
                    return None;
                }
            }
            Kind::Word(word) => unit = Unit::is_known(word),
            // What a power of a unit is made of, and what joins two.
            Kind::Mark('^' | '{' | '}' | '-' | '/' | '*') => {}
            Kind::Number(_) => unit &= matches!(before, Some(Kind::Mark('^' | '{' | '-'))),
            Kind::Command(name) if greek(name).is_some_and(|name| name != "pi") => return None,
            Kind::Mark('=') if i != 1 => return None,
            Kind::Mark('<' | '>' | '≤' | '≥' | '≠' | '≈' | '∈') => return None,
            _ => unit = false,
        }
    }
    found.then_some(changed)
}

/// The unit of an amount of money whose currency is said twice; none where these are two.
pub(super) fn both(before: Option<Unit>, unit: Unit) -> Option<Unit> {
    match before {
        Some(before) if before.measures_as(&unit) && before.factor == unit.factor => Some(unit),
        Some(_) => None,
        None => Some(unit),
    }
}

/// Whether the word may be what is counted, and is no constant and no function.
fn is_label(word: &str) -> bool {
    let names = word.len() == 1 || is_plain_word(word) || matches!(word, "infinity" | "sqrt");
    !names || Unit::is_known(word)
}

/// Whether the word raises any unit before it to a power.
fn is_power(word: &str) -> bool {
    matches!(word, "squared" | "cubed")
}

/// The scale of temperatures that a word names.
fn scale_of(word: &str) -> Option<&'static str> {
    match word {
        "C" | "Celsius" | "celsius" => Some("°C"),
        "F" | "Fahrenheit" | "fahrenheit" => Some("°F"),
        _ => None,
    }
}
