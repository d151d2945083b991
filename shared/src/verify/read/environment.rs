//! `\begin{…}…\end{…}`: matrices and systems.

use super::lexer::Kind;
use super::{MAX_CHAIN, Parser};
use crate::verify::node::{Joint, Node};

/// A matrix has at most this many entries.
const MAX_ENTRIES: usize = 64;

impl Parser {
    /// The environment whose `\begin{name}` was just taken.
    pub(super) fn environment(&mut self, name: &str) -> Option<Node> {
        match name {
            "pmatrix" | "bmatrix" | "matrix" | "Bmatrix" | "smallmatrix" => self.matrix(name),
            "array" => {
                // The columns' layout.
                self.verbatim()?;
                self.matrix(name)
            }
            "aligned" | "align" | "gathered" | "gather" | "split" | "cases" | "equation" => {
                self.system(name)
            }
            _ => None,
        }
    }

    fn ended(&mut self, name: &str) -> bool {
        let ended = matches!(self.peek(), Some(Kind::End(end)) if end == name);
        self.at += usize::from(ended);
        ended
    }

    fn matrix(&mut self, name: &str) -> Option<Node> {
        self.inside(true, |parser| {
            let mut rows = vec![Vec::new()];
            let mut count = 0;
            loop {
                rows.last_mut()?.push(parser.term()?);
                count += 1;
                if count > MAX_ENTRIES {
                    return None;
                }
                if parser.eat('&') {
                    continue;
                }
                let row = parser.peek() == Some(&Kind::Row);
                parser.at += usize::from(row);
                if parser.ended(name) {
                    break;
                }
                if !row {
                    return None;
                }
                rows.push(Vec::new());
            }
            let width = rows.first()?.len();
            let even = rows.iter().all(|row| row.len() == width);
            even.then_some(Node::Matrix(rows))
        })
    }

    /// Lines, each a statement; the marks at which they are aligned say nothing.
    fn system(&mut self, name: &str) -> Option<Node> {
        if name != "cases" {
            let end = self
                .tokens
                .iter()
                .skip(self.at)
                .position(|token| token.kind == Kind::End(name.to_owned()))?;
            let mut at = 0;
            let start = self.at;
            self.tokens.retain(|token| {
                at += 1;
                !(at > start && at <= start + end && token.kind == Kind::Mark('&'))
            });
        }
        self.inside(false, |parser| {
            let mut lines = Vec::new();
            loop {
                if parser.ended(name) {
                    break;
                }
                lines.push(parser.statement()?);
                if lines.len() > MAX_CHAIN {
                    return None;
                }
                let separated =
                    parser.peek() == Some(&Kind::Row) || parser.sees(',') || parser.sees(';');
                parser.eat(',');
                parser.eat(';');
                parser.at += usize::from(parser.peek() == Some(&Kind::Row));
                if !separated && !matches!(parser.peek(), Some(Kind::End(_))) {
                    return None;
                }
            }
            match lines.len() {
                0 => None,
                1 => lines.pop(),
                _ => Some(Node::List(lines, Joint::Comma)),
            }
        })
    }
}
