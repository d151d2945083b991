//! Asks before steps are lost, in the place where the button is.

use leptos::html::Button;
use leptos::prelude::*;
use wasm_bindgen::JsCast;
use web_sys::{HtmlElement, KeyboardEvent};

/// What would lose steps.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Question {
    /// Going back to the beginning.
    Beginning,
    /// Beginning the experiment of this number.
    Experiment(usize),
    /// Deleting all.
    Deletion,
}

/// The question that is asked now. Copies share it.
#[derive(Clone, Copy)]
pub struct Asking(RwSignal<Option<Question>>);

impl Asking {
    /// Nothing is asked.
    pub fn new() -> Asking {
        Asking(RwSignal::new(None))
    }

    /// Asks, in the place of what was asked before.
    pub fn ask(self, question: Question) {
        self.0.set(Some(question));
    }

    /// Asks no more.
    pub fn end(self) {
        self.0.set(None);
    }

    /// Whether this is asked.
    pub fn asks(self, question: Question) -> bool {
        self.0.with(|asked| *asked == Some(question))
    }
}

impl Default for Asking {
    fn default() -> Self {
        Asking::new()
    }
}

/// Asks a question, where it is the one that is asked.
#[component]
pub fn Confirm(
    /// What is asked.
    asking: Asking,
    /// The question.
    question: Question,
    /// What would be lost.
    #[prop(into)]
    told: Signal<String>,
    /// What the button says that does it.
    yes: &'static str,
    /// Does it.
    then: Callback<()>,
) -> impl IntoView {
    let asks = Memo::new(move |_| asking.asks(question));
    move || asks.get().then(|| view! { <Asked asking told yes then /> })
}

#[component]
fn Asked(
    asking: Asking,
    told: Signal<String>,
    yes: &'static str,
    then: Callback<()>,
) -> impl IntoView {
    let first = NodeRef::<Button>::new();
    let before = StoredValue::new_local(focused());
    // The keyboard goes back to where it came from.
    let end = move || {
        if let Some(before) = before.get_value() {
            let _focused = before.focus();
        }
        asking.end();
    };
    Effect::new(move || {
        if let Some(button) = first.get() {
            let _focused = button.focus();
        }
    });
    let confirm = move |_| {
        end();
        then.run(());
    };
    let keys = move |event: KeyboardEvent| {
        if event.key() == "Escape" {
            end();
        }
    };
    view! {
        <div class="confirm" role="group" aria-label="Are you sure?" on:keydown=keys>
            <p id="confirmed">{move || told.get()}</p>
            <div class="buttons">
                <button type="button" node_ref=first aria-describedby="confirmed" on:click=confirm>{yes}</button>
                <button type="button" class="plain" on:click=move |_| end()>"Cancel"</button>
            </div>
        </div>
    }
}

/// The element that has the keyboard.
fn focused() -> Option<HtmlElement> {
    document().active_element()?.dyn_into().ok()
}
