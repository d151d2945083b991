//! The worker: listens to the page, does one request at a time, answers.

use std::cell::RefCell;
use std::collections::BTreeSet;
use std::ops::ControlFlow;
use std::rc::Rc;
use std::time::Duration;

use explang::model::CausalLm;
use futures_channel::mpsc::{UnboundedReceiver, unbounded};
use futures_util::StreamExt;
use gloo::events::EventListener;
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::spawn_local;
use web_sys::{DedicatedWorkerGlobalScope, MessageEvent};
use web_time::Instant;

use super::event_loop::turn;
use super::load::{LoadError, Run, load};
use super::place::Place;
use super::session::Session;
use crate::pause::pause;
use crate::protocol::{
    Column, Completed, DeviceKind, Draw, Ending, Failure, Id, Reply, Request, Token,
};

/// Tokens of so long a time are sent together where nobody asked for a pause: no screen shows more, and each message costs as much
/// as a good part of a token. A stop is heard as often.
const TOGETHER: Duration = Duration::from_millis(8);

/// Requests that the page has stopped.
type Stopped = Rc<RefCell<BTreeSet<Id>>>;

/// Starts to listen.
pub fn start<P: Place + 'static>() {
    std::panic::set_hook(Box::new(|panic| {
        send(&Reply::Fail {
            id: None,
            failure: Failure {
                message: format!("The engine broke down: {panic}"),
                advice: "Reload the page. If it happens again, please report it.".into(),
            },
        });
    }));
    let (requests, waiting) = unbounded();
    let stopped = Stopped::default();
    let heard = stopped.clone();
    let listener = EventListener::new(&scope(), "message", move |event| {
        match read(event.unchecked_ref::<MessageEvent>()) {
            Some(Request::Stop { id }) => {
                heard.borrow_mut().insert(id);
            }
            // The receiver lives as long as the worker.
            Some(request) => drop(requests.unbounded_send(request)),
            None => fail(
                None,
                "The page and its engine are of different versions.",
                "Reload the page.",
            ),
        }
    });
    listener.forget();
    send(&Reply::Ready);
    spawn_local(serve::<P>(waiting, stopped));
}

/// Does the requests in their order.
async fn serve<P: Place>(mut waiting: UnboundedReceiver<Request>, stopped: Stopped) {
    let place = match P::open().await {
        Ok(place) => place,
        Err(failure) => {
            send(&Reply::Fail { id: None, failure });
            return;
        }
    };
    let mut session: Option<Session<P::Model>> = None;
    while let Some(request) = waiting.next().await {
        // A stop that was sent right after its request is heard before the work begins.
        turn().await;
        match request {
            Request::Load {
                id,
                origin,
                run,
                stage,
            } => {
                // Given up before the next one comes, so that there is memory for one model only.
                session = None;
                let progress = |received, total| {
                    send(&Reply::Progress {
                        id,
                        received,
                        total,
                    });
                };
                let run = Run {
                    origin,
                    folder: &run,
                };
                match load(&run, stage, &place, progress).await {
                    Ok((opened, model)) => {
                        session = Some(opened);
                        send(&Reply::Loaded { id, model });
                    }
                    // The page may have another engine to go on with; this one is at its end.
                    Err(LoadError::Device(failure)) if P::KIND != DeviceKind::Cpu => {
                        send(&Reply::Fail { id: None, failure });
                    }
                    Err(LoadError::Device(failure) | LoadError::Other(failure)) => {
                        send(&Reply::Fail {
                            id: Some(id),
                            failure,
                        });
                    }
                }
            }
            Request::Distribution { id, prompt } => {
                if let Some(session) = ready(id, session.as_ref())
                    && !stopped.borrow().contains(&id)
                {
                    match session.choice(&prompt).await {
                        Ok(choice) => send(&Reply::Distribution { id, choice }),
                        Err(error) => cannot_answer(id, &error),
                    }
                }
            }
            Request::Ask {
                id,
                columns,
                sampling,
                pause,
            } => {
                if let Some(session) = ready(id, session.as_ref()) {
                    let task = Task {
                        id,
                        pause,
                        stopped: &stopped,
                    };
                    task.ask(session, &columns, &sampling).await;
                }
            }
            Request::Stop { .. } => {}
        }
    }
}

