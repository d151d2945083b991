//! What the files beside a `tokenizer.json` say of it: which tokens end a text, and whether one begins it.
//!
//! As `transformers` 5 reads them: the stop tokens of `generation_config.json`, else those of `config.json`, else the one that
//! `tokenizer_config.json` names, else the usual names; `add_bos_token` over the post-processor of `tokenizer.json`. Left out: what a
//! post-processor puts after a prompt, since the answer follows there.

use serde_json::Value;

use super::TokenizerError;

/// The JSON files of a checkpoint that concern its tokenizer; null where there is none.
#[derive(Debug, Clone, Default)]
pub struct Beside {
    /// `generation_config.json`.
    pub generation_config: Value,
    /// `config.json`.
    pub config: Value,
    /// `tokenizer_config.json`.
    pub tokenizer_config: Value,
}

impl Beside {
    /// The files of these texts; one that is not JSON says nothing.
    pub fn read(generation_config: &str, config: &str, tokenizer_config: &str) -> Self {
        let json = |text: &str| serde_json::from_str(text).unwrap_or_default();
        Beside {
            generation_config: json(generation_config),
            config: json(config),
            tokenizer_config: json(tokenizer_config),
        }
    }

    /// The ids of the tokens that end a text, the one that is written first; empty where the files do not say. `id` finds a token by its text.
    pub(super) fn ends(
        &self,
        id: impl Fn(&str) -> Option<u32>,
    ) -> Result<Vec<u32>, TokenizerError> {
        let places = [
            ("generation_config.json", &self.generation_config),
            ("config.json", &self.config),
        ];
        for (file, value) in places {
            let given = &value["eos_token_id"];
            let listed = match given {
                Value::Null => continue,
                Value::Array(listed) if listed.is_empty() => continue,
                Value::Array(listed) => listed.iter().collect(),
                one => vec![one],
            };
            let ids = listed.into_iter().map(|id| id.as_u64()?.try_into().ok());
            let ids: Option<Vec<u32>> = ids.collect();
            return ids.ok_or(TokenizerError::EndKind(file));
        }
        let named = self.named("eos_token").and_then(id);
        Ok(named.into_iter().collect())
    }

    /// Whether a token begins a prompt, where the file says it.
    pub(super) fn adds_bos(&self) -> Option<bool> {
        self.tokenizer_config["add_bos_token"].as_bool()
    }

    /// The text of a token that `tokenizer_config.json` names, which is a text or an object with it.
    pub(super) fn named(&self, key: &str) -> Option<&str> {
        let token = &self.tokenizer_config[key];
        token.as_str().or(token["content"].as_str())
    }
}
