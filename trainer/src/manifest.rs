//! The `manifest.json` of an exported run: the hashes of its files, and what its checkpoints answer.

use std::collections::BTreeMap;
use std::ops::ControlFlow;
use std::path::Path;

use burn::tensor::Device;
use explang::Language;
use explang::action::distribution;
use explang::generate::{End, Prompt, SampledToken, Sampling, generate};
use explang::model::Decoder;
use explang::rollout::visible;
use explang::run::manifest::{FileEntry, KnownAnswer, Manifest, StageEntry};
use explang::run::{Config, Stage};
use explang::tokenizer::Tokenizer;
use explang::transcript::Parsed;

use crate::checkpoint;
use crate::data::source;
use crate::eval::sample::held_out;
use crate::files::{self, sha256};
use crate::prompt;

/// The file's name.
pub(crate) const MANIFEST: &str = "manifest.json";

/// Held-out problems among which the one with the clearest answer is chosen.
const PROBLEMS: usize = 16;

/// The manifest of a run whose files are in `folder`: `names` beside it, and the checkpoints of `stages`.
///
/// # Errors
/// When a file cannot be read or a checkpoint cannot be used.
pub fn manifest(
    config: &Config,
    folder: &Path,
    names: &[&str],
    stages: &[Stage],
) -> anyhow::Result<Manifest> {
    let stages = stages.iter().map(|&stage| {
        let path = stage.checkpoint_path();
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

/// The files of a folder.
fn entries(folder: &Path) -> anyhow::Result<BTreeMap<String, FileEntry>> {
    let mut entries = BTreeMap::new();
    for entry in std::fs::read_dir(folder)? {
        let entry = entry?;
        if !entry.file_type()?.is_file() {
            continue;
        }
        let bytes = files::read(&entry.path())?;
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
    let format = prompt::format(checkpoint, &config.prompt)?;
    let mut best: Option<KnownAnswer> = None;
    let source = source(config, &tokenizer, &format)?;
    for example in held_out(&*source, config.seed, PROBLEMS, Language::En) {
        let question = &example.question;
        let prompt = (
            format.text(question)?,
            format.tokens(&tokenizer, question, "")?.tokens,
        );
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

/// The most probable tokens after a prompt, which is a text and its tokens.
fn greedy(
    model: &Decoder,
    tokenizer: &Tokenizer,
    (prompt, prompt_tokens): (String, Vec<u32>),
    max_new_tokens: usize,
) -> anyhow::Result<KnownAnswer> {
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
    let observe = |drawn: SampledToken<'_>| {
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
