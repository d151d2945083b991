//! Where a checkpoint keeps its chat template: `chat_template.jinja`, or `tokenizer_config.json` (also the one that a GGUF file
//! stands for).

use serde_json::Value;

use super::template::{ChatTemplate, TemplateError, Variables};

/// The template that counts where a checkpoint has several by name.
const DEFAULT: &str = "default";

/// A chat template as a checkpoint has it, not read yet.
#[derive(Debug, Clone)]
pub struct ChatFiles {
    source: String,
    special_tokens: Variables,
}

impl ChatFiles {
    /// The template among the texts of a checkpoint's files; none where the checkpoint has no template. `chat_template.jinja` counts
    /// before the entry of `tokenizer_config.json`, which is a text or a list of templates by name, of which `default` counts.
    ///
    /// # Errors
    /// When `tokenizer_config.json` is not JSON, or its `chat_template` is of another kind.
    pub fn find(
        chat_template: Option<&str>,
        tokenizer_config: Option<&str>,
    ) -> Result<Option<Self>, TemplateError> {
        let config: Value = match tokenizer_config {
            Some(text) => serde_json::from_str(text)
                .map_err(|error| TemplateError::Files(error.to_string()))?,
            None => Value::Null,
        };
        let source = match chat_template {
            Some(text) => Some(text.to_owned()),
            None => of_config(&config["chat_template"])?,
        };
        Ok(source.map(|source| ChatFiles {
            source,
            special_tokens: special_tokens(&config),
        }))
    }

    /// The template, ready to be rendered. `variables` are there in every conversation, and win over the special tokens.
    ///
    /// # Errors
    /// When it is not Jinja.
    pub fn template(self, variables: &Variables) -> Result<ChatTemplate, TemplateError> {
        ChatTemplate::new(&self.source, self.special_tokens.with(variables))
    }
}

fn of_config(entry: &Value) -> Result<Option<String>, TemplateError> {
    let wrong = |what: &str| TemplateError::Files(format!("`chat_template` {what}"));
    let named = match entry {
        Value::Null => return Ok(None),
        Value::String(source) => return Ok(Some(source.clone())),
        Value::Array(named) => named,
        _ => return Err(wrong("is neither a text nor a list of templates")),
    };
    let default = named.iter().find(|entry| entry["name"] == DEFAULT);
    let source = default.and_then(|entry| entry["template"].as_str());
    match source {
        Some(source) => Ok(Some(source.to_owned())),
        None => Err(wrong("has no template named `default`")),
    }
}

/// The texts of the special tokens by their names, as `bos_token`: each a text, or an object with it.
fn special_tokens(config: &Value) -> Variables {
    let mut variables = Variables::default();
    for (name, value) in config.as_object().into_iter().flatten() {
        let text = value.as_str().or_else(|| value["content"].as_str());
        if let Some(text) = text.filter(|_| name.ends_with("_token")) {
            variables.set(name, text);
        }
    }
    variables
}
