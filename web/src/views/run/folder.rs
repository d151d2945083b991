//! Reads a run from files that the visitor gives. They stay on the visitor's machine.

use wasm_bindgen::JsValue;
use wasm_bindgen_futures::JsFuture;

use super::given::Given;
use super::reader::{Reader, Status};
use crate::draw::number;
use crate::history::pick::{LARGEST_FILE, pick};
use crate::protocol::Failure;

/// Reads the run among the files.
pub(super) async fn read(reader: Reader, turn: u32, given: Vec<Given>) {
    let read = read_given(reader, turn, &given).await;
    reader.end(turn, read.map_or_else(Status::Failed, Status::Read));
}

async fn read_given(reader: Reader, turn: u32, given: &[Given]) -> Result<String, Failure> {
    let paths: Vec<String> = given.iter().map(|file| file.path.clone()).collect();
    let picked = pick(&paths)?;
    let mut names = Vec::new();
    let mut told = String::new();
    if let Some(file) = picked.metrics.and_then(|at| given.get(at)) {
        let (text, size) = text(file).await?;
        reader.read_log(turn, &text).await;
        names.push(format!("metrics.jsonl ({})", number::bytes(size)));
        told = format!(" {}", reader.what_log(turn));
    }
    if let Some(file) = picked.summary.and_then(|at| given.get(at)) {
        let (text, size) = text(file).await?;
        told += &reader.read_summary(turn, &text);
        names.push(format!("summary.json ({})", number::bytes(size)));
    }
    let names = names.join(" and ");
    let from = match picked.folder.as_str() {
        "" => String::new(),
        folder => format!(" in {folder}"),
    };
    Ok(format!("Read {names}{from}.{told} Nothing was uploaded."))
}

/// A file's text, and its size in bytes.
async fn text(given: &Given) -> Result<(String, u64), Failure> {
    let path = &given.path;
    let failed = |_: JsValue| Failure {
        message: format!("{path} could not be read."),
        advice: "Check that you may read it, and choose the folder again.".into(),
    };
    let file = given.file().await.map_err(failed)?;
    let size = file.size();
    if size > LARGEST_FILE {
        return Err(Failure {
            message: format!("{path} is too large for this page."),
            advice: format!(
                "It reads files of up to {}. Serve the run instead: `explang serve RUN`.",
                number::bytes(LARGEST_FILE as u64)
            ),
        });
    }
    let text = JsFuture::from(file.text()).await.map_err(failed)?;
    let text = text.as_string().unwrap_or_default();
    Ok((text, size as u64))
}
