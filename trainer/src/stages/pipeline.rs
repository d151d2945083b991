//! The whole pipeline: every stage, each evaluated as it ends, and the summary.

use std::collections::BTreeMap;
use std::path::Path;
use std::time::Instant;

use anyhow::bail;
use burn::tensor::Device;
use explang::Language;
use explang::model::Precision;
use explang::run::config::Practice;
use explang::run::{ChoiceCounts, Mode, Stage, Summary};
use serde::Serialize;

use super::driver::Session;
use super::{distil, pretrain, rl, sft};
use crate::adapter::{self, absolute};
use crate::checkpoint;
use crate::eval::metrics::Options;
use crate::eval::record::{Evaluation, records_in, write_records};
use crate::eval::sample::Forcing;
use crate::eval::summary::{compare, stage_summary};
use crate::files;
use crate::progress::tell;
use crate::run::folder::RunFolder;
use crate::run::memory::peak_memory_bytes;
use crate::run::stop::stopped;

/// Runs what is left of a run up to and with stage `last`, evaluates each finished stage, and writes `summary.json`.
///
/// # Errors
/// When a stage fails or the disk refuses.
pub fn run(session: &mut Session, last: Stage) -> anyhow::Result<Summary> {
    let before = Stage::ALL.into_iter().take_while(|stage| *stage != last);
    let wanted: Vec<Stage> = before
        .chain([last])
        .filter(|stage| session.config.steps(*stage).is_some())
        .collect();
    only(session, &wanted)
}

/// Runs what is left of the stages `wanted`, in the order of the pipeline, evaluates every finished stage of the run, and writes
/// `summary.json`.
///
/// # Errors
/// When a stage that a wanted one starts from is neither finished nor wanted; when a stage fails or the disk refuses.
pub fn only(session: &mut Session, wanted: &[Stage]) -> anyhow::Result<Summary> {
    for &stage in wanted {
        check(session, wanted, stage)?;
    }
    let started = Instant::now();
    let mut evaluations = BTreeMap::new();
    for stage in Stage::ALL {
        if wanted.contains(&stage) {
            match stage {
                Stage::Pretrain => pretrain::run(session)?,
                Stage::Sft => sft::run(session)?,
                Stage::Explore | Stage::Exploit | Stage::ControlExplore | Stage::Control => {
                    rl::run(session, stage)?;
                }
                Stage::Distil => distil::run(session)?,
            }
        }
        if stage.is_evaluated() && session.is_done(stage) {
            evaluations.insert(stage, evaluate(session, stage)?);
        }
    }
    let summary = summarise(session, &evaluations, started.elapsed().as_secs_f64())?;
    session.folder.write_json("summary.json", &summary)?;
    Ok(summary)
}

/// Refuses a stage that has nothing to start from.
fn check(session: &Session, wanted: &[Stage], stage: Stage) -> anyhow::Result<()> {
    let path = session.folder.path().display();
    if session.config.steps(stage).is_none() {
        let lacks = match stage {
            Stage::ControlExplore | Stage::Control => "`control` in its section [rl]".to_owned(),
            stage => format!("section [{stage}]"),
        };
        bail!("the configuration of the run in {path} has no {lacks}");
    }
    match session.config.starts_from(stage) {
        Some(before) if !wanted.contains(&before) && !session.is_done(before) => {
            bail!(
                "{stage} starts from the checkpoint of {before}, which the run in {path} has not finished; run {before} first"
            )
        }
        _ => Ok(()),
    }
}

/// What another run knows of its stage; not this one's.
const STAGE_FILE: &str = "stage.json";

/// Makes `checkpoint` the finished stage `stage` of a new run, so that the run goes on from there; its tokenizer becomes the
/// run's. Of an adapter the base stays where it is.
///
/// # Errors
/// When the checkpoint cannot be read or the disk refuses.
pub fn adopt(folder: &RunFolder, stage: Stage, checkpoint: &Path) -> anyhow::Result<()> {
    let (model, tokenizer) = checkpoint::load(checkpoint, &Device::flex())?;
    folder.write("tokenizer.json", tokenizer.to_json().as_bytes())?;
    // Word for word: a folder from elsewhere holds more than we would write, and knows its own stop tokens.
    let base = adapter::base_of(checkpoint)?;
    folder.write_folder(stage.checkpoint_path(), |tmp| -> anyhow::Result<()> {
        if let Some(base) = base {
            return Ok(adapter::save(tmp, &model, &absolute(&base)?)?);
        }
        if checkpoint.is_file() {
            let saved = checkpoint::save(tmp, &model, &tokenizer, Precision::F32, Some(checkpoint));
            return Ok(saved?);
        }
        for entry in std::fs::read_dir(checkpoint)? {
            let path = entry?.path();
            if let Some(name) = path.file_name()
                && path.is_file()
                && name != STAGE_FILE
            {
                files::copy(&path, &tmp.join(name))?;
            }
        }
        Ok(())
    })
}

