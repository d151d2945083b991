//! A run that `explang serve` shows, as it tells of itself: see `trainer/src/serve/events.rs` for the events.

use std::cell::Cell;
use std::rc::Rc;

use gloo::events::EventListener;
use gloo::timers::callback::Timeout;
use leptos::prelude::*;
use wasm_bindgen::JsCast;
use web_sys::{Event, EventSource, MessageEvent};

use super::reader::{Reader, Status};
use crate::history::{Log, RunState};
use crate::page::address::Source;
use crate::protocol::Failure;

/// Milliseconds between two drawings while lines come in.
const REDRAW: u32 = 250;

/// A connection to the server. It ends when it is dropped.
pub(super) struct Feed {
    source: EventSource,
    listeners: Vec<EventListener>,
}

impl Feed {
    /// Asks the server for its run. `found` is called once it has one.
    ///
    /// # Errors
    /// When the browser cannot listen to a server.
    pub(super) fn open(reader: Reader, found: impl Fn() + 'static) -> Result<Feed, Failure> {
        let turn = reader.begin(Status::Connecting);
        let folder = Source::Served.folder().unwrap_or_default();
        let source = EventSource::new(&format!("{folder}events"));
        let source = source.map_err(|_| Failure {
            message: "This browser cannot follow a run.".into(),
            advice: "Use a current browser, or drop the run's folder on the page.".into(),
        })?;
        let redraw = redraw(reader);
        let was_there = Rc::new(Cell::new(false));
        let listen = |name: &'static str, hear: Box<dyn Fn(&Event)>| {
            EventListener::new(&source, name, move |event| {
                if reader.is_current(turn) {
                    hear(event);
                }
            })
        };
        let there = was_there.clone();
        let state = listen(
            "state",
            Box::new(move |event| {
                let Ok(state) = serde_json::from_str::<RunState>(&data(event)) else {
                    reader.status.set(Status::Failed(Failure {
                        message: "The run's state cannot be read.".into(),
                        advice:
                            "The page and the server are of different versions; build both anew."
                                .into(),
                    }));
                    return;
                };
                reader
                    .written
                    .set(state.metrics.written.map(|time| time as f64));
                if state.summary {
                    reader.fetch_summary(turn);
                }
                reader.state.set(Some(state));
                reader.status.set(Status::Connected);
                if !there.replace(true) {
                    found();
                }
            }),
        );
        let draw = redraw.clone();
        let metrics = listen(
            "metrics",
            Box::new(move |event| {
                let lines = data(event);
                let _pushed = reader.log.try_update_untracked(|log| log.push(&lines));
                if is_new(reader, event) {
                    reader.written.set(Some(js_sys::Date::now()));
                }
                draw();
            }),
        );
        let reset = listen(
            "reset",
            Box::new(move |_| {
                let _cleared = reader.log.try_update_untracked(|log| *log = Log::default());
                redraw();
            }),
        );
        let asked = source.clone();
        let error = listen(
            "error",
            Box::new(move |_| {
                // The browser tries again by itself, unless the server has said no.
                let status = if asked.ready_state() != EventSource::CLOSED {
                    Status::Lost
                } else if was_there.get() {
                    Status::Failed(Failure {
                        message: "The server shows this run no more.".into(),
                        advice: "Start it again with the run: `explang serve RUN`.".into(),
                    })
                } else {
                    Status::Failed(Failure {
                        message: "This server shows no run.".into(),
                        advice: "To follow a run, open the page from `explang serve RUN`, or start the run with `--serve`.".into(),
                    })
                };
                reader.status.set(status);
            }),
        );
        Ok(Feed {
            source,
            listeners: vec![state, metrics, reset, error],
        })
    }
}

impl Drop for Feed {
    fn drop(&mut self) {
        self.listeners.clear();
        self.source.close();
    }
}

/// Draws what has come in, at most once in a while: lines come faster than they can be seen.
fn redraw(reader: Reader) -> Rc<dyn Fn()> {
    let waiting = Rc::new(Cell::new(false));
    Rc::new(move || {
        if waiting.replace(true) {
            return;
        }
        let waiting = waiting.clone();
        Timeout::new(REDRAW, move || {
            waiting.set(false);
            reader.log.update(|_| ());
        })
        .forget();
    })
}

/// What an event says.
fn data(event: &Event) -> String {
    let event: &MessageEvent = event.unchecked_ref();
    event.data().as_string().unwrap_or_default()
}

/// Whether lines were written after the server told its state: the first ones are all that there were.
fn is_new(reader: Reader, event: &Event) -> bool {
    let event: &MessageEvent = event.unchecked_ref();
    let end: Option<f64> = event.last_event_id().parse().ok();
    let before = reader
        .state
        .with_untracked(|state| state.as_ref().map(|state| state.metrics.bytes as f64));
    end > before
}
