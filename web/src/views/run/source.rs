//! Which run is read.

use std::cell::RefCell;

use gloo::events::{EventListener, EventListenerOptions};
use gloo::timers::callback::Timeout;
use leptos::prelude::*;
use wasm_bindgen::JsCast;
use wasm_bindgen_futures::spawn_local;
use web_sys::{DragEvent, Event, HtmlInputElement};

use super::feed::Feed;
use super::folder;
use super::given::{Given, picked, take};
use super::reader::{Reader, Status};
use crate::page::address::Source;
use crate::page::live::{Live, Navigation};

/// Milliseconds without a sign of dragging after which it has ended.
const DRAG_ENDS: u32 = 300;

/// Where the run comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Chosen {
    Committed,
    Served,
    Yours,
    Folder,
}

/// The choice of the run, and the fields that take a folder.
#[component]
pub fn SourceChoice(
    /// What is read.
    reader: Reader,
) -> impl IntoView {
    let live = expect_context::<Live>();
    // What the address does not say: a folder of the visitor's own, or a server that has not answered yet.
    let local = RwSignal::new(None::<Chosen>);
    let chosen = Memo::new(move |_| {
        let run = live.state.with(|state| state.run);
        local.get().unwrap_or(match run {
            // A file with a model has no run.
            Source::Committed | Source::File => Chosen::Committed,
            Source::Served => Chosen::Served,
            Source::Yours => Chosen::Yours,
        })
    });
    follow(live, reader, chosen, local);
    let from = move |run| {
        local.set(None);
        live.change(Navigation::Push, |state| state.run = run);
    };
    let choose = move |wanted: Chosen| match wanted {
        Chosen::Committed => from(Source::Committed),
        Chosen::Yours => from(Source::Yours),
        Chosen::Served => local.set(Some(Chosen::Served)),
        Chosen::Folder => {
            local.set(Some(Chosen::Folder));
            reader.begin(Status::Waiting);
        }
    };
    let dragging = accept_drops(reader, local);
    let option = move |of: Chosen, name: &'static str| {
        view! {
            <label>
                <input
                    type="radio"
                    name="source"
                    prop:checked=move || chosen.get() == of
                    on:change=move |_| choose(of)
                />
                <span>{name}</span>
            </label>
        }
    };
    let given = move |event: Event| {
        let input: HtmlInputElement = event_target(&event);
        let files = input.files().filter(|list| list.length() > 0);
        let files = files.map(|list| picked(&list));
        // The same folder may be given again.
        input.set_value("");
        if let Some(files) = files {
            local.set(Some(Chosen::Folder));
            read(reader, async { files });
        }
    };
    view! {
        <fieldset class="source">
            <legend>"Which run"</legend>
            {option(Chosen::Committed, "The run of this page")}
            {option(Chosen::Served, "The run that this server shows")}
            {option(Chosen::Yours, "Your training in this browser")}
            {option(Chosen::Folder, "A folder of yours")}
        </fieldset>
        <div class="drop" class:dragging=move || dragging.get() hidden=move || chosen.get() != Chosen::Folder && !dragging.get()>
            <p>"Drop the folder of a run here. It is read in this browser; nothing is uploaded."</p>
            <div class="buttons">
                <label class="pick">
                    <input type="file" prop:webkitdirectory=true on:change=given />
                    <span>"Choose a folder"</span>
                </label>
                <label class="pick">
                    <input type="file" multiple=true accept=".jsonl,.json" on:change=given />
                    <span>"Choose files"</span>
                </label>
            </div>
        </div>
    }
}

/// Reads what was chosen, and lets go of a server that is not wanted any more.
fn follow(live: Live, reader: Reader, chosen: Memo<Chosen>, local: RwSignal<Option<Chosen>>) {
    let feed = StoredValue::new_local(None::<Feed>);
    Effect::new(move || {
        let chosen = chosen.get();
        feed.set_value(None);
        match chosen {
            Chosen::Committed => reader.read_committed(),
            Chosen::Yours => reader.read_yours(),
            Chosen::Served => {
                // Only a run that is there gets into the address: the other views ask its models.
                let found = move || {
                    live.change(Navigation::Replace, |state| state.run = Source::Served);
                    local.set(None);
                };
                match Feed::open(reader, found) {
                    Ok(open) => feed.set_value(Some(open)),
                    Err(failure) => reader.status.set(Status::Failed(failure)),
                }
            }
            // Read when it is given.
            Chosen::Folder => {}
        }
    });
    on_cleanup(move || {
        let _closed = feed.try_update_value(Option::take);
    });
}

/// Takes what is dropped anywhere on the page, as long as the view is there. Gives whether something is being dragged.
fn accept_drops(reader: Reader, local: RwSignal<Option<Chosen>>) -> ReadSignal<bool> {
    let (dragging, set_dragging) = signal(false);
    // Without this the browser would open what is dropped.
    let options = EventListenerOptions::enable_prevent_default;
    let ends = RefCell::new(None::<Timeout>);
    let over = EventListener::new_with_options(&window(), "dragover", options(), move |event| {
        if !holds_files(event) {
            return;
        }
        event.prevent_default();
        set_dragging.set(true);
        // A drag that leaves the window sends no event that tells.
        let end = Timeout::new(DRAG_ENDS, move || set_dragging.set(false));
        if let Some(before) = ends.replace(Some(end)) {
            before.cancel();
        }
    });
    let drop = EventListener::new_with_options(&window(), "drop", options(), move |event| {
        if !holds_files(event) {
            return;
        }
        event.prevent_default();
        set_dragging.set(false);
        let event: &DragEvent = event.unchecked_ref();
        if let Some(dropped) = event.data_transfer().map(|transfer| take(&transfer)) {
            local.set(Some(Chosen::Folder));
            read(reader, dropped.files());
        }
    });
    let listeners = StoredValue::new_local(vec![over, drop]);
    on_cleanup(move || {
        let _removed = listeners.try_update_value(Vec::clear);
    });
    dragging
}

fn holds_files(event: &Event) -> bool {
    let event: &DragEvent = event.unchecked_ref();
    let transfer = event.data_transfer();
    transfer.is_some_and(|transfer| transfer.types().includes(&"Files".into(), 0))
}

/// Reads the run among the files.
fn read(reader: Reader, files: impl Future<Output = Vec<Given>> + 'static) {
    let turn = reader.begin(Status::Reading);
    spawn_local(async move {
        folder::read(reader, turn, files.await).await;
    });
}
