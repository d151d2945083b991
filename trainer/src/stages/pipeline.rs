//! The whole pipeline: every stage, each evaluated as it ends, and the summary.

use std::collections::BTreeMap;
use std::time::Instant;

use explang::Language;
use serde_json::Value;

use super::driver::Session;
use super::evaluate::{Evaluator, Forcing};
use super::{distil, pretrain, rl, sft};
use crate::eval::metrics::Options;
use crate::eval::record::{Mode, Record, read_records, write_records};
use crate::eval::selection::ChoiceCounts;
use crate::eval::summary::{StageName, StageSummary, Summary};
use crate::run::memory::peak_memory_bytes;

/// The stages of a run in their order, with the name of the folder that holds each one's checkpoint.
pub const STAGES: [(StageName, &str); 6] = [
    (StageName::Pretrain, pretrain::STAGE),
    (StageName::Sft, sft::STAGE),
    (StageName::Explore, rl::EXPLORE),
    (StageName::Exploit, rl::EXPLOIT),
    (StageName::Control, rl::CONTROL),
    (StageName::Distil, distil::STAGE),
];

/// Runs what is left of a run up to and with stage `last`, evaluates each finished stage, and writes `summary.json`.
///
/// # Errors
/// When a stage fails or the disk refuses.
pub fn run(session: &mut Session, last: StageName) -> anyhow::Result<Summary> {
    let started = Instant::now();
    let mut records = BTreeMap::new();
    for (name, stage) in STAGES {
        if name == StageName::Distil && session.config.distil.is_none() {
            continue;
        }
        match name {
            StageName::Pretrain => pretrain::run(session)?,
            StageName::Sft => sft::run(session)?,
            StageName::Explore => rl::explore(session)?,
            StageName::Exploit => rl::exploit(session)?,
            StageName::Control => rl::control(session)?,
            StageName::Distil => distil::run(session)?,
        }
        records.insert(name, evaluate(session, stage)?);
        if name == last {
            break;
        }
    }
    let summary = summarise(session, &records, started.elapsed().as_secs_f64())?;
    session.folder.write_json("summary.json", &summary)?;
    Ok(summary)
}

/// The records of a finished stage's evaluation; made now where there are none yet.
fn evaluate(session: &Session, stage: &str) -> anyhow::Result<Vec<Record>> {
    let name = format!("stages/{stage}/evaluation.jsonl");
    let path = session.folder.join(&name);
    if path.exists() {
        let file = std::io::BufReader::new(std::fs::File::open(&path)?);
        return Ok(read_records(file)?);
    }
    let evaluator = Evaluator {
        config: &session.config,
        tokenizer: &session.tokenizer,
        detector: &session.detector,
        threads: session.threads,
    };
    let forcing = if stage == pretrain::STAGE { Forcing::Page } else { Forcing::Tag };
    let began = Instant::now();
    let records = evaluator.run(&session.load(stage)?, forcing, &Mode::ALL)?;
    let mut bytes = Vec::new();
    write_records(&mut bytes, &records)?;
    session.folder.write(&name, &bytes)?;
    eprintln!("{stage:>9} evaluated in {:.0} s", began.elapsed().as_secs_f64());
    Ok(records)
}

/// The summary of what has been evaluated so far.
///
/// # Errors
/// When the metrics cannot be read.
fn summarise(
    session: &Session,
    records: &BTreeMap<StageName, Vec<Record>>,
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
    for (name, stage) in STAGES {
        let Some(records) = records.get(&name) else { continue };
        let rollouts = match name {
            StageName::Explore | StageName::Exploit => Some(choices(session, stage)?),
            _ => None,
        };
        let mut figures = StageSummary::of(records, rollouts.as_ref(), &options);
        figures.seconds = session.seconds(stage);
        summary.stages.insert(name, figures);
    }
    summary.compare(records, &options);
    Ok(summary)
}

/// The choices of all rollouts of a stage's training, by kind of problem, from its log.
fn choices(session: &Session, stage: &str) -> anyhow::Result<BTreeMap<String, ChoiceCounts>> {
    let mut total: BTreeMap<String, ChoiceCounts> = BTreeMap::new();
    for line in session.logged(stage)? {
        let step: BTreeMap<String, ChoiceCounts> = match line.get("choices") {
            Some(value) => serde_json::from_value(Value::clone(value))?,
            None => continue,
        };
        for (kind, counts) in step {
            total.entry(kind).or_default().merge(&counts);
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
