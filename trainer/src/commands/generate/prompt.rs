//! What `explang generate` asks, and in which form.

use std::collections::BTreeMap;
use std::io::{Read, stdin};

use anyhow::{Context, bail};
use clap::Args;
use explang::Language;
use explang::prompt::PromptFormat;
use explang::run::config::PromptForm;
use explang::tasks::{Problem, Split, say};
use explang_trainer::data::sample::draw;
use explang_trainer::locate::Location;
use explang_trainer::prompt;
use serde_json::Value;

use crate::commands::arguments::KindArguments;
use crate::commands::choice::choice;

/// The question.
#[derive(Debug, Args)]
pub(super) struct PromptArguments {
    /// The problem, such as "What is 47 + 38? Think in steps."; standard input, if not given.
    #[arg(value_name = "PROMPT")]
    positional: Option<String>,
    /// The problem, in place of the argument.
    #[arg(long, value_name = "TEXT", conflicts_with = "positional")]
    prompt: Option<String>,
    /// Go on with the text as it is: no template, no tag. Only the continuation is written to standard output.
    #[arg(long, conflicts_with_all = ["system", "format", "chat_template_kwargs", "family", "style", "level"])]
    pub(super) raw: bool,
    /// auto (a chat where the checkpoint has a template), line (the question and a line break) or chat; the run's, if not given.
    #[arg(long, value_parser = choice::<PromptForm>())]
    format: Option<PromptForm>,
    /// System prompt of a chat; empty for none. What explains the tag, if not given.
    #[arg(long, value_name = "TEXT")]
    system: Option<String>,
    /// More variables of the chat template, as a JSON object, such as '{"enable_thinking": false}'.
    #[arg(long, value_name = "JSON", value_parser = variables)]
    chat_template_kwargs: Option<BTreeMap<String, Value>>,
    /// Draw a held-out problem of this kind in place of a prompt, and say whether the answer is right.
    #[command(flatten)]
    kind: KindArguments,
}

impl PromptArguments {
    /// The text, which is not empty.
    pub(super) fn text(&self) -> anyhow::Result<String> {
        let text = match self.positional.as_ref().or(self.prompt.as_ref()) {
            Some(prompt) => prompt.clone(),
            None => {
                let mut text = String::new();
                stdin()
                    .read_to_string(&mut text)
                    .context("the prompt cannot be read from standard input")?;
                text
            }
        };
        if text.trim_end().is_empty() {
            bail!("the prompt is empty; write it after `generate`, or on standard input");
        }
        Ok(text)
    }

    /// The question, and the problem behind it where one is drawn.
    pub(super) fn question(&self, seed: u64) -> anyhow::Result<(String, Option<Problem>)> {
        if self.kind.is_empty() {
            return Ok((self.text()?.trim_end().to_owned(), None));
        }
        if self.positional.is_some() || self.prompt.is_some() {
            bail!(
                "give either a prompt, or --family, --style and --level for a problem to be drawn"
            );
        }
        let problem = draw(&self.kind.mixture()?, Split::HeldOut, seed, 0);
        Ok((say::problem(&problem, Language::En), Some(problem)))
    }

    /// The form of the checkpoint's prompts: that of its run, where these arguments say nothing else.
    pub(super) fn format(&self, located: &Location) -> anyhow::Result<PromptFormat> {
        let config = located.config()?;
        let mut section = config.map(|config| config.prompt).unwrap_or_default();
        if let Some(format) = self.format {
            section.format = format;
        }
        if let Some(system) = &self.system {
            section.system = Some(system.clone());
        }
        if let Some(variables) = &self.chat_template_kwargs {
            section.chat_template_kwargs.clone_from(variables);
        }
        let format = prompt::format(&located.checkpoint, &section)?;
        let unused = self.system.is_some() || self.chat_template_kwargs.is_some();
        if unused && matches!(format, PromptFormat::Line) {
            bail!(
                "{} is asked in lines, which have no place for --system or --chat-template-kwargs; leave them out",
                located.checkpoint.display()
            );
        }
        Ok(format)
    }
}

fn variables(json: &str) -> Result<BTreeMap<String, Value>, String> {
    serde_json::from_str(json).map_err(|error| format!("it is not a JSON object: {error}"))
}
