//! Letters: variables one by one, or words.

use super::beside::{is_noun, links, with_scales_apart};
use super::characters::{shifted, sits_on_letter};
use super::lexer::Lexer;
use super::token::{Kind, Token};
use super::vocabulary::{
    Meaning, greek, is_attached_unit, is_degrees, is_plain_word, joint, joint_letter, meaning,
};
use crate::mathematics::units::{Unit, power_before};
use crate::normal::ascii;

impl Lexer<'_> {
    pub(super) fn letters(&mut self) {
        let in_label = self.opens_label();
        let apart = self.spaced || self.tokens.is_empty() || in_label;
        if let Some(first) = self.rest.chars().next()
            && let Some(letter) = blackboard(first)
        {
            self.rest = &self.rest[first.len_utf8()..];
            self.push(Kind::Command("mathbb".to_owned()));
            self.push(Kind::Letter(letter));
            return;
        }
        if self.eat("o'clock") || self.eat("o’clock") {
            return self.push(Kind::Word("o'clock".to_owned()));
        }
        let run = self.run();
        let run = run.as_str();
        if let Some(command) = joint_letter(run).filter(|_| self.joins_items()) {
            return self.push(Kind::Command(command.to_owned()));
        }
        if let Some(word) = self.currency(run).or_else(|| self.half_of_day(run)) {
            return self.push(Kind::Word(word));
        }
        if run == "U" && self.joins_sets() {
            return self.mark('∪');
        }
        if matches!(run, "Ø" | "ø") {
            return self.mark('∅');
        }
        // "the 21st"
        let number = matches!(
            self.tokens.last().map(|token| &token.kind),
            Some(Kind::Number(_))
        );
        if number && !self.spaced && matches!(run, "st" | "nd" | "rd" | "th") {
            return;
        }
        if self.in_text() || !run.is_ascii() {
            // Greek letters are mathematics also where they touch Latin ones.
            if run.chars().all(|c| c.is_ascii_alphabetic() || is_greek(c)) && !self.in_text() {
                for c in run.chars() {
                    self.letter(c);
                }
                return;
            }
            // Hebrew's "and" is a prefix, with a hyphen before digits, which is no sign.
            if run == "ו" {
                self.rest = self.rest.strip_prefix(['־', '-']).unwrap_or(self.rest);
            }
            let words = if number {
                with_scales_apart(run)
            } else {
                vec![run]
            };
            words
                .into_iter()
                .for_each(|word| self.push(Kind::Word(word.to_owned())));
            return;
        }
        // Plain letters are variables, one by one, unless they are a word.
        let (head, tail) = match ["or", "and"]
            .into_iter()
            .find(|word| joins(self.tokens.last(), run, word) && !Unit::is_known(run))
        {
            Some(word) => run.split_at(word.len()),
            None => (run, ""),
        };
        let last = self.tokens.last().map(|token| &token.kind);
        let after_number = match last {
            Some(Kind::Number(_) | Kind::Mark('}' | ')')) => true,
            Some(Kind::Command(name)) => self.spaced && name == "pi",
            _ => false,
        };
        // "sq. ft"
        let power = power_before(head).is_some() && self.spaced && self.unit_follows();
        let after_unit = matches!(last, Some(Kind::Word(word)) if power_before(word).is_some());
        let known = Unit::is_known(head) || is_degrees(head);
        let after = (after_number || after_unit) && self.spaced && head.len() > 1;
        let unit = power
            || after_number && is_attached_unit(head)
            || known && (after || in_label || self.divides_unit(head));
        // Short words are known by the words beside them.
        let follows_word = matches!(
            self.tokens.last().map(|token| &token.kind),
            Some(Kind::Word(_))
        );
        let beside = head.len() > 1
            && if after_number {
                self.spaced && (links(head) || self.noun_follows())
            } else {
                follows_word || self.word_follows()
            };
        let noun = head.len() > 3 || in_label && is_noun(head);
        let joint = joint(head).is_some() && self.stands_alone() && !self.tokens.is_empty();
        if is_plain_word(head) || joint || unit || (apart && (noun || beside)) {
            self.push(Kind::Word(head.to_owned()));
            // `20 cm2`
            let square = self.rest.starts_with(['2', '3']) && !self.digit_at(1);
            if unit && square && Unit::named(head).is_length() {
                self.mark('^');
            }
        } else {
            head.chars().for_each(|c| self.letter(c));
        }
        tail.chars().for_each(|c| self.letter(c));
    }

    /// Takes letters in a row, with the marks that sit on them, as plain ones where they are Latin letters of full width.
    fn run(&mut self) -> String {
        let mut run = String::new();
        let western = |c: char| is_western(ascii(c));
        let latin = self.rest.chars().next().is_some_and(western);
        loop {
            let part = self.take_while(|c| {
                let letter = c.is_alphabetic() && blackboard(c).is_none() && c != 'º';
                (letter || sits_on_letter(c)) && shifted(c).is_none() && western(c) == latin
            });
            run.extend(part.chars().map(ascii));
            // Hebrew abbreviates so: a mark before the last letter.
            let hebrew = |c: char| matches!(c, 'א'..='ת');
            let Some(rest) = self.rest.strip_prefix(['"', '״']) else {
                return run;
            };
            if !run.ends_with(hebrew) || !rest.starts_with(hebrew) {
                return run;
            }
            run.push('"');
            self.rest = rest;
        }
    }

    /// Whether a letter that was just taken stands between two sets in brackets, for a union.
    fn joins_sets(&self) -> bool {
        if !self
            .rest
            .trim_start()
            .trim_start_matches("\\left")
            .starts_with(['(', '['])
        {
            return false;
        }
        let mut depth = 0_usize;
        let mut comma = false;
        for token in self.tokens.iter().rev() {
            match token.kind {
                Kind::Mark(')' | ']') => depth += 1,
                Kind::Mark('(' | '[') => depth = depth.saturating_sub(1),
                Kind::Mark(',' | ';') if depth == 1 => comma = true,
                _ => {}
            }
            if depth == 0 {
                break;
            }
        }
        comma
    }

    /// Whether white space stands on both sides of what was just taken.
    fn stands_alone(&self) -> bool {
        self.spaced && self.rest.starts_with(char::is_whitespace)
    }

    /// Whether a letter that was just taken stands between two items, as a word: set as text, or between two plain numbers, of which
    /// nobody writes a product so.
    fn joins_items(&self) -> bool {
        let before = self.tokens.last().map(|token| &token.kind);
        let between = if self.in_text() {
            let ends = |c: char| c.is_whitespace() || matches!(c, '}' | '$');
            !self.rest.trim_start_matches(ends).is_empty()
                && match before {
                    // Of two words it may be a part; of single letters it is none.
                    Some(Kind::Word(word)) => word.len() == 1,
                    before => before.is_some(),
                }
        } else {
            let next = self.rest.trim_start();
            let next = next.strip_prefix('-').unwrap_or(next).chars().next();
            let digit = next.is_some_and(|c| ascii(c).is_ascii_digit());
            digit && matches!(before, Some(Kind::Number(_))) || self.begins_relation()
        };
        between && self.stands_alone()
    }

    /// Whether an equation ends here and another one begins, as in `x = 2 \quad x = 3`.
    pub(super) fn begins_relation(&self) -> bool {
        let ended = match self.tokens.last().map(|token| &token.kind) {
            Some(Kind::Number(_) | Kind::Letter(_) | Kind::Vulgar(..)) => true,
            Some(Kind::Command(name)) => greek(name).is_some(),
            Some(Kind::Mark(mark)) => matches!(mark, ')' | ']' | '}' | '!' | '%' | '°' | '∞'),
            _ => false,
        };
        let layout = |c: char| c.is_whitespace() || c == '$';
        ended && is_relation(self.rest.trim_start_matches(layout)) && self.holds_relation()
    }

    /// Whether the item that is being taken has a relation sign already.
    fn holds_relation(&self) -> bool {
        let mut kinds = self.tokens.iter().rev().map(|token| &token.kind);
        let stop = kinds.find(|kind| match kind {
            Kind::Mark(mark) => {
                matches!(mark, ',' | ';' | '&' | '|' | ':') || RELATIONS.contains(mark)
            }
            Kind::Command(word) | Kind::Word(word) => joint(word).is_some(),
            Kind::Row | Kind::Begin(_) | Kind::End(_) => true,
            _ => false,
        });
        matches!(stop, Some(Kind::Mark(mark)) if RELATIONS.contains(mark))
    }

    /// Whether another run of two letters or more follows after a space.
    fn word_follows(&self) -> bool {
        // A letter that touches the run is part of it, so what follows stands after a space.
        let mut letters = self.rest.trim_start().chars();
        (0..2).all(|_| letters.next().is_some_and(|c| c.is_ascii_alphabetic()))
    }

    fn letter(&mut self, c: char) {
        match greek(c.encode_utf8(&mut [0; 4])) {
            Some(name) => self.push(Kind::Command(name.to_owned())),
            None => self.push(Kind::Letter(c)),
        }
    }
}

