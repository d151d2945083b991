//! Numbers: thousands marks, decimal commas, repeating decimals, bases, mixed numbers.

use dashu_int::{IBig, UBig};
use dashu_ratio::RBig;

use super::token::Kind;
use super::vocabulary::{THOUSANDS, base};
use super::{Commas, Parser};
use crate::mathematics::node::Node;

impl Parser {
    /// The number here.
    pub(super) fn number(&mut self) -> Option<Node> {
        let Kind::Number(first) = self.peek()?.clone() else {
            return None;
        };
        self.at += 1;
        let mut digits = first;
        if !digits.contains('.') {
            if let Some(decimal) = self
                .decimal_mark(&digits)
                .or_else(|| self.decimal_comma(&digits))
            {
                digits = decimal;
            } else {
                self.thousands(&mut digits);
                // `1 234,5`
                if !digits.contains('.')
                    && let Some(decimal) = self.decimal_comma(&digits)
                {
                    digits = decimal;
                }
            }
        }
        if digits.ends_with('.') && self.sees('(') {
            return self.period_in_brackets(&digits);
        }
        if let Some(name) = self.command_at(0)
            && matches!(name, "overline" | "dot")
            && digits.contains('.')
        {
            return self.repeating(&digits);
        }
        if self.sees('_') && !digits.contains('.') {
            return self.based(&digits);
        }
        decimal(&digits)
    }

    /// `0{,}375`: no thousands follow a zero, so the comma can only be a decimal mark.
    fn decimal_mark(&mut self, whole: &str) -> Option<String> {
        let Some(Kind::Number(part)) = self.peek_at(1) else {
            return None;
        };
        if whole != "0" || !self.sees(THOUSANDS) || part.contains('.') {
            return None;
        }
        let number = format!("0.{part}");
        self.at += 2;
        Some(number)
    }

    /// A comma and digits after it, where commas are decimal marks.
    fn decimal_comma(&mut self, whole: &str) -> Option<String> {
        let part = self.tight_digits(0)?.to_owned();
        if self.separating || part.contains('.') || self.tight_digits(2).is_some() {
            return None;
        }
        self.uncertain = true;
        let group = part.len() == 3 && whole.len() <= 3 && whole != "0";
        if self.commas != Commas::Decimal || group {
            return None;
        }
        let number = format!("{whole}.{part}");
        self.at += 2;
        Some(number)
    }

    /// The digits after a comma at `offset`, with no space on either side of it.
    fn tight_digits(&self, offset: usize) -> Option<&str> {
        if !self.sees_at(offset, ',') || self.spaced_at(offset) || self.spaced_at(offset + 1) {
            return None;
        }
        match self.peek_at(offset + 1) {
            Some(Kind::Number(digits)) if !digits.starts_with('.') => Some(digits),
            _ => None,
        }
    }

    /// Takes groups of three digits, with one kind of mark between them.
    fn thousands(&mut self, digits: &mut String) {
        if !(1..=3).contains(&digits.len()) || digits.starts_with('0') {
            return;
        }
        // A comma that TeX marks as none, or a space.
        for mark in [Some(THOUSANDS), None] {
            let mut taken = false;
            while let Some(group) = self.group_after(mark) {
                digits.push_str(&group);
                self.at += 1 + usize::from(mark.is_some());
                taken = true;
                if group.len() > 3 {
                    return;
                }
            }
            if taken {
                return;
            }
        }
        // A plain comma may also separate: all groups must fit. In India all but the last are of two digits.
        let mut offset = 0;
        let mut groups = String::new();
        let mut pairs = 0;
        while let Some(group) = self.tight_digits(offset) {
            let whole = group.split('.').next().unwrap_or(group);
            let pair = group.len() == 2 && 2 * pairs == offset && digits.len() <= 2;
            if whole.len() != 3 && !pair {
                return;
            }
            pairs += usize::from(pair);
            groups.push_str(group);
            offset += 2;
            if group.contains('.') {
                break;
            }
        }
        if offset == 0 || self.separating || self.tight_digits(offset).is_some() {
            return;
        }
        // Pairs are a list first, and a number beside a number.
        if pairs > 0 && offset != 2 * pairs + 2 {
            return;
        }
        self.uncertain = true;
        let grouped = if pairs > 0 {
            Commas::Decimal
        } else {
            Commas::Group
        };
        if self.commas == grouped {
            digits.push_str(&groups);
            self.at += offset;
        }
    }

