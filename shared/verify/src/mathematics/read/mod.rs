//! From the text of an answer to a tree.
//!
//! A recursive descent, in layers: lists of statements (`statement`), sums and products (`expression`), single things
//! (`primary`, `number`, `function`), brackets (`bracket`), `\begin…\end` (`environment`), units (`quantity`), times (`clock`).
//! Every layer answers `None` where the text is nothing that it knows, and then the whole text stays unread: half an answer is
//! never compared. Depth, tokens and chains are bounded, so any text is read in little time and stack.

mod arc;
mod beside;
mod bracket;
mod characters;
mod clock;
mod digits;
mod environment;
mod expression;
mod function;
mod infix;
mod labels;
mod letters;
mod lexer;
mod number;
mod primary;
mod quantity;
mod statement;
mod token;
mod vocabulary;

use quantity::with_lettered_units;
use token::{Kind, Token};

use super::node::Node;
use super::units::Unit;

/// Text longer than this is no answer, in bytes.
const MAX_LENGTH: usize = 6000;
/// Brackets, fractions and powers inside one another.
const MAX_DEPTH: usize = 40;
/// So many signs after one thing, or operators that nest to the left, count as one level; of more there is a bound for the whole text.
const FREE_WRAPS: usize = 4;
/// Operators or items in a row.
const MAX_CHAIN: usize = 200;

/// What a text may say.
#[derive(Debug, Default)]
pub(crate) struct Readings {
    /// The usual reading; none where it is nothing that the reader knows.
    pub(crate) usual: Option<Node>,
    /// Other readings, by which a comma between digits is a decimal mark or separates.
    pub(crate) others: Vec<Node>,
    /// The readings by which a single letter after a number is a unit, as in `5 m`.
    pub(crate) units: Vec<Node>,
}

/// Reads a text in every way that its commas allow.
pub(crate) fn read(text: &str) -> Readings {
    if text.len() > MAX_LENGTH {
        return Readings::default();
    }
    let Some(tokens) = lexer::tokens(text) else {
        return Readings::default();
    };
    let (usual, uncertain) = Parser::read(&tokens, Commas::Group);
    let mut others = Vec::new();
    if uncertain {
        for commas in [Commas::Decimal, Commas::Separate] {
            let (reading, used) = Parser::read(&tokens, commas);
            others.extend(reading.filter(|reading| used && Some(reading) != usual.as_ref()));
        }
    }
    // In a formula the space is layout.
    let prose = !text.contains('$');
    let lettered = with_lettered_units(&tokens).filter(|_| prose);
    let lettered = lettered.iter().flat_map(|tokens| {
        // `1,5 m`
        let commas = [Commas::Group, Commas::Decimal]
            .into_iter()
            .take(1 + usize::from(uncertain));
        commas.filter_map(|commas| Parser::read(tokens, commas).0)
    });
    let mut units: Vec<_> = lettered.collect();
    let usual = usual.or_else(|| units.pop());
    Readings {
        usual,
        others,
        units,
    }
}

/// Whether a word right after a number makes it another number or leaves it open, as "eighths" and "to" do.
pub(crate) fn changes_number(word: &str) -> bool {
    let begins_thought = matches!(
        word,
        "not" | "but" | "if" | "when" | "where" | "is" | "are" | "else"
    );
    labels::qualifies(word) && !begins_thought
}

/// Whether a word right before a number says that it is only a bound or near, as "least" does.
pub(crate) fn bounds_number(word: &str) -> bool {
    labels::bounds(word)
}

/// Whether a word may be a part of an answer: a unit, a function, a word that joins.
pub(crate) fn is_answer_word(word: &str) -> bool {
    vocabulary::joint(&word.to_lowercase()).is_some()
        || vocabulary::is_plain_word(word)
        || labels::scale(word).is_some()
        || Unit::is_known(word)
}

/// What a comma between two digits is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Commas {
    /// A thousands mark where groups of three digits fit, else a separator.
    Group,
    /// A decimal mark, where there is one comma and no group of three digits.
    Decimal,
    /// A separator.
    Separate,
}

