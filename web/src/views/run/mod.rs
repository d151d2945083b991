//! View 7: read the run.

pub mod charts;
mod feed;
mod folder;
mod given;
pub mod legend;
pub mod line_chart;
pub mod map;
pub mod plot;
pub mod reader;
pub mod source;
pub mod stack_chart;
pub mod stages;
pub mod summary_table;
pub mod values;

use explang::run::SummaryExcerpt;
use leptos::prelude::*;

use charts::Charts;
use map::MapTable;
use reader::{Reader, Status};
use source::SourceChoice;
use stages::Stages;
use summary_table::SummaryTable;

/// Read the run.
#[component]
pub fn Run() -> impl IntoView {
    let reader = Reader::new();
    view! {
        <section id="run" aria-labelledby="run-title">
            <div class="about">
                <h2 id="run-title"><span class="number">"7"</span>"Read the run"</h2>
                <p>
                    "Training writes down every step. Here you read it: which languages the model chose, how that changed, and \
                     whether more answers became right."
                </p>
                <SourceChoice reader />
                <Told reader />
                <Stages reader />
            </div>
            <div class="body" hidden=move || reader.summary.with(foreign)>
                <Charts log=reader.log status=reader.status />
            </div>
            <MapTable summary=reader.summary />
            <SummaryTable summary=reader.summary />
        </section>
    }
}

/// True for responses that another program sampled: there are no steps to show.
fn foreign(summary: &Option<SummaryExcerpt>) -> bool {
    summary.as_ref().is_some_and(|of| of.responses.is_some())
}

/// What has been read, or what stands in the way.
#[component]
fn Told(reader: Reader) -> impl IntoView {
    let told = move || match reader.status.get() {
        Status::Reading => "Reading the run …".to_owned(),
        Status::Connecting => "Looking for a run on this server …".to_owned(),
        Status::Waiting => "Choose a run's folder, or drop it anywhere on this page.".to_owned(),
        Status::Read(what) => what,
        Status::Connected => reader.state.with(|state| match state {
            Some(state) if state.summary => format!("The run “{}” has ended.", state.info.name),
            Some(state) => format!(
                "The run “{}” has not ended. New steps appear here by themselves.",
                state.info.name
            ),
            None => String::new(),
        }),
        Status::Lost => "The connection is lost. Trying again …".to_owned(),
        Status::Failed(_) => String::new(),
    };
    let written = move || {
        let milliseconds = reader.written.get()?;
        let date = js_sys::Date::new(&milliseconds.into());
        Some(format!(
            "The last step was written on {}.",
            date.to_locale_string("en-GB", &wasm_bindgen::JsValue::UNDEFINED)
        ))
    };
    view! {
        <p class="told" role="status" class:bad=move || reader.status.get() == Status::Lost>{told}</p>
        <p class="told">{written}</p>
        <p class="told">{move || reader.log.with(|log| log.passed_over())}</p>
        {move || match reader.status.get() {
            Status::Failed(failure) => Some(view! {
                <div class="failure" role="alert">
                    <p><strong>{failure.message}</strong></p>
                    <p>{failure.advice}</p>
                </div>
            }),
            _ => None,
        }}
    }
}
