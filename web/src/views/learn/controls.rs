//! Start, pause, one step, back to the beginning, download, delete; and what is kept.

use leptos::prelude::*;

use super::asking::{Asking, Confirm, Question};
use crate::page::address::{Source, View};
use crate::page::learning::{Keeping, Learning, Phase, spoken};
use crate::page::live::Live;
use crate::protocol::learning::NotKept;
use crate::views::way::way;

/// The buttons, and where the training is.
#[component]
pub fn Controls(
    /// What is asked before steps are lost.
    asking: Asking,
) -> impl IntoView {
    let learning = expect_context::<Learning>();
    let phase = move || learning.phase.get();
    let learns = Memo::new(move |_| phase().learns());
    let hears = Memo::new(move |_| phase().hears());
    let there = Memo::new(move |_| learning.training.with(Option::is_some));
    let steps = Memo::new(move |_| learning.steps());
    let keeps = Memo::new(move |_| {
        let unreadable = |keeping: &Keeping| matches!(keeping.not, Some((NotKept::Unreadable, _)));
        there.get() || (learning.keeping).with(|keeping| keeping.any || unreadable(keeping))
    });
    let can_step = Memo::new(move |_| hears.get() && !learns.get());
    let can_begin = Memo::new(move |_| hears.get() && there.get());
    let can_pack = Memo::new(move |_| can_begin.get() && !learning.packing.get());
    let can_delete = Memo::new(move |_| hears.get() && keeps.get());
    let toggle = move |_| {
        if !hears.get_untracked() {
            return;
        }
        asking.end();
        if learns.get_untracked() {
            learning.pause();
        } else {
            learning.run();
        }
    };
    let step = move |_| {
        if can_step.get_untracked() {
            asking.end();
            learning.step();
        }
    };
    let begin = Callback::new(move |()| learning.begin(None));
    let back = move |_| {
        if !can_begin.get_untracked() {
            return;
        }
        if steps.get_untracked() == 0 {
            begin.run(());
        } else {
            asking.ask(Question::Beginning);
        }
    };
    let pack = move |_| {
        if can_pack.get_untracked() {
            learning.download();
        }
    };
    let delete = move |_| {
        if can_delete.get_untracked() {
            asking.ask(Question::Deletion);
        }
    };
    let forget = Callback::new(move |()| learning.forget());
    let lost = Signal::derive(move || {
        format!(
            "The training would begin anew, and its {} would be lost.",
            spoken::steps(steps.get())
        )
    });
    let deleted = Signal::derive(move || match steps.get() {
        0 => "All that this browser keeps of a training would be deleted.".to_owned(),
        count => format!(
            "The training, its {}, and all that this browser keeps of it would be deleted.",
            spoken::steps(count)
        ),
    });
    view! {
        <div class="run-it">
            <button
                type="button"
                class="main"
                class:stop=move || learns.get()
                aria-disabled=move || blocked(hears.get())
                on:click=toggle
            >
                {move || if learns.get() { "Pause" } else { "Start" }}
            </button>
            <button type="button" aria-disabled=move || blocked(can_step.get()) on:click=step>"One step"</button>
            <button type="button" aria-disabled=move || blocked(can_begin.get()) on:click=back>"Back to the beginning"</button>
            <button type="button" aria-disabled=move || blocked(can_pack.get()) on:click=pack>"Download"</button>
            <button type="button" aria-disabled=move || blocked(can_delete.get()) on:click=delete>"Delete"</button>
        </div>
        <Confirm asking question=Question::Beginning told=lost yes="Begin anew" then=begin />
        <Confirm asking question=Question::Deletion told=deleted yes="Delete all of it" then=forget />
        <Loading />
        <p class="so-far">
            <strong class="steps">{move || steps.get()}</strong>
            {move || if steps.get() == 1 { " step" } else { " steps" }}
            <span class="of">{move || pace(learning)}</span>
        </p>
        <Kept />
        <Failed />
    }
}

/// The attribute of a button that cannot be pressed now. It keeps the keyboard meanwhile, which a disabled one would lose.
pub(super) fn blocked(can: bool) -> Option<&'static str> {
    (!can).then_some("true")
}

/// How long the last step took.
fn pace(learning: Learning) -> Option<String> {
    learning.points.with(|points| {
        let seconds = points.last()?.rollouts.as_ref()?.seconds;
        Some(format!(", the last one in {seconds:.1} s"))
    })
}

/// How far the model to start from has come.
#[component]
fn Loading() -> impl IntoView {
    let learning = expect_context::<Learning>();
    let bar = move || match learning.phase.get() {
        Phase::Loading(received, Some(total)) => Some(
            view! {
                <progress
                    max=total.to_string()
                    value=received.to_string()
                    aria-label="Loading the model to start from"
                ></progress>
            }
            .into_any(),
        ),
        // Without a length the bar moves by itself.
        Phase::Loading(..) | Phase::Starting => Some(
            view! { <progress aria-label="Loading the model to start from"></progress> }.into_any(),
        ),
        _ => None,
    };
    view! { <div class="loading">{bar}</div> }
}

/// What this browser keeps of the training.
#[component]
fn Kept() -> impl IntoView {
    let learning = expect_context::<Learning>();
    let kept = Memo::new(move |_| learning.keeping.get());
    let there = move || learning.training.with(Option::is_some);
    let (address, ask) = way(expect_context::<Live>(), "ask", |state| {
        state.view = View::Think;
        state.run = Source::Yours;
    });
    move || {
        let Keeping { step, not, .. } = kept.get();
        match (not, step) {
            (Some((why, failure)), _) => view! {
                <div class="kept not">
                    <p><strong>{failure.message}</strong> " " {failure.advice}</p>
                    {(why == NotKept::OtherTab).then(|| view! {
                        <button type="button" class="chip" on:click=move |_| learning.insist()>"Keep this one instead"</button>
                    })}
                </div>
            }
            .into_any(),
            (None, Some(step)) => view! {
                <p class="kept">
                    {format!("Kept in this browser up to step {step}: after a reload it goes on from there. ")}
                    <a href=address on:click=ask>"Ask it a question"</a>
                </p>
            }
            .into_any(),
            (None, None) => view! {
                <p class="kept">{there().then_some("Nothing of it is kept yet; every few steps it will be, in this browser alone.")}</p>
            }
            .into_any(),
        }
    }
}

/// Why the last order came to nothing.
#[component]
fn Failed() -> impl IntoView {
    let learning = expect_context::<Learning>();
    let over = Memo::new(move |_| learning.phase.get() == Phase::Over);
    move || {
        let failure = learning.failure.get()?;
        Some(view! {
            <div class="failure" role="alert">
                <p><strong>{failure.message}</strong> " " {failure.advice}</p>
                {over.get().then(|| view! {
                    <button type="button" on:click=move |_| learning.open()>"Start the learner again"</button>
                })}
            </div>
        })
    }
}
