//! Letters beside a number: currencies, halves of the day, units, and words for what is counted, apart from factors.

use super::labels::scale;
use super::lexer::Lexer;
use super::token::{Kind, Token};
use super::vocabulary::{currency, is_currency, is_plain_word};
use crate::mathematics::units::Unit;
use crate::normal::ascii;

impl Lexer<'_> {
    /// The name of a currency before a number: `Rs. 40`, `USD 5`, `US$5`.
    pub(super) fn currency(&mut self, run: &str) -> Option<String> {
        let amount = |text: &str| {
            let text = text.trim_start();
            text.starts_with(|c: char| ascii(c).is_ascii_digit())
        };
        let sign = ["\\$", "$"]
            .iter()
            .find_map(|sign| self.rest.strip_prefix(sign));
        if let Some(rest) = sign
            && amount(rest)
        {
            let name = format!("{run}$");
            self.rest = rest;
            return is_currency(&name).then_some(name);
        }
        let rest = self.rest.strip_prefix('.').unwrap_or(self.rest);
        let found = is_currency(run) && amount(rest);
        if found {
            self.rest = rest;
        }
        found.then(|| run.to_owned())
    }

    /// "am" or "pm" after a number, whatever points are in it.
    pub(super) fn half_of_day(&mut self, run: &str) -> Option<String> {
        let last = self.tokens.last();
        if !matches!(
            last,
            Some(Token {
                kind: Kind::Number(_),
                ..
            })
        ) {
            return None;
        }
        let half = match run {
            "am" | "AM" | "Am" => "am",
            "pm" | "PM" | "Pm" => "pm",
            "a" | "A" | "p" | "P" => {
                let rest = self.rest.strip_prefix('.')?.trim_start();
                let rest = rest.strip_prefix(['m', 'M'])?;
                if rest.starts_with(char::is_alphabetic) {
                    return None;
                }
                self.rest = rest;
                return Some(format!("{}m", run.to_lowercase()));
            }
            _ => return None,
        };
        (self.spaced || self.in_text()).then(|| half.to_owned())
    }

    /// Whether what was just taken is the first word in brackets of words, after a number and a space: `9 (apples)`.
    pub(super) fn opens_label(&self) -> bool {
        let [.., before, bracket] = self.tokens.as_slice() else {
            return false;
        };
        let number = matches!(
            before.kind,
            Kind::Number(_) | Kind::Vulgar(..) | Kind::Mark('}')
        );
        let label = |c: char| {
            let power = matches!(c, '^' | '{' | '}' | '2' | '3' | '²' | '³');
            power || c.is_alphabetic() || c.is_whitespace() || matches!(c, '.' | '/' | '-' | '\'')
        };
        number
            && bracket.kind == Kind::Mark('(')
            && bracket.spaced
            && self.rest.trim_start_matches(label).starts_with([')', '）'])
    }

    /// Whether a bar after a unit, or after an amount of money, stands before what was just taken.
    pub(super) fn divides_unit(&self, name: &str) -> bool {
        let kinds: Vec<_> = self
            .tokens
            .iter()
            .rev()
            .take(3)
            .map(|token| &token.kind)
            .collect();
        match kinds.as_slice() {
            [Kind::Mark('/'), Kind::Word(word), ..] => Unit::is_known(word) || !is_plain_word(word),
            [Kind::Mark('/'), Kind::Mark(mark), ..] => currency(*mark).is_some(),
            [Kind::Mark('/'), Kind::Number(_), rest @ ..] => {
                let money = matches!(rest, [Kind::Mark(mark)] if currency(*mark).is_some());
                money || name.len() > 3
            }
            _ => false,
        }
    }

    /// Whether the name of a unit follows, after a point or not.
    pub(super) fn unit_follows(&self) -> bool {
        let rest = self.rest.trim_start_matches(['.', ' ']);
        let end = rest
            .find(|c: char| !c.is_alphabetic())
            .unwrap_or(rest.len());
        Unit::is_known(&rest[..end])
    }

    /// Whether a word of three letters or more follows, as in `5 red apples`.
    pub(super) fn noun_follows(&self) -> bool {
        let rest = self.rest.trim_start();
        let end = rest
            .find(|c: char| !c.is_alphabetic())
            .unwrap_or(rest.len());
        let word = &rest[..end];
        word.chars().nth(2).is_some() && !is_plain_word(word) && !rest[end..].starts_with('(')
    }
}

/// Whether three letters are more likely a word than three factors: a consonant first, and a vowel.
pub(super) fn is_noun(run: &str) -> bool {
    let vowel = |c: char| "aeiou".contains(c);
    run.len() == 3
        && run.chars().all(|c| c.is_ascii_lowercase())
        && !run.starts_with(vowel)
        && run.contains(vowel)
}

/// Whether the word is a preposition before what is counted, or before the half of the day.
pub(super) fn links(word: &str) -> bool {
    matches!(word, "of" | "de" | "du" | "da" | "do" | "di" | "del")
}

/// The words in a run after a number, of which the first may multiply it without a space: `3万元` is 3万 of 元.
pub(super) fn with_scales_apart(mut run: &str) -> Vec<&str> {
    const SCALES: [char; 10] = ['百', '千', '万', '萬', '亿', '億', '백', '천', '만', '억'];
    let mut words = Vec::new();
    while run.starts_with(SCALES) && scale(run).is_none() && !Unit::is_known(run) {
        let (first, rest) = run.split_at(run.chars().next().map_or(0, char::len_utf8));
        words.push(first);
        run = rest;
    }
    words.push(run);
    words
}
