//! Digits to tokens: numbers with points and exponents, superscripts, thousands marks of TeX.

use super::characters::shifted;
use super::lexer::Lexer;
use super::token::Kind;
use crate::normal::ascii;

impl Lexer<'_> {
    /// Characters that are set high or low, as a group after `^` or `_`.
    pub(super) fn shifted(&mut self, mark: char) {
        self.mark(mark);
        self.mark('{');
        let plain = |c: char| shifted(c).filter(|(level, _)| *level == mark);
        let mut digits = String::new();
        while let Some(c) = self.rest.chars().next()
            && let Some((_, plain)) = plain(c)
        {
            self.rest = &self.rest[c.len_utf8()..];
            if plain.is_ascii_digit() {
                digits.push(plain);
                continue;
            }
            self.push_digits(&mut digits);
            self.push(if plain.is_alphabetic() {
                Kind::Letter(plain)
            } else {
                Kind::Mark(plain)
            });
        }
        self.push_digits(&mut digits);
        self.mark('}');
    }

    fn push_digits(&mut self, digits: &mut String) {
        if !digits.is_empty() {
            self.push(Kind::Number(std::mem::take(digits)));
        }
    }

    pub(super) fn digit_at(&self, offset: usize) -> bool {
        let next = self.rest[offset..].chars().next();
        next.is_some_and(|c| ascii(c).is_ascii_digit())
    }

    /// After a comma: `\!`, with spaces or not.
    pub(super) fn thousands_follow(&mut self) -> bool {
        let Some(rest) = self.rest.trim_start().strip_prefix("\\!") else {
            return false;
        };
        self.rest = rest.trim_start();
        true
    }

    pub(super) fn number(&mut self) {
        let mut digits = String::new();
        let mut points = 0_usize;
        while let Some(first) = self.rest.chars().next() {
            let c = ascii(first);
            let point =
                c == '.' && (self.digit_at(first.len_utf8()) || self.repeats_at(first.len_utf8()));
            if !c.is_ascii_digit() && !point {
                break;
            }
            points += usize::from(point);
            digits.push(c);
            self.rest = &self.rest[first.len_utf8()..];
        }
        if points > 1 {
            // Points every three digits are thousands marks; other points make no number.
            let groups: Vec<&str> = digits.split('.').collect();
            let fits =
                (1..=3).contains(&groups[0].len()) && groups[1..].iter().all(|g| g.len() == 3);
            if !fits {
                return self.mark('.');
            }
            digits.retain(|c| c != '.');
        }
        match self.exponent() {
            None => self.push(Kind::Number(digits)),
            Some((negative, exponent)) => {
                self.mark('(');
                self.push(Kind::Number(digits));
                self.mark('*');
                self.push(Kind::Number("10".to_owned()));
                self.mark('^');
                self.mark('{');
                if negative {
                    self.mark('-');
                }
                self.push(Kind::Number(exponent));
                self.mark('}');
                self.mark(')');
            }
        }
    }

    /// Whether the digits that repeat for ever follow a decimal point.
    pub(super) fn repeats_at(&self, offset: usize) -> bool {
        let rest = &self.rest[offset..];
        // `0.(3)` is a notation of its own; after a digit, `0.1(6)`, it may be a product.
        if let Some(rest) = rest.strip_prefix('(') {
            let period = rest.trim_start_matches(|c: char| ascii(c).is_ascii_digit());
            return period.len() < rest.len() && period.starts_with(')');
        }
        let rest = rest.trim_start();
        ["\\overline", "\\bar", "\\dot"]
            .iter()
            .any(|command| rest.starts_with(command))
    }

    /// The exponent of a number as programs write it: `1.5e-7`.
    pub(super) fn exponent(&mut self) -> Option<(bool, String)> {
        let tail = self.rest.strip_prefix(['e', 'E'])?;
        let negative = tail.starts_with('-');
        let tail = tail.strip_prefix(['+', '-']).unwrap_or(tail);
        let end = tail
            .find(|c: char| !c.is_ascii_digit())
            .unwrap_or(tail.len());
        let (digits, rest) = tail.split_at(end);
        if digits.is_empty() || rest.starts_with(|c: char| c.is_alphanumeric()) {
            return None;
        }
        self.rest = rest;
        Some((negative, digits.to_owned()))
    }
}