struct Parser {
    tokens: Vec<Token>,
    at: usize,
    commas: Commas,
    /// A comma at this place can only separate: inside brackets.
    separating: bool,
    /// A comma between digits was met where `commas` decides.
    uncertain: bool,
    depth: usize,
    /// Signs and operators beyond `FREE_WRAPS` at any place.
    wraps: usize,
    /// Bars of `|x|` that are open at this place.
    bars: usize,
    /// A relation in brackets after a product, as in `x = 2k (k ∈ ℤ)`, until the list around takes it as an item.
    condition: Option<Node>,
    /// The currency whose sign stands before the number being read.
    money: Option<Unit>,
}

impl Parser {
    /// Reads all tokens; also whether `commas` mattered.
    fn read(tokens: &[Token], commas: Commas) -> (Option<Node>, bool) {
        let mut parser = Parser {
            tokens: tokens.to_vec(),
            at: 0,
            commas,
            separating: false,
            uncertain: false,
            depth: 0,
            wraps: 0,
            bars: 0,
            money: None,
            condition: None,
        };
        let node = parser
            .list()
            .filter(|_| parser.at == parser.tokens.len() && parser.condition.is_none());
        (node, parser.uncertain)
    }

    fn peek(&self) -> Option<&Kind> {
        self.peek_at(0)
    }

    fn peek_at(&self, offset: usize) -> Option<&Kind> {
        self.tokens.get(self.at + offset).map(|token| &token.kind)
    }

    /// Whether white space stands before the token.
    fn spaced_at(&self, offset: usize) -> bool {
        let token = self.tokens.get(self.at + offset);
        token.is_some_and(|token| token.spaced)
    }

    fn sees(&self, mark: char) -> bool {
        self.peek() == Some(&Kind::Mark(mark))
    }

    fn sees_at(&self, offset: usize, mark: char) -> bool {
        self.peek_at(offset) == Some(&Kind::Mark(mark))
    }

    fn eat(&mut self, mark: char) -> bool {
        let seen = self.sees(mark);
        self.at += usize::from(seen);
        seen
    }

    fn expect(&mut self, mark: char) -> Option<()> {
        self.eat(mark).then_some(())
    }

    /// The command at `offset`, by name.
    fn command_at(&self, offset: usize) -> Option<&str> {
        match self.peek_at(offset) {
            Some(Kind::Command(name)) => Some(name),
            _ => None,
        }
    }

    fn word_at(&self, offset: usize) -> Option<&str> {
        match self.peek_at(offset) {
            Some(Kind::Word(word)) => Some(word),
            _ => None,
        }
    }

    /// Counts one more node around what was read; `count` is how many there are at this place. None where trees would be too deep.
    fn wraps(&mut self, count: &mut usize) -> Option<()> {
        *count += 1;
        self.wraps += usize::from(*count > FREE_WRAPS);
        (self.wraps <= MAX_DEPTH - FREE_WRAPS).then_some(())
    }

    /// Reads something one level deeper, where bars and commas mean what they mean in brackets of their own.
    fn inside<T>(
        &mut self,
        separating: bool,
        read: impl FnOnce(&mut Self) -> Option<T>,
    ) -> Option<T> {
        if self.depth == MAX_DEPTH {
            return None;
        }
        let outside = (self.bars, self.separating, self.money.take());
        self.depth += 1;
        (self.bars, self.separating) = (0, separating);
        // A condition that nothing takes is in a place where it makes no sense.
        let result = read(self).filter(|_| self.condition.is_none());
        self.depth -= 1;
        (self.bars, self.separating, self.money) = outside;
        result
    }

    /// Reads something one level deeper that has no brackets of its own, so that a bar of `|x|` that is open still ends.
    fn nested<T>(&mut self, read: impl FnOnce(&mut Self) -> Option<T>) -> Option<T> {
        let bars = self.bars;
        self.inside(true, |parser| {
            parser.bars = bars;
            read(parser)
        })
    }
}
