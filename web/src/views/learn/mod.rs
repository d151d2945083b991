//! View 8: train it yourself.

pub mod asking;
pub mod controls;
pub mod course;
pub mod experiments;
pub mod form;
pub mod group;
pub mod held_out;
pub mod kinds;
pub mod map;
pub mod start;

use leptos::prelude::*;

use self::asking::Asking;
use self::controls::Controls;
use self::course::Progress;
use self::experiments::Experiments;
use self::form::Form;
use self::group::Learned;
use super::trainer::pay::Pay;
use crate::judge::incentive::Incentive;
use crate::page::learning::Learning;
use crate::page::live::Navigation;

/// Train it yourself.
#[component]
pub fn Learn() -> impl IntoView {
    let learning = expect_context::<Learning>();
    learning.open();
    let asking = Asking::new();
    let incentive = Memo::new(move |_| learning.settings.with(|chosen| chosen.incentive.clone()));
    // It is no part of the address, so there is nothing for the back button to undo.
    let choose = Callback::new(move |(_, incentive): (Navigation, Incentive)| {
        learning.choose(|chosen| chosen.incentive = incentive);
    });
    view! {
        <section id="learn" aria-labelledby="learn-title">
            <div class="about">
                <h2 id="learn-title"><span class="number">"8"</span>"Train it yourself"</h2>
                <p>
                    "After SFT the model names a language and thinks in it, but no reward has told it which. Here you do the reinforcement \
                     learning: say what is paid, press Start, and watch preferences form, problem by problem."
                </p>
                <p>
                    "These are real steps, by the trainer’s own code: this tab samples rollouts, pays them, computes gradients and changes \
                     the weights. Nothing is replayed. What differs from a run of the trainer: fewer prompts and smaller groups a step, a \
                     lighter detector of languages, answers compared without the mathematics, and one thread."
                </p>
                <p class="told" role="status">{move || learning.said.get()}</p>
            </div>
            <div class="body">
                <Controls asking />
                <Experiments asking />
            </div>
            <Progress />
            <div class="chosen">
                <Pay incentive choose />
                <Form />
            </div>
            <Learned />
        </section>
    }
}