/// Signs that stand between the sides of a relation.
const RELATIONS: [char; 8] = ['=', '≠', '<', '>', '≤', '≥', '≈', '∈'];

/// Whether `text` begins with one name and a relation sign after it.
fn is_relation(text: &str) -> bool {
    let mut rest = text.trim_start_matches(char::is_alphabetic);
    if text
        .chars()
        .next()
        .is_none_or(|c| text.len() - rest.len() != c.len_utf8())
    {
        return false;
    }
    if let Some(index) = rest.strip_prefix('_') {
        rest = match index.strip_prefix('{') {
            Some(group) => group.split_once('}').map_or("", |(_, tail)| tail),
            None => index
                .strip_prefix(|c: char| c.is_ascii_alphanumeric())
                .unwrap_or(""),
        };
    }
    let rest = rest.trim_start();
    let Some(command) = rest.strip_prefix('\\') else {
        return rest.starts_with(RELATIONS);
    };
    let end = command
        .find(|c: char| !c.is_ascii_alphabetic())
        .unwrap_or(command.len());
    matches!(meaning(&command[..end]), Some(Meaning::Mark(mark)) if RELATIONS.contains(&mark))
}

/// The letter of the sign for a set of numbers.
fn blackboard(c: char) -> Option<char> {
    Some(match c {
        'ℕ' => 'N',
        'ℤ' => 'Z',
        'ℚ' => 'Q',
        'ℝ' => 'R',
        'ℂ' => 'C',
        _ => return None,
    })
}

/// Whether a letter is of a script that formulas have as well. Where another script begins another word does, without a space: `或x`.
fn is_western(c: char) -> bool {
    matches!(c, '\0'..='\u{24F}' | '\u{370}'..='\u{3FF}' | '\u{1E00}'..='\u{1FFF}')
}

fn is_greek(c: char) -> bool {
    greek(c.encode_utf8(&mut [0; 4])).is_some()
}

/// Whether `run`, right after a number or a bracket, is `word` and a name after it, as in `1orW(x)`.
fn joins(before: Option<&Token>, run: &str, word: &str) -> bool {
    let closed = matches!(
        before.map(|token| &token.kind),
        Some(Kind::Number(_) | Kind::Mark(')' | ']' | '}'))
    );
    closed
        && run.strip_prefix(word).is_some_and(|tail| {
            tail.len() == 1 && tail.starts_with(|c: char| c.is_ascii_alphabetic())
        })
}
