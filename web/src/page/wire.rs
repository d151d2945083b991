//! A wire to a worker: JSON both ways. What is sent before the worker listens waits.

use std::cell::RefCell;
use std::rc::Rc;

use gloo::events::EventListener;
use serde::Serialize;
use serde::de::DeserializeOwned;
use wasm_bindgen::{JsCast, JsValue};
use web_sys::{ErrorEvent, MessageEvent, Worker, WorkerOptions, WorkerType};

use crate::protocol::Failure;

/// A worker. It ends when the wire is dropped.
pub(super) struct Wire {
    worker: Worker,
    /// What waits until the worker listens; none once it does.
    early: RefCell<Option<Vec<JsValue>>>,
    listeners: RefCell<Vec<EventListener>>,
}

impl Wire {
    /// Starts the worker of a script beside the page.
    ///
    /// # Errors
    /// When the browser allows no worker.
    pub(super) fn start(script: &str) -> Result<Wire, Failure> {
        let options = WorkerOptions::new();
        options.set_type(WorkerType::Module);
        let worker = Worker::new_with_options(script, &options).map_err(|_| Failure {
            message: "This browser allows no Web Worker.".into(),
            advice: "Use a current browser, outside of its strictest modes.".into(),
        })?;
        Ok(Wire {
            worker,
            early: RefCell::new(Some(Vec::new())),
            listeners: RefCell::default(),
        })
    }

    /// Hears the worker, which messages call `name`. `broken` hears that it could not start, broke down, or speaks another language.
    pub(super) fn listen<Message: DeserializeOwned>(
        &self,
        name: &'static str,
        hears: impl Fn(Message) + 'static,
        broken: impl Fn(Failure) + 'static,
    ) {
        let broken = Rc::new(broken);
        let told = broken.clone();
        let messages = EventListener::new(&self.worker, "message", move |event| {
            let event: &MessageEvent = event.unchecked_ref();
            let message = event
                .data()
                .as_string()
                .and_then(|text| serde_json::from_str(&text).ok());
            match message {
                Some(message) => hears(message),
                None => told(Failure {
                    message: format!("The page and its {name} are of different versions."),
                    advice: "Reload the page.".into(),
                }),
            }
        });
        let errors = EventListener::new(&self.worker, "error", move |event| {
            let what = event.dyn_ref::<ErrorEvent>().map_or_else(
                || "its file could not be fetched".into(),
                ErrorEvent::message,
            );
            broken(Failure {
                message: format!("The {name} broke down: {what}."),
                advice: "Reload the page.".into(),
            });
        });
        self.listeners.borrow_mut().extend([messages, errors]);
    }

    /// The worker listens now: sends what has waited for that.
    pub(super) fn ready(&self) {
        for message in self.early.take().unwrap_or_default() {
            let _sent = self.worker.post_message(&message);
        }
    }

    /// Sends a message, at once or when the worker listens.
    pub(super) fn post(&self, message: &impl Serialize) {
        // Messages hold nothing that JSON cannot.
        let Ok(text) = serde_json::to_string(message) else {
            return;
        };
        let text = JsValue::from_str(&text);
        match self.early.borrow_mut().as_mut() {
            Some(early) => early.push(text),
            None => _ = self.worker.post_message(&text),
        }
    }
}

impl Drop for Wire {
    fn drop(&mut self) {
        self.worker.terminate();
    }
}