/// The evaluation of a finished stage; made now where there is none yet.
fn evaluate(session: &Session, stage: Stage) -> anyhow::Result<Evaluation> {
    let (of_samples, of_choices) = (stage.evaluation_path(), stage.choices_path());
    let (samples, choices) = (
        session.folder.join(&of_samples),
        session.folder.join(&of_choices),
    );
    let began = Instant::now();
    let failed = |error: anyhow::Error| {
        let what = match stopped(&error) {
            Some(_) => format!("stopped while {stage} was evaluated"),
            None => format!("the checkpoint of {stage} cannot be evaluated"),
        };
        error.context(what)
    };
    let (mut model, mut evaluation) = (None, Evaluation::default());
    let mut made = false;
    if samples.exists() {
        evaluation.records = records_in(&samples)?;
    } else {
        let forcing = if stage.knows_tags() {
            Forcing::Tag
        } else {
            Forcing::Page
        };
        let model = model.insert(session.load(stage)?);
        let judged = (session.evaluator()).run(model, forcing, &Mode::ALL);
        let judged = judged.map_err(failed)?.into_iter();
        evaluation.records = judged.map(|of| of.record).collect();
        write(session, &of_samples, &evaluation.records)?;
        made = true;
    }
    if choices.exists() {
        evaluation.choices = records_in(&choices)?;
    } else if stage.knows_tags() {
        let model = match model.take() {
            Some(model) => model,
            None => session.load(stage)?,
        };
        evaluation.choices = session.evaluator().choices(&model).map_err(failed)?;
        write(session, &of_choices, &evaluation.choices)?;
        made = true;
    }
    if !made {
        return Ok(evaluation);
    }
    tell(&format!(
        "{stage:>9} evaluated in {:.0} s",
        began.elapsed().as_secs_f64()
    ));
    Ok(evaluation)
}

fn write<T: Serialize>(session: &Session, name: &str, records: &[T]) -> anyhow::Result<()> {
    let mut bytes = Vec::new();
    write_records(&mut bytes, records)?;
    Ok(session.folder.write(name, &bytes)?)
}

/// The summary of what has been evaluated so far.
///
/// # Errors
/// When the metrics cannot be read.
fn summarise(
    session: &Session,
    evaluations: &BTreeMap<Stage, Evaluation>,
    seconds: f64,
) -> anyhow::Result<Summary> {
    let options = Options::default();
    let mut summary = Summary {
        name: session.config.name.clone(),
        seed: session.config.seed,
        version: env!("CARGO_PKG_VERSION").to_owned(),
        config_hash: session.folder.info().config_hash.clone(),
        practice: (session.config.pretrain.iter())
            .flat_map(|pretrain| pretrain.practice.iter().map(Practice::resolved))
            .collect(),
        peak_memory_bytes: peak_memory_bytes(),
        seconds,
        ..Summary::default()
    };
    for (&stage, evaluation) in evaluations {
        let rollouts = match stage {
            Stage::Explore | Stage::Exploit => Some(choices(session, stage)?),
            _ => None,
        };
        let mut figures = stage_summary(
            evaluation,
            rollouts.as_ref(),
            session.config.eval.temperature,
            &options,
        );
        figures.seconds = session.seconds(stage);
        summary.stages.insert(stage, figures);
    }
    compare(&mut summary, evaluations, &options);
    Ok(summary)
}

/// The choices of all rollouts of a stage's training, by kind of problem, from its log.
fn choices(session: &Session, stage: Stage) -> anyhow::Result<BTreeMap<String, ChoiceCounts>> {
    let mut total: BTreeMap<String, ChoiceCounts> = BTreeMap::new();
    for line in session.logged(stage)? {
        for (kind, counts) in line.metrics.choices().into_iter().flatten() {
            total.entry(kind.clone()).or_default().merge(counts);
        }
    }
    for counts in total.values_mut() {
        // A language that was never chosen has the rate zero, not none.
        Language::SEEN.iter().for_each(|l| {
            counts.tagged.entry(*l).or_default();
        });
    }
    Ok(total)
}
