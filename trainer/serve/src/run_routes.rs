//! The routes under `run/`: read-only, and nothing of the run's folder but what is named here.

use std::sync::Arc;

use axum::Router;
use axum::extract::rejection::{PathRejection, QueryRejection};
use axum::extract::{Path, Query, State};
use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE, ETAG, IF_NONE_MATCH};
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode};
use axum::response::IntoResponse;
use axum::routing::get;
use explang_run::Stage;
use serde::Deserialize;
use tokio::sync::watch;

use crate::checkpoint_files;
use crate::events::events;
use crate::json::{Answer, Refusal, as_json, changing};
use crate::run_state::RunSource;
use crate::tail::{Grown, Tail};

/// Where the lines after those of an answer begin, in bytes: what to ask for next.
const NEXT_OFFSET: HeaderName = HeaderName::from_static("next-offset");

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

/// The routes of a run; without one they say that there is none.
pub(crate) fn routes(run: Option<RunSource>, stopped: watch::Receiver<bool>) -> Router {
    let Some(source) = run else {
        return Router::new().fallback(async || {
            Refusal::absent("this server shows no run; start it with one: `explang serve RUN`")
        });
    };
    Router::new()
        .route("/state.json", get(state))
        .route("/metrics.jsonl", get(metrics))
        .route("/samples.jsonl", get(samples))
        .route("/summary.json", get(summary))
        .route("/events", get(events))
        .route("/stages/{stage}/{kind}/{file}", get(checkpoint))
        .fallback(async || nothing())
        .with_state(Run {
            source: Arc::new(source),
            stopped,
        })
}

fn nothing() -> Refusal {
    Refusal::absent(
        "there is no such file; there are run/state.json, run/metrics.jsonl, run/samples.jsonl, run/summary.json, \
         run/events and the files of the checkpoints that run/state.json names",
    )
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

async fn state(State(run): State<Run>) -> Answer {
    if !run.source.has_begun() {
        return Err(Refusal::absent("the run has not begun yet; ask again"));
    }
    let state = off_thread(move || run.source.state()).await?;
    changing(&state.map_err(Refusal::failed)?)
}

async fn metrics(State(run): State<Run>, from: Result<Query<Place>, QueryRejection>) -> Answer {
    lines(&run, "metrics.jsonl", from).await
}

async fn samples(State(run): State<Run>, from: Result<Query<Place>, QueryRejection>) -> Answer {
    lines(&run, "samples.jsonl", from).await
}

/// The whole lines of a file from a place on.
async fn lines(
    run: &Run,
    name: &'static str,
    from: Result<Query<Place>, QueryRejection>,
) -> Answer {
    let from = offset(from)?;
    let file = run.source.join(name);
    let (grown, next) = off_thread(move || {
        let mut tail = Tail::new(file, from);
        // All there is: a history is small beside its checkpoints.
        (tail.advance(u64::from(u32::MAX)), tail.offset())
    })
    .await?;
    let lines = match grown.map_err(Refusal::failed)? {
        Grown::Nothing => Vec::new(),
        Grown::Lines(lines) => lines,
        Grown::CutBack => {
            return Err(Refusal::bad(
                StatusCode::RANGE_NOT_SATISFIABLE,
                format!(
                    "no line of {name} begins at byte {from}; the run may have been resumed: read it again from 0"
                ),
            ));
        }
    };
    let headers = [
        (
            CONTENT_TYPE,
            HeaderValue::from_static("application/x-ndjson"),
        ),
        (CACHE_CONTROL, HeaderValue::from_static("no-store")),
        (NEXT_OFFSET, HeaderValue::from(next)),
    ];
    Ok((headers, lines).into_response())
}

async fn summary(State(run): State<Run>) -> Answer {
    let file = run.source.join("summary.json");
    match off_thread(move || std::fs::read(file)).await? {
        Ok(bytes) => Ok(as_json(bytes)),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Err(Refusal::absent(
            "the run has no summary yet; it is written when the run has ended",
        )),
        Err(error) => Err(Refusal::failed(error)),
    }
}

async fn checkpoint(
    State(run): State<Run>,
    path: Result<Path<(String, String, String)>, PathRejection>,
    headers: HeaderMap,
) -> Answer {
    // Names are compared with those that there can be, so none of them can lead elsewhere.
    let Ok(Path((stage, kind, file))) = path else {
        return Err(nothing());
    };
    let known = stage.parse::<Stage>().is_ok()
        && ["checkpoint", "resume"].contains(&kind.as_str())
        && checkpoint_files::FILES.contains(&file.as_str());
    if !known {
        return Err(nothing());
    }
    let folder = run.source.join(format!("stages/{stage}/{kind}"));
    let content_type = if file.ends_with(".json") {
        "application/json"
    } else {
        "application/octet-stream"
    };
    let read = off_thread(move || checkpoint_files::read(&folder, &file)).await?;
    let Some((bytes, version)) = read.map_err(Refusal::failed)? else {
        return Err(Refusal::absent(format!(
            "the run has no such file now; the {kind} of {stage} may be written later, or be gone; run/state.json tells"
        )));
    };
    let tag = format!("W/\"{version}\"");
    let kept = [
        (CACHE_CONTROL, HeaderValue::from_static("no-cache")),
        (ETAG, HeaderValue::try_from(&tag).map_err(Refusal::failed)?),
    ];
    if has_tag(&headers, &tag) {
        return Ok((StatusCode::NOT_MODIFIED, kept).into_response());
    }
    let described = [(CONTENT_TYPE, HeaderValue::from_static(content_type))];
    Ok((kept, described, bytes).into_response())
}

/// True when the reader has what bears the tag already.
fn has_tag(headers: &HeaderMap, tag: &str) -> bool {
    let tags = headers.get_all(IF_NONE_MATCH).into_iter();
    tags.filter_map(|tags| tags.to_str().ok())
        .flat_map(|tags| tags.split(','))
        .any(|known| known.trim() == tag)
}
