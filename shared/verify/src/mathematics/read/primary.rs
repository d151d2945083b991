//! Single things: numbers, letters, commands.

use dashu_int::{IBig, UBig};
use dashu_ratio::RBig;

use super::Parser;
use super::quantity::both;
use super::token::Kind;
use super::vocabulary::{
    SET_OPEN, currency, decorates, function, greek, is_currency, is_percent_before, region,
};
use crate::mathematics::node::{Constant, Function, Node, Region};
use crate::mathematics::units::Unit;

impl Parser {
    /// The single thing here.
    pub(super) fn primary(&mut self) -> Option<Node> {
        if let Some(number) = self.lettered() {
            return Some(number);
        }
        match self.peek()?.clone() {
            Kind::Number(_) => self.number(),
            Kind::Vulgar(n, d) => {
                self.at += 1;
                Some(Node::Number(RBig::from_parts(IBig::from(n), UBig::from(d))))
            }
            Kind::Letter(letter) => {
                self.at += 1;
                self.letter(letter)
            }
            Kind::Word(word) => {
                self.at += 1;
                self.word(&word)
            }
            Kind::Command(name) => {
                self.at += 1;
                self.command(&name)
            }
            Kind::Begin(name) => {
                self.at += 1;
                self.environment(&name)
            }
            Kind::Mark(mark) => self.marked(mark),
            Kind::Row | Kind::End(_) => None,
        }
    }

    fn marked(&mut self, mark: char) -> Option<Node> {
        match mark {
            '(' | '[' | ']' | '⟨' => self.tuple(mark),
            '{' => self.group(),
            SET_OPEN => self.set(),
            '|' => self.bars(),
            '⌊' => self.rounded('⌋', Function::Floor),
            '⌈' => self.rounded('⌉', Function::Ceiling),
            '∞' => {
                self.at += 1;
                Some(Node::Constant(Constant::Infinity))
            }
            '∅' => {
                self.at += 1;
                Some(Node::Region(Region::Empty))
            }
            '√' | '∛' | '∜' => {
                self.at += 1;
                let index = match mark {
                    '√' => 2,
                    '∛' => 3,
                    _ => 4,
                };
                let radicand = self.nested(Parser::primary)?;
                Some(Node::Call(
                    Function::Root,
                    vec![Node::integer(index), radicand],
                ))
            }
            _ => {
                let name = currency(mark)?;
                self.at += 1;
                self.amount(name)
            }
        }
    }

    /// The number after the sign or the name of a currency, which may have its sign there: `€-5`.
    fn amount(&mut self, name: &str) -> Option<Node> {
        self.money = Some(both(self.money.take(), Unit::named(name))?);
        let negative = self.eat('-');
        let number = self.number()?;
        Some(if negative { number.negative() } else { number })
    }

    fn letter(&mut self, letter: char) -> Option<Node> {
        // `m\angle ABC`, the measure of an angle
        if letter == 'm' && matches!(self.command_at(0), Some("angle" | "measuredangle")) {
            return self.inside(true, Parser::primary);
        }
        let bare = !self.sees('_') && !self.sees('\'');
        match letter {
            'e' if bare => return Some(Node::Constant(Constant::E)),
            'i' if bare => return Some(Node::Constant(Constant::I)),
            _ => {}
        }
        let name = self.suffixed(letter.to_string())?;
        // These three are functions by custom; other letters before brackets are factors.
        if matches!(letter, 'f' | 'g' | 'h') && self.sees('(') && !self.spaced_at(0) {
            let arguments = self.arguments()?;
            return Some(Node::Opaque(name, arguments));
        }
        Some(Node::Symbol(name))
    }

    /// `name` with the subscript and the primes here.
    pub(super) fn suffixed(&mut self, mut name: String) -> Option<String> {
        while self.eat('\'') {
            name.push('\'');
        }
        if self.eat('_') {
            name.push('_');
            name.push_str(&self.verbatim()?);
        }
        while self.eat('\'') || (self.sees('^') && self.sees_at(1, '\'')) {
            if self.eat('^') {
                self.at += 1;
            }
            name.push('\'');
        }
        Some(name)
    }

    /// The group or the token here as it is written: a name's subscript, or what a name is made of.
    pub(super) fn verbatim(&mut self) -> Option<String> {
        let mut text = String::new();
        let mut depth = 0_usize;
        loop {
            match self.peek()? {
                Kind::Mark('{') => depth += 1,
                Kind::Mark('}') => depth = depth.checked_sub(1)?,
                Kind::Number(part) | Kind::Word(part) => text.push_str(part),
                Kind::Letter(letter) => text.push(*letter),
                Kind::Command(name) => {
                    text.push('\\');
                    text.push_str(name);
                }
                Kind::Mark(mark) => text.push(*mark),
                _ => return None,
            }
            self.at += 1;
            if depth == 0 {
                break;
            }
        }
        (!text.is_empty()).then_some(text)
    }

