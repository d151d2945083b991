//! The model's state: how far it has come, which one computes, and where.

use explang::run::Stage;
use leptos::prelude::*;
use web_sys::{Event, HtmlInputElement};

use crate::draw::number;
use crate::page::address::{Model as Asked, Source};
use crate::page::live::{Live, ModelState, Navigation};
use crate::protocol::{DeviceKind, Origin};

/// The model's state, in a line.
#[component]
pub fn Model() -> impl IntoView {
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
            match (&model.yours, model.origin) {
                (Some(yours), _) => own_name(yours.step),
                (None, Origin::File) => file_name(live),
                (None, _) => stage_name(model.stage).to_owned(),
            },
            match model.device {
                DeviceKind::Cpu => "your processor",
                DeviceKind::WebGpu => "your graphics processor",
            },
            if model.yours.is_some() {
                "from this browser's storage"
            } else if model.cached {
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
        live.change(Navigation::Push, |state| state.device = device);
    };
    let given = move |event: Event| {
        let input: HtmlInputElement = event_target(&event);
        let file = input.files().and_then(|files| files.get(0));
        // The same file may be given again.
        input.set_value("");
        if let Some(file) = file {
            live.open_file(&file);
        }
    };
    let back = move |_| {
        live.change(Navigation::Push, |state| {
            state.run = live.run_of_stages(state);
        });
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
        <div class="own-file">
            <label class="pick">
                <input type="file" accept=".gguf" on:change=given />
                <span>"Open a GGUF file"</span>
            </label>
            <Show when=move || live.state.with(|state| state.run == Source::File)>
                <button type="button" on:click=back>"Back to the run's model"</button>
            </Show>
            <p class="note">
                "A model of yours, of the Llama or Qwen3 family with byte-level BPE. It is read in this browser; nothing is uploaded."
            </p>
        </div>
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

/// The model of a file in words: the file's name.
fn file_name(live: Live) -> String {
    let name = (live.file).with(|file| file.as_ref().map(|file| file.name.clone()));
    name.unwrap_or_else(|| "a file of yours".to_owned())
}

/// The visitor's own model in words.
fn own_name(step: u32) -> String {
    match step {
        1 => "your model, after 1 step".to_owned(),
        _ => format!("your model, after {step} steps"),
    }
}

/// A model in words.
pub fn model_name(live: Live, model: Asked) -> String {
    let step = || {
        live.yours
            .with(|yours| yours.as_ref().map(|head| head.step))
    };
    match model {
        Asked::Stage(stage) => stage_name(stage).to_owned(),
        Asked::Yours => step().map_or_else(|| "your model".to_owned(), own_name),
        Asked::File => file_name(live),
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
