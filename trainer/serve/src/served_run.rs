//! What every route of a run works with: the run, a place in its files, and a thread that may wait for the disk.

use std::sync::Arc;

use axum::extract::Query;
use axum::extract::rejection::QueryRejection;
use axum::http::StatusCode;
use serde::Deserialize;
use tokio::sync::watch;

use crate::json::Refusal;
use crate::run_state::RunSource;

/// What the routes read.
#[derive(Debug, Clone)]
pub(crate) struct Run {
    /// The run's folder.
    pub(crate) source: Arc<RunSource>,
    /// Becomes true when the server is to end.
    pub(crate) stopped: watch::Receiver<bool>,
}

/// A place in a file of lines.
#[derive(Debug, Clone, Copy, Deserialize)]
pub(crate) struct Place {
    /// In bytes; it must be the beginning of a line.
    #[serde(default)]
    pub(crate) from: u64,
}

/// The place that was asked for.
pub(crate) fn offset(place: Result<Query<Place>, QueryRejection>) -> Result<u64, Refusal> {
    match place {
        Ok(Query(place)) => Ok(place.from),
        Err(_) => Err(Refusal::bad(
            StatusCode::BAD_REQUEST,
            "`from` must be a number of bytes, such as ?from=0",
        )),
    }
}

/// Reads files on another thread, so that a slow disk holds up one answer only.
pub(crate) async fn off_thread<T: Send + 'static>(
    work: impl FnOnce() -> T + Send + 'static,
) -> Result<T, Refusal> {
    let result = tokio::task::spawn_blocking(work).await;
    result.map_err(|_| Refusal::failed("the run's files could not be read"))
}