    /// Three digits, and a decimal part or not, after the mark or after a space.
    fn group_after(&self, mark: Option<char>) -> Option<String> {
        let offset = match mark {
            Some(mark) => {
                if !self.sees(mark) {
                    return None;
                }
                1
            }
            None => {
                if !self.spaced_at(0) {
                    return None;
                }
                0
            }
        };
        let Some(Kind::Number(digits)) = self.peek_at(offset) else {
            return None;
        };
        let whole = digits.split('.').next().unwrap_or(digits);
        // `1 234/5` would be a mixed number.
        let fraction = mark.is_none() && self.sees_at(offset + 1, '/');
        (whole.len() == 3 && !fraction).then(|| digits.clone())
    }

    /// `0.1\overline{6}`: the digits under the bar repeat for ever. Dots mark the first and the last digit.
    fn repeating(&mut self, start: &str) -> Option<Node> {
        let dotted = self.command_at(0) == Some("dot");
        let mut period = String::new();
        loop {
            let marked = matches!(self.command_at(0), Some("overline" | "dot"));
            if marked {
                self.at += 1;
                let braced = self.eat('{');
                let Some(Kind::Number(digits)) = self.peek().cloned() else {
                    return None;
                };
                self.at += 1;
                if braced {
                    self.expect('}')?;
                }
                period.push_str(&digits);
                if !dotted || (period.len() > 1 && digits.len() == 1) {
                    break;
                }
                // One dot alone, or the first of two.
                if !matches!(self.peek(), Some(Kind::Number(_)))
                    && self.command_at(0) != Some("dot")
                {
                    break;
                }
            } else if dotted && let Some(Kind::Number(digits)) = self.peek().cloned() {
                self.at += 1;
                period.push_str(&digits);
            } else {
                return None;
            }
        }
        periodic(start, &period)
    }

    /// `0.(3)`
    fn period_in_brackets(&mut self, start: &str) -> Option<Node> {
        self.expect('(')?;
        let Some(Kind::Number(period)) = self.peek().cloned() else {
            return None;
        };
        self.at += 1;
        self.expect(')')?;
        periodic(start, &period)
    }

    /// `204_5`: digits in another base.
    fn based(&mut self, digits: &str) -> Option<Node> {
        self.expect('_')?;
        let braced = self.eat('{');
        let base = match self.peek()? {
            Kind::Number(base) => base.parse().ok().filter(|base| (2..=36).contains(base))?,
            Kind::Word(word) => base(word)?,
            _ => return None,
        };
        self.at += 1;
        if braced {
            self.expect('}')?;
        }
        let value = IBig::from_str_radix(digits, base).ok()?;
        Some(Node::Number(RBig::from(value)))
    }

    /// `A3_{12}`: digits of which some are letters, for a base beyond ten; none where no base follows.
    pub(super) fn lettered(&mut self) -> Option<Node> {
        let part = |offset: usize| match self.peek_at(offset) {
            Some(Kind::Number(part)) if !part.contains('.') => Some(false),
            Some(Kind::Letter(letter)) if letter.is_ascii_uppercase() => Some(true),
            _ => None,
        };
        let (mut digits, mut letters) = (false, false);
        let mut offset = 0;
        while let Some(letter) = part(offset).filter(|_| offset == 0 || !self.spaced_at(offset)) {
            letters |= letter;
            digits |= !letter;
            offset += 1;
        }
        // Letters alone are names: `A_{12}`, or lengths.
        if !letters || !digits || !self.sees_at(offset, '_') {
            return None;
        }
        let braced = usize::from(self.sees_at(offset + 1, '{'));
        let base: u32 = match self.peek_at(offset + 1 + braced) {
            Some(Kind::Number(base)) => base.parse().ok()?,
            Some(Kind::Word(word)) => base(word)?,
            _ => return None,
        };
        if !(11..=36).contains(&base) {
            return None;
        }
        let mut digits = String::new();
        for token in self.tokens.get(self.at..self.at + offset)? {
            match &token.kind {
                Kind::Number(part) => digits.push_str(part),
                Kind::Letter(letter) => digits.push(*letter),
                _ => return None,
            }
        }
        let value = IBig::from_str_radix(&digits, base).ok()?;
        self.at += offset;
        self.expect('_')?;
        self.at += 1 + 2 * braced;
        Some(Node::Number(RBig::from(value)))
    }

