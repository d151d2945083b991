//! The chat form: a system prompt, the question, and the beginning of the assistant's turn, as the checkpoint's template writes them.

use minijinja::Value;

use super::Said;
use super::template::{ChatTemplate, TemplateError, Variables};
use crate::tokenizer::{Tokenizer, TokenizerError};
use crate::transcript::{END_THINK, THINK};

/// What a template is tried with.
const QUESTION: &str = "explang-question";
/// The answer that it is tried with.
const ANSWER: &str = "explang-answer";

/// A template, the system prompt, and what a trial has shown of how the template takes both.
#[derive(Debug, Clone)]
pub struct Chat {
    template: ChatTemplate,
    system: String,
    shape: Shape,
    /// What the template writes at the end of a prompt to begin the thinking, which our response begins itself.
    thinking: String,
    /// What it writes after an answer.
    closing: String,
}

/// How messages are put to the template.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Shape {
    /// The content is a list of parts, as of models that also see.
    parts: bool,
    /// The system prompt begins the question: the template has no place for it.
    merged: bool,
}

impl Chat {
    /// Tries how the template takes a system prompt (empty for none) and a question.
    ///
    /// A template that refuses the role `system`, or leaves its text out, gets the system prompt at the beginning of the question. A
    /// template that does not show a question that is a text gets it as a list of parts.
    ///
    /// # Errors
    /// When the template fails on all of these, or shows none of them.
    pub fn new(template: ChatTemplate, system: &str) -> Result<Self, TemplateError> {
        let mut chat = Chat {
            template,
            system: system.trim().to_owned(),
            shape: Shape {
                parts: false,
                merged: false,
            },
            thinking: String::new(),
            closing: String::new(),
        };
        chat.shape = chat.find_shape()?;
        let prompt = chat.render(QUESTION, None)?;
        if let Some((_, begun)) = prompt.rsplit_once(QUESTION) {
            chat.thinking = opened(begun).to_owned();
        }
        let whole = chat.conversation(QUESTION, ANSWER)?;
        if let Some((_, closing)) = whole.rsplit_once(ANSWER) {
            chat.closing = closing.to_owned();
        }
        Ok(chat)
    }

    fn find_shape(&self) -> Result<Shape, TemplateError> {
        let (mut first, mut shown) = (None, false);
        for (parts, merged) in [(false, false), (false, true), (true, false), (true, true)] {
            let shape = Shape { parts, merged };
            let tried = Chat {
                shape,
                ..self.clone()
            };
            match tried.render(QUESTION, None) {
                Ok(text) if text.contains(QUESTION) && text.contains(&self.system) => {
                    return Ok(shape);
                }
                Ok(_) => shown = true,
                Err(error) => first = first.or(Some(error)),
            }
        }
        let failed = first.filter(|_| !shown);
        Err(failed.unwrap_or(TemplateError::Silent))
    }

    /// The text before a response. What the template ends it with to begin the thinking (`<think>`, or an empty thinking block where
    /// thinking is turned off) is left out: our response begins with its tag, and thinks after it.
    ///
    /// # Errors
    /// When the template fails on the question.
    pub fn prompt(&self, question: &str) -> Result<String, TemplateError> {
        Ok(self.to_answer(self.render(question, None)?))
    }

    /// The text before a response to a conversation, as [`Chat::prompt`] has it. Where it is to be `explained` and has no system message of its
    /// own, it gets the system prompt.
    ///
    /// # Errors
    /// When the template fails on the conversation.
    pub fn reply_to(&self, said: &[Said<'_>], explained: bool) -> Result<String, TemplateError> {
        let told = said.iter().any(|said| said.role == "system");
        let merged;
        let mut said = said.to_vec();
        if explained && !told && !self.system.is_empty() {
            match said.first_mut().filter(|_| self.shape.merged) {
                Some(first) => {
                    merged = format!("{}\n\n{}", self.system, first.content);
                    first.content = &merged;
                }
                None => said.insert(
                    0,
                    Said {
                        role: "system",
                        content: &self.system,
                    },
                ),
            }
        }
        Ok(self.to_answer(self.of(&said, true)?))
    }

    /// A prompt without what the template begins the thinking with.
    fn to_answer(&self, mut text: String) -> String {
        if text.ends_with(&self.thinking) {
            text.truncate(text.len() - self.thinking.len());
        }
        text
    }

    /// The conversation with an answer, as the template writes it. Training does not use it: a template may change an answer.
    ///
    /// # Errors
    /// When the template fails on it.
    pub fn conversation(&self, question: &str, answer: &str) -> Result<String, TemplateError> {
        self.render(question, Some(answer))
    }

    /// What ends a response: what the template writes after an answer, up to the first token that ends a text; where none is in it, the
    /// checkpoint's own.
    ///
    /// # Errors
    /// When the tokenizer cannot encode it.
    pub fn end(&self, tokenizer: &Tokenizer) -> Result<Vec<u32>, TokenizerError> {
        let mut tokens = tokenizer.encode(&self.closing)?;
        match tokens.iter().position(|&token| tokenizer.is_end(token)) {
            Some(end) => tokens.truncate(end + 1),
            None => tokens = vec![tokenizer.end_of_text()],
        }
        Ok(tokens)
    }

    /// The template's text: with an answer the finished conversation, without one what the answer follows.
    fn render(&self, question: &str, answer: Option<&str>) -> Result<String, TemplateError> {
        let mut said = Vec::new();
        let merged = format!("{}\n\n{question}", self.system);
        let mut say = |role, content| said.push(Said { role, content });
        if self.shape.merged {
            say("user", merged.trim_start());
        } else {
            if !self.system.is_empty() {
                say("system", &self.system);
            }
            say("user", question);
        }
        if let Some(answer) = answer {
            say("assistant", answer);
        }
        self.of(&said, answer.is_none())
    }

    /// The template's text of a conversation, with or without the beginning of the assistant's turn.
    fn of(&self, said: &[Said<'_>], begun: bool) -> Result<String, TemplateError> {
        let messages: Vec<Value> = said
            .iter()
            .map(|said| self.message(said.role, said.content))
            .collect();
        let mut variables = Variables::default();
        variables.set("messages", messages);
        variables.set("add_generation_prompt", begun);
        self.template.render(&variables)
    }

    fn message(&self, role: &str, text: &str) -> Value {
        let content = if self.shape.parts {
            let part = Value::from_pairs([("type", "text"), ("text", text)]);
            Value::from(vec![part])
        } else {
            Value::from(text)
        };
        Value::from_pairs([("role", Value::from(role)), ("content", content)])
    }
}

/// The end of a prompt from where it begins to think: `<think>`, or a thinking block with nothing in it; empty where it does not.
fn opened(prompt: &str) -> &str {
    let end = prompt.trim_end();
    let end = match end.strip_suffix(END_THINK) {
        Some(inside) => inside.trim_end(),
        None => end,
    };
    match end.strip_suffix(THINK) {
        Some(before) => &prompt[before.len()..],
        None => "",
    }
}
