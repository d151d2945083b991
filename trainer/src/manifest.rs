//! `manifest.json` of an exported run: by what a reader checks that its files came whole, and that its device computes right.

use std::collections::BTreeMap;
use std::ops::ControlFlow;
use std::path::Path;

use burn::tensor::Device;
use explang::Language;
use explang::action::distribution;
use explang::generate::{Drawn, End, Prompt, Sampling, generate};
use explang::model::Decoder;
use explang::prompt::PromptFormat;
use explang::rollout::visible;
use explang::tokenizer::Tokenizer;
use explang::transcript::Parsed;
use serde::{Deserialize, Serialize};

use crate::checkpoint;
use crate::eval::summary::StageName;

use crate::run::folder::sha256;
use crate::stages::evaluate::held_out;
use explang::run::Config;

/// The file's name.
pub(crate) const MANIFEST: &str = "manifest.json";

/// Held-out problems among which the one with the clearest answer is chosen.
const PROBLEMS: usize = 16;

/// What an exported run holds.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Manifest {
    /// The run's name.
    pub name: String,
    /// The run's seed.
    pub seed: u64,
    /// The files beside this one, by name.
    pub files: BTreeMap<String, FileEntry>,
    /// The stages that were handed on.
    pub stages: BTreeMap<StageName, StageEntry>,
}

/// A file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FileEntry {
    /// Its length in bytes.
    pub bytes: u64,
    /// SHA-256, hexadecimal.
    pub sha256: String,
}

/// A stage.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct StageEntry {
    /// The folder of the checkpoint, from that of the manifest.
    pub path: String,
    /// The files of the checkpoint, by name.
    pub files: BTreeMap<String, FileEntry>,
    /// What the checkpoint says, computed in f32 on the CPU from the weights as they are in the file.
    pub known_answer: KnownAnswer,
}

/// The greedy answer (temperature 0) to a held-out problem of the run; the language is chosen freely.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct KnownAnswer {
    /// The problem and the line break after it: the whole text before the response.
    pub prompt: String,
    /// Its tokens.
    pub prompt_tokens: Vec<u32>,
    /// Longest response in tokens: that of the run.
    pub max_new_tokens: usize,
    /// The response's text, without the token that ends it.
    pub text: String,
    /// The response's tokens; the last one ends it unless it was cut short.
    pub tokens: Vec<u32>,
    /// It was cut short.
    pub truncated: bool,
    /// The language that the model chose; none where it wrote no tag.
    pub language: Option<Language>,
    /// How far the best token was above the second best where that was closest, in logits. A device whose errors are
    /// smaller than half of it gives the same tokens.
    pub margin: f32,
    /// The natural logarithm of each language's probability as the first action (see [`distribution`]); `null` where the
    /// probability is zero.
    pub tag_log_probs: BTreeMap<Language, Option<f64>>,
}

impl Manifest {
    /// The manifest of a run whose files are in `folder`: `names` beside it, and the checkpoints of `stages`.
    ///
    /// # Errors
    /// When a file cannot be read or a checkpoint cannot be used.
    pub fn of(
        config: &Config,
        folder: &Path,
        names: &[&str],
        stages: &[StageName],
    ) -> anyhow::Result<Self> {
        let stages = stages.iter().map(|&stage| {
            let path = format!("stages/{stage}/checkpoint");
            let entry = StageEntry {
                files: entries(&folder.join(&path))?,
                known_answer: known_answer(config, &folder.join(&path))?,
                path,
            };
            Ok((stage, entry))
        });
        let mut files = entries(folder)?;
        files.retain(|name, _| names.contains(&name.as_str()));
        Ok(Manifest {
            name: config.name.clone(),
            seed: config.seed,
            files,
            stages: stages.collect::<anyhow::Result<_>>()?,
        })
    }
}

/// The files of a folder.
fn entries(folder: &Path) -> anyhow::Result<BTreeMap<String, FileEntry>> {
    let mut entries = BTreeMap::new();
    for entry in std::fs::read_dir(folder)? {
        let entry = entry?;
        if !entry.file_type()?.is_file() {
            continue;
        }
        let bytes = checkpoint::read(&entry.path())?;
        let file = FileEntry {
            bytes: bytes.len() as u64,
            sha256: sha256(&bytes),
        };
        entries.insert(entry.file_name().to_string_lossy().into_owned(), file);
    }
    Ok(entries)
}

/// Of the first held-out problems of the run the one whose greedy answer is clearest, so that a device that only rounds
/// otherwise does not fail; the first of equals.
fn known_answer(config: &Config, checkpoint: &Path) -> anyhow::Result<KnownAnswer> {
    let (model, tokenizer) = checkpoint::load(checkpoint, &Device::flex())?;
    let mut best: Option<KnownAnswer> = None;
    for example in held_out(config, PROBLEMS) {
        let prompt = PromptFormat::Line.text(&example.question);
        let answer = greedy(&model, &tokenizer, prompt, config.rl.max_new_tokens)?;
        if best.as_ref().is_none_or(|best| answer.margin > best.margin) {
            best = Some(answer);
        }
    }
    let mut best =
        best.ok_or_else(|| anyhow::anyhow!("the run's tasks have no held-out problem"))?;
    let action = distribution(&model, &tokenizer, &best.prompt_tokens, &Language::ALL);
    best.tag_log_probs = (pollster::block_on(action)?.probabilities.into_iter())
        .map(|(language, p)| (language, Some(f64::from(p).ln()).filter(|p| p.is_finite())))
        .collect();
    Ok(best)
}

/// The most probable tokens after a prompt.
fn greedy(
    model: &Decoder,
    tokenizer: &Tokenizer,
    prompt: String,
    max_new_tokens: usize,
) -> anyhow::Result<KnownAnswer> {
    let prompt_tokens = tokenizer.encode(&prompt)?;
    let prompts = [Prompt {
        tokens: prompt_tokens.clone(),
        forced_len: 0,
        streams: vec![0],
    }];
    let sampling = Sampling {
        temperature: 0.0,
        top_p: 1.0,
        max_new_tokens,
    };
    let mut margin = f32::INFINITY;
    let observe = |drawn: Drawn<'_>| {
        margin = margin.min(lead(drawn.logits));
        ControlFlow::Continue(())
    };
    let completions = pollster::block_on(generate(model, tokenizer, &prompts, &sampling, observe))?;
    let Some(completion) = completions.into_iter().next() else {
        anyhow::bail!("the model gave no answer");
    };
    let text = visible(tokenizer, &completion.tokens);
    Ok(KnownAnswer {
        prompt,
        prompt_tokens,
        max_new_tokens,
        language: Parsed::of(&text).language(),
        text,
        tokens: completion.tokens,
        truncated: completion.end != End::EndOfText,
        margin,
        tag_log_probs: BTreeMap::new(),
    })
}

/// How far the greatest of some numbers is above the second.
fn lead(logits: &[f32]) -> f32 {
    let (mut first, mut second) = (f32::NEG_INFINITY, f32::NEG_INFINITY);
    for &logit in logits {
        if logit > first {
            (first, second) = (logit, first);
        } else {
            second = second.max(logit);
        }
    }
    first - second
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_lead_is_over_the_second() {
        assert_eq!(lead(&[1.0, 4.0, 3.0]), 1.0);
        assert_eq!(lead(&[4.0, -1.0, 4.0]), 0.0);
        assert_eq!(lead(&[-3.0, -1.0]), 2.0);
    }
}
