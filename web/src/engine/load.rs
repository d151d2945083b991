//! Loading a checkpoint: fetch, check, build, and try it with a known answer.

use std::collections::BTreeMap;
use std::ops::ControlFlow;

use explang::model::gguf::Gguf;
use explang::model::{CausalLm, ModelConfig};
use explang::run::Stage;
use explang::run::manifest::{FileEntry, KnownAnswer};
use web_time::Instant;

use super::download::{self, Missing, fetch};
use super::gguf;
use super::listing::{self, EXPORT_AGAIN};
use super::place::{Place, Processor};
use super::session::{Files, Session};
use super::training;
use crate::kept::store::Store;
use crate::kept::{CONFIG, RUN, TOKENIZER, WEIGHTS};
use crate::protocol::{
    Checked, Column, DeviceKind, Draw, Failure, Loaded, Origin, Token, Training, Yours,
};

/// The files of a checkpoint that are needed here, the weights last.
const FILES: [&str; 3] = [CONFIG, TOKENIZER, WEIGHTS];

/// What a model without a known answer is asked, and how many tokens of the answer are compared.
const TRIAL: (&str, usize) = ("What is 47 + 38? Think in steps.", 32);

/// What to do about files that cannot be read.
const DAMAGED: &str =
    "The files on the server are damaged or do not belong together; export the run again.";

/// Where a run is.
pub(super) struct Run<'a> {
    /// Where it is.
    pub(super) origin: Origin,
    /// Absolute address of its folder, with a slash at its end; empty where the browser keeps it.
    pub(super) folder: &'a str,
}

/// Why nothing was loaded.
pub(super) enum LoadError {
    /// The device cannot be used: another one may do better.
    Device(Failure),
    /// Anything else.
    Other(Failure),
}

impl From<Failure> for LoadError {
    fn from(failure: Failure) -> Self {
        LoadError::Other(failure)
    }
}

/// What a run tells of a checkpoint.
struct Found {
    /// Address of its folder, with a slash at its end.
    folder: String,
    /// What its files must be, by name, where the run tells.
    files: BTreeMap<String, FileEntry>,
    /// A problem and its answer, where the run tells.
    known_answer: Option<KnownAnswer>,
    training: Training,
}

/// What a model is made of.
enum Contents {
    /// The files of a checkpoint.
    Files(Files),
    /// A GGUF file.
    Gguf(Vec<u8>),
}

impl Contents {
    fn open<P: Place>(&self, stage: Stage, place: &P) -> Result<Session<P::Model>, String> {
        match self {
            Contents::Files(files) => {
                let build = |config: &ModelConfig, weights: &[u8]| place.model(config, weights);
                Session::open(files, stage, build).map_err(|error| error.to_string())
            }
            Contents::Gguf(bytes) => {
                let build = |config: &ModelConfig, gguf: &mut Gguf<'_>| place.of_gguf(config, gguf);
                gguf::open(bytes, stage, build).map_err(|error| error.to_string())
            }
        }
    }
}

/// A checkpoint whose files are there.
struct Received {
    contents: Contents,
    known_answer: Option<KnownAnswer>,
    training: Training,
    yours: Option<Yours>,
    bytes: u64,
    cached: bool,
    /// All of them have the hashes that they must have.
    hashes: bool,
}

/// A problem, and what a model answers greedily.
struct Trial {
    prompt: String,
    max_new_tokens: usize,
    text: String,
}

/// Loads one stage of a run.
pub(super) async fn load<P: Place>(
    run: &Run<'_>,
    stage: Stage,
    place: &P,
    mut progress: impl FnMut(u64, Option<u64>),
) -> Result<(Session<P::Model>, Loaded), LoadError> {
    let begun = Instant::now();
    let received = match run.origin {
        Origin::Exported => download(exported(run.folder, stage).await?, &mut progress).await?,
        Origin::Served => download(served(run.folder, stage).await?, &mut progress).await?,
        Origin::Yours => kept().await?,
        Origin::File => given(run.folder, &mut progress).await?,
    };
    let advice = match run.origin {
        Origin::Exported | Origin::Served => DAMAGED,
        Origin::Yours => "Delete the training in view 8, and begin anew.",
        Origin::File => "Open another file, or choose another model.",
    };
    let unusable = |error: String| Failure {
        message: format!("The model cannot be used: {error}."),
        advice: advice.into(),
    };
    let session = received.contents.open(stage, place).map_err(unusable)?;
    let known_answer = match received.known_answer {
        Some(KnownAnswer {
            prompt,
            max_new_tokens,
            text,
            ..
        }) => Some(Trial {
            prompt,
            max_new_tokens,
            text,
        }),
        // The processor computes right, and knows.
        None if P::KIND == DeviceKind::WebGpu => {
            let processor = received.contents.open(stage, &Processor);
            Some(answer_of(&processor.map_err(unusable)?).await?)
        }
        None => None,
    };
    drop(received.contents);
    if let Some(known) = &known_answer {
        try_known_answer(&session, known).await?;
    }
    let loaded = Loaded {
        stage,
        origin: run.origin,
        yours: received.yours,
        parameters: session.parameters(),
        device: P::KIND,
        training: received.training,
        bytes: received.bytes,
        cached: received.cached,
        checked: Checked {
            hashes: received.hashes,
            known_answer: known_answer.is_some(),
        },
        milliseconds: begun.elapsed().as_secs_f64() * 1e3,
    };
    Ok((session, loaded))
}

