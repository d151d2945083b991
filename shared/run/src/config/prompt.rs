//! Section `[prompt]`: how a question is put to the model.

use std::collections::BTreeMap;

use explang_named::named;
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// How a question is put to the model.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct PromptSection {
    /// A line, or a conversation in the checkpoint's chat template.
    pub format: PromptForm,
    /// The system message of a conversation; empty for none. What explains the tag, if not given.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub system: Option<String>,
    /// More variables of the template, such as `enable_thinking`.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub chat_template_kwargs: BTreeMap<String, Value>,
}

impl PromptSection {
    /// True where nothing is said: such a section is not written.
    pub(super) fn is_default(&self) -> bool {
        *self == PromptSection::default()
    }
}

/// The form of a prompt.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum PromptForm {
    /// A conversation where the checkpoint has a chat template, else a line.
    #[default]
    Auto,
    /// The question and a line break.
    Line,
    /// A conversation.
    Chat,
}

named!(PromptForm, "prompt format", { Auto => "auto", Line => "line", Chat => "chat" });
