//! What stands around every view: name, navigation, the model's state, theme, link.

use gloo::timers::callback::Timeout;
use leptos::mount::mount_to;
use leptos::prelude::*;
use wasm_bindgen::JsCast;
use wasm_bindgen_futures::{JsFuture, spawn_local};
use web_sys::HtmlElement;

use super::every::Every;
use super::learn::Learn;
use super::model::{Fallback, Model};
use super::run::Run;
use super::think::Think;
use super::trainer::Trainer;
use super::travel::Travel;
use super::way::way;
use crate::page::address::View;
use crate::page::learning::Learning;
use crate::page::live::{Live, link};

/// Puts the page in place of the plain one that the visitor sees first.
pub fn start() {
    console_error_panic_hook::set_once();
    let Some(root) = document().get_element_by_id("app") else {
        return;
    };
    root.set_inner_html("");
    let root: HtmlElement = root.unchecked_into();
    mount_to(root, || {
        provide_context(Live::start());
        provide_context(Learning::asleep());
        view! { <Shell /> }
    })
    .forget();
}

/// The page.
#[component]
pub fn Shell() -> impl IntoView {
    let live = expect_context::<Live>();
    let shown = Memo::new(move |_| live.state.with(|state| state.view));
    view! {
        <a class="skip" href="#main">"Skip to the content"</a>
        <header class="top">
            <p class="name"><a href="./">"ExpLang"</a></p>
            <Views />
            <CopyLink />
            <Theme />
        </header>
        <main id="main" tabindex="-1">
            // The first view has a heading of its own.
            <Show when=move || shown.get() != View::Think>
                <h1 class="unseen">"ExpLang"</h1>
            </Show>
            <Fallback />
            {move || match shown.get() {
                View::Think => view! { <Think /> }.into_any(),
                View::Every => view! { <Every /> }.into_any(),
                View::Travel => view! { <Travel /> }.into_any(),
                View::Trainer => view! { <Trainer /> }.into_any(),
                View::Run => view! { <Run /> }.into_any(),
                View::Learn => view! { <Learn /> }.into_any(),
            }}
        </main>
        <footer class="foot">
            <Model />
            <GoesOn />
            <p>
                "Everything is computed in this browser. What you ask goes nowhere. The method is that of ExpLang, "
                <cite>"arXiv 2602.21887"</cite>
                "."
            </p>
        </footer>
    }
}

/// Says in the other views that a training goes on: the processor is not idle.
#[component]
fn GoesOn() -> impl IntoView {
    let live = expect_context::<Live>();
    let learning = expect_context::<Learning>();
    let learns = Memo::new(move |_| learning.phase.get().learns());
    let elsewhere = move || live.state.with(|state| state.view != View::Learn);
    move || {
        (learns.get() && elsewhere()).then(|| view! { <p>"The training of view 8 goes on."</p> })
    }
}

/// Links to the views. The first page holds three of them.
#[component]
fn Views() -> impl IntoView {
    const LINKS: [(&str, &str, View, &str); 8] = [
        ("1", "Ask", View::Think, "ask"),
        ("2", "Choose", View::Think, "choose"),
        ("3", "Watch", View::Think, "watch"),
        ("4", "All at once", View::Every, "every"),
        ("5", "Through training", View::Travel, "travel"),
        ("6", "Be the trainer", View::Trainer, "trainer"),
        ("7", "The run", View::Run, "run"),
        ("8", "Train it yourself", View::Learn, "learn"),
    ];
    let live = expect_context::<Live>();
    let entry =
        move |(number, name, view, section): (&'static str, &'static str, View, &'static str)| {
            let here = move || live.state.with(|state| state.view == view) && view != View::Think;
            let (address, go) = way(live, section, move |state| state.view = view);
            view! {
                <a href=address on:click=go aria-current=move || here().then_some("page")>
                    <span class="number">{number}</span>
                    {name}
                </a>
            }
        };
    // On a phone the links are wider than the window: the one of this view is brought into sight.
    Effect::new(move || {
        let _view = live.state.with(|state| state.view);
        Timeout::new(0, || {
            let found = |selector| document().query_selector(selector).ok().flatten();
            if let (Some(strip), Some(here)) = (found("nav"), found("nav a[aria-current]")) {
                let (strip_box, here_box) = (strip.client_width(), here.client_width());
                let start = here
                    .dyn_ref::<HtmlElement>()
                    .map_or(0, HtmlElement::offset_left);
                let strip_start = strip
                    .dyn_ref::<HtmlElement>()
                    .map_or(0, HtmlElement::offset_left);
                strip.set_scroll_left(start - strip_start - (strip_box - here_box) / 2);
            }
        })
        .forget();
    });
    view! { <nav aria-label="Views">{LINKS.map(entry).collect_view()}</nav> }
}

#[component]
fn CopyLink() -> impl IntoView {
    let live = expect_context::<Live>();
    let said = RwSignal::new("Copy link");
    let say = move |text| {
        said.set(text);
        Timeout::new(2_000, move || said.set("Copy link")).forget();
    };
    let copy = move |_| {
        let address = live.state.with_untracked(link);
        let clipboard = window().navigator().clipboard();
        // Pages without HTTPS have no clipboard.
        if AsRef::<wasm_bindgen::JsValue>::as_ref(&clipboard).is_undefined() {
            let _address_shown = window().history().and_then(|history| {
                history.replace_state_with_url(&wasm_bindgen::JsValue::NULL, "", Some(&address))
            });
            say("It is in the address bar");
            return;
        }
        spawn_local(async move {
            match JsFuture::from(clipboard.write_text(&address)).await {
                Ok(_) => say("Copied"),
                Err(_) => say("Not allowed here"),
            }
        });
    };
    view! { <button type="button" class="quiet" on:click=copy aria-live="polite">{move || said.get()}</button> }
}

/// Light or dark: the system's, until it is chosen here.
#[component]
fn Theme() -> impl IntoView {
    let root = move || document().document_element();
    let current = move || {
        let chosen = root().and_then(|root| root.get_attribute("data-theme"));
        match chosen.as_deref() {
            Some("dark") => true,
            Some(_) => false,
            None => {
                let query = window().match_media("(prefers-color-scheme: dark)");
                query.ok().flatten().is_some_and(|query| query.matches())
            }
        }
    };
    let dark = RwSignal::new(current());
    let switch = move |_| {
        let wanted = if dark.get_untracked() {
            "light"
        } else {
            "dark"
        };
        if let Some(root) = root() {
            let _set = root.set_attribute("data-theme", wanted);
        }
        if let Ok(Some(storage)) = window().local_storage() {
            let _kept = storage.set_item("theme", wanted);
        }
        dark.set(!dark.get_untracked());
    };
    view! {
        <button type="button" class="quiet" on:click=switch>
            {move || if dark.get() { "Light" } else { "Dark" }}
        </button>
    }
}
