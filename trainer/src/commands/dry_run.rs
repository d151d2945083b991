//! `--dry-run`: what a run would do, without doing it.

use std::io::Write;
use std::path::Path;

use explang::model::ModelConfig;
use explang::model::lora::num_parameters;
use explang::random;
use explang::run::config::ModelSection;
use explang::run::{Config, Stage};
use explang_trainer::checkpoint;
use explang_trainer::data::source;
use explang_trainer::locate::{LocateError, locate};
use explang_trainer::prompt::format;
use explang_trainer::report::plan::{Known, mean_prompt};

/// Part of the path of the stream of the prompts that are looked at.
const PROMPTS: u64 = 0x706C_616E;

/// Prints the plan of the stages `wanted`.
pub(crate) fn print(config: &mut Config, wanted: &[Stage], threads: usize) -> anyhow::Result<()> {
    let paths = config.paths_mut().map(|path| path.clone());
    let missing: Vec<String> = paths.filter(|path| !Path::new(path).exists()).collect();
    let stages: Vec<Stage> = (wanted.iter().copied())
        .filter(|stage| config.steps(*stage).is_some())
        .collect();
    let known = Known {
        config,
        stages: &stages,
        model: model(config)?,
        prompt_len: match missing.is_empty() {
            true => prompt_len(config)?,
            false => None,
        },
        threads,
        missing: &missing,
    };
    Ok(std::io::stdout()
        .lock()
        .write_all(known.text().as_bytes())?)
}

/// The shape of the model, and how many of its numbers learn; none where its checkpoint is not here.
fn model(config: &Config) -> anyhow::Result<Option<(ModelConfig, usize)>> {
    let shape = match &config.model {
        ModelSection::New { preset, vocab_size } => ModelConfig::of(*preset, *vocab_size),
        ModelSection::From(path) => {
            let checkpoint = match locate(Path::new(path), None) {
                Err(LocateError::Absent(_)) => return Ok(None),
                located => located?.checkpoint,
            };
            checkpoint::config(&checkpoint)?
        }
    };
    let learning = match &config.lora {
        Some(lora) => num_parameters(&shape, lora),
        None => shape.num_parameters(),
    };
    Ok(Some((shape, learning)))
}

/// Mean length of the prompts, in tokens; none where the tokenizer is not here.
fn prompt_len(config: &Config) -> anyhow::Result<Option<usize>> {
    let ModelSection::From(path) = &config.model else {
        return Ok(None);
    };
    let folder = locate(Path::new(path), None)?.checkpoint;
    let Ok(tokenizer) = checkpoint::tokenizer(&folder) else {
        return Ok(None);
    };
    let format = format(&folder, &config.prompt)?;
    let source = source(config, &tokenizer, &format)?;
    let stream = random::derive(config.seed, &[PROMPTS]);
    let tokens = |question: &str| Some(format.tokens(&tokenizer, question, "").ok()?.tokens.len());
    Ok(mean_prompt(&*source, stream, tokens))
}
