//! The files that a training starts from.

use std::collections::BTreeMap;

use explang::run::Stage;
use explang::run::manifest::FileEntry;
use wasm_bindgen::JsCast;
use web_sys::{Url, WorkerGlobalScope};

use super::from::From;
use crate::engine::download::{self, Missing, fetch};
use crate::engine::listing;
use crate::kept::{CONFIG, GENERATION_CONFIG, TOKENIZER, TOKENIZER_CONFIG, WEIGHTS};
use crate::page::address::Source;
use crate::protocol::Failure;
use crate::protocol::learning::Start;

/// The folder of the run `quick`, beside the page.
const QUICK: &str = "checkpoints/quick/";

/// Files of a checkpoint: those that it must have, and those that go along.
const NEEDED: [&str; 3] = [CONFIG, TOKENIZER, WEIGHTS];
const ALONG: [&str; 2] = [TOKENIZER_CONFIG, GENERATION_CONFIG];

/// Fetches what `start` names, which is not what this browser keeps. `progress` hears how many bytes have arrived, and how many there will be.
pub(super) async fn fetched(
    start: Start,
    progress: impl Fn(u64, Option<u64>),
) -> Result<From, Failure> {
    let (source, stage) = match start {
        Start::Quick | Start::Yours => (None, Stage::Sft),
        Start::Committed(stage) => (Some(Source::Committed), stage),
        Start::Served(stage) => (Some(Source::Served), stage),
    };
    let run = beside(source.and_then(Source::folder).unwrap_or(QUICK))?;
    let text = fetch(&format!("{run}run.toml"), |_, _| ()).await;
    let text = text.map_err(Missing::failure)?;
    let (folder, listed) = match start {
        Start::Served(_) => (listing::newest(&run, stage).await?.0, BTreeMap::new()),
        _ => {
            let entry = listing::manifest(&run).await?.stages.remove(&stage);
            let listed = entry.map(|entry| entry.files).unwrap_or_default();
            (format!("{run}{}/", stage.checkpoint_path()), listed)
        }
    };
    let named = |name: &str| listed.get(name).map_or(0, |file: &FileEntry| file.bytes);
    let all: u64 = NEEDED.iter().chain(&ALONG).map(|name| named(name)).sum();
    let mut files = BTreeMap::new();
    let mut before = 0;
    for name in ALONG.into_iter().chain(NEEDED) {
        let arrived = |received: u64, announced: Option<u64>| {
            let total = if all > 0 {
                Some(all)
            } else {
                announced.map(|announced| before + announced)
            };
            progress(before + received, total);
        };
        let found = download::file(&format!("{folder}{name}"), listed.get(name), arrived).await;
        let found = match found {
            Err(Missing::Absent(_)) if ALONG.contains(&name) => continue,
            found => found.map_err(Missing::failure)?,
        };
        before += found.bytes.len() as u64;
        files.insert(name.to_owned(), found.bytes);
    }
    Ok(From {
        run: String::from_utf8_lossy(&text).into_owned(),
        files,
    })
}

/// The address of a folder beside the page.
fn beside(folder: &str) -> Result<String, Failure> {
    let scope: WorkerGlobalScope = js_sys::global().unchecked_into();
    let address = Url::new_with_base(folder, &scope.location().href());
    address.map(|address| address.href()).map_err(|_| Failure {
        message: "The page has no address that files could lie beside.".into(),
        advice: "Open it from a server.".into(),
    })
}
