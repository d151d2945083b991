//! Which form the prompts of a checkpoint have: its own chat template, or lines.

use std::path::{Path, PathBuf};

use explang::Language;
use explang::prompt::{Chat, ChatFiles, PromptFormat, TemplateError, Variables, system_prompt};
use explang::run::config::{Config, ModelSection, PromptForm, PromptSection};

use crate::adapter::{AdapterError, base_of};
use crate::checkpoint::{CheckpointError, gguf};
use crate::files;
use crate::locate::{finished, locate};

/// A checkpoint whose prompts cannot be made.
#[derive(Debug, thiserror::Error)]
pub enum FormatError {
    /// A file cannot be read.
    #[error(transparent)]
    File(#[from] files::FileError),
    /// The base of an adapter cannot be found.
    #[error(transparent)]
    Adapter(#[from] AdapterError),
    /// A GGUF file cannot be read.
    #[error(transparent)]
    Checkpoint(#[from] CheckpointError),
    /// A file is not text.
    #[error("{} is not UTF-8; copy it again from where the checkpoint is from", .0.display())]
    NotText(PathBuf),
    /// The template is broken, or refuses what it is tried with.
    #[error("{}: {source}", path.display())]
    Template {
        /// The checkpoint.
        path: PathBuf,
        /// What is wrong.
        source: TemplateError,
    },
    /// A chat is asked for, and there is no template.
    #[error(
        "{} has no chat template (chat_template.jinja, or `chat_template` in tokenizer_config.json); set `[prompt] format` to \"line\", \
         or copy the template from where the checkpoint is from", .0.display()
    )]
    NoTemplate(PathBuf),
}

/// The form of the prompts of a checkpoint.
///
/// # Errors
/// When its template cannot be read or used, or is missing where a chat is asked for.
pub fn format(checkpoint: &Path, section: &PromptSection) -> Result<PromptFormat, FormatError> {
    if section.format == PromptForm::Line {
        return Ok(PromptFormat::Line);
    }
    let wrong = |source| FormatError::Template {
        path: checkpoint.to_path_buf(),
        source,
    };
    // An adapter asks as its base does.
    let base = base_of(checkpoint)?;
    let folder = base.as_deref().unwrap_or(checkpoint);
    let (template, config) = if folder.is_file() {
        (None, Some(gguf::small_files(folder)?.tokenizer_config))
    } else {
        let text = |name: &str| text(&folder.join(name));
        (text("chat_template.jinja")?, text("tokenizer_config.json")?)
    };
    let found = ChatFiles::find(template.as_deref(), config.as_deref()).map_err(wrong)?;
    match found {
        Some(found) => {
            let chat = chat(found, section).map_err(wrong)?;
            Ok(PromptFormat::Chat(Box::new(chat)))
        }
        None if section.format == PromptForm::Chat => {
            Err(FormatError::NoTemplate(checkpoint.to_path_buf()))
        }
        None => Ok(PromptFormat::Line),
    }
}

/// The form of the prompts of a run: that of the checkpoint it begins with, or of the stage that was put into its folder.
///
/// # Errors
/// Those of [`format()`]; when there is no such checkpoint.
pub fn format_of_run(config: &Config, run: &Path) -> anyhow::Result<PromptFormat> {
    let checkpoint = match &config.model {
        ModelSection::From(path) => locate(Path::new(path), None)?.checkpoint,
        ModelSection::New { .. } => match finished(run).first() {
            Some(stage) => run.join(stage.checkpoint_path()),
            None => run.to_path_buf(),
        },
    };
    Ok(format(&checkpoint, &config.prompt)?)
}

fn chat(found: ChatFiles, section: &PromptSection) -> Result<Chat, TemplateError> {
    let variables = serde_json::json!(section.chat_template_kwargs).to_string();
    let template = found.template(&Variables::from_json(&variables)?)?;
    let explained = || system_prompt(&Language::SEEN);
    Chat::new(template, &section.system.clone().unwrap_or_else(explained))
}

/// The text of a file that need not be there.
fn text(path: &Path) -> Result<Option<String>, FormatError> {
    if !path.exists() {
        return Ok(None);
    }
    let text = String::from_utf8(files::read(path)?);
    Ok(Some(
        text.map_err(|_| FormatError::NotText(path.to_path_buf()))?,
    ))
}
