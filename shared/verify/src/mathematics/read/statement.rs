//! Lists, relations and set operations: what stands outside of sums.

use super::labels::scale;
use super::token::Kind;
use super::vocabulary::{function, joint, region};
use super::{MAX_CHAIN, Parser};
use crate::mathematics::node::{Joint, Node, Relator, SetOperator};

/// What separates two items.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Separator {
    Comma,
    Semicolon,
    Word(Joint),
}

impl Parser {
    /// Items with separators between them; one item is itself. Stops before what closes the list.
    pub(super) fn list(&mut self) -> Option<Node> {
        let mut items = vec![self.statement()?];
        let mut separators = Vec::new();
        loop {
            if let Some(condition) = self.condition.take() {
                separators.push(Separator::Comma);
                items.push(condition);
            }
            let Some(separator) = self.separator()? else {
                break;
            };
            if self.peek().is_none() && separator == Separator::Semicolon {
                // The last line of a system may end like the others.
                break;
            }
            separators.push(separator);
            items.push(self.statement()?);
            if items.len() > MAX_CHAIN {
                return None;
            }
        }
        let joint = separators
            .iter()
            .fold(Joint::Comma, |joint, separator| match separator {
                Separator::Word(Joint::Or) => Joint::Or,
                Separator::Word(Joint::And) if joint == Joint::Comma => Joint::And,
                _ => joint,
            });
        if let Some(whole) = compound(&items, &separators) {
            return Some(whole);
        }
        // Semicolons separate lists of which commas separate the items.
        if separators.contains(&Separator::Semicolon) && separators.contains(&Separator::Comma) {
            let mut groups = Vec::new();
            let mut group = Vec::new();
            let mut ends = separators.into_iter();
            for item in items {
                group.push(item);
                if ends.next() != Some(Separator::Comma) {
                    groups.push(bundle(std::mem::take(&mut group), Joint::Comma));
                }
            }
            return Some(bundle(groups, joint));
        }
        Some(bundle(items, joint))
    }

    /// The separator here, if any; `None` where two commas stand in a row.
    fn separator(&mut self) -> Option<Option<Separator>> {
        let mut found = None;
        match self.peek() {
            Some(Kind::Mark(',')) => found = Some(Separator::Comma),
            Some(Kind::Mark(';') | Kind::Row) => found = Some(Separator::Semicolon),
            _ => {}
        }
        self.at += usize::from(found.is_some());
        if let Some(word) = self.joint_here() {
            self.at += 1;
            found = Some(Separator::Word(word));
            // "and, " in some languages; a comma after the word says nothing more.
            self.eat(',');
        }
        match self.peek() {
            Some(Kind::Mark(',' | ';')) if found.is_some() => None,
            _ => Some(found),
        }
    }

    /// The word or command that joins items, at this place.
    pub(super) fn joint_here(&self) -> Option<Joint> {
        match self.peek()? {
            Kind::Word(word) | Kind::Command(word) => joint(word),
            _ => None,
        }
    }

    /// One item: an expression or a chain of relations between some.
    pub(super) fn statement(&mut self) -> Option<Node> {
        // "= 5" and "≈ 5" say what "5" says.
        if self.sees('=') || self.sees('≈') {
            self.at += 1;
        }
        let first = match self.named_function().or_else(|| self.extreme()) {
            Some(node) => node,
            None => self.side()?,
        };
        let mut rest = Vec::new();
        while let Some(relator) = self.relator() {
            self.at += 1;
            let mut side = self.side()?;
            if relator == Relator::In
                && let Node::Symbol(name) = &side
                && let Some(region) = region(name.trim_start_matches("vec "))
            {
                side = Node::Region(region);
            }
            rest.push((relator, side));
            if rest.len() > MAX_CHAIN {
                return None;
            }
        }
        if let Some(rounded) = self.rounded_value()? {
            rest.push((Relator::About, rounded));
        }
        Some(if rest.is_empty() {
            first
        } else {
            Node::Relation(Box::new(first), rest)
        })
    }

    /// The value in `(\approx 1.41)` after another; the outer option says whether it ends as it should.
    fn rounded_value(&mut self) -> Option<Option<Node>> {
        if !self.sees('(') || !self.sees_at(1, '≈') {
            return Some(None);
        }
        self.at += 2;
        let value = self.inside(true, Parser::sum)?;
        self.expect(')')?;
        Some(Some(value))
    }

