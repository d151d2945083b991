//! How a question becomes the tokens before a response: the one way for training, evaluation, the command line and the page.

use crate::tokenizer::{Tokenizer, TokenizerError};

/// The form of a prompt. Chat templates will be another form; the models that are trained here know one.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
pub enum PromptFormat {
    /// The question and a line break; the response follows.
    #[default]
    Line,
}

/// A prompt in tokens.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PromptTokens {
    /// The question in its form, then the forced prefix.
    pub tokens: Vec<u32>,
    /// How many of these are the forced prefix: they belong to the response.
    pub forced_len: usize,
}

impl PromptFormat {
    /// The whole text before a response that nothing is forced in.
    pub fn text(self, question: &str) -> String {
        match self {
            PromptFormat::Line => format!("{question}\n"),
        }
    }

    /// The prompt of a question. `forced` is what the response is made to begin with; empty where the model writes all of it.
    ///
    /// # Errors
    /// When the tokenizer cannot encode the text.
    pub fn tokens(
        self,
        tokenizer: &Tokenizer,
        question: &str,
        forced: &str,
    ) -> Result<PromptTokens, TokenizerError> {
        let mut tokens = tokenizer.encode(&self.text(question))?;
        let question_len = tokens.len();
        tokens.extend(tokenizer.encode(forced)?);
        Ok(PromptTokens {
            forced_len: tokens.len() - question_len,
            tokens,
        })
    }
}