/// The model that the visitor has trained, from the browser's storage.
async fn kept() -> Result<Received, Failure> {
    let found = Store::read([CONFIG, TOKENIZER, WEIGHTS, RUN]).await;
    let (head, files) = (found.map_err(|error| error.told().1)?).ok_or_else(|| Failure {
        message: "This browser keeps no model of yours.".into(),
        advice: "Train one in view 8 first.".into(),
    })?;
    let bytes = files.iter().map(Vec::len).sum::<usize>() as u64;
    let [config, tokenizer, weights, run] = files;
    let training = training::read(&String::from_utf8_lossy(&run)).map_err(|error| Failure {
        message: format!("{error}."),
        advice: "Delete the training in view 8, and begin anew.".into(),
    })?;
    Ok(Received {
        contents: Contents::Files(Files {
            config,
            tokenizer,
            weights,
        }),
        known_answer: None,
        training,
        yours: Some(head.state()),
        bytes,
        cached: true,
        hashes: true,
    })
}

/// The file that the visitor has opened.
async fn given(address: &str, progress: impl FnMut(u64, Option<u64>)) -> Result<Received, Failure> {
    let unread = |missing: Missing| match missing {
        Missing::TooLarge(_) => missing.failure(),
        Missing::Absent(_) | Missing::Failed(_) => Failure {
            message: "The file cannot be read any more.".into(),
            advice: "Open it again.".into(),
        },
    };
    let bytes = fetch(address, progress).await.map_err(unread)?;
    Ok(Received {
        bytes: bytes.len() as u64,
        contents: Contents::Gguf(bytes),
        known_answer: None,
        training: gguf::training(),
        yours: None,
        cached: false,
        hashes: false,
    })
}

/// A checkpoint of a run on a server.
async fn download(
    found: Found,
    progress: &mut impl FnMut(u64, Option<u64>),
) -> Result<Received, Failure> {
    let mut receive = Receive {
        folder: found.folder,
        listed: &found.files,
        before: 0,
        cached: true,
    };
    let files = Files {
        config: receive.file(CONFIG, progress).await?,
        tokenizer: receive.file(TOKENIZER, progress).await?,
        weights: receive.file(WEIGHTS, progress).await?,
    };
    Ok(Received {
        contents: Contents::Files(files),
        known_answer: found.known_answer,
        training: found.training,
        yours: None,
        bytes: receive.before,
        cached: receive.cached,
        hashes: FILES.iter().all(|name| found.files.contains_key(*name)),
    })
}

/// A checkpoint of an exported run: what its manifest and its configuration tell.
async fn exported(run: &str, stage: Stage) -> Result<Found, Failure> {
    let mut manifest = listing::manifest(run).await?;
    let toml = fetch(&format!("{run}run.toml"), |_, _| ()).await;
    let toml = toml.map_err(Missing::failure)?;
    let training = training::read(&String::from_utf8_lossy(&toml)).map_err(|error| Failure {
        message: format!("{error}."),
        advice: EXPORT_AGAIN.into(),
    })?;
    let entry = manifest.stages.remove(&stage);
    let (files, known_answer) = entry.map_or_else(Default::default, |entry| {
        (entry.files, Some(entry.known_answer))
    });
    Ok(Found {
        folder: format!("{run}{}/", stage.checkpoint_path()),
        files,
        known_answer,
        training,
    })
}

/// The newest checkpoint of a stage of a run that `explang serve` shows.
async fn served(run: &str, stage: Stage) -> Result<Found, Failure> {
    let (folder, state) = listing::newest(run, stage).await?;
    Ok(Found {
        folder,
        files: BTreeMap::new(),
        known_answer: None,
        training: training::of(&state.config),
    })
}

/// Receives the files of a checkpoint one after the other, and counts over all of them.
struct Receive<'a> {
    folder: String,
    /// What they must be, by name.
    listed: &'a BTreeMap<String, FileEntry>,
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
        let listed = |name: &&str| self.listed.get(*name);
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
        let listed = self.listed.get(name);
        let file = download::file(&format!("{}{name}", self.folder), listed, arrived)
            .await
            .map_err(Missing::failure)?;
        self.before += file.bytes.len() as u64;
        self.cached &= file.cached;
        Ok(file.bytes)
    }
}

/// What a model says greedily.
async fn greedy(
    session: &Session<impl CausalLm>,
    prompt: &str,
    max_new_tokens: usize,
) -> Result<String, LoadError> {
    let column = Column {
        prompt: prompt.to_owned(),
        language: None,
        seed: 0,
    };
    let greedy = Draw {
        temperature: 0.0,
        top_p: 1.0,
        max_new_tokens,
    };
    let step = async |_: Vec<Token>| ControlFlow::Continue(());
    let done = session.ask(&[column], &greedy, step).await;
    let done =
        done.map_err(|error| untrusted(format!("The model could not be tried: {error}.")))?;
    Ok(done
        .into_iter()
        .next()
        .map_or_else(String::new, |done| done.text))
}

/// What it says to [`TRIAL`].
async fn answer_of(session: &Session<impl CausalLm>) -> Result<Trial, LoadError> {
    let (prompt, max_new_tokens) = TRIAL;
    Ok(Trial {
        prompt: prompt.into(),
        max_new_tokens,
        text: greedy(session, prompt, max_new_tokens).await?,
    })
}

/// Asks a problem whose answer is known: some devices give wrong numbers without a word. The whole answer, so that each operation is
/// compiled before the first question.
async fn try_known_answer(
    session: &Session<impl CausalLm>,
    known: &Trial,
) -> Result<(), LoadError> {
    if greedy(session, &known.prompt, known.max_new_tokens).await? == known.text {
        return Ok(());
    }
    Err(untrusted(
        "This browser computes another answer here than the one that is known to be right for this model.".into(),
    ))
}

fn untrusted(message: String) -> LoadError {
    LoadError::Device(Failure {
        message,
        advice: "Try another browser, or update this one.".into(),
    })
}