    /// The name in `\max = 5`.
    fn extreme(&mut self) -> Option<Node> {
        let name = match self.peek()? {
            Kind::Word(name) | Kind::Command(name) if matches!(name.as_str(), "max" | "min") => {
                name.clone()
            }
            _ => return None,
        };
        if !self.sees_at(1, '=') {
            return None;
        }
        self.at += 1;
        Some(Node::Words(name))
    }

    fn relator(&self) -> Option<Relator> {
        let Some(Kind::Mark(mark)) = self.peek() else {
            return None;
        };
        Some(match mark {
            '=' => Relator::Equal,
            '≠' => Relator::NotEqual,
            '<' => Relator::Less,
            '≤' => Relator::LessEqual,
            '>' => Relator::Greater,
            '≥' => Relator::GreaterEqual,
            '≈' => Relator::About,
            '∈' => Relator::In,
            _ => return None,
        })
    }

    /// One side of a relation: words, or sets and sums.
    fn side(&mut self) -> Option<Node> {
        if let Some(words) = self.words() {
            return Some(words);
        }
        let mut left = self.term()?;
        let mut count = 0;
        while let Some(operator) = self.set_operator() {
            self.at += 1;
            let right = self.term()?;
            left = match left {
                Node::Join(same, mut parts)
                    if same == operator && operator != SetOperator::Difference =>
                {
                    parts.push(right);
                    Node::Join(same, parts)
                }
                other => {
                    // A chain of unlike operators nests.
                    self.wraps(&mut count)?;
                    Node::Join(operator, vec![other, right])
                }
            };
        }
        Some(left)
    }

    fn set_operator(&self) -> Option<SetOperator> {
        match self.peek() {
            Some(Kind::Mark('∪')) => Some(SetOperator::Union),
            Some(Kind::Mark('∩')) => Some(SetOperator::Intersection),
            Some(Kind::Mark('∖')) => Some(SetOperator::Difference),
            _ => None,
        }
    }

    /// Words alone, as far as the item goes.
    fn words(&mut self) -> Option<Node> {
        let first = self.word_at(0)?;
        // Constants and functions have names too.
        if first.chars().count() == 1 && first.is_ascii()
            || function(first).is_some()
            || matches!(first, "pi" | "sqrt" | "infinity" | "inf" | "oo")
            || joint(first).is_some()
            || scale(first).is_some()
        {
            return None;
        }
        let mut text = String::new();
        let mut offset = 0;
        loop {
            match self.peek_at(offset) {
                Some(Kind::Word(word))
                    if joint(word).is_none() || !ends_item(self.peek_at(offset + 1)) =>
                {
                    if !text.is_empty() {
                        text.push(' ');
                    }
                    text.push_str(&word.to_lowercase());
                }
                // Apostrophes and hyphens are parts of words.
                Some(Kind::Mark('\'')) => text.push('\''),
                Some(Kind::Mark('-')) if self.word_at(offset + 1).is_some() => text.push('-'),
                next if ends_item(next) => break,
                _ => return None,
            }
            offset += 1;
        }
        self.at += offset;
        Some(Node::Words(text))
    }
}

/// Whether an item ends before this token.
fn ends_item(kind: Option<&Kind>) -> bool {
    match kind {
        None | Some(Kind::Row | Kind::End(_)) => true,
        Some(Kind::Mark(mark)) => {
            matches!(
                mark,
                ',' | ';' | ')' | ']' | '}' | '⦄' | '=' | '≈' | '≠' | '<' | '>' | '≤' | '≥' | '∈'
            )
        }
        _ => false,
    }
}

/// The items as a list; an only one as itself.
fn bundle(mut items: Vec<Node>, joint: Joint) -> Node {
    if items.len() == 1 {
        items.remove(0)
    } else {
        Node::List(items, joint)
    }
}

/// "3 hours and 20 minutes" as one quantity.
fn compound(items: &[Node], separators: &[Separator]) -> Option<Node> {
    if separators.is_empty() || !separators.iter().all(|s| *s == Separator::Word(Joint::And)) {
        return None;
    }
    let (first, rest) = items.split_first()?;
    rest.iter()
        .try_fold(first.clone(), |sum, part| sum.with_part(part))
}
