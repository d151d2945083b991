//! `\begin{…}…\end{…}`: matrices and systems.

use super::token::Kind;
use super::{MAX_CHAIN, Parser};
use crate::mathematics::node::{Joint, Node};

/// A matrix has at most this many entries.
const MAX_ENTRIES: usize = 64;
/// Rows of a determinant: its terms are as many as the factorial.
const MAX_DETERMINANT: usize = 4;
/// Nodes of the entries of a determinant.
const MAX_PARTS: usize = 200;

impl Parser {
    /// The environment whose `\begin{name}` was just taken.
    pub(super) fn environment(&mut self, name: &str) -> Option<Node> {
        match name {
            "pmatrix" | "bmatrix" | "matrix" | "Bmatrix" | "smallmatrix" => self.matrix(name),
            "vmatrix" => determinant(&self.matrix(name)?),
            "array" => {
                // The columns' layout.
                self.verbatim()?;
                if self.holds_conditions(name) {
                    self.pieces(name)
                } else if self.relates_before_end(name) {
                    self.system(name)
                } else {
                    self.matrix(name)
                }
            }
            "cases" | "dcases" if self.holds_conditions(name) => self.pieces(name),
            "dcases" => self.system(name),
            "aligned" | "align" | "gathered" | "gather" | "split" | "cases" | "equation" => {
                self.system(name)
            }
            _ => None,
        }
    }

    /// Whether a relation stands in the environment: then its rows are statements.
    fn relates_before_end(&self, name: &str) -> bool {
        let inside = self.tokens.iter().skip(self.at).map(|token| &token.kind);
        inside
            .take_while(|kind| !matches!(kind, Kind::End(end) if end == name))
            .any(|kind| matches!(kind, Kind::Mark('=' | '<' | '>' | '≤' | '≥' | '≠')))
    }

    /// Whether the first row has a value first and then a condition, as the pieces of a function do.
    fn holds_conditions(&self, name: &str) -> bool {
        let relates =
            |kind: &Kind| matches!(kind, Kind::Mark('=' | '<' | '>' | '≤' | '≥' | '≠' | '∈'));
        let mut row = self.tokens.iter().skip(self.at).map(|token| &token.kind);
        let mut row = row.by_ref().take_while(|kind| {
            !matches!(kind, Kind::Row) && !matches!(kind, Kind::End(end) if end == name)
        });
        let second = |kind: &Kind| match kind {
            Kind::Mark('&') => true,
            Kind::Word(word) => is_condition(word),
            _ => false,
        };
        for kind in row.by_ref() {
            if relates(kind) {
                return false;
            }
            if second(kind) {
                break;
            }
        }
        // `x &= 5` is an equation.
        let mut rest = row.skip_while(|kind| second(kind)).peekable();
        let condition = rest.peek().is_some_and(|first| !relates(first));
        condition && rest.any(relates)
    }

    /// A function by cases: pairs of a value and its condition, in no order.
    fn pieces(&mut self, name: &str) -> Option<Node> {
        self.inside(false, |parser| {
            let mut pieces = Vec::new();
            while !parser.ended(name) {
                let value = parser.term()?;
                parser.eat(',');
                while parser.sees('&') || parser.word_at(0).is_some_and(is_condition) {
                    parser.at += 1;
                }
                let mut condition = parser.statement()?;
                if let Some(joint) = parser.joint_here() {
                    parser.at += 1;
                    condition = Node::List(vec![condition, parser.statement()?], joint);
                }
                pieces.push(Node::Tuple('{', vec![value, condition], '}'));
                while matches!(parser.peek(), Some(Kind::Row | Kind::Mark(',' | ';'))) {
                    parser.at += 1;
                }
                if pieces.len() > MAX_CHAIN {
                    return None;
                }
            }
            match pieces.len() {
                0 | 1 => pieces.pop(),
                _ => Some(Node::List(pieces, Joint::Comma)),
            }
        })
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

/// Whether a word begins the condition of a piece.
pub(super) fn is_condition(word: &str) -> bool {
    matches!(
        word,
        "if" | "If"
            | "for"
            | "when"
            | "si"
            | "wenn"
            | "falls"
            | "für"
            | "se"
            | "dacă"
            | "если"
            | "при"
            | "若"
            | "当"
            | "如果"
    )
}

/// The determinant of a square matrix of at most four rows, as a sum of products.
pub(super) fn determinant(matrix: &Node) -> Option<Node> {
    let Node::Matrix(rows) = matrix else {
        return None;
    };
    let mut parts = 0;
    matrix.each(&mut |_| parts += 1);
    // Each entry is written out several times, and so would be a determinant in it, and one in that.
    if parts > MAX_PARTS
        || rows.len() > MAX_DETERMINANT
        || rows.iter().any(|row| row.len() != rows.len())
    {
        return None;
    }
    let columns: Vec<usize> = (0..rows.len()).collect();
    expanded(rows, &columns)
}

/// The determinant of these rows and columns, by the first row.
fn expanded(rows: &[Vec<Node>], columns: &[usize]) -> Option<Node> {
    let Some((first, below)) = rows.split_first() else {
        return Some(Node::integer(1));
    };
    let mut terms = Vec::new();
    for (place, &column) in columns.iter().enumerate() {
        let entry = first.get(column)?.clone();
        let others: Vec<usize> = columns.iter().copied().filter(|&c| c != column).collect();
        let term = Node::Product(vec![entry, expanded(below, &others)?]);
        terms.push(if place % 2 == 0 {
            term
        } else {
            term.negative()
        });
    }
    Some(Node::Sum(terms))
}
