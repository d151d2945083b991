//! `run/events`: what happens in a run, as Server-Sent Events.
//!
//! | event | data | id |
//! | --- | --- | --- |
//! | `state` | what `run/state.json` gives; at the start, and when a stage begins or ends, a checkpoint is replaced, or the run ends | |
//! | `metrics` | whole new lines of `metrics.jsonl` | the byte after them |
//! | `reset` | `{"next": 0}`: the lines so far count no more, the run was resumed | 0 |
//!
//! A run that is awaited has its first event when it begins. A browser that lost the connection sends the last id, and gets the lines after it. A first request may say `?from=`.

use std::collections::VecDeque;
use std::convert::Infallible;
use std::path::PathBuf;
use std::time::Duration;

use axum::extract::rejection::QueryRejection;
use axum::extract::{Query, State};
use axum::http::header::CACHE_CONTROL;
use axum::http::{HeaderMap, HeaderName, HeaderValue};
use axum::response::IntoResponse;
use axum::response::sse::{Event, KeepAlive, Sse};
use futures_util::stream::unfold;

use crate::json::{Answer, Refusal};
use crate::run_state::Marks;
use crate::served_run::{Place, Run, off_thread, offset};
use crate::tail::{Grown, Tail};

/// How often the files are looked at.
const EVERY: Duration = Duration::from_millis(500);
/// Bytes of lines in one event, some.
const PIECE: u64 = 1 << 16;
/// What a browser sends when it connects again.
const LAST_EVENT_ID: HeaderName = HeaderName::from_static("last-event-id");

/// The route.
pub(crate) async fn events(
    State(run): State<Run>,
    headers: HeaderMap,
    from: Result<Query<Place>, QueryRejection>,
) -> Answer {
    let from = offset(from)?;
    let last = headers.get(LAST_EVENT_ID).and_then(|id| id.to_str().ok());
    let from = last.and_then(|id| id.parse().ok()).unwrap_or(from);
    let watch = Watch {
        tail: Tail::new(run.source.join("metrics.jsonl"), from),
        run,
        marks: None,
        waiting: VecDeque::new(),
        caught_up: false,
    };
    let stream = unfold(watch, |mut watch| async move {
        let event = watch.next().await?;
        Some((Ok::<_, Infallible>(event), watch))
    });
    let kept = [(CACHE_CONTROL, HeaderValue::from_static("no-store"))];
    Ok((kept, Sse::new(stream).keep_alive(KeepAlive::new())).into_response())
}

/// One reader of the events.
struct Watch {
    run: Run,
    tail: Tail,
    marks: Option<Marks>,
    waiting: VecDeque<Event>,
    /// There was no more to read when the files were last looked at.
    caught_up: bool,
}

impl Watch {
    /// The next event; none when the server ends.
    async fn next(&mut self) -> Option<Event> {
        loop {
            if let Some(event) = self.waiting.pop_front() {
                return Some(event);
            }
            if self.caught_up {
                // Ends early only when the server does.
                let stop = self.run.stopped.wait_for(|stopped| *stopped);
                tokio::time::timeout(EVERY, stop).await.ok();
            }
            // Without a sender the server's owner is gone.
            if *self.run.stopped.borrow() || self.run.stopped.has_changed().is_err() {
                return None;
            }
            // A browser that is told nothing more connects again.
            self.look().await.ok()?;
        }
    }

    /// Looks at the files once.
    async fn look(&mut self) -> Result<(), Refusal> {
        if !self.run.source.has_begun() {
            self.caught_up = true;
            return Ok(());
        }
        let place = self.tail.offset();
        let mut tail = std::mem::replace(&mut self.tail, Tail::new(PathBuf::new(), place));
        let source = self.run.source.clone();
        // The marks first: whoever hears that a stage has ended has all its lines before.
        let (marks, grown, tail) = off_thread(move || {
            let marks = source.marks();
            let grown = tail.advance(PIECE);
            (marks, grown, tail)
        })
        .await?;
        self.tail = tail;
        if self.marks.is_none() {
            self.tell_state(&marks).await?;
        }
        let grown = grown.map_err(Refusal::failed)?;
        self.caught_up = match &grown {
            Grown::Nothing => true,
            Grown::Lines(lines) => (lines.len() as u64) < PIECE / 2,
            Grown::CutBack => false,
        };
        match grown {
            Grown::Nothing => {}
            Grown::CutBack => self.waiting.push_back(
                Event::default()
                    .event("reset")
                    .id("0")
                    .data(r#"{"next": 0}"#),
            ),
            Grown::Lines(lines) => {
                // A carriage return would end the event.
                let lines = String::from_utf8_lossy(&lines).replace('\r', "");
                self.waiting.push_back(
                    Event::default()
                        .event("metrics")
                        .id(self.tail.offset().to_string())
                        .data(lines.trim_end_matches('\n')),
                );
            }
        }
        if self.caught_up {
            self.tell_state(&marks).await?;
        }
        Ok(())
    }

    /// Tells the state where the marks are new.
    async fn tell_state(&mut self, marks: &Marks) -> Result<(), Refusal> {
        if self.marks.as_ref() == Some(marks) {
            return Ok(());
        }
        let source = self.run.source.clone();
        let state = off_thread(move || source.state()).await?;
        let state = serde_json::to_string(&state.map_err(Refusal::failed)?);
        let state = state.map_err(Refusal::failed)?;
        self.waiting
            .push_back(Event::default().event("state").data(state));
        self.marks = Some(marks.clone());
        Ok(())
    }
}
