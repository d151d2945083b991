//! From text to tokens.

use super::characters::{shifted, written_out};
use super::infix;
use super::token::{Kind, Token};
use super::vocabulary::{Meaning, SET_CLOSE, SET_OPEN, THOUSANDS, meaning, vulgar};
use crate::normal::ascii;

/// More tokens than this are no answer.
const MAX_TOKENS: usize = 1500;

/// The tokens of `text`; none where there are too many. Linear in its length.
pub(super) fn tokens(text: &str) -> Option<Vec<Token>> {
    let text = written_out(text);
    let mut lexer = Lexer {
        rest: &text,
        tokens: Vec::new(),
        spaced: false,
        groups: vec![Group {
            text: false,
            shown: true,
        }],
        text_next: false,
    };
    while !lexer.rest.is_empty() {
        lexer.step();
        if lexer.tokens.len() > MAX_TOKENS {
            return None;
        }
    }
    infix::to_prefix(&mut lexer.tokens);
    Some(lexer.tokens)
}

/// An open brace.
#[derive(Clone, Copy)]
struct Group {
    /// Letters in it are text.
    text: bool,
    /// Its braces are tokens.
    shown: bool,
}

pub(super) struct Lexer<'a> {
    pub(super) rest: &'a str,
    pub(super) tokens: Vec<Token>,
    pub(super) spaced: bool,
    groups: Vec<Group>,
    /// The next brace opens text.
    text_next: bool,
}

impl<'a> Lexer<'a> {
    pub(super) fn push(&mut self, kind: Kind) {
        let spaced = std::mem::take(&mut self.spaced);
        self.tokens.push(Token { kind, spaced });
    }

    pub(super) fn mark(&mut self, mark: char) {
        self.push(Kind::Mark(mark));
    }

    pub(super) fn in_text(&self) -> bool {
        self.groups.last().is_some_and(|group| group.text)
    }

