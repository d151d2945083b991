//! `adapter_config.json`: what of it is read, and what is written.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use explang::model::Decoder;
use explang::named::{LONGEST_SHOWN, brief};
use explang::run::config::LoraTarget;
use serde_json::{Map, Value, json};

use super::AdapterError;
use crate::files;

/// Settings that change nothing in what a saved adapter computes, beside those that are read. Every other one must be off.
const NEUTRAL: [&str; 18] = [
    "auto_mapping",
    "corda_config",
    "ensure_weight_tying",
    "eva_config",
    "exclude_modules",
    "inference_mode",
    "layers_pattern",
    "layers_to_transform",
    "lora_dropout",
    "lora_ga_config",
    "megatron_core",
    "peft_version",
    "qalora_group_size",
    "rank_pattern",
    "revision",
    "r",
    "target_modules",
    "task_type",
];

/// First values that PEFT gets from a changed base, which is not the base that is named.
const CHANGED_BASE: [&str; 5] = ["pissa", "corda", "olora", "loftq", "lora_ga"];

/// What is read of `adapter_config.json`.
pub(super) struct AdapterConfig {
    /// Path or name of the base.
    pub(super) base: String,
    alpha: f64,
    alpha_pattern: BTreeMap<String, f64>,
    use_rslora: bool,
}

impl AdapterConfig {
    /// Reads the file.
    ///
    /// # Errors
    /// When it is not a LoRA configuration, or asks for more than is supported.
    pub(super) fn read(path: &Path) -> Result<Self, AdapterError> {
        let bytes = files::read(path)?;
        let wrong = |what: String| AdapterError::Config {
            path: path.to_owned(),
            what,
        };
        let unsupported = |what: String| AdapterError::Unsupported {
            path: path.to_owned(),
            what,
        };
        let mut settings: Map<String, Value> = serde_json::from_slice(&bytes).map_err(|error| {
            wrong(format!(
                "this is not a JSON object ({}); copy the adapter again",
                brief(&error.to_string(), LONGEST_SHOWN)
            ))
        })?;
        settings.retain(|key, _| !NEUTRAL.contains(&key.as_str()));
        let mut take = |key: &str| settings.remove(key).unwrap_or(Value::Null);
        if take("peft_type") != "LORA" {
            return Err(wrong(
                "`peft_type` is not \"LORA\"; give a LoRA adapter".into(),
            ));
        }
        let base = match take("base_model_name_or_path") {
            Value::String(base) if !base.is_empty() => base,
            _ => {
                return Err(wrong(
                    "`base_model_name_or_path` is missing; give the path of the base's folder"
                        .into(),
                ));
            }
        };
        let number = |key: &str, value: &Value| {
            let positive = value.as_f64().filter(|v| v.is_finite() && *v > 0.0);
            positive.ok_or_else(|| {
                wrong(format!(
                    "`{key}` is not a positive number; copy the adapter again"
                ))
            })
        };
        let alpha = number("lora_alpha", &take("lora_alpha"))?;
        let mut alpha_pattern = BTreeMap::new();
        if let Value::Object(patterns) = take("alpha_pattern") {
            for (pattern, value) in patterns {
                let plain = |c: char| c.is_ascii_alphanumeric() || "_.".contains(c);
                if !pattern.chars().all(plain) {
                    let pattern = brief(&pattern, LONGEST_SHOWN);
                    return Err(unsupported(format!(
                        "`{pattern}` in `alpha_pattern` is a regular expression"
                    )));
                }
                let alpha = number("alpha_pattern", &value)?;
                alpha_pattern.insert(pattern, alpha);
            }
        }
        let use_rslora = take("use_rslora") == true;
        if take("bias").as_str().is_some_and(|bias| bias != "none") {
            return Err(unsupported("`bias` is not \"none\"".into()));
        }
        if let Value::String(first) = take("init_lora_weights")
            && CHANGED_BASE
                .iter()
                .any(|name| first.to_lowercase().starts_with(name))
        {
            return Err(unsupported(format!(
                "`init_lora_weights` is \"{}\"",
                brief(&first, LONGEST_SHOWN)
            )));
        }
        if let Some((key, _)) = settings.iter().find(|(_, value)| !is_off(value)) {
            let key = brief(key, LONGEST_SHOWN);
            return Err(unsupported(format!("`{key}` is set")));
        }
        Ok(AdapterConfig {
            base,
            alpha,
            alpha_pattern,
            use_rslora,
        })
    }

