//! A run in small, to hand on: the same folder with weights in few bits and without what only training needs.

use std::path::Path;

use anyhow::bail;
use burn::tensor::Device;
use explang::model::Precision;
use explang::run::{Config, Line, Stage, Summary};

use crate::adapter;
use crate::checkpoint;
use crate::files;
use crate::locate::{LocateError, finished, unfinished};
use crate::manifest::{MANIFEST, manifest};
use crate::run::atomic::replace_folder_atomically;
use crate::run::folder;
use crate::run::metrics_log::read_lines;

/// Files of a run that are handed on as they are, where the run has them.
const FILES: [&str; 4] = ["run.toml", "run.json", "metrics.jsonl", SUMMARY];
/// The file among them that is written without spaces: the page fetches it.
const SUMMARY: &str = "summary.json";

/// Writes the finished stages of the run in `run` to the folder `out`, whole or not at all. What stood there is replaced. Of `only`, where it
/// names stages, the checkpoints of these.
///
/// The weights are rounded to `precision`; everything that reads a run reads the result. `manifest.json` says what every file must be,
/// and what every checkpoint must answer.
///
/// # Errors
/// When `run` holds no run, no finished stage or not one of `only`, a file is damaged, or the disk refuses.
pub fn export(run: &Path, out: &Path, only: &[Stage], precision: Precision) -> anyhow::Result<()> {
    folder::read_info(run)?;
    let stages = chosen(run, only)?;
    // What is damaged is not handed on.
    read_lines::<Line>(&run.join("metrics.jsonl"))?;
    let summary = run.join(SUMMARY);
    let summary = (summary.exists())
        .then(|| folder::read_json::<Summary>(&summary))
        .transpose()?;
    if let Some(parent) = out.parent() {
        std::fs::create_dir_all(parent)?;
    }
    replace_folder_atomically(out, |tmp| -> anyhow::Result<()> {
        for name in FILES {
            let file = run.join(name);
            if let (SUMMARY, Some(summary)) = (name, &summary) {
                let text = serde_json::to_string(summary)? + "\n";
                files::write(&tmp.join(name), text.as_bytes())?;
            } else if file.exists() {
                files::write(&tmp.join(name), &files::read(&file)?)?;
            }
        }
        for stage in &stages {
            let from = run.join(stage.checkpoint_path());
            let to = tmp.join(stage.checkpoint_path());
            std::fs::create_dir_all(&to)?;
            let (model, tokenizer) = checkpoint::load(&from, &Device::flex())?;
            let kept = adapter::base_of(&from)?.unwrap_or(from);
            checkpoint::save(&to, &model, &tokenizer, precision, Some(&kept))?;
        }
        let path = run.join("run.toml");
        let config = Config::parse(&path.to_string_lossy(), &folder::read_config(run)?)?;
        let manifest = manifest(&config, tmp, &FILES, &stages)?;
        let mut text = serde_json::to_string_pretty(&manifest)?;
        text.push('\n');
        Ok(files::write(&tmp.join(MANIFEST), text.as_bytes())?)
    })
}

/// Writes the adapter in the folder `checkpoint`, merged into its base, to the folder `out`: a whole checkpoint in the base's number format
/// and with the base's other files. What stood there is replaced.
///
/// # Errors
/// When `checkpoint` holds no adapter, a file is damaged, or the disk refuses.
pub fn merge(checkpoint: &Path, out: &Path) -> anyhow::Result<()> {
    let Some(base) = adapter::base_of(checkpoint)? else {
        bail!(
            "{} holds no adapter (it has no adapter_config.json), so there is nothing to merge",
            checkpoint.display()
        );
    };
    let (model, tokenizer) = checkpoint::load(checkpoint, &Device::flex())?;
    let precision = checkpoint::precision(&base)?;
    if let Some(parent) = out.parent() {
        std::fs::create_dir_all(parent)?;
    }
    replace_folder_atomically(out, |tmp| -> anyhow::Result<()> {
        Ok(checkpoint::save(
            tmp,
            &model,
            &tokenizer,
            precision,
            Some(&base),
        )?)
    })
}

/// The finished stages of a run; of `only`, where it names some, these.
fn chosen(run: &Path, only: &[Stage]) -> Result<Vec<Stage>, LocateError> {
    let mut stages = finished(run);
    if stages.is_empty() {
        return Err(LocateError::Nothing(run.to_path_buf()));
    }
    for &stage in only {
        if !stages.contains(&stage) {
            return Err(unfinished(run, stage, &stages));
        }
    }
    stages.retain(|stage| only.is_empty() || only.contains(stage));
    Ok(stages)
}
