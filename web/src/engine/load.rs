//! Loading a checkpoint: fetch, check, build, and try it with a known answer.

use std::ops::ControlFlow;

use burn::tensor::Device;
use web_time::Instant;

use super::download::{self, Missing, fetch};
use super::manifest::{KnownAnswer, Manifest, StageManifest};
use super::session::{Files, Session};
use super::training;
use crate::protocol::{Checked, Column, DeviceKind, Draw, Failure, Loaded, Stage, Token};

/// The files of a checkpoint that are needed here, the weights last.
const FILES: [&str; 3] = ["config.json", "tokenizer.json", WEIGHTS];
const WEIGHTS: &str = "model.safetensors";

/// Loads one stage of the run in the folder `run`.
pub(super) async fn load(
    run: &str,
    stage: Stage,
    mut progress: impl FnMut(u64, Option<u64>),
) -> Result<(Session, Loaded), Failure> {
    let begun = Instant::now();
    let manifest = manifest(run).await?;
    let listed = manifest
        .stages
        .get(stage.name())
        .cloned()
        .unwrap_or_default();
    let training = fetch(&format!("{run}run.toml"), |_, _| ())
        .await
        .map_err(Missing::failure)?;
    let training =
        training::read(&String::from_utf8_lossy(&training)).map_err(|error| Failure {
            message: format!("{error}."),
            advice: "Export the run again with `explang export`.".into(),
        })?;

    let mut receive = Receive {
        folder: format!("{run}stages/{}/checkpoint/", stage.name()),
        listed: &listed,
        before: 0,
        cached: true,
    };
    let config = receive.file("config.json", &mut progress).await?;
    let tokenizer = receive.file("tokenizer.json", &mut progress).await?;
    let weights = receive.file(WEIGHTS, &mut progress).await?;
    let (bytes, cached) = (receive.before, receive.cached);
    let files = Files {
        config,
        tokenizer,
        weights,
    };
    let session = Session::open(&files, stage, &Device::flex()).map_err(|error| Failure {
        message: format!("The model cannot be used: {error}."),
        advice:
            "The files on the server are damaged or do not belong together; export the run again."
                .into(),
    })?;
    drop(files);
    if let Some(known) = &listed.known_answer {
        try_known_answer(&session, known).await?;
    }
    let hashes = FILES.iter().all(|name| listed.files.contains_key(*name));
    let loaded = Loaded {
        stage,
        parameters: session.parameters(),
        device: DeviceKind::Cpu,
        training,
        bytes,
        cached,
        checked: Checked {
            hashes,
            known_answer: listed.known_answer.is_some(),
        },
        milliseconds: begun.elapsed().as_secs_f64() * 1e3,
    };
    Ok((session, loaded))
}

/// The run's manifest; an empty one where it has none.
async fn manifest(run: &str) -> Result<Manifest, Failure> {
    match fetch(&format!("{run}manifest.json"), |_, _| ()).await {
        Ok(text) => serde_json::from_slice(&text).map_err(|error| Failure {
            message: format!("manifest.json cannot be read: {error}."),
            advice: "Export the run again with `explang export`.".into(),
        }),
        Err(Missing::Absent(_)) => Ok(Manifest::default()),
        Err(missing) => Err(missing.failure()),
    }
}

/// Receives the files of a checkpoint one after the other, and counts over all of them.
struct Receive<'a> {
    folder: String,
    listed: &'a StageManifest,
    /// Bytes of the files before.
    before: u64,
    /// All files so far came from the cache.
    cached: bool,
}

impl Receive<'_> {
    async fn file(
        &mut self,
        name: &str,
        progress: &mut impl FnMut(u64, Option<u64>),
    ) -> Result<Vec<u8>, Failure> {
        let listed = |name: &&str| self.listed.files.get(*name);
        let all: u64 = FILES.iter().filter_map(listed).map(|file| file.bytes).sum();
        let before = self.before;
        // Only the manifest knows all files. Without it the weights' own length will do: the others are small and come first.
        let arrived = |received: u64, announced: Option<u64>| {
            let own = announced.filter(|_| name == WEIGHTS);
            let total = if all > 0 {
                Some(all)
            } else {
                own.map(|own| before + own)
            };
            progress(before + received, total);
        };
        let listed = self.listed.files.get(name);
        let file = download::file(&format!("{}{name}", self.folder), listed, arrived)
            .await
            .map_err(Missing::failure)?;
        self.before += file.bytes.len() as u64;
        self.cached &= file.cached;
        Ok(file.bytes)
    }
}

/// Asks a problem whose answer is known: some devices give wrong numbers without a word.
async fn try_known_answer(session: &Session, known: &KnownAnswer) -> Result<(), Failure> {
    let column = Column {
        prompt: known.prompt.clone(),
        language: None,
        seed: 0,
    };
    let greedy = Draw {
        temperature: 0.0,
        top_p: 1.0,
        max_new_tokens: known.max_new_tokens,
    };
    let step = async |_: Vec<Token>| ControlFlow::Continue(());
    let advice = "Try another browser, or update this one.".to_owned();
    let done = session.ask(&[column], &greedy, step).await;
    let done = done.map_err(|error| Failure {
        message: format!("The model could not be tried: {error}."),
        advice: advice.clone(),
    })?;
    match done.first() {
        Some(done) if done.text == known.text => Ok(()),
        _ => Err(Failure {
            message: "This browser computes another answer than the one that is known to be right for this model.".into(),
            advice,
        }),
    }
}
