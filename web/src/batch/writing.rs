//! A batch as far as it is written: what the engine has said of each column.

use explang::Language;
use explang::run::Stage;
use explang::transcript::{OPEN_TAG, Parsed, forced_prefix, page_header};
use explang::verify::extract_boxed;

use super::Wanted;
use crate::protocol::{Column, Completed, Ending, Failure, Reply, Token};

/// One column, as far as it is written.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Written {
    /// What was written for the model before it began.
    forced_text: String,
    /// The response so far, the forced part included.
    pub text: String,
    /// Tokens that the model drew so far.
    pub drawn: usize,
    /// It has ended, though others of its batch may not have.
    pub ended: bool,
    /// The whole, once the batch has ended.
    pub completed: Option<Completed>,
}

impl Written {
    fn begin(column: &Column, stage: Stage) -> Written {
        let forced_text = match column.language {
            None => String::new(),
            Some(language) if stage.knows_tags() => forced_prefix(language),
            Some(language) => page_header(language),
        };
        Written {
            text: forced_text.clone(),
            forced_text,
            ..Written::default()
        }
    }

    fn push(&mut self, token: &Token) {
        self.text.push_str(&token.piece);
        self.drawn += 1;
    }

    fn complete(&mut self, completed: Completed) {
        self.text.clone_from(&completed.text);
        self.drawn = completed.drawn;
        self.ended = completed.end != Ending::Stopped;
        self.completed = Some(completed);
    }

    /// What can be judged: a response that has ended, and was not stopped. Its length is told by [`Written::tokens`].
    pub fn response(&self) -> Option<Completed> {
        self.ended.then(|| Completed {
            text: self.text.clone(),
            forced_text: self.forced_text.clone(),
            drawn: self.drawn,
            tokens: self.drawn,
            end: Ending::Finished,
        })
    }

    /// Tokens so far; those that were forced count once the batch has ended, for the page cannot know them before.
    pub fn tokens(&self) -> usize {
        let completed = self.completed.as_ref();
        completed.map_or(self.drawn, |completed| completed.tokens)
    }

    /// The thinking, as far as it is written.
    pub fn thinking(&self) -> &str {
        if let Some(trace) = Parsed::of(&self.text).trace {
            return trace;
        }
        let body = self
            .text
            .strip_prefix(&self.forced_text)
            .unwrap_or(&self.text);
        // A tag that is being written is no thinking.
        if body.starts_with(OPEN_TAG) && !self.ended {
            return "";
        }
        // Before SFT no mark divides the thinking from its answer.
        body.split("\\boxed").next().unwrap_or(body).trim_end()
    }

    /// What stands in the box after the thinking.
    pub fn boxed(&self) -> Option<&str> {
        let parsed = Parsed::of(&self.text);
        extract_boxed(match (parsed.answer, parsed.tag) {
            (Some(answer), _) => answer,
            (None, Some(_)) => "",
            (None, None) => &self.text,
        })
    }

    /// The language of its tag, once that is written.
    pub fn tag(&self) -> Option<Language> {
        let parsed = Parsed::of(&self.text);
        parsed.language().filter(|_| parsed.anchored)
    }
}

/// How far a batch has come.
#[derive(Debug, Clone, PartialEq)]
pub enum Phase {
    /// Nothing is asked yet.
    Waiting,
    /// It is being written.
    Running,
    /// It has ended; the time that the model took, in milliseconds.
    Done(f64),
    /// It came to nothing.
    Failed(Failure),
}

/// A batch as far as it is written.
#[derive(Debug, Clone, PartialEq)]
pub struct Writing {
    /// What it was asked.
    pub wanted: Option<Wanted>,
    /// Its columns.
    pub columns: Vec<Written>,
    /// How far it has come.
    pub phase: Phase,
}

impl Writing {
    /// So many empty columns.
    pub fn waiting(columns: usize) -> Writing {
        Writing {
            wanted: None,
            columns: vec![Written::default(); columns],
            phase: Phase::Waiting,
        }
    }

    /// A batch that begins.
    pub fn begin(wanted: Wanted) -> Writing {
        let columns = wanted.columns.iter();
        Writing {
            columns: columns
                .map(|column| Written::begin(column, wanted.stage))
                .collect(),
            wanted: Some(wanted),
            phase: Phase::Running,
        }
    }

    /// Takes in what the engine says.
    pub fn hear(&mut self, reply: Reply) {
        match reply {
            Reply::Tokens { tokens, .. } => self.take(&tokens),
            Reply::Done {
                completions,
                milliseconds,
                ..
            } => {
                for (column, completed) in self.columns.iter_mut().zip(completions) {
                    column.complete(completed);
                }
                self.phase = Phase::Done(milliseconds);
            }
            Reply::Fail { failure, .. } => self.phase = Phase::Failed(failure),
            _ => {}
        }
    }

    /// Takes in one step: every column that goes on has a token in it, so one that has none has ended.
    fn take(&mut self, tokens: &[Token]) {
        if tokens.is_empty() {
            return;
        }
        for (at, column) in self.columns.iter_mut().enumerate() {
            let mut own = tokens.iter().filter(|token| token.column == at).peekable();
            if own.peek().is_none() && column.drawn > 0 {
                column.ended = true;
            }
            for token in own {
                column.push(token);
            }
        }
    }

    /// Still being written.
    pub fn running(&self) -> bool {
        self.phase == Phase::Running
    }

    /// It was stopped before all its columns had ended.
    pub fn stopped(&self) -> bool {
        matches!(self.phase, Phase::Done(_)) && self.columns.iter().any(|column| !column.ended)
    }

    /// The budget of each column, in tokens.
    pub fn budget(&self) -> Option<usize> {
        self.wanted
            .as_ref()
            .map(|wanted| wanted.sampling.max_new_tokens)
    }

    /// All columns, where all have ended by themselves.
    pub fn whole(&self) -> Option<Vec<Completed>> {
        let ended = self.columns.iter().filter(|column| column.ended);
        ended.count().eq(&self.columns.len()).then_some(())?;
        self.columns.iter().map(|c| c.completed.clone()).collect()
    }
}

#[cfg(test)]
mod tests;
