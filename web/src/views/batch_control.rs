//! Starts and stops a batch, and says why it failed.

use leptos::prelude::*;

use crate::batch::{Batch, Phase};
use crate::page::live::Live;

/// A button that asks once more, or stops what is being written.
#[component]
pub fn BatchControl(
    /// The batch.
    batch: Batch,
    /// What the button says while nothing is being written.
    name: &'static str,
    /// The lowest temperature of the batch, in tenths.
    #[prop(default = 0)]
    least: u8,
) -> impl IntoView {
    let live = expect_context::<Live>();
    let running = Memo::new(move |_| batch.writing.with(|writing| writing.running()));
    let ready = Memo::new(move |_| live.ready().is_some());
    let again = move |_| {
        // Without chance the same seed says as much as another.
        if live
            .state
            .with_untracked(|state| state.temperature.max(least))
            == 0
        {
            batch.again(live);
        } else {
            live.next_seed();
        }
    };
    view! {
        <Show
            when=move || running.get()
            fallback=move || view! {
                <button type="button" class="main" disabled=move || !ready.get() on:click=again>{name}</button>
            }
        >
            <button type="button" class="main stop" on:click=move |_| batch.stop(live)>"Stop"</button>
        </Show>
    }
}

/// Why the batch failed; nothing while it has not.
#[component]
pub fn Failed(
    /// The batch.
    batch: Batch,
) -> impl IntoView {
    let failure = Memo::new(move |_| {
        batch.writing.with(|writing| match &writing.phase {
            Phase::Failed(failure) => Some(failure.clone()),
            _ => None,
        })
    });
    move || {
        let failure = failure.get()?;
        Some(view! {
            <p class="failure" role="alert"><strong>{failure.message}</strong> " " {failure.advice}</p>
        })
    }
}
