//! What the page and its worker say to each other.
//!
//! Every request has a number, and every reply carries the number of its request. The worker does one thing at a time, in
//! the order of the requests; only [`Request::Stop`] is heard at once.

pub mod learning;

use explang::Language;
use explang::generate::End;
use explang::named::named;
use explang::run::Stage;
use explang::tasks::Weighted;
use serde::{Deserialize, Serialize};

/// Number of a request, chosen by the page; never used twice.
pub type Id = u32;

/// From the page to the worker.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum Request {
    /// Load a checkpoint in place of the one that is loaded.
    Load {
        /// Number of the request.
        id: Id,
        /// Where the run is.
        origin: Origin,
        /// Absolute address of the run's folder, with a slash at its end, or of the file; empty where the browser keeps it.
        run: String,
        /// The stage to load; of the visitor's own training, what the model is taken for.
        stage: Stage,
    },
    /// Compute the exact distribution of the language action.
    Distribution {
        /// Number of the request.
        id: Id,
        /// The problem in words.
        prompt: String,
    },
    /// Write completions, all as one batch: one column for *ask*, seventeen for every language at once, eight for a group.
    Ask {
        /// Number of the request.
        id: Id,
        /// The completions.
        columns: Vec<Column>,
        /// How tokens are drawn.
        sampling: Draw,
        /// Pause after every token, in milliseconds, so that people can read along; 0 for none.
        pause: u32,
    },
    /// Stop a request that is waiting or running: its completions end where they are.
    Stop {
        /// Number of the request to stop.
        id: Id,
    },
}

/// Where a run is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Origin {
    /// In a folder that `explang export` wrote: its `manifest.json` tells what there is.
    Exported,
    /// `explang serve` shows it: its `state.json` tells what there is.
    Served,
    /// In this browser, which keeps the visitor's own training.
    Yours,
    /// Not a run: a model in a GGUF file that the visitor has opened.
    File,
}

/// One completion of a batch.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Column {
    /// The problem in words.
    pub prompt: String,
    /// The thinking language that is forced; none lets the model choose.
    pub language: Option<Language>,
    /// Its random stream: equal seeds give equal completions.
    pub seed: u64,
}

/// How tokens are drawn.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Draw {
    /// Divides the logits; 0 takes the most probable token.
    pub temperature: f32,
    /// Draws from the smallest set of tokens with this much probability.
    pub top_p: f32,
    /// Longest response, a forced tag included.
    pub max_new_tokens: usize,
}

/// From the worker to the page.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum Reply {
    /// The worker listens. What is sent before is lost.
    Ready,
    /// A file is on its way.
    Progress {
        /// Number of the request.
        id: Id,
        /// Bytes that have arrived, over all files.
        received: u64,
        /// Bytes in all, where the manifest tells.
        total: Option<u64>,
    },
    /// The checkpoint is ready.
    Loaded {
        /// Number of the request.
        id: Id,
        /// What was loaded.
        model: Loaded,
    },
    /// The distribution that was asked for.
    Distribution {
        /// Number of the request.
        id: Id,
        /// The distribution.
        choice: Choice,
    },
    /// The next token of every column that is still being written.
    Tokens {
        /// Number of the request.
        id: Id,
        /// The tokens, each with its column.
        tokens: Vec<Token>,
    },
    /// All completions have ended.
    Done {
        /// Number of the request.
        id: Id,
        /// The completions, in the order of the columns.
        completions: Vec<Completed>,
        /// Time that the model took; pauses for reading do not count.
        milliseconds: f64,
    },
    /// The request came to nothing.
    Fail {
        /// Number of the request; none where the worker itself failed.
        id: Option<Id>,
        /// What went wrong.
        failure: Failure,
    },
}

/// Something went wrong, and what to do about it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Failure {
    /// What went wrong.
    pub message: String,
    /// What the visitor can do.
    pub advice: String,
}

