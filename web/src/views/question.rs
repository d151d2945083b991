//! The problem that is asked, in a line, for the views that do not build one.

use explang::Language;
use explang::tasks::Problem;
use leptos::prelude::*;

use super::builder::fresh;
use crate::draw::language_name::direction;
use crate::judge::recognise::recognise;
use crate::page::address::{Asked, State, View};
use crate::page::live::{Live, Navigation};

/// The problem in words, another one of its kind, and the way to the builder.
#[component]
pub fn Question() -> impl IntoView {
    let live = expect_context::<Live>();
    let language = move || {
        live.state.with(|state| match &state.asked {
            Asked::Problem(_) => Some(state.asked_in),
            Asked::Text(text) => recognise(text).map(|found| found.language),
        })
    };
    let problem = Memo::new(move |_| live.state.with(State::problem));
    let another = move |_| {
        if let Some(problem) = problem.get_untracked() {
            live.change(Navigation::Push, |state| {
                state.asked = Asked::Problem(fresh(Problem::spec(&problem)));
            });
        }
    };
    let change = move |_| live.change(Navigation::Push, |state| state.view = View::Think);
    view! {
        <div class="asked">
            <p
                class="question"
                lang=move || language().map_or("", Language::code)
                dir=move || language().map_or("auto", direction)
            >
                {move || live.state.with(State::prompt)}
            </p>
            <div class="buttons">
                <button type="button" class="chip" disabled=move || problem.get().is_none() on:click=another>
                    "Another problem"
                </button>
                <button type="button" class="chip plain" on:click=change>"Change it in view 1"</button>
            </div>
        </div>
    }
}