    /// The alpha of a module whose scale is alpha divided by its rank.
    ///
    /// # Errors
    /// When two entries of `alpha_pattern` name the module; `path` is for the message.
    pub(super) fn alpha_of(
        &self,
        module: &str,
        rank: usize,
        path: &Path,
    ) -> Result<f64, AdapterError> {
        let fits = |pattern: &str| {
            let rest = module.strip_suffix(pattern);
            rest.is_some_and(|rest| rest.is_empty() || rest.ends_with('.'))
        };
        let mut found = self
            .alpha_pattern
            .iter()
            .filter(|(pattern, _)| fits(pattern));
        let alpha = found.next().map_or(self.alpha, |(_, alpha)| *alpha);
        if found.any(|(_, other)| *other != alpha) {
            return Err(AdapterError::Unsupported {
                path: path.to_owned(),
                what: format!("two entries of `alpha_pattern` fit `{module}`"),
            });
        }
        // Rank-stabilised LoRA divides by the root of the rank.
        let rslora = if self.use_rslora {
            (rank as f64).sqrt()
        } else {
            1.0
        };
        Ok(alpha * rslora)
    }
}

/// What PEFT writes for a setting that is not used.
fn is_off(value: &Value) -> bool {
    match value {
        Value::Null | Value::Bool(false) => true,
        Value::Array(items) => items.is_empty(),
        Value::Object(members) => members.is_empty(),
        _ => false,
    }
}

/// The text of `adapter_config.json` for the adapter of `model`. Rank and alpha are those of its first matrix; matrices that differ are
/// named one by one.
pub(super) fn to_json(model: &Decoder, base: &str) -> String {
    let adapters = model.adapters();
    let number = |alpha: f64| match alpha.fract() == 0.0 && alpha.abs() < 1e15 {
        true => json!(alpha as i64),
        false => json!(alpha),
    };
    let (rank, alpha) = adapters
        .first()
        .map_or((0, 0.0), |(_, first)| (first.rank(), first.alpha()));
    let (mut ranks, mut alphas) = (Map::new(), Map::new());
    for (module, adapter) in &adapters {
        if adapter.rank() != rank {
            ranks.insert(module.clone(), json!(adapter.rank()));
        }
        if adapter.alpha() != alpha {
            alphas.insert(module.clone(), number(adapter.alpha()));
        }
    }
    let config = json!({
        "peft_type": "LORA",
        "task_type": "CAUSAL_LM",
        "base_model_name_or_path": base,
        "r": rank,
        "lora_alpha": number(alpha),
        "target_modules": target_modules(model, &adapters.into_iter().map(|(module, _)| module).collect()),
        "rank_pattern": ranks,
        "alpha_pattern": alphas,
        "bias": "none",
        "fan_in_fan_out": false,
        "inference_mode": true,
        "init_lora_weights": true,
        "lora_dropout": 0.0,
        "modules_to_save": null,
        "use_dora": false,
        "use_rslora": false,
    });
    format!("{config:#}\n")
}

/// The kinds of matrices that are adapted in every layer, or the names of all that are where a kind is adapted in some layers only.
fn target_modules(model: &Decoder, adapted: &BTreeSet<String>) -> Vec<String> {
    let of_kind = |target: &LoraTarget| {
        let end = format!(".{target}");
        adapted
            .iter()
            .filter(|module| module.ends_with(&end))
            .count()
    };
    let layers = model.config().num_layers;
    if LoraTarget::ALL
        .iter()
        .all(|target| [0, layers].contains(&of_kind(target)))
    {
        let kinds = LoraTarget::ALL.iter().filter(|target| of_kind(target) > 0);
        return kinds.map(ToString::to_string).collect();
    }
    adapted.iter().cloned().collect()
}
