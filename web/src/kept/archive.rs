//! A training as one file: a zip archive that unpacks into a run.
//!
//! The run's folder is what the trainer leaves of one stage, so that `explang inspect`, `explang eval` and `explang generate --checkpoint` open it;
//! below it, `stages/<stage>/checkpoint` is a Hugging Face folder. It leaves out the optimizer's state: the trainer cannot go on where a browser
//! stopped.

use std::io::{Cursor, Write};

use explang::run::{Config, ConfigError, RunInfo, StageInfo};
use serde::Serialize;
use zip::result::ZipError;
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, ZipWriter};

use super::{GENERATION_CONFIG, Kept, METRICS, MODEL, RUN, TOKENIZER_CONFIG};
use crate::engine::manifest::sha256;
use crate::protocol::learning::{Point, Settings};

/// What is paid, step by step, beside the run's configuration, which has one variant by name.
const LEARNING: &str = "learning.json";

/// An archive.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Archive {
    /// Its name.
    pub name: String,
    /// The file.
    pub bytes: Vec<u8>,
}

/// A training that cannot be packed.
#[derive(Debug, thiserror::Error)]
pub enum PackError {
    /// A file of the model is not there.
    #[error("the training has no {0}")]
    Missing(&'static str),
    /// The configuration cannot be written.
    #[error(transparent)]
    Config(#[from] ConfigError),
    /// Something cannot be written as JSON.
    #[error("the training cannot be written as JSON: {0}")]
    Json(#[from] serde_json::Error),
    /// The archive cannot be written: it is too large.
    #[error("the archive cannot be written: {0}")]
    Zip(#[from] ZipError),
    /// As [`PackError::Zip`].
    #[error("the archive cannot be written: {0}")]
    Io(#[from] std::io::Error),
}

/// `learning.json`: how the training went, as the page knows it.
#[derive(Serialize)]
struct Learning<'a> {
    /// What was chosen, for which steps.
    settings: Vec<Span<'a>>,
    /// What is known of each step: the means, the choice by kind of problem, held-out accuracy.
    points: &'a [Point],
}

/// Steps with the same settings.
#[derive(Serialize)]
struct Span<'a> {
    /// The first of the steps, from 0.
    from: u32,
    /// The first step after them.
    until: u32,
    /// What was chosen.
    #[serde(flatten)]
    settings: &'a Settings,
}

/// Packs a training. `config` is the configuration of a run like it, `created` is now, in UTC as RFC 3339.
///
/// # Errors
/// When the model lacks a file that each model has, or something cannot be written.
pub fn pack(kept: &Kept, config: &Config, created: &str) -> Result<Archive, PackError> {
    let folder = format!("explang-yours-{}", kept.step);
    let config = config.to_toml()?;
    let info = RunInfo {
        format: RunInfo::FORMAT,
        name: "yours".into(),
        seed: kept.settings.seed,
        version: env!("CARGO_PKG_VERSION").into(),
        created: created.into(),
        config_hash: sha256(config.as_bytes()),
    };
    let learning = Learning {
        settings: spans(kept),
        points: &kept.points,
    };
    let steps = kept.points.iter().filter_map(|point| point.rollouts);
    let stage = StageInfo {
        seconds: steps.map(|means| means.seconds).sum(),
    };
    let checkpoint = kept.stage.checkpoint_path();
    let mut archive = Files {
        zip: ZipWriter::new(Cursor::default()),
        folder: &folder,
    };
    archive.add("README.txt", readme(kept, &folder).as_bytes())?;
    archive.add(RUN, config.as_bytes())?;
    archive.add("run.json", &json(&info)?)?;
    archive.add(METRICS, kept.metrics.as_bytes())?;
    archive.add(LEARNING, &json(&learning)?)?;
    for name in MODEL {
        match kept.files.get(name) {
            Some(bytes) => archive.add(&format!("{checkpoint}/{name}"), bytes)?,
            // A run of an earlier version has none.
            None if [TOKENIZER_CONFIG, GENERATION_CONFIG].contains(&name) => {}
            None => return Err(PackError::Missing(name)),
        }
    }
    archive.add(&format!("{checkpoint}/stage.json"), &json(&stage)?)?;
    Ok(Archive {
        bytes: archive.zip.finish()?.into_inner(),
        name: format!("{folder}.zip"),
    })
}

/// The settings in the order of the steps.
fn spans(kept: &Kept) -> Vec<Span<'_>> {
    let earlier = kept.earlier.iter().map(|of| (of.until, &of.settings));
    let mut from = 0;
    let all = earlier.chain([(kept.step, &kept.settings)]);
    all.map(|(until, settings)| Span {
        from: std::mem::replace(&mut from, until),
        until,
        settings,
    })
    .collect()
}

/// The files that are packed.
struct Files<'a> {
    zip: ZipWriter<Cursor<Vec<u8>>>,
    /// The folder that all of them are in.
    folder: &'a str,
}

impl Files<'_> {
    fn add(&mut self, name: &str, bytes: &[u8]) -> Result<(), PackError> {
        // Weights do not shrink, and the rest is small.
        let stored = SimpleFileOptions::default().compression_method(CompressionMethod::Stored);
        self.zip
            .start_file(format!("{}/{name}", self.folder), stored)?;
        Ok(self.zip.write_all(bytes)?)
    }
}

/// What a person who unpacks it reads first.
fn readme(kept: &Kept, folder: &str) -> String {
    let (stage, step) = (kept.stage, kept.step);
    format!(
        "A language model that was trained in a browser by reinforcement learning of its thinking language, for {step} steps.

    explang inspect {folder}
    explang generate \"What is 47 + 38? Think in steps.\" --checkpoint {folder}
    explang eval {folder}

{}  what was chosen for which steps, such as the pay, and what the page measured
run.toml       the configuration of a run like it; it names the variant that the last pay was begun from
metrics.jsonl  a line a step, which view 7 of the page draws
stages/{stage}/checkpoint is a Hugging Face folder: `transformers` opens it.

The optimizer's state is not here: the training goes on in the browser only.
",
        LEARNING
    )
}

/// As the trainer writes JSON.
fn json(value: &impl Serialize) -> Result<Vec<u8>, serde_json::Error> {
    let mut bytes = serde_json::to_vec_pretty(value)?;
    bytes.push(b'\n');
    Ok(bytes)
}

#[cfg(test)]
#[cfg(not(target_arch = "wasm32"))]
mod tests;
