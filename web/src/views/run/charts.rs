//! The charts of one part of a run, on one axis of steps.

use leptos::html::Input;
use leptos::prelude::*;

use super::legend::Legend;
use super::line_chart::LineChart;
use super::plot::Shared;
use super::reader::Status;
use super::stack_chart::StackChart;
use super::values::Values;
use crate::history::{Course, Figure, Log, Part, WINDOWS};
use crate::page::live::{Live, Navigation};

/// Most points of a line: about as many as can be told apart.
const POINTS: usize = 300;

/// The figures under the stack, where there is one.
const WITH_CHOICE: [Figure; 4] = [
    Figure::ChoiceEntropy,
    Figure::ResponseTokens,
    Figure::Compliance,
    Figure::Reward,
];

/// The figures of stages without a choice, the main one first.
const WITHOUT_CHOICE: [Figure; 3] = [Figure::Loss, Figure::Accuracy, Figure::Divergence];

/// The charts, and what chooses among them.
#[component]
pub fn Charts(
    /// The log.
    log: RwSignal<Log>,
    /// Where its reading is.
    status: RwSignal<Status>,
) -> impl IntoView {
    let live = expect_context::<Live>();
    let part = Memo::new(move |_| {
        let wanted = live.state.with(|state| state.part);
        wanted.unwrap_or_else(|| log.with(Log::main_part))
    });
    let window = Memo::new(move |_| live.state.with(|state| state.window));
    let course =
        Memo::new(move |_| log.with(|log| Course::of(log, part.get(), window.get(), POINTS)));
    let shared = Shared::new(course);
    let stacked = Memo::new(move |_| course.with(|course| !course.shares.is_empty()));
    let figures = Memo::new(move |_| {
        let all: &[Figure] = if stacked.get() {
            &WITH_CHOICE
        } else {
            &WITHOUT_CHOICE
        };
        course.with(|course| {
            let there = all.iter().filter(|figure| course.curve(**figure).is_some());
            there.copied().collect::<Vec<_>>()
        })
    });
    let empty = Memo::new(move |_| shared.last.get() == 0);
    let nothing = move || match status.get() {
        Status::Reading | Status::Connecting => "Reading …",
        Status::Connected => "No step of this part has been written yet.",
        _ => "There is no step of this part.",
    };
    view! {
        <div class="history">
            <Parts log part shared />
            <p class="told">{move || part.get().told()}</p>
            <Show when=move || !empty.get() fallback=move || view! { <p class="nothing">{nothing}</p> }>
                <Show when=move || stacked.get()>
                    <StackChart shared />
                </Show>
                <Walk shared />
                <Show when=move || stacked.get()>
                    <Legend shared />
                </Show>
                <div class="small-charts">
                    <For each=move || figures.get() key=|figure| *figure let:figure>
                        <LineChart shared figure />
                    </For>
                </div>
                <Window shared />
                <Values shared />
            </Show>
        </div>
    }
}

/// Which part is shown.
#[component]
fn Parts(log: RwSignal<Log>, part: Memo<Part>, shared: Shared) -> impl IntoView {
    let live = expect_context::<Live>();
    let choose = move |of: Part| {
        live.change(Navigation::Push, |state| state.part = Some(of));
        shared.look_at(u32::MAX);
    };
    let option = move |of: Part| {
        let there = Memo::new(move |_| log.with(|log| log.has(of)));
        view! {
            <label class="pick">
                <input
                    type="radio"
                    name="part"
                    prop:checked=move || part.get() == of
                    disabled=move || !there.get() && part.get() != of
                    on:change=move |_| choose(of)
                />
                <span>{of.title()}</span>
            </label>
        }
    };
    view! {
        <fieldset class="parts">
            <legend>"Part of the training"</legend>
            {Part::ALL.map(option).collect_view()}
        </fieldset>
    }
}

/// The step that is looked at, to walk through the steps by keyboard or by hand.
#[component]
pub fn Walk(
    /// The course, its axis, and the step that is looked at.
    shared: Shared,
) -> impl IntoView {
    let step_now = move || shared.step.get();
    let place = move || {
        let (step, last) = (step_now(), shared.last.get());
        let several = shared.course.with(|course| course.spans.len() > 1);
        let stage = shared.course.with(|course| course.stage_of(step));
        match stage {
            Some((stage, inside)) if several => {
                format!("Step {step} of {last}: {}, step {inside}", stage.title())
            }
            _ => format!("Step {step} of {last}"),
        }
    };
    let spoken = move || {
        format!(
            "{}. {}",
            place(),
            shared.course.with(|course| course.spoken(step_now()))
        )
    };
    let input = NodeRef::<Input>::new();
    Effect::new(move || {
        if let Some(input) = input.get() {
            // The end first: it cuts off a value beyond.
            let first = shared.first.get();
            input.set_min(&first.to_string());
            input.set_max(&shared.last.get().max(first.max(1)).to_string());
            input.set_value(&step_now().to_string());
        }
    });
    let walk = move |event| {
        if let Ok(step) = event_target_value(&event).parse() {
            shared.look_at(step);
        }
    };
    view! {
        <div class="walk">
            <input
                node_ref=input
                type="range"
                step="1"
                aria-label="Step"
                aria-valuetext=spoken
                on:input=walk
            />
            <p class="place">{place} <span class="hint">"Point at a chart, or move along with the arrow keys."</span></p>
        </div>
    }
}

/// How many steps are averaged over.
#[component]
pub fn Window(
    /// The course, its axis, and the step that is looked at.
    shared: Shared,
    /// What is averaged, as its sentence begins.
    #[prop(default = "Each point")]
    what: &'static str,
) -> impl IntoView {
    let live = expect_context::<Live>();
    let wanted = move || live.state.with(|state| state.window);
    let told = move || {
        let averaged = shared.course.with(|course| course.window);
        match averaged {
            1 => format!("{what} is one step."),
            steps if steps > wanted() => format!(
                "{what} is the mean of the {steps} steps around it: there are more steps than the charts have room for."
            ),
            steps => format!(
                "{what} is the mean of the {steps} steps around it, fewer at the ends of a stage."
            ),
        }
    };
    let index = move || {
        let at = WINDOWS.iter().position(|window| *window == wanted());
        at.unwrap_or(0).to_string()
    };
    let choose = move |event| {
        let at: Option<usize> = event_target_value(&event).parse().ok();
        if let Some(&window) = at.and_then(|at| WINDOWS.get(at)) {
            live.change(Navigation::Replace, |state| state.window = window);
        }
    };
    let name = move || match wanted() {
        1 => "1 step".to_owned(),
        steps => format!("{steps} steps"),
    };
    view! {
        <div class="window">
            <label>
                <span>"Averaged over " {name}</span>
                <input
                    type="range"
                    min="0"
                    max=(WINDOWS.len() - 1).to_string()
                    prop:value=index
                    aria-valuetext=name
                    on:input=choose
                />
            </label>
            <p>{told}</p>
        </div>
    }
}
