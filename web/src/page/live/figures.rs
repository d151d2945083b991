//! What the evaluations of a run found, fetched when a view wants it: most visitors never ask.

use leptos::prelude::*;
use wasm_bindgen_futures::spawn_local;

use super::Live;
use crate::page::address::Source;
use crate::page::fetch::fetch_text;

impl Live {
    /// Fetches the figures of the run that is asked. Those of the built-in run are fetched once; a served run may have new ones.
    pub fn want_figures(self) {
        let run = self.state.with_untracked(|state| state.run);
        let known = self.figures_of.get_value() == Some(run);
        if known && run == Source::Committed {
            return;
        }
        if !known {
            self.figures.set(None);
        }
        self.figures_of.set_value(Some(run));
        // A training in the browser has none.
        let Some(folder) = run.folder() else { return };
        spawn_local(async move {
            let text = fetch_text(&format!("{folder}summary.json")).await;
            if self.figures_of.get_value() != Some(run) {
                return;
            }
            let text = text.ok().flatten();
            match text.and_then(|text| serde_json::from_str(&text).ok()) {
                Some(figures) => self.figures.set(Some(figures)),
                // Wanted again, it is fetched again; a run in progress has none yet.
                None => self.figures_of.set_value(None),
            }
        });
    }
}
