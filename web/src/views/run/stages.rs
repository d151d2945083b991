//! The stages of a run that a server shows: how far each is, and the way to its newest checkpoint.

use leptos::prelude::*;

use super::reader::{Reader, Status};
use crate::draw::scale::Scale;
use crate::history::{Progress, StageState, stage_title};
use crate::page::address::{Source, View};
use crate::page::live::{Live, Navigation};
use crate::protocol::Stage;

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
            let names = stages.map(|stage| stage.name.clone());
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
fn Row(reader: Reader, name: String) -> impl IntoView {
    let live = expect_context::<Live>();
    let title = stage_title(&name).to_owned();
    let asked = Stage::named(&name);
    let stage = Memo::new(move |_| {
        let of = |stage: &StageState| {
            let mut stage = stage.clone();
            // The log goes on while the state stays.
            stage.steps = reader.log.with(|log| log.last_step(&name).max(stage.steps));
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
            Some(stage) => f64::from(stage.steps) / f64::from(stage.planned.max(1)),
            None => 0.0,
        });
        format!("{}%", Scale::new(0.0, 1.0).percent(share))
    };
    let has_model = Memo::new(move |_| {
        stage.with(|stage| stage.as_ref().is_some_and(StageState::has_checkpoint))
    });
    let ask = move |_| {
        if let Some(stage) = asked {
            live.change(Navigation::Push, |state| {
                state.stage = stage;
                state.run = Source::Served;
                state.view = View::Think;
            });
            // A stage that goes on leaves another checkpoint in the place of the one before.
            live.reload();
        }
    };
    let of_what = format!(": the model of {title}");
    view! {
        <li>
            <p><strong>{title}</strong> " " <span>{told}</span></p>
            <span class="track" aria-hidden="true"><span class="bar" style:width=width></span></span>
            <button type="button" class="chip" hidden=move || asked.is_none() || !has_model.get() on:click=ask>
                "Ask it"
                <span class="unseen">{of_what}</span>
            </button>
        </li>
    }
}
