//! The form in which a training is kept: records by name, one of which, the head, holds the length and the hash of each of the others.

use std::collections::BTreeMap;

use explang::run::Stage;
use explang::run::manifest::FileEntry;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use super::{KeptError, METRICS, RUN, WEIGHTS};
use crate::engine::manifest::{check, sha256};
use crate::protocol::Yours;
use crate::protocol::learning::{Point, Settings};

/// Changes with whatever an earlier version of the page would misread.
pub const VERSION: u32 = 1;

/// Name of the head.
pub const HEAD: &str = "head";
/// Name of the history.
const POINTS: &str = "points.json";

/// A training.
#[derive(Debug, Clone, PartialEq)]
pub struct Kept {
    /// What was chosen last.
    pub settings: Settings,
    /// What was chosen before, in order.
    pub earlier: Vec<Earlier>,
    /// The stage that its steps are logged as.
    pub stage: Stage,
    /// Steps taken.
    pub step: u32,
    /// What is known of each step. Its numbers are finite: JSON has no others.
    pub points: Vec<Point>,
    /// The lines of `metrics.jsonl`, one a step.
    pub metrics: String,
    /// `run.toml` of the run that the training started from: what the model was taught before.
    pub config: String,
    /// The files of the model and its optimizer by name; those that [`MODEL`](super::MODEL) and [`OPTIMIZER`](super::OPTIMIZER) name.
    pub files: BTreeMap<String, Vec<u8>>,
}

/// Settings that were changed.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Earlier {
    /// They held for all steps before this one, numbered from 0, that no settings before them held for.
    pub until: u32,
    /// What was chosen.
    pub settings: Settings,
}

/// What is kept, without the records.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Head {
    /// The form of all this.
    pub version: u32,
    /// As in [`Kept`].
    pub settings: Settings,
    /// As in [`Kept`].
    pub earlier: Vec<Earlier>,
    /// As in [`Kept`].
    pub stage: Stage,
    /// As in [`Kept`].
    pub step: u32,
    /// Every other record by name.
    pub records: BTreeMap<String, FileEntry>,
}

/// What heads of all versions say.
#[derive(Deserialize)]
struct Stamp {
    version: u32,
}

/// Records by name.
pub type Records = BTreeMap<String, Vec<u8>>;

impl Kept {
    /// The records, the head among them.
    ///
    /// # Errors
    /// When something cannot be written as JSON.
    pub fn records(&self) -> Result<Records, serde_json::Error> {
        let mut records = self.files.clone();
        records.insert(METRICS.into(), self.metrics.clone().into_bytes());
        records.insert(RUN.into(), self.config.clone().into_bytes());
        records.insert(POINTS.into(), serde_json::to_vec(&self.points)?);
        let entry = |bytes: &Vec<u8>| FileEntry {
            bytes: bytes.len() as u64,
            sha256: sha256(bytes),
        };
        let head = Head {
            version: VERSION,
            settings: self.settings.clone(),
            earlier: self.earlier.clone(),
            stage: self.stage,
            step: self.step,
            records: (records.iter())
                .map(|(name, bytes)| (name.clone(), entry(bytes)))
                .collect(),
        };
        records.insert(HEAD.into(), head.write()?);
        Ok(records)
    }

    /// Reads the records.
    ///
    /// # Errors
    /// When one is missing or damaged, or another version kept them.
    pub fn read(mut records: Records) -> Result<Kept, KeptError> {
        let head = records.remove(HEAD);
        let head = Head::read(&head.ok_or_else(|| KeptError::Missing(HEAD.into()))?)?;
        let mut files = Records::new();
        for name in head.records.keys() {
            files.insert(name.clone(), head.check(name, records.remove(name))?);
        }
        let mut take = |name: &str| {
            let bytes = files.remove(name);
            bytes.ok_or_else(|| KeptError::Missing(name.into()))
        };
        let points = json(POINTS, &take(POINTS)?)?;
        let (metrics, config) = (text(METRICS, take(METRICS)?)?, text(RUN, take(RUN)?)?);
        Ok(Kept {
            settings: head.settings,
            earlier: head.earlier,
            stage: head.stage,
            step: head.step,
            points,
            metrics,
            config,
            files,
        })
    }
}

impl Head {
    /// The record: a line with the hash of the rest, then JSON. Every version begins so.
    fn write(&self) -> Result<Vec<u8>, serde_json::Error> {
        let json = serde_json::to_vec(self)?;
        Ok([sha256(&json).as_bytes(), b"\n", &json].concat())
    }

    /// Reads the record.
    ///
    /// # Errors
    /// When it is damaged, or another version wrote it.
    pub fn read(record: &[u8]) -> Result<Head, KeptError> {
        let damaged = || KeptError::Damaged(HEAD.into());
        let end = record.iter().position(|byte| *byte == b'\n');
        let (hash, rest) = record.split_at(end.ok_or_else(damaged)?);
        let content = &rest[1..];
        if sha256(content).as_bytes() != hash {
            return Err(damaged());
        }
        let Stamp { version: found } = json(HEAD, content)?;
        if found != VERSION {
            return Err(KeptError::OtherVersion {
                found,
                known: VERSION,
            });
        }
        json(HEAD, content)
    }

    /// Which state of the training this is.
    pub fn state(&self) -> Yours {
        let weights = self.records.get(WEIGHTS);
        Yours {
            step: self.step,
            weights: weights.map_or_else(String::new, |entry| entry.sha256.clone()),
        }
    }

    /// Another record, if it is the one that was kept.
    ///
    /// # Errors
    /// When it is not.
    pub fn check(&self, name: &str, record: Option<Vec<u8>>) -> Result<Vec<u8>, KeptError> {
        match (self.records.get(name), record) {
            (Some(entry), Some(bytes)) => match check(entry, name, &bytes) {
                Ok(()) => Ok(bytes),
                Err(_) => Err(KeptError::Damaged(name.into())),
            },
            _ => Err(KeptError::Missing(name.into())),
        }
    }
}

/// A record that is text.
pub fn text(name: &str, bytes: Vec<u8>) -> Result<String, KeptError> {
    String::from_utf8(bytes).map_err(|_| KeptError::Damaged(name.into()))
}

fn json<T: DeserializeOwned>(name: &str, bytes: &[u8]) -> Result<T, KeptError> {
    serde_json::from_slice(bytes).map_err(|_| KeptError::Damaged(name.into()))
}

#[cfg(all(test, not(target_arch = "wasm32")))]
pub(crate) mod tests;
