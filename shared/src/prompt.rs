//! How a question becomes the tokens before a response: the one way for training, evaluation, the command line and the page.
//!
//! Two forms. A *line*: the question and a line break, as the models that are trained here read it. A *chat* (feature `chat`): the
//! checkpoint's own template, with a system prompt that explains the tag. In both the response follows word for word, tag first, and is
//! never given to a template: some templates take the thinking out of an answer.

#[cfg(feature = "chat")]
mod chat;
#[cfg(feature = "chat")]
mod files;
#[cfg(feature = "chat")]
mod json;
#[cfg(feature = "chat")]
mod python;
#[cfg(feature = "chat")]
mod system;
#[cfg(feature = "chat")]
mod template;

use crate::tokenizer::{Tokenizer, TokenizerError};

#[cfg(feature = "chat")]
pub use {
    chat::Chat,
    files::ChatFiles,
    system::system_prompt,
    template::{ChatTemplate, TemplateError, Variables},
};

/// The form of a prompt.
#[derive(Debug, Clone, Default)]
pub enum PromptFormat {
    /// The question and a line break; the response follows.
    #[default]
    Line,
    /// A conversation, as the checkpoint's template writes it.
    #[cfg(feature = "chat")]
    Chat(Box<Chat>),
}

/// A question in the form of a line.
pub fn line(question: &str) -> String {
    format!("{question}\n")
}

/// A message of a conversation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Said<'a> {
    /// Who says it: `system`, `user` or `assistant`.
    pub role: &'a str,
    /// What is said.
    pub content: &'a str,
}

/// A prompt in tokens.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PromptTokens {
    /// The question in its form, then the forced prefix.
    pub tokens: Vec<u32>,
    /// How many of these are the forced prefix: they belong to the response.
    pub forced_len: usize,
}

/// A question that cannot be put into its form.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PromptError {
    /// The tokenizer cannot encode it.
    #[error(transparent)]
    Tokenizer(#[from] TokenizerError),
    /// The template fails on it.
    #[cfg(feature = "chat")]
    #[error(transparent)]
    Template(#[from] TemplateError),
}

impl PromptFormat {
    /// The whole text before a response that nothing is forced in.
    ///
    /// # Errors
    /// When the template fails.
    pub fn text(&self, question: &str) -> Result<String, PromptError> {
        match self {
            PromptFormat::Line => Ok(line(question)),
            #[cfg(feature = "chat")]
            PromptFormat::Chat(chat) => Ok(chat.prompt(question)?),
        }
    }

    /// The whole text before a response to a conversation: as it is, or, where it is to be `explained` and has no system message, with the one
    /// that questions get. A line is made of what is said, a line each.
    ///
    /// # Errors
    /// When the template fails.
    #[cfg(feature = "chat")]
    pub fn conversation(&self, said: &[Said<'_>], explained: bool) -> Result<String, PromptError> {
        match self {
            PromptFormat::Line => {
                let texts: Vec<&str> = said.iter().map(|said| said.content).collect();
                Ok(line(&texts.join("\n")))
            }
            PromptFormat::Chat(chat) => Ok(chat.reply_to(said, explained)?),
        }
    }

    /// The prompt of a question. `forced` is what the response is made to begin with; empty where the model writes all of it.
    ///
    /// # Errors
    /// When the template fails or the tokenizer cannot encode the text.
    pub fn tokens(
        &self,
        tokenizer: &Tokenizer,
        question: &str,
        forced: &str,
    ) -> Result<PromptTokens, PromptError> {
        Ok(self.forcing(tokenizer, &self.text(question)?, forced)?)
    }

    /// The prompt of a question and a whole response, with what ends it: what a supervised stage learns. The response with its end is the
    /// forced prefix.
    ///
    /// # Errors
    /// As [`PromptFormat::tokens`].
    pub fn answered(
        &self,
        tokenizer: &Tokenizer,
        question: &str,
        response: &str,
    ) -> Result<PromptTokens, PromptError> {
        self.completed(tokenizer, &self.text(question)?, response)
    }

    /// As [`PromptFormat::answered`], of a prompt that is in its form already.
    ///
    /// # Errors
    /// When the tokenizer cannot encode the text.
    pub fn completed(
        &self,
        tokenizer: &Tokenizer,
        prompt: &str,
        response: &str,
    ) -> Result<PromptTokens, PromptError> {
        let mut prompt = self.forcing(tokenizer, prompt, response)?;
        let end = match self {
            PromptFormat::Line => vec![tokenizer.end_of_text()],
            #[cfg(feature = "chat")]
            PromptFormat::Chat(chat) => chat.end(tokenizer)?,
        };
        prompt.forced_len += end.len();
        prompt.tokens.extend(end);
        Ok(prompt)
    }

    /// The tokens of a prompt and of what the response is made to begin with.
    fn forcing(
        &self,
        tokenizer: &Tokenizer,
        prompt: &str,
        forced: &str,
    ) -> Result<PromptTokens, TokenizerError> {
        let mut tokens = match self {
            PromptFormat::Line => tokenizer.encode_prompt(prompt)?,
            // A template writes the token that begins a text itself.
            #[cfg(feature = "chat")]
            PromptFormat::Chat(_) => tokenizer.encode(prompt)?,
        };
        let prompt_len = tokens.len();
        tokens.extend(tokenizer.encode(forced)?);
        Ok(PromptTokens {
            forced_len: tokens.len() - prompt_len,
            tokens,
        })
    }
}

#[cfg(test)]
#[cfg(feature = "chat")]
mod tests;
