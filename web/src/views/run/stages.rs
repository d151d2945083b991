//! The stages of a run that a server shows: how far each is, and the way to its newest checkpoint.

use explang::run::Stage;
use explang::run::state::{Progress, StageState};
use leptos::prelude::*;

use super::reader::{Reader, Status};
use crate::draw::scale::Scale;
use crate::page::address::{Source, View};
use crate::page::live::{Live, Navigation};

/// The list of the stages; nothing for a run that no server shows.
#[component]
pub fn Stages(
    /// What has been read.
    reader: Reader,
) -> impl IntoView {
    let names = Memo::new(move |_| {
        let connected = reader
            .status
            .with(|status| matches!(status, Status::Connected | Status::Lost));
        reader.state.with(|state| {
            let stages = state.iter().flat_map(|state| &state.stages);
            let names = stages.map(|stage| stage.name);
            names.filter(|_| connected).collect::<Vec<_>>()
        })
    });
    view! {
        <Show when=move || names.with(|names| !names.is_empty())>
            <h3>"Its stages"</h3>
            <ol class="run-stages">
                <For each=move || names.get() key=Clone::clone let:name>
                    <Row reader name />
                </For>
            </ol>
        </Show>
    }
}

/// One stage.
#[component]
fn Row(reader: Reader, name: Stage) -> impl IntoView {
    let live = expect_context::<Live>();
    let title = name.title();
    let stage = Memo::new(move |_| {
        let of = |stage: &StageState| {
            let mut stage = stage.clone();
            // The log goes on while the state stays.
            let logged = reader.log.with(|log| log.last_step(name)) as usize;
            stage.steps = stage.steps.max(logged);
            stage
        };
        reader.state.with(|state| {
            let mut stages = state.iter().flat_map(|state| &state.stages);
            stages.find(|stage| stage.name == name).map(of)
        })
    });
    let told = move || {
        let StageState {
            state,
            steps,
            planned,
            ..
        } = stage.get()?;
        Some(match state {
            Progress::Waiting => format!("waiting, {planned} steps at most"),
            Progress::Running => format!("running, step {steps} of at most {planned}"),
            Progress::Done if steps == 0 => "done".to_owned(),
            Progress::Done => format!("done after {steps} steps"),
        })
    };
    let width = move || {
        let share = stage.with(|stage| match stage {
            Some(stage) if stage.state == Progress::Done => 1.0,
            Some(stage) => stage.steps as f64 / stage.planned.max(1) as f64,
            None => 0.0,
        });
        format!("{}%", Scale::new(0.0, 1.0).percent(share))
    };
    let has_model = Memo::new(move |_| {
        stage.with(|stage| {
            name.is_evaluated() && (stage.as_ref()).is_some_and(|stage| stage.checkpoint.is_some())
        })
    });
    let ask = move |_| {
        live.change(Navigation::Push, |state| {
            state.stage = Some(name);
            state.run = Source::Served;
            state.view = View::Think;
        });
        // A stage that goes on leaves another checkpoint in the place of the one before.
        live.reload();
    };
    let of_what = format!(": the model of {title}");
    view! {
        <li>
            <p><strong>{title}</strong> " " <span>{told}</span></p>
            <span class="track" aria-hidden="true"><span class="bar" style:width=width></span></span>
            <button type="button" class="chip" hidden=move || !has_model.get() on:click=ask>
                "Ask it"
                <span class="unseen">{of_what}</span>
            </button>
        </li>
    }
}
