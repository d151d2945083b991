//! A run in small, to hand on: the same folder with half-precision weights and without what only training needs.

use std::path::Path;

use burn::tensor::Device;
use explang::model::Precision;
use explang::run::{Config, Line, Summary};

use crate::checkpoint;
use crate::locate::finished;
use crate::manifest::{MANIFEST, manifest};
use crate::run::atomic::replace_folder_atomically;
use crate::run::folder;
use crate::run::metrics_log::read_lines;

/// Files of a run that are handed on as they are, where the run has them.
const FILES: [&str; 4] = ["run.toml", "run.json", "metrics.jsonl", "summary.json"];

/// Writes the finished stages of the run in `run` to the folder `out`, whole or not at all. What stood there is replaced.
///
/// The weights are rounded to f16; everything that reads a run reads the result. `manifest.json` says what every file must be,
/// and what every checkpoint must answer.
///
/// # Errors
/// When `run` holds no run or no finished stage, a file is damaged, or the disk refuses.
pub fn export(run: &Path, out: &Path) -> anyhow::Result<()> {
    folder::read_info(run)?;
    let stages = finished(run);
    anyhow::ensure!(
        !stages.is_empty(),
        "the run in {} has finished no stage yet",
        run.display()
    );
    // What is damaged is not handed on.
    read_lines::<Line>(&run.join("metrics.jsonl"))?;
    let summary = run.join("summary.json");
    if summary.exists() {
        folder::read_json::<Summary>(&summary)?;
    }
    if let Some(parent) = out.parent() {
        std::fs::create_dir_all(parent)?;
    }
    replace_folder_atomically(out, |tmp| -> anyhow::Result<()> {
        for name in FILES {
            let file = run.join(name);
            if file.exists() {
                checkpoint::write(&tmp.join(name), &checkpoint::read(&file)?)?;
            }
        }
        for stage in &stages {
            let from = run.join(stage.checkpoint_path());
            let to = tmp.join(stage.checkpoint_path());
            std::fs::create_dir_all(&to)?;
            let (model, tokenizer) = checkpoint::load(&from, &Device::flex())?;
            checkpoint::save(&to, &model, &tokenizer, Precision::F16)?;
        }
        let path = run.join("run.toml");
        let config = Config::parse(&path.to_string_lossy(), &folder::read_config(run)?)?;
        let manifest = manifest(&config, tmp, &FILES, &stages)?;
        let mut text = serde_json::to_string_pretty(&manifest)?;
        text.push('\n');
        Ok(checkpoint::write(&tmp.join(MANIFEST), text.as_bytes())?)
    })
}
