//! The whole pipeline: every stage, each evaluated as it ends, and the summary.

use std::collections::BTreeMap;
use std::path::Path;
use std::time::Instant;

use anyhow::bail;
use burn::tensor::Device;
use explang::Language;
use explang::run::{ChoiceCounts, Mode, Record, Stage, Summary};

use super::driver::Session;
use super::evaluate::Forcing;
use super::{distil, pretrain, rl, sft};
use crate::checkpoint;
use crate::eval::metrics::Options;
use crate::eval::record::{records_in, write_records};
use crate::eval::summary::{compare, stage_summary};
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
    let mut records = BTreeMap::new();
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
            records.insert(stage, evaluate(session, stage)?);
        }
    }
    let summary = summarise(session, &records, started.elapsed().as_secs_f64())?;
    session.folder.write_json("summary.json", &summary)?;
    Ok(summary)
}

/// Refuses a stage that has nothing to start from.
fn check(session: &Session, wanted: &[Stage], stage: Stage) -> anyhow::Result<()> {
    let path = session.folder.path().display();
    if stage == Stage::Distil && session.config.distil.is_none() {
        bail!("the configuration of the run in {path} has no section [distil]");
    }
    match stage.starts_from() {
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
/// run's.
///
/// # Errors
/// When the checkpoint cannot be read or the disk refuses.
pub fn adopt(folder: &RunFolder, stage: Stage, checkpoint: &Path) -> anyhow::Result<()> {
    let (_, tokenizer) = checkpoint::load(checkpoint, &Device::flex())?;
    folder.write("tokenizer.json", tokenizer.to_json().as_bytes())?;
    // Word for word: a folder from elsewhere holds more than we would write, and knows its own stop tokens.
    folder.write_folder(stage.checkpoint_path(), |tmp| -> anyhow::Result<()> {
        for entry in std::fs::read_dir(checkpoint)? {
            let entry = entry?;
            if entry.file_type()?.is_file() && entry.file_name() != STAGE_FILE {
                let bytes = checkpoint::read(&entry.path())?;
                checkpoint::write(&tmp.join(entry.file_name()), &bytes)?;
            }
        }
        Ok(())
    })
}

/// The records of a finished stage's evaluation; made now where there are none yet.
fn evaluate(session: &Session, stage: Stage) -> anyhow::Result<Vec<Record>> {
    let name = format!("stages/{stage}/evaluation.jsonl");
    let path = session.folder.join(&name);
    if path.exists() {
        return Ok(records_in(&path)?);
    }
    let forcing = if stage.knows_tags() {
        Forcing::Tag
    } else {
        Forcing::Page
    };
    let began = Instant::now();
    let records = (session.evaluator()).run(&session.load(stage)?, forcing, &Mode::ALL);
    let records = records.map_err(|error| {
        let what = match stopped(&error) {
            Some(_) => format!("stopped while {stage} was evaluated"),
            None => format!("the checkpoint of {stage} cannot be evaluated"),
        };
        error.context(what)
    })?;
    let mut bytes = Vec::new();
    write_records(&mut bytes, &records)?;
    session.folder.write(&name, &bytes)?;
    tell(&format!(
        "{stage:>9} evaluated in {:.0} s",
        began.elapsed().as_secs_f64()
    ));
    Ok(records)
}

/// The summary of what has been evaluated so far.
///
/// # Errors
/// When the metrics cannot be read.
fn summarise(
    session: &Session,
    records: &BTreeMap<Stage, Vec<Record>>,
    seconds: f64,
) -> anyhow::Result<Summary> {
    let options = Options::default();
    let mut summary = Summary {
        name: session.config.name.clone(),
        seed: session.config.seed,
        version: env!("CARGO_PKG_VERSION").to_owned(),
        config_hash: session.folder.info().config_hash.clone(),
        peak_memory_bytes: peak_memory_bytes(),
        seconds,
        ..Summary::default()
    };
    for (&stage, records) in records {
        let rollouts = match stage {
            Stage::Explore | Stage::Exploit => Some(choices(session, stage)?),
            _ => None,
        };
        let mut figures = stage_summary(records, rollouts.as_ref(), &options);
        figures.seconds = session.seconds(stage);
        summary.stages.insert(stage, figures);
    }
    compare(&mut summary, records, &options);
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
