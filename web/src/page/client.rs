//! The page's end of the worker: sends requests, and gives each reply to whoever asked.

use std::cell::{Cell, RefCell};
use std::collections::HashMap;
use std::rc::Rc;

use gloo::events::EventListener;
use wasm_bindgen::{JsCast, JsValue};
use web_sys::{ErrorEvent, MessageEvent, Worker, WorkerOptions, WorkerType};

use crate::protocol::{Failure, Id, Reply, Request};

thread_local! {
    /// Number of the next request, over all workers: whoever stops a request of an earlier worker must not hit another one's.
    static NEXT: Cell<Id> = const { Cell::new(1) };
}

/// Hears the replies to one request.
type Hears = Box<dyn FnMut(Reply)>;

/// A worker and the requests that it has not finished.
#[derive(Clone)]
pub struct Client(Rc<Inner>);

struct Inner {
    worker: Worker,
    /// Requests that wait until the worker listens; none once it does.
    early: RefCell<Option<Vec<Request>>>,
    hearing: RefCell<HashMap<Id, Hears>>,
    /// Forgotten while its own reply was being heard.
    forgotten: Cell<Id>,
    listeners: RefCell<Vec<EventListener>>,
}

impl Client {
    /// Starts the worker. `broken` hears what belongs to no request: the worker could not start, or broke down.
    ///
    /// # Errors
    /// When the browser allows no worker.
    pub fn start(script: &str, broken: impl Fn(Failure) + 'static) -> Result<Client, Failure> {
        let options = WorkerOptions::new();
        options.set_type(WorkerType::Module);
        let worker = Worker::new_with_options(script, &options).map_err(|_| Failure {
            message: "This browser allows no Web Worker.".into(),
            advice: "Use a current browser, outside of its strictest modes.".into(),
        })?;
        let client = Client(Rc::new(Inner {
            worker,
            early: RefCell::new(Some(Vec::new())),
            hearing: RefCell::default(),
            forgotten: Cell::new(0),
            listeners: RefCell::default(),
        }));
        let broken = Rc::new(broken);
        // The listeners hold the client weakly: they belong to it.
        let (weak, told) = (Rc::downgrade(&client.0), broken.clone());
        let messages = EventListener::new(&client.0.worker, "message", move |event| {
            let Some(inner) = weak.upgrade() else { return };
            let event: &MessageEvent = event.unchecked_ref();
            let reply = event
                .data()
                .as_string()
                .and_then(|text| serde_json::from_str(&text).ok());
            match reply {
                Some(reply) => inner.hear(reply, &*told),
                None => told(Failure {
                    message: "The page and its engine are of different versions.".into(),
                    advice: "Reload the page.".into(),
                }),
            }
        });
        let errors = EventListener::new(&client.0.worker, "error", move |event| {
            let what = event.dyn_ref::<ErrorEvent>().map_or_else(
                || "its file could not be fetched".into(),
                ErrorEvent::message,
            );
            broken(Failure {
                message: format!("The engine broke down: {what}."),
                advice: "Reload the page.".into(),
            });
        });
        client.0.listeners.borrow_mut().extend([messages, errors]);
        Ok(client)
    }

    /// Sends the request that `build` makes of its number, and gives that number. `hears` gets every reply to it.
    pub fn send(
        &self,
        build: impl FnOnce(Id) -> Request,
        hears: impl FnMut(Reply) + 'static,
    ) -> Id {
        let id = NEXT.replace(NEXT.get() + 1);
        self.0.hearing.borrow_mut().insert(id, Box::new(hears));
        self.0.post(build(id));
        id
    }

    /// Stops a request. A request for completions ends with what it has; any other is heard of no more.
    pub fn stop(&self, id: Id) {
        self.0.post(Request::Stop { id });
    }

    /// Stops a request and gives its replies to nobody.
    pub fn forget(&self, id: Id) {
        self.0.hearing.borrow_mut().remove(&id);
        self.0.forgotten.set(id);
        self.stop(id);
    }
}

impl Inner {
    fn post(&self, request: Request) {
        if let Some(early) = self.early.borrow_mut().as_mut() {
            early.push(request);
            return;
        }
        // Requests hold nothing that JSON cannot.
        if let Ok(text) = serde_json::to_string(&request) {
            let _sent = self.worker.post_message(&JsValue::from_str(&text));
        }
    }

    fn hear(&self, reply: Reply, broken: &dyn Fn(Failure)) {
        let (id, last) = match &reply {
            Reply::Ready => {
                for request in self.early.take().unwrap_or_default() {
                    self.post(request);
                }
                return;
            }
            Reply::Fail { id: None, failure } => {
                broken(failure.clone());
                return;
            }
            Reply::Progress { id, .. } | Reply::Tokens { id, .. } => (*id, false),
            Reply::Loaded { id, .. }
            | Reply::Distribution { id, .. }
            | Reply::Done { id, .. }
            | Reply::Fail { id: Some(id), .. } => (*id, true),
        };
        // Taken out while it runs, so that it may itself send requests.
        let Some(mut hears) = self.hearing.borrow_mut().remove(&id) else {
            return;
        };
        hears(reply);
        if !last && self.forgotten.get() != id {
            self.hearing.borrow_mut().insert(id, hears);
        }
    }
}

impl Drop for Inner {
    fn drop(&mut self) {
        self.worker.terminate();
    }
}