    /// `3\frac12` and `3 1/2`: a whole number and a proper fraction right after it are one number. A fraction that is not
    /// proper makes a product. The number begins at the token `begin`.
    pub(super) fn mixed(&mut self, first: Node, begin: usize) -> Node {
        let Node::Number(whole) = &first else {
            return first;
        };
        // `\frac42` is no whole part, though it is a whole number.
        let digits = |kind: &Kind| matches!(kind, Kind::Number(_) | Kind::Mark(',' | THOUSANDS));
        let plain = self
            .tokens
            .get(begin..self.at)
            .is_some_and(|tokens| tokens.iter().all(|token| digits(&token.kind)));
        if !plain || !whole.is_int() {
            return first;
        }
        let start = self.at;
        match self.fraction_here() {
            Some(part) if part < RBig::ONE && !part.is_zero() => Node::Number(whole.clone() + part),
            _ => {
                self.at = start;
                first
            }
        }
    }

    /// A fraction of two integers, as TeX, as one character, or with a slash.
    fn fraction_here(&mut self) -> Option<RBig> {
        match self.peek()? {
            Kind::Vulgar(n, d) => {
                let value = RBig::from_parts(IBig::from(*n), UBig::from(*d));
                self.at += 1;
                Some(value)
            }
            Kind::Command(name) if name == "frac" => {
                let (n, d, length) = self.plain_fraction()?;
                self.at += length;
                Some(RBig::from_parts_signed(n, d))
            }
            Kind::Number(n) if self.spaced_at(0) && self.sees_at(1, '/') => {
                let n = integer(n)?;
                let Some(Kind::Number(d)) = self.peek_at(2) else {
                    return None;
                };
                let d = integer(d).filter(|d| !d.is_zero())?;
                self.at += 3;
                Some(RBig::from_parts_signed(n, d))
            }
            _ => None,
        }
    }

    /// The parts of a `\frac` of plain digits, and how many tokens it takes. It only looks: reading a fraction twice, at every
    /// level of nested ones, would take for ever.
    fn plain_fraction(&self) -> Option<(IBig, IBig, usize)> {
        let digits = |offset: usize| match self.peek_at(offset) {
            Some(Kind::Number(digits)) => Some(digits.as_str()),
            _ => None,
        };
        let braced = |offset: usize| {
            let fits = self.sees_at(offset, '{') && self.sees_at(offset + 2, '}');
            digits(offset + 1).filter(|_| fits)
        };
        let (n, d, length) = if let Some(n) = braced(1) {
            match braced(4) {
                Some(d) => (n, d, 7),
                None => (n, digits(4).filter(|d| d.len() == 1)?, 5),
            }
        } else {
            let both = digits(1)?;
            match both.len() {
                1 => match braced(2) {
                    Some(d) => (both, d, 5),
                    None => (both, digits(2).filter(|d| d.len() == 1)?, 3),
                },
                2 => (both.get(..1)?, both.get(1..)?, 2),
                _ => return None,
            }
        };
        let d = integer(d).filter(|d| !d.is_zero())?;
        Some((integer(n)?, d, length))
    }
}

/// The number that begins with `start`, a point in it, and goes on with `period` for ever.
fn periodic(start: &str, period: &str) -> Option<Node> {
    let (whole, part) = start.split_once('.')?;
    if period.is_empty() || period.contains('.') {
        return None;
    }
    let all = integer(&format!("{whole}{part}{period}"))?;
    let head = integer(&format!("{whole}{part}"))?;
    let nines = UBig::from(10_u8).pow(period.len()) - UBig::ONE;
    let denominator = nines * UBig::from(10_u8).pow(part.len());
    Some(Node::Number(RBig::from_parts(all - head, denominator)))
}

/// The value of digits with or without a point.
pub(super) fn decimal(digits: &str) -> Option<Node> {
    let Some((whole, part)) = digits.split_once('.') else {
        return Some(Node::Number(RBig::from(integer(digits)?)));
    };
    let numerator = integer(&format!("{whole}{part}"))?;
    let value = RBig::from_parts(numerator, UBig::from(10_u8).pow(part.len()));
    Some(Node::Decimal(value, part.len()))
}

fn integer(digits: &str) -> Option<IBig> {
    let plain = !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit());
    plain.then(|| IBig::from_str_radix(digits, 10).ok())?
}
