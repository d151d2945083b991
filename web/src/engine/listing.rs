//! What a run on a server says of its checkpoints, for whoever fetches one: to ask it, or to train it.

use explang::run::config::Excerpt;
use explang::run::{Manifest, RunState, Stage};

use super::download::{Missing, fetch};
use super::training::newest_checkpoint;
use crate::protocol::Failure;

/// What to do about an exported run that cannot be read.
pub(crate) const EXPORT_AGAIN: &str = "Export the run again with `explang export`.";

/// `manifest.json` of an exported run, whose folder's address ends in a slash.
pub(crate) async fn manifest(run: &str) -> Result<Manifest, Failure> {
    let text = fetch(&format!("{run}manifest.json"), |_, _| ()).await;
    let text = text.map_err(Missing::failure)?;
    serde_json::from_slice(&text).map_err(|error| Failure {
        message: format!("manifest.json cannot be read: {error}."),
        advice: EXPORT_AGAIN.into(),
    })
}

/// The folder of the newest checkpoint of a stage of a run that `explang serve` shows, and the run's state.
pub(crate) async fn newest(
    run: &str,
    stage: Stage,
) -> Result<(String, RunState<Excerpt>), Failure> {
    let state = fetch(&format!("{run}state.json"), |_, _| ()).await;
    let state = state.map_err(|missing| match missing {
        Missing::Absent(_) => Failure {
            message: "This server shows no run.".into(),
            advice: "Start it with one: `explang serve RUN`.".into(),
        },
        missing => missing.failure(),
    })?;
    let state = serde_json::from_slice::<RunState<Excerpt>>(&state).map_err(|error| Failure {
        message: format!("The run's state cannot be read: {error}."),
        advice: "The page and the server are of different versions; build both anew.".into(),
    })?;
    let Some(path) = newest_checkpoint(&state, stage) else {
        return Err(Failure {
            message: format!("The run has no checkpoint of {stage} yet."),
            advice: "Wait until it has one, or choose another stage.".into(),
        });
    };
    Ok((format!("{run}{path}/"), state))
}
