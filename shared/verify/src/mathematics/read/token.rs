//! What the lexer makes of a text, and everything after it reads.

/// What a token is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Kind {
    /// ASCII digits with at most one point.
    Number(String),
    /// A letter set as mathematics: a variable or a constant.
    Letter(char),
    /// Letters set as text, or plain letters that are a word.
    Word(String),
    /// A TeX command that stands for itself.
    Command(String),
    /// Any sign.
    Mark(char),
    /// A fraction that is one character.
    Vulgar(u8, u8),
    /// `\\`
    Row,
    /// `\begin{…}` and `\end{…}`, without a star.
    Begin(String),
    End(String),
}

/// A token, and whether white space stands before it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Token {
    pub(super) kind: Kind,
    pub(super) spaced: bool,
}
