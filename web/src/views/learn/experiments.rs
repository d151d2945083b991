//! The prepared experiments as buttons.

use leptos::prelude::*;

use super::asking::{Asking, Confirm, Question};
use super::controls::blocked;
use crate::judge::experiment::{EXPERIMENTS, Experiment};
use crate::page::learning::{Learning, Next, spoken};

/// A button an experiment, with what to look for.
#[component]
pub fn Experiments(
    /// What is asked before steps are lost.
    asking: Asking,
) -> impl IntoView {
    let experiments = EXPERIMENTS.into_iter().enumerate();
    view! {
        <div class="experiments">
            <h3 id="experiments-title">"Experiments"</h3>
            <p class="told">"Each sets what is paid and begins anew; start, seed, sizes and kinds stay yours."</p>
            <ul aria-labelledby="experiments-title">
                {experiments.map(|(at, experiment)| view! { <Prepared at experiment asking /> }).collect_view()}
            </ul>
        </div>
    }
}

#[component]
fn Prepared(at: usize, experiment: Experiment, asking: Asking) -> impl IntoView {
    let learning = expect_context::<Learning>();
    let hears = Memo::new(move |_| learning.phase.get().hears());
    // It is what the training does, not only what is chosen.
    let under_way = Memo::new(move |_| {
        learning.training.with(|training| {
            let settings = &training.as_ref()?.settings;
            (experiment.settings(settings) == *settings).then_some("true")
        })
    });
    let begin = Callback::new(move |()| {
        let settings = (learning.settings).with_untracked(|chosen| experiment.settings(chosen));
        learning.settings.set(settings);
        learning.begin(Some(Next::Run));
    });
    let press = move |_| {
        if !hears.get_untracked() {
            return;
        }
        if untrack(move || learning.steps()) == 0 {
            begin.run(());
        } else {
            asking.ask(Question::Experiment(at));
        }
    };
    let lost = Signal::derive(move || {
        format!(
            "The {} of the training that is there would be lost.",
            spoken::steps(learning.steps())
        )
    });
    let look = format!("look-for-{at}");
    view! {
        <li>
            <button
                type="button"
                class="chip"
                aria-describedby=look.clone()
                aria-current=move || under_way.get()
                aria-disabled=move || blocked(hears.get())
                on:click=press
            >
                {experiment.name}
            </button>
            <p id=look>{experiment.look}</p>
            <Confirm
                asking
                question=Question::Experiment(at)
                told=lost
                yes="Begin the experiment"
                then=begin
            />
        </li>
    }
}
