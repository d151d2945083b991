//! What stands around every view: name, navigation, the model's state, theme, link.

use explang::run::Stage;
use gloo_timers::callback::Timeout;
use leptos::prelude::*;
use wasm_bindgen::JsCast;
use wasm_bindgen_futures::{JsFuture, spawn_local};
use web_sys::{HtmlElement, MouseEvent};

use crate::address::{State, View};
use crate::live::{History, Live, ModelState};
use crate::number;
use crate::protocol::DeviceKind;
use crate::views::every::Every;
use crate::views::run::Run;
use crate::views::think::Think;
use crate::views::trainer::Trainer;
use crate::views::travel::Travel;

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
            }}
        </main>
        <footer class="foot">
            <Model />
            <p>
                "Everything is computed in this browser. What you ask goes nowhere. The method is that of ExpLang, "
                <cite>"arXiv 2602.21887"</cite>
                "."
            </p>
        </footer>
    }
}

/// Links to the views. The first page holds three of them.
#[component]
fn Views() -> impl IntoView {
    const LINKS: [(&str, &str, View, &str); 7] = [
        ("1", "Ask", View::Think, "ask"),
        ("2", "Choose", View::Think, "choose"),
        ("3", "Watch", View::Think, "watch"),
        ("4", "All at once", View::Every, "every"),
        ("5", "Through training", View::Travel, "travel"),
        ("6", "Be the trainer", View::Trainer, "trainer"),
        ("7", "The run", View::Run, "run"),
    ];
    let live = expect_context::<Live>();
    let link =
        move |(number, name, view, section): (&'static str, &'static str, View, &'static str)| {
            let here = move || live.state.with(|state| state.view == view) && view != View::Think;
            let go = move |event: MouseEvent| {
                // With a key held it opens elsewhere, as any link does.
                if event.ctrl_key() || event.meta_key() || event.shift_key() || event.alt_key() {
                    return;
                }
                event.prevent_default();
                live.change(History::Push, |state| state.view = view);
                show_section(section);
            };
            let address = move || {
                let state = live.state.with(|state| {
                    State {
                        view,
                        ..state.clone()
                    }
                    .write()
                });
                format!("?{state}#{section}")
            };
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
    view! { <nav aria-label="Views">{LINKS.map(link).collect_view()}</nav> }
}

/// Brings a section of the page into sight, and the keyboard to it, once it is drawn.
fn show_section(id: &'static str) {
    Timeout::new(0, move || {
        let Some(section) = document().get_element_by_id(id) else {
            return;
        };
        section.scroll_into_view();
        if let Ok(section) = section.dyn_into::<HtmlElement>() {
            let _set = section.set_attribute("tabindex", "-1");
            let _focused = section.focus();
        }
    })
    .forget();
}

/// The model's state, in a line.
#[component]
fn Model() -> impl IntoView {
    let live = expect_context::<Live>();
    let told = move || match live.model.get() {
        ModelState::Loading(received, Some(total)) => format!(
            "Loading the model: {} of {}",
            number::bytes(received),
            number::bytes(total)
        ),
        ModelState::Loading(0, None) => "Loading the model".to_owned(),
        ModelState::Loading(received, None) => {
            format!("Loading the model: {}", number::bytes(received))
        }
        ModelState::Ready(model) => format!(
            "Model: {} numbers, {}, on {}; {} in {:.0} ms{}",
            number::count(model.parameters),
            stage_name(model.stage),
            match model.device {
                DeviceKind::Cpu => "your processor",
                DeviceKind::WebGpu => "your graphics processor",
            },
            if model.cached {
                "from this browser's cache"
            } else {
                "loaded"
            },
            model.milliseconds,
            match (model.checked.hashes, model.checked.known_answer) {
                (true, true) => "; files and a known answer checked",
                (true, false) => "; files checked",
                (false, true) => "; a known answer checked",
                (false, false) => "",
            }
        ),
        ModelState::Failed(_) => "There is no model.".to_owned(),
    };
    let choose = move |device: DeviceKind| {
        live.fallback.set(None);
        live.change(History::Push, |state| state.device = device);
    };
    let button = move |device: DeviceKind, name: &'static str| {
        view! {
            <label>
                <input
                    type="radio"
                    name="device"
                    prop:checked=move || live.state.with(|state| state.device == device)
                    on:change=move |_| choose(device)
                />
                <span>{name}</span>
            </label>
        }
    };
    view! {
        <p role="status" class="model">{told}</p>
        <fieldset class="device">
            <legend>"Compute on"</legend>
            {button(DeviceKind::Cpu, "the processor")}
            {button(DeviceKind::WebGpu, "the graphics processor (WebGPU)")}
        </fieldset>
    }
}

/// Why the model computes on the processor although the graphics processor was wanted.
#[component]
pub fn Fallback() -> impl IntoView {
    let live = expect_context::<Live>();
    move || {
        let failure = live.fallback.get()?;
        Some(view! {
            <div class="failure" role="alert">
                <p><strong>{failure.message}</strong></p>
                <p>{failure.advice}</p>
            </div>
        })
    }
}

/// A stage in words.
pub fn stage_name(stage: Stage) -> &'static str {
    match stage {
        Stage::Pretrain => "after pretraining",
        Stage::Sft => "after SFT",
        Stage::Explore => "after explore",
        Stage::Exploit => "after exploit",
        Stage::ControlExplore | Stage::Control => "the control, with English forced",
        Stage::Distil => "the distilled student",
    }
}

/// How far the model has come, above the first view.
#[component]
pub fn LoadingBar() -> impl IntoView {
    let live = expect_context::<Live>();
    move || match live.model.get() {
        ModelState::Loading(received, total) => {
            // Without a length the bar moves by itself.
            let bar = match total {
                Some(total) => view! {
                    <progress max=total.to_string() value=received.to_string() aria-label="Loading the model"></progress>
                }
                .into_any(),
                None => view! { <progress aria-label="Loading the model"></progress> }.into_any(),
            };
            view! { <div class="loading">{bar}</div> }.into_any()
        }
        ModelState::Ready(_) => view! { <div class="loading"></div> }.into_any(),
        ModelState::Failed(failure) => view! {
            <div class="failure" role="alert">
                <p><strong>{failure.message}</strong></p>
                <p>{failure.advice}</p>
                <button type="button" on:click=move |_| reload()>"Reload"</button>
            </div>
        }
        .into_any(),
    }
}

fn reload() {
    let _reloading = window().location().reload();
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
        // The address that says everything, also where nothing was changed yet.
        live.change(History::Replace, |_| ());
        let location = window().location();
        let base = location
            .origin()
            .and_then(|o| Ok(o + &location.pathname()?));
        let address = format!(
            "{}?{}",
            base.unwrap_or_default(),
            live.state.with_untracked(|s| s.write())
        );
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
