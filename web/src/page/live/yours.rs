//! The visitor's own model: whether this browser keeps one, and which of its states is loaded.

use explang::run::Stage;
use leptos::prelude::*;
use wasm_bindgen_futures::spawn_local;

use super::{Live, ModelState, Navigation};
use crate::kept::store::Store;
use crate::page::address::{Model, Source, State, View};

impl Live {
    /// The models that can be asked: those of the run's stages in the order of training, then the visitor's own where there is one, then that of
    /// a file where one is open.
    pub fn models(self) -> Vec<Model> {
        let asked = self.state.with(|state| state.run == Source::Yours);
        let yours = asked || self.yours.with(Option::is_some);
        let stages = Stage::EVALUATED.map(Model::Stage).into_iter();
        let file = self.file.with(Option::is_some);
        let own = [yours.then_some(Model::Yours), file.then_some(Model::File)];
        stages.chain(own.into_iter().flatten()).collect()
    }

    /// Asks another model.
    pub fn choose_model(self, navigation: Navigation, model: Model) {
        self.change(navigation, |state| match model {
            Model::Stage(stage) => {
                state.stage = Some(stage);
                state.run = self.run_of_stages(state);
            }
            Model::Yours => state.run = Source::Yours,
            Model::File => state.run = Source::File,
        });
    }

    /// The run whose stages can be chosen: that of the state, or the one that was asked before a model of the visitor's.
    pub fn run_of_stages(self, state: &State) -> Source {
        if state.run.has_stages() {
            state.run
        } else {
            self.run_before.get_value()
        }
    }

    /// Looks what this browser keeps. In a view that asks the visitor's own model, loads it where another state of it is kept than the one that is
    /// loaded.
    pub fn look_for_yours(self) {
        spawn_local(async move {
            // What cannot be read is told where it is asked, and in view 8.
            let found = Store::read([]).await.ok().flatten();
            let head = found.map(|(head, [])| head);
            let kept = head.as_ref().map(|head| head.state());
            self.yours.set(head);
            let asked = (self.state)
                .with_untracked(|state| state.run == Source::Yours && state.view.asks());
            let loaded = self.model.with_untracked(|model| match model {
                // It will be the newest.
                ModelState::Loading(..) => kept.clone(),
                ModelState::Ready(loaded) => loaded.yours.clone(),
                ModelState::Failed(_) => None,
            });
            if asked && loaded != kept {
                self.reload();
            }
        });
    }

    /// Remembers the run, and looks for the visitor's own model once there is a model, and when another view is opened: the first answer need not
    /// wait for it.
    pub(super) fn follow_yours(self) {
        let looked_at = Memo::new(move |_| self.state.with(|state| (state.view, state.run)));
        let ready = Memo::new(move |_| self.ready().is_some());
        Effect::new(move |_| {
            let (view, run) = looked_at.get();
            if run.has_stages() {
                self.run_before.set_value(run);
            }
            if ready.get() || view != View::Think {
                self.look_for_yours();
            }
        });
    }
}