    fn word(&mut self, word: &str) -> Option<Node> {
        if let Some(function) = function(word) {
            return self.call(function);
        }
        if is_currency(word) {
            return self.amount(word);
        }
        if is_percent_before(word) {
            return Some(Node::Percent(Box::new(self.number()?)));
        }
        match word {
            "e" => Some(Node::Constant(Constant::E)),
            "i" => Some(Node::Constant(Constant::I)),
            "pi" => Some(Node::Constant(Constant::Pi)),
            "infinity" | "inf" | "oo" => Some(Node::Constant(Constant::Infinity)),
            "sqrt" => self.root(),
            // A single letter set as text: the name of a choice, of a point, of a variable.
            _ if word.len() == 1 && word.is_ascii() => {
                self.suffixed(word.to_owned()).map(Node::Symbol)
            }
            _ => None,
        }
    }

    fn command(&mut self, name: &str) -> Option<Node> {
        if let Some(function) = function(name) {
            return self.call(function);
        }
        if decorates(name) {
            let inner = self.verbatim()?;
            return self.suffixed(format!("{name} {inner}")).map(Node::Symbol);
        }
        match name {
            "pi" => Some(Node::Constant(Constant::Pi)),
            "frac" => self.fraction(),
            "sqrt" => self.root(),
            "binom" => {
                let n = self.argument()?;
                let k = self.argument()?;
                Some(Node::Call(Function::Binomial, vec![n, k]))
            }
            "lg" => {
                let argument = self.function_argument()?;
                Some(Node::Call(
                    Function::LogBase,
                    vec![Node::integer(10), argument],
                ))
            }
            "angle" | "triangle" | "measuredangle" => {
                let mut text = format!("{name} ");
                while let Some(Kind::Letter(letter)) = self.peek() {
                    text.push(*letter);
                    self.at += 1;
                }
                (!text.ends_with(' ')).then_some(Node::Symbol(text))
            }
            "mathbb" => {
                let region = region(&self.verbatim()?)?;
                if region == Region::Reals
                    && let Some(positive) = self.half()
                {
                    let ends = [Node::integer(0), Node::Constant(Constant::Infinity)];
                    let ends = if positive {
                        ends.to_vec()
                    } else {
                        ends.into_iter().rev().map(Node::negative).collect()
                    };
                    return Some(Node::Tuple('(', ends, ')'));
                }
                // `\mathbb{R}^2` and `\mathbb{Z}^+` are other sets.
                (!self.sees('^') && !self.sees('_')).then_some(Node::Region(region))
            }
            _ => {
                let letter = greek(name)?;
                self.suffixed(letter.to_owned()).map(Node::Symbol)
            }
        }
    }

    /// Takes the `^+` of `\mathbb{R}^+`, or a minus: whether the numbers are positive.
    fn half(&mut self) -> Option<bool> {
        let braced = usize::from(self.sees_at(1, '{'));
        let positive = match self.peek_at(1 + braced)? {
            Kind::Mark('+') => true,
            Kind::Mark('-') => false,
            _ => return None,
        };
        let closed = braced == 0 || self.sees_at(3, '}');
        if !self.sees('^') || !closed {
            return None;
        }
        self.at += 2 + 2 * braced;
        Some(positive)
    }

    /// What TeX takes as an argument: a group, or the next single character.
    pub(super) fn argument(&mut self) -> Option<Node> {
        if let Some(Kind::Number(digits)) = self.peek() {
            let digits = digits.clone();
            let first = digits.get(..1).filter(|first| *first != ".")?;
            match digits.get(1..) {
                None | Some("") => self.at += 1,
                Some(rest) => {
                    let rest = Kind::Number(rest.to_owned());
                    if let Some(token) = self.tokens.get_mut(self.at) {
                        token.kind = rest;
                        token.spaced = false;
                    }
                }
            }
            return super::number::decimal(first);
        }
        self.inside(true, Parser::primary)
    }

    fn fraction(&mut self) -> Option<Node> {
        let numerator = self.argument()?;
        // `\frac12` is a half, and what digits follow would be a factor that nobody means.
        let digits = matches!(self.peek(), Some(Kind::Number(digits)) if digits.len() > 1);
        let denominator = self.argument()?;
        if digits {
            return None;
        }
        // `\frac{dy}{dx}` is one name; as a fraction it would be y/x.
        if let (Some(y), Some(x)) = (differential(&numerator), differential(&denominator)) {
            return Some(Node::Symbol(format!("d{y}/d{x}")));
        }
        // `\frac{5 m}{s}`
        if let Node::Quantity(number, unit) = &numerator
            && let Node::Symbol(name) | Node::Words(name) = &denominator
            && Unit::is_known(name)
        {
            let unit = unit.clone().times(Unit::named(name).power(-1)?)?;
            return Some(Node::Quantity(number.clone(), unit));
        }
        Some(numerator.over(denominator))
    }

    /// What follows `\sqrt`.
    fn root(&mut self) -> Option<Node> {
        let mut index = Node::integer(2);
        if self.eat('[') {
            index = self.inside(true, Parser::sum)?;
            self.expect(']')?;
        }
        if matches!(self.peek(), Some(Kind::Number(digits)) if digits.len() > 1) {
            // TeX puts one digit under the root; a writer of `\sqrt12` may mean both.
            return None;
        }
        let radicand = self.argument()?;
        Some(Node::Call(Function::Root, vec![index, radicand]))
    }
}

/// The variable of `dx`.
fn differential(node: &Node) -> Option<&str> {
    match node {
        Node::Product(parts) => match parts.as_slice() {
            [Node::Symbol(d), Node::Symbol(name)] if d == "d" => Some(name),
            _ => None,
        },
        _ => None,
    }
}
