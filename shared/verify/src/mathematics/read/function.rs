//! Functions and their arguments.

use super::Parser;
use super::token::Kind;
use super::vocabulary::{function, inverse};
use crate::mathematics::node::{Function, Node};

impl Parser {
    /// What follows the name of a function: a base, an exponent, an argument.
    pub(super) fn call(&mut self, function: Function) -> Option<Node> {
        if matches!(
            function,
            Function::Gcd | Function::Lcm | Function::Min | Function::Max
        ) {
            let arguments = self.arguments()?;
            return Some(Node::Call(function, arguments));
        }
        let base = if function == Function::Log && self.eat('_') {
            Some(self.argument()?)
        } else {
            None
        };
        let exponent = if self.eat('^') {
            Some(self.exponent()?)
        } else {
            None
        };
        let argument = self.function_argument()?;
        let called = |function: Function| match base {
            Some(base) => Node::Call(Function::LogBase, vec![base, argument]),
            None => Node::Call(function, vec![argument]),
        };
        Some(match exponent {
            None => called(function),
            Some(exponent) if exponent == Node::integer(-1) => {
                // `\sin^{-1}` is the inverse by custom; for others it could be either.
                let inverse = inverse(function)?;
                called(inverse)
            }
            Some(exponent) => called(function).power(exponent),
        })
    }

    /// An argument in brackets, or the factors that follow without any.
    pub(super) fn function_argument(&mut self) -> Option<Node> {
        if self.sees('(') || self.sees('[') {
            return self.inside(true, |parser| {
                let close = if parser.eat('(') { ')' } else { ']' };
                parser.at += usize::from(close == ']');
                let argument = parser.sum()?;
                parser.expect(close)?;
                Some(argument)
            });
        }
        if self.braces_hold_brackets() {
            // `\log{\left(x\right)}^2`, as SymPy prints it: what is raised is the logarithm.
            self.at += 1;
            let argument = self.inside(true, Parser::primary);
            self.expect('}')?;
            return argument;
        }
        self.nested(|parser| {
            let negative = parser.eat('-');
            let mut factors = vec![parser.power()?];
            while parser.starts_factor() && !parser.sees('(') && !parser.names_function() {
                if matches!(parser.peek(), Some(Kind::Number(_))) {
                    return None;
                }
                factors.push(parser.power()?);
                if factors.len() > super::MAX_CHAIN {
                    return None;
                }
            }
            let argument = if factors.len() == 1 {
                factors.pop()?
            } else {
                Node::Product(factors)
            };
            Some(if negative {
                argument.negative()
            } else {
                argument
            })
        })
    }

    /// Whether a group begins here that is one pair of round brackets.
    fn braces_hold_brackets(&self) -> bool {
        if !self.sees('{') || !self.sees_at(1, '(') {
            return false;
        }
        let mut depth = 0_usize;
        for offset in 1.. {
            match self.peek_at(offset) {
                Some(Kind::Mark('(' | '{')) => depth += 1,
                Some(Kind::Mark(')' | '}')) => {
                    depth -= 1;
                    if depth == 0 {
                        return self.sees_at(offset + 1, '}');
                    }
                }
                None => return false,
                _ => {}
            }
        }
        false
    }

    fn names_function(&self) -> bool {
        match self.peek() {
            Some(Kind::Word(name) | Kind::Command(name)) => {
                function(name).is_some() || name == "lg"
            }
            _ => false,
        }
    }

    /// Arguments in brackets, with commas between them.
    pub(super) fn arguments(&mut self) -> Option<Vec<Node>> {
        self.inside(true, |parser| {
            parser.expect('(')?;
            let mut arguments = vec![parser.sum()?];
            while parser.eat(',') {
                arguments.push(parser.sum()?);
                if arguments.len() > super::MAX_CHAIN {
                    return None;
                }
            }
            parser.expect(')')?;
            Some(arguments)
        })
    }

    /// `W(n)` before an equals sign: a letter and names in brackets are the name of a value, not a product.
    pub(super) fn named_function(&mut self) -> Option<Node> {
        let Some(Kind::Letter(_)) = self.peek() else {
            return None;
        };
        let mut offset = 1;
        while self.sees_at(offset, '\'') {
            offset += 1;
        }
        if self.sees_at(offset, '_') {
            offset += 1;
            if self.sees_at(offset, '{') {
                while !self.sees_at(offset, '}') {
                    self.peek_at(offset)?;
                    offset += 1;
                }
            }
            offset += 1;
        }
        while self.sees_at(offset, '\'') {
            offset += 1;
        }
        let inverse = self.sees_at(offset, '^')
            && self.sees_at(offset + 1, '{')
            && self.sees_at(offset + 2, '-')
            && self.peek_at(offset + 3) == Some(&Kind::Number("1".to_owned()))
            && self.sees_at(offset + 4, '}');
        offset += if inverse { 5 } else { 0 };
        if !self.sees_at(offset, '(') {
            return None;
        }
        loop {
            offset += 1;
            match self.peek_at(offset)? {
                Kind::Letter(_) | Kind::Number(_) | Kind::Mark(',') => {}
                // A sign is a part of a name's argument, a difference is not: `y(x-2) = 1` is an equation.
                Kind::Mark('-')
                    if self.sees_at(offset - 1, '(') || self.sees_at(offset - 1, ',') => {}
                Kind::Mark(')') => break,
                _ => return None,
            }
        }
        if !self.sees_at(offset + 1, '=') {
            return None;
        }
        let start = self.at;
        let Some(Kind::Letter(letter)) = self.peek() else {
            return None;
        };
        let letter = letter.to_string();
        self.at += 1;
        let node = self.suffixed(letter).and_then(|mut name| {
            if inverse {
                name.push_str("^-1");
                self.at += 5;
            }
            let arguments = self.arguments()?;
            Some(Node::Opaque(name, arguments))
        });
        if node.is_none() {
            self.at = start;
        }
        node
    }
}