/// A checkpoint that is ready.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Loaded {
    /// Its stage.
    pub stage: Stage,
    /// Where it is from.
    pub origin: Origin,
    /// Which state of the visitor's own training it is; none for a checkpoint of another run.
    pub yours: Option<Yours>,
    /// How many numbers it has learned.
    pub parameters: usize,
    /// Where it computes.
    pub device: DeviceKind,
    /// How the run trained it.
    pub training: Training,
    /// Bytes of its files.
    pub bytes: u64,
    /// All its files came from the browser's cache.
    pub cached: bool,
    /// What was checked after loading.
    pub checked: Checked,
    /// Time to fetch, check and build it.
    pub milliseconds: f64,
}

/// A state of the visitor's own training.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Yours {
    /// Steps taken.
    pub step: u32,
    /// SHA-256 of the weights, hexadecimal.
    pub weights: String,
}

/// Where a model computes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum DeviceKind {
    /// The processor, with WebAssembly's SIMD.
    Cpu,
    /// The graphics processor.
    WebGpu,
}

named!(DeviceKind, "device", { Cpu => "cpu", WebGpu => "webgpu" });

/// Which of the checks the checkpoint's folder allowed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Checked {
    /// Every file has the hash that the manifest tells.
    pub hashes: bool,
    /// A problem with a known answer came out as the manifest tells.
    pub known_answer: bool,
}

/// What a run's configuration says of its training.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Training {
    /// Kinds of problems that the model was trained on.
    pub tasks: Vec<Weighted>,
    /// Longest response that it was trained with.
    pub max_new_tokens: usize,
    /// Share of its problems that were asked in one of the seventeen languages; the others were asked in English.
    pub asked_in_all: f64,
}

/// π(language | prompt) over all seventeen.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Choice {
    /// Probability of each language, in the order of [`Language::ALL`].
    pub probabilities: Vec<f32>,
    /// Probability of all seventeen together once a tag is open.
    pub mass: f32,
    /// Time that it took.
    pub milliseconds: f64,
}

/// One token as it is drawn.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Token {
    /// The column that it belongs to.
    pub column: usize,
    /// The text that it completes; empty while a character lacks bytes.
    pub piece: String,
    /// Its id.
    pub token: u32,
    /// Its log-probability at temperature 1.
    pub log_prob: f32,
    /// The most probable tokens in its place, the best first; it may be among them.
    pub rivals: Vec<Rival>,
}

/// A token that could have been drawn.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Rival {
    /// Its text, alone.
    pub text: String,
    /// Its id.
    pub token: u32,
    /// Its probability at temperature 1.
    pub probability: f32,
}

/// A completion that has ended.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Completed {
    /// The whole response, a forced tag included, its end mark not.
    pub text: String,
    /// The prefilled part of `text`; empty where the model chose.
    pub forced_text: String,
    /// Tokens that the model drew.
    pub drawn: usize,
    /// Tokens of the response: the prefilled ones too.
    pub tokens: usize,
    /// Why it ended.
    pub end: Ending,
}

/// Why a completion ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Ending {
    /// The model ended it.
    Finished,
    /// It reached the longest length.
    CutShort,
    /// It was stopped.
    Stopped,
}

impl From<End> for Ending {
    fn from(end: End) -> Self {
        match end {
            End::EndOfText => Ending::Finished,
            End::Length => Ending::CutShort,
            End::Cancelled => Ending::Stopped,
        }
    }
}

/// The answer that the page shows before the model is there, as the worker would have sent it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Opening {
    /// The stage whose checkpoint wrote it.
    pub stage: Stage,
    /// How that checkpoint was trained.
    pub training: Training,
    /// The problem, as the page's address spells it.
    pub problem: String,
    /// How tokens were drawn.
    pub sampling: Draw,
    /// The seed.
    pub seed: u64,
    /// The distribution over the languages.
    pub choice: Choice,
    /// Every token as it was drawn.
    pub tokens: Vec<Token>,
    /// The whole completion.
    pub completed: Completed,
}
