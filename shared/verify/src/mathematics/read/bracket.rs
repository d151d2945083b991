//! Brackets: groups, points, intervals, sets, absolute values.

use super::Parser;
use super::environment::determinant;
use super::token::Kind;
use super::vocabulary::{SET_CLOSE, SET_OPEN};
use crate::mathematics::node::{Function, Joint, Node};

impl Parser {
    /// A group of TeX: what is in it; several items are a list.
    pub(super) fn group(&mut self) -> Option<Node> {
        let separating = !self.has_semicolon();
        // `{x | x > 2}`, where the braces of a set are meant
        let builds = matches!(self.peek_at(1), Some(Kind::Letter(_))) && self.sees_at(2, '|');
        self.inside(separating, |parser| {
            parser.expect('{')?;
            if builds {
                parser.bars = 1;
                let element = parser.list()?;
                return parser.conditions(element, '}');
            }
            let node = parser.list()?;
            parser.expect('}')?;
            Some(node)
        })
    }

    /// Round, square or angle brackets. One thing in round brackets is itself.
    pub(super) fn tuple(&mut self, open: char) -> Option<Node> {
        let separating = !self.has_semicolon();
        // `[x]` alone is the greatest integer to some; beside other factors or terms the brackets are round ones of a second kind.
        let first = self.at == 0;
        self.inside(separating, |parser| {
            parser.expect(open)?;
            let node = parser.list()?;
            let close = match parser.peek()? {
                Kind::Mark(mark @ (')' | ']' | '⟩' | '[')) => *mark,
                _ => return None,
            };
            let fits = match open {
                '(' => matches!(close, ')' | ']'),
                '[' => matches!(close, ')' | ']' | '['),
                ']' => matches!(close, '[' | ']'),
                _ => close == '⟩',
            };
            if !fits {
                return None;
            }
            parser.at += 1;
            match node {
                Node::List(items, Joint::Comma) => {
                    // `]a, b[` is how some write an open interval.
                    let mut open = if open == ']' { '(' } else { open };
                    let mut close = if close == '[' { ')' } else { close };
                    // Infinity is in no set of numbers, whatever bracket stands beside it.
                    if let [low, high] = items.as_slice() {
                        if open == '[' && low.infinity().is_some() {
                            open = '(';
                        }
                        if close == ']' && high.infinity().is_some() {
                            close = ')';
                        }
                    }
                    Some(Node::Tuple(open, items, close))
                }
                Node::List(..) => None,
                // The brackets of an array.
                matrix @ Node::Matrix(_) => Some(matrix),
                single => {
                    let round = open == '(' && close == ')';
                    let square = open == '[' && close == ']' && combines(&single);
                    (round || square && !(first && parser.peek().is_none())).then_some(single)
                }
            }
        })
    }

    /// `\{…\}`: elements, or an element and conditions.
    pub(super) fn set(&mut self) -> Option<Node> {
        let separating = !self.has_semicolon();
        self.inside(separating, |parser| {
            parser.expect(SET_OPEN)?;
            if parser.eat(SET_CLOSE) {
                return Some(Node::Set(Vec::new()));
            }
            if let Some(Kind::Begin(name)) = parser.peek().cloned() {
                // The brace before a system, which nothing closes.
                parser.at += 1;
                let system = parser.environment(&name)?;
                let closed = parser.eat(SET_CLOSE);
                return (!closed && !matches!(system, Node::Matrix(_))).then_some(system);
            }
            // So that a bar after the element ends it.
            parser.bars = 1;
            let first = parser.list()?;
            if parser.sees('|') || parser.sees(':') {
                return parser.conditions(first, SET_CLOSE);
            }
            parser.bars = 0;
            parser.expect(SET_CLOSE)?;
            Some(match first {
                Node::List(items, _) => Node::Set(items),
                single => Node::Set(vec![single]),
            })
        })
    }

    /// What stands after the element of a set: a bar or a colon, conditions, and the brace that closes it.
    fn conditions(&mut self, element: Node, close: char) -> Option<Node> {
        self.bars = 0;
        if !self.eat('|') {
            self.expect(':')?;
        }
        let conditions = match self.list()? {
            Node::List(items, Joint::Comma | Joint::And) => items,
            single => vec![single],
        };
        self.expect(close)?;
        Some(Node::Builder(Box::new(element), conditions))
    }

    /// `|x|`; of a matrix the determinant.
    pub(super) fn bars(&mut self) -> Option<Node> {
        self.inside(true, |parser| {
            parser.expect('|')?;
            parser.bars = 1;
            let node = parser.sum()?;
            parser.expect('|')?;
            match node {
                matrix @ Node::Matrix(_) => determinant(&matrix),
                node => Some(Node::Call(Function::Abs, vec![node])),
            }
        })
    }

    /// `⌊x⌋` and its like.
    pub(super) fn rounded(&mut self, close: char, function: Function) -> Option<Node> {
        self.inside(true, |parser| {
            parser.at += 1;
            let node = parser.sum()?;
            parser.expect(close)?;
            Some(Node::Call(function, vec![node]))
        })
    }

    /// Whether the square bracket or the brace here holds a single thing, as a round one could.
    pub(super) fn groups(&self) -> bool {
        let mut depth = 0_usize;
        for token in self.tokens.iter().skip(self.at) {
            match &token.kind {
                Kind::Mark('(' | '[' | '{' | SET_OPEN) | Kind::Begin(_) => depth += 1,
                Kind::Mark(')' | ']' | '}' | SET_CLOSE) | Kind::End(_) => {
                    depth -= 1;
                    if depth == 0 {
                        return true;
                    }
                }
                Kind::Mark(
                    ',' | ';' | ':' | '|' | '∪' | '∩' | '∖' | '∈' | '=' | '<' | '>' | '≤' | '≥'
                    | '≠' | '≈',
                ) if depth == 1 => return false,
                _ => {}
            }
        }
        false
    }

    /// Whether a semicolon stands in the bracket that opens here, outside of all inner ones: then commas may be in numbers.
    fn has_semicolon(&self) -> bool {
        let mut depth = 0_usize;
        for token in self.tokens.iter().skip(self.at) {
            match &token.kind {
                Kind::Mark('(' | '[' | '{' | SET_OPEN) => depth += 1,
                Kind::Mark(')' | ']' | '}' | SET_CLOSE) => match depth {
                    0 | 1 => return false,
                    _ => depth -= 1,
                },
                Kind::Mark(';') if depth == 1 => return true,
                _ => {}
            }
        }
        false
    }
}

/// Whether the node is made of several parts, so that brackets around it say something.
fn combines(node: &Node) -> bool {
    let several = |part: &Node| {
        matches!(
            part,
            Node::Sum(_) | Node::Call(..) | Node::Opaque(..) | Node::Matrix(_)
        )
    };
    node.any(several) && !node.any(|part| matches!(part, Node::List(..) | Node::Relation(..)))
}

/// What braces hold that only group, as in `2\{x+1\}`; anything else as it is.
pub(super) fn ungrouped(node: Node) -> Node {
    match node {
        Node::Set(mut items) if items.len() == 1 && items.iter().all(combines) => {
            items.pop().unwrap_or(Node::Set(items))
        }
        other => other,
    }
}
