//! Where the model is, and what it has answered.

use explang::Language;
use explang::tasks::Problem;

use crate::page::address::State;
use crate::protocol::{Completed, Failure, Loaded, Token};

/// Where the model is.
#[derive(Debug, Clone, PartialEq)]
pub enum ModelState {
    /// On its way: bytes received, and bytes in all where known.
    Loading(u64, Option<u64>),
    /// There.
    Ready(Loaded),
    /// It cannot be used.
    Failed(Failure),
}

/// An answer, finished or being written.
#[derive(Debug, Clone, PartialEq)]
pub struct Answer {
    /// What was asked, and how.
    pub asked: State,
    /// The problem of the tasks that was asked, where it is one.
    pub problem: Option<Problem>,
    /// It was recorded, not written just now.
    pub recorded: bool,
    /// Longest response allowed.
    pub budget: usize,
    /// The tokens that the model drew so far.
    pub tokens: Vec<Token>,
    /// The whole, once it has ended.
    pub completed: Option<Completed>,
    /// Time that the model took, in milliseconds.
    pub milliseconds: Option<f64>,
    /// It came to nothing.
    pub failure: Option<Failure>,
}

impl Answer {
    /// Still being written.
    pub fn running(&self) -> bool {
        self.completed.is_none() && self.failure.is_none()
    }
    /// The language that it names, or that was forced.
    pub fn spoken(&self) -> Option<Language> {
        // The tag is a line of its own.
        let named = || {
            let mut pieces = self.tokens.iter().take(4);
            pieces.find_map(|token| token.piece.trim().parse().ok())
        };
        self.asked.language.or_else(named)
    }
}
