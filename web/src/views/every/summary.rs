//! What the seventeen come to, in three facts.

use explang::Language;
use leptos::prelude::*;

use super::tally::{Against, Entry, Tally, tally};
use crate::batch::Batch;
use crate::draw::language_name::LanguageName;
use crate::page::live::Live;

/// How many are right, which right one is the shortest, and how the others fare against English.
#[component]
pub fn Summary(
    /// The batch.
    batch: Batch,
    /// The responses, in the order of the languages.
    entries: Memo<Vec<Entry>>,
) -> impl IntoView {
    let live = expect_context::<Live>();
    let tally = Memo::new(move |_| entries.with(|entries| tally(entries)));
    let running = Memo::new(move |_| batch.writing.with(|writing| writing.running()));
    let budget = Memo::new(move |_| batch.writing.with(|writing| writing.budget()));
    let truth = Memo::new(move |_| {
        live.state
            .with(|state| state.problem().map(|problem| problem.answer()))
    });
    view! {
        <Show
            when=move || truth.with(Option::is_some)
            fallback=|| view! {
                <p class="honest unknown">
                    "Nobody here knows the right answer to this text: it is not a problem of the tasks. So nothing is called right or wrong. \
                     What the languages say, how long it is, and whether they comply can be seen all the same."
                </p>
            }
        >
            // While it runs a screen reader would hear every step.
            <div class="facts summary" aria-live="polite" aria-busy=move || running.get().to_string()>
                <div class="fact">
                    <h3>"Right"</h3>
                    <p class="big">
                        <span class="count">{move || tally.with(|tally| tally.right)}</span>
                        <span class="of">{format!(" of {}", Language::ALL.len())}</span>
                    </p>
                    <p>{move || format!("The right answer is {}.", truth.get().unwrap_or_default())}</p>
                    <p>{move || ended(&tally.get(), running.get())}</p>
                </div>
                <div class="fact">
                    <h3>"Shortest that is right"</h3>
                    {move || shortest(tally.get(), budget.get())}
                </div>
                <div class="fact">
                    <h3>"The other sixteen against English"</h3>
                    {move || match tally.with(|tally| tally.against) {
                        None => view! { <p class="big">"…"</p><p>"English has not ended."</p> }.into_any(),
                        Some(against) => fares(&against),
                    }}
                </div>
            </div>
        </Show>
    }
}

fn ended(tally: &Tally, running: bool) -> String {
    match (tally.ended, running) {
        (all, _) if all == Language::ALL.len() => "All have ended.".into(),
        (some, true) => format!("{some} have ended so far."),
        (some, false) => format!("{some} have ended."),
    }
}

fn shortest(tally: Tally, budget: Option<usize>) -> AnyView {
    let Some((tokens, languages)) = tally.shortest else {
        let why = match tally.ended == Language::ALL.len() {
            true => "None is right.",
            false => "None is right yet.",
        };
        return view! { <p class="big">"…"</p><p>{why}</p> }.into_any();
    };
    let of = budget.map_or_else(String::new, |budget| format!(" of {budget}"));
    let names = languages
        .into_iter()
        .enumerate()
        .map(|(at, language)| {
            view! { {(at > 0).then_some(", ")} <LanguageName language /> }
        })
        .collect_view();
    view! {
        <p class="big names">{names}</p>
        <p>{format!("{tokens} tokens{of}.")}</p>
    }
    .into_any()
}

fn fares(against: &Against) -> AnyView {
    let Against {
        english,
        win,
        tie,
        lose,
    } = *against;
    let (english, rule) = match english {
        true => (
            "right",
            "So no language can win here: those that are right tie, the wrong ones lose.",
        ),
        false => (
            "wrong",
            "So no language can lose here: those that are right win, the wrong ones tie.",
        ),
    };
    view! {
        <p class="big against">
            <span>{win}<span class="of">" win"</span></span>
            <span>{tie}<span class="of">" tie"</span></span>
            <span>{lose}<span class="of">" lose"</span></span>
        </p>
        <p>{format!("English is {english}. {rule}")}</p>
    }
    .into_any()
}