    /// Takes the longest prefix whose characters fit.
    pub(super) fn take_while(&mut self, fits: impl Fn(char) -> bool) -> &'a str {
        let end = self.rest.find(|c| !fits(c)).unwrap_or(self.rest.len());
        let (taken, rest) = self.rest.split_at(end);
        self.rest = rest;
        taken
    }

    fn step(&mut self) {
        let Some(first) = self.rest.chars().next() else {
            return;
        };
        let c = ascii(first);
        if c == '\\' {
            self.rest = &self.rest[first.len_utf8()..];
            return self.command();
        }
        if c.is_ascii_digit() || (c == '.' && self.digit_at(first.len_utf8())) {
            return self.number();
        }
        if let Some((mark, _)) = shifted(first) {
            return self.shifted(mark);
        }
        // Unicode has the ordinal sign, which many type for a degree, among the letters.
        if first.is_alphabetic() && first != 'º' {
            return self.letters();
        }
        self.rest = &self.rest[first.len_utf8()..];
        match c {
            '$' => self.toggle(),
            '~' => self.spaced = true,
            '{' => self.open(),
            '}' => self.close(),
            ',' if self.thousands_follow() => self.mark(THOUSANDS),
            '!' if self.eat("=") => self.mark('≠'),
            '<' if self.eat("=") => self.mark('≤'),
            '>' if self.eat("=") => self.mark('≥'),
            '=' => {
                self.eat("=");
                self.mark('=');
            }
            '*' => {
                // `**` is the power of many programs.
                let power = self.eat("*");
                self.mark(if power { '^' } else { '*' });
            }
            '.' if self.rest.starts_with('.') => {
                self.take_while(|c| c == '.');
                self.push(Kind::Command("dots".to_owned()));
            }
            // A full stop ends a sentence; a point inside a number does not come here.
            '.' | '。' | '।' => {}
            c if c.is_whitespace() => {
                let white = self.take_while(char::is_whitespace);
                self.spaced = true;
                // Two equations on two lines are two items.
                if (c == '\n' || white.contains('\n')) && self.begins_relation() {
                    self.mark(',');
                }
            }
            c => self.sign(c),
        }
    }

    /// Signs that are one character.
    fn sign(&mut self, c: char) {
        match c {
            '×' | '·' | '⋅' | '∙' | '•' => self.mark('*'),
            '÷' | '⁄' | '∕' => self.mark('/'),
            '–' | '—' | '‐' | '‑' => self.mark('-'),
            '≤' | '⩽' | '≦' => self.mark('≤'),
            '≥' | '⩾' | '≧' => self.mark('≥'),
            '≈' | '≃' | '≅' => self.mark('≈'),
            '、' | '،' => self.mark(','),
            '؛' => self.mark(';'),
            '∣' | '∥' | '‖' => self.mark('|'),
            '〈' => self.mark('⟨'),
            '〉' => self.mark('⟩'),
            '˚' | 'º' => self.mark('°'),
            '’' | '′' => self.mark('\''),
            '…' | '⋯' => self.push(Kind::Command("dots".to_owned())),
            '٪' => self.mark('%'),
            '￥' => self.mark('¥'),
            '￡' => self.mark('£'),
            '￦' => self.mark('₩'),
            '⊘' | '⌀' => self.mark('∅'),
            // Marks that only steer how text is shown.
            '\u{200B}'..='\u{200F}'
            | '\u{202A}'..='\u{202E}'
            | '\u{2060}'..='\u{2069}'
            | '\u{FEFF}' => {}
            other => match vulgar(other) {
                Some((n, d)) => self.push(Kind::Vulgar(n, d)),
                None => self.mark(other),
            },
        }
    }

    pub(super) fn eat(&mut self, prefix: &str) -> bool {
        let rest = self.rest.strip_prefix(prefix);
        self.rest = rest.unwrap_or(self.rest);
        rest.is_some()
    }

    /// `$`: in text it begins or ends mathematics; elsewhere it is layout.
    fn toggle(&mut self) {
        if let Some(group) = self.groups.last_mut()
            && !group.shown
        {
            group.text = !group.text;
        }
    }

    fn open(&mut self) {
        if self.rest.starts_with(",}") {
            self.rest = &self.rest[2..];
            return self.mark(THOUSANDS);
        }
        let text = std::mem::take(&mut self.text_next);
        self.groups.push(Group {
            text: text || self.in_text(),
            shown: !text,
        });
        if !text {
            self.mark('{');
        }
    }

    fn close(&mut self) {
        if self.groups.len() > 1
            && let Some(group) = self.groups.pop()
            && !group.shown
        {
            return;
        }
        self.mark('}');
    }

    fn command(&mut self) {
        let name = self.take_while(|c| c.is_ascii_alphabetic());
        if name.is_empty() {
            return self.escaped();
        }
        match meaning(name) {
            Some(Meaning::Nothing) => {
                // `\left.` and `\right.` show nothing.
                if matches!(name, "left" | "right") && !self.eat(".") {
                    self.rest = self.rest.trim_start();
                }
            }
            Some(Meaning::NothingWithGroup) => {
                let rest = self.rest.trim_start_matches([' ', '*']);
                if let Some((_, rest)) = rest.strip_prefix('{').and_then(|r| r.split_once('}')) {
                    self.rest = rest;
                }
                self.spaced = true;
            }
            Some(Meaning::Space) => {
                self.spaced = true;
                if matches!(name, "quad" | "qquad") && self.begins_relation() {
                    self.mark(',');
                }
            }
            Some(Meaning::Mark(mark)) => self.mark(mark),
            Some(Meaning::Text) => {
                self.rest = self.rest.trim_start();
                self.eat("*");
                self.text_next = self.rest.starts_with('{');
            }
            Some(Meaning::Command(other)) => self.push(Kind::Command(other.to_owned())),
            None if name == "begin" || name == "end" => self.environment(name == "begin"),
            None => self.push(Kind::Command(name.to_owned())),
        }
    }

    /// `[2pt]` after `\\\\`: how far apart the rows are.
    fn skip_distance(&mut self) {
        let Some((inside, rest)) = self
            .rest
            .strip_prefix('[')
            .and_then(|rest| rest.split_once(']'))
        else {
            return;
        };
        let unit =
            inside.trim_start_matches(|c: char| c.is_ascii_digit() || matches!(c, '.' | '-' | ' '));
        if matches!(unit, "pt" | "em" | "ex" | "mm" | "cm") {
            self.rest = rest;
        }
    }

    fn environment(&mut self, begin: bool) {
        let Some((name, rest)) = self
            .rest
            .strip_prefix('{')
            .and_then(|rest| rest.split_once('}'))
        else {
            return self.mark('\\');
        };
        self.rest = rest;
        let name = name.trim_end_matches('*').to_owned();
        self.push(if begin {
            Kind::Begin(name)
        } else {
            Kind::End(name)
        });
    }

    /// A backslash and a character that is no letter.
    fn escaped(&mut self) {
        let Some(first) = self.rest.chars().next() else {
            return;
        };
        self.rest = &self.rest[first.len_utf8()..];
        match first {
            ',' | ';' | ':' | ' ' | '\n' | '\t' | '>' | '/' => self.spaced = true,
            '!' | '(' | ')' | '[' | ']' | '-' => {}
            '{' => self.mark(SET_OPEN),
            '}' => self.mark(SET_CLOSE),
            '\\' => {
                self.skip_distance();
                self.push(Kind::Row);
            }
            '$' => self.mark('＄'),
            other => self.mark(other),
        }
    }
}