/// One request for completions.
struct Task<'a> {
    id: Id,
    pause: u32,
    stopped: &'a Stopped,
}

impl Task<'_> {
    fn is_stopped(&self) -> bool {
        self.stopped.borrow().contains(&self.id)
    }

    async fn ask(&self, session: &Session<impl CausalLm>, columns: &[Column], sampling: &Draw) {
        let id = self.id;
        if self.is_stopped() {
            let nothing = Completed {
                text: String::new(),
                forced_text: String::new(),
                drawn: 0,
                tokens: 0,
                end: Ending::Stopped,
            };
            send(&Reply::Done {
                id,
                completions: vec![nothing; columns.len()],
                milliseconds: 0.0,
            });
            return;
        }
        let begun = Instant::now();
        let mut paused = Duration::ZERO;
        let mut unsent = Vec::new();
        let mut sent: Option<Instant> = None;
        let step = async |mut tokens: Vec<Token>| {
            // The first token is shown at once.
            unsent.append(&mut tokens);
            if self.pause == 0 && sent.is_some_and(|sent| sent.elapsed() < TOGETHER) {
                return ControlFlow::Continue(());
            }
            send(&Reply::Tokens {
                id,
                tokens: std::mem::take(&mut unsent),
            });
            let before = Instant::now();
            self.wait().await;
            let now = Instant::now();
            sent = Some(now);
            if self.pause > 0 {
                paused += now - before;
            }
            if self.is_stopped() {
                ControlFlow::Break(())
            } else {
                ControlFlow::Continue(())
            }
        };
        let done = session.ask(columns, sampling, step).await;
        if !unsent.is_empty() {
            send(&Reply::Tokens { id, tokens: unsent });
        }
        match done {
            Ok(completions) => send(&Reply::Done {
                id,
                completions,
                milliseconds: begun.elapsed().saturating_sub(paused).as_secs_f64() * 1e3,
            }),
            Err(error) => cannot_answer(id, &error),
        }
        self.stopped.borrow_mut().remove(&id);
    }

    /// The pause after a token. It is spent in small parts, so that a stop is heard at once.
    async fn wait(&self) {
        const PART: u32 = 20;
        turn().await;
        let mut rest = self.pause;
        while rest > 0 && !self.is_stopped() {
            pause(rest.min(PART)).await;
            rest = rest.saturating_sub(PART);
        }
    }
}

/// The session, or a failure told to the page.
fn ready<M>(id: Id, session: Option<&Session<M>>) -> Option<&Session<M>> {
    if session.is_none() {
        fail(
            Some(id),
            "No model is loaded.",
            "Wait until it is there, or reload the page.",
        );
    }
    session
}

fn cannot_answer(id: Id, error: &super::session::AskError) {
    fail(
        Some(id),
        &format!("The model cannot answer this: {error}."),
        "Ask something shorter, or choose a problem from the list.",
    );
}

fn fail(id: Option<Id>, message: &str, advice: &str) {
    send(&Reply::Fail {
        id,
        failure: Failure {
            message: message.to_owned(),
            advice: advice.to_owned(),
        },
    });
}

fn read(event: &MessageEvent) -> Option<Request> {
    serde_json::from_str(&event.data().as_string()?).ok()
}

fn send(reply: &Reply) {
    // Replies hold nothing that JSON cannot, and the page is there as long as its worker.
    if let Ok(text) = serde_json::to_string(reply) {
        let _sent = scope().post_message(&JsValue::from_str(&text));
    }
}

fn scope() -> DedicatedWorkerGlobalScope {
    js_sys::global().unchecked_into()
}
