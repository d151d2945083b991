//! The engine: which one runs, which checkpoint it has, and who may send it requests.

use explang::run::Stage;
use gloo::timers::callback::Timeout;
use leptos::prelude::*;
use web_sys::Event;

use super::{Live, ModelState, Navigation};
use crate::page::address::Source;
use crate::page::client::Client;
use crate::protocol::{DeviceKind, Failure, Id, Reply, Request};

/// The workers' scripts, beside the page.
const fn script(device: DeviceKind) -> &'static str {
    match device {
        DeviceKind::Cpu => "start-engine.js",
        DeviceKind::WebGpu => "start-engine-webgpu.js",
    }
}

/// Tells the page's script that a model is there; see `web/start/start-page.js`.
fn tell_ready() {
    if let Ok(event) = Event::new("explang-ready") {
        let _default = window().dispatch_event(&event);
    }
}

impl Live {
    /// Starts the engine of a device in the place of the one that runs.
    pub(super) fn start_engine(self, device: DeviceKind) {
        self.client.set_value(None);
        self.asking.set_value(None);
        self.choosing.set_value(None);
        let broken = move |failure| match device {
            DeviceKind::Cpu => self.model.set(ModelState::Failed(failure)),
            DeviceKind::WebGpu => self.fall_back(failure),
        };
        match Client::start(script(device), broken) {
            Ok(client) => self.client.set_value(Some(client)),
            Err(failure) => self.model.set(ModelState::Failed(failure)),
        }
    }

    /// Goes on with the processor, and says why.
    fn fall_back(self, failure: Failure) {
        self.fallback.set(Some(Failure {
            advice: "The model goes on with the processor.".into(),
            ..failure
        }));
        // The worker is still telling this; it may be ended once it has.
        Timeout::new(0, move || {
            self.change(Navigation::Replace, |state| state.device = DeviceKind::Cpu);
        })
        .forget();
    }

    /// Loads the checkpoint anew: another one may be in its place by now. It is asked anew, too.
    pub fn reload(self) {
        self.answer.set(None);
        self.own.set(None);
        self.loads.update(|loads| *loads += 1);
    }

    /// Sends a request of a view's own; none where there is no engine. See [`Client::send`].
    pub fn send(
        self,
        build: impl FnOnce(Id) -> Request,
        hears: impl FnMut(Reply) + 'static,
    ) -> Option<Id> {
        Some(self.client()?.send(build, hears))
    }

    /// Stops a request of a view's own and gives its replies to nobody.
    pub fn forget(self, id: Id) {
        if let Some(client) = self.client() {
            client.forget(id);
        }
    }

    /// Stops a request of a view's own; it ends with what it has.
    pub fn stop_request(self, id: Id) {
        if let Some(client) = self.client() {
            client.stop(id);
        }
    }

    pub(super) fn client(self) -> Option<Client> {
        self.client.get_value()
    }

    pub(super) fn load(self, source: Source, stage: Stage) {
        let Some(client) = self.client() else { return };
        // What another model chose says nothing about this one.
        if matches!(self.model.get_untracked(), ModelState::Ready(_)) {
            self.choice.set(None);
        }
        self.model.set(ModelState::Loading(0, None));
        let base = document().base_uri().ok().flatten().unwrap_or_default();
        let address = |folder| web_sys::Url::new_with_base(folder, &base).ok();
        let run = source.folder().and_then(address);
        let run = match source {
            Source::File => self.file_address(),
            _ => run.map_or_else(String::new, |run| run.href()),
        };
        client.send(
            |id| Request::Load {
                id,
                origin: source.origin(),
                run,
                stage,
            },
            move |reply| {
                // A stage that is no longer wanted was loaded on the way to the one that is.
                let wanted = self
                    .state
                    .with_untracked(|state| (state.run, state.stage()));
                if wanted != (source, stage) {
                    return;
                }
                match reply {
                    Reply::Progress {
                        received, total, ..
                    } => {
                        self.model.set(ModelState::Loading(received, total));
                    }
                    Reply::Loaded { model, .. } => {
                        self.training.set(Some(model.training.clone()));
                        // What a run of the visitor's own can do is known from its figures alone.
                        if source != Source::Committed {
                            self.want_figures();
                        }
                        self.model.set(ModelState::Ready(model));
                        tell_ready();
                    }
                    Reply::Fail { failure, .. } => self.model.set(ModelState::Failed(failure)),
                    _ => {}
                }
            },
        );
    }
}
