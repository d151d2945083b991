//! View 4: think in every language at once.

pub mod summary;
pub mod tally;

use explang::Language;
use leptos::prelude::*;

use self::summary::Summary;
use self::tally::{Entry, by_merit};
use super::batch_control::{BatchControl, Failed};
use super::conditions::Conditions;
use super::model::LoadingBar;
use super::question::Question;
use super::response::{Column, Response};
use crate::batch::{Batch, Phase, Wanted};
use crate::draw::language_name::LanguageName;
use crate::draw::number;
use crate::page::address::State;
use crate::page::live::{Live, Navigation};

/// Think in every language at once.
#[component]
pub fn Every() -> impl IntoView {
    let live = expect_context::<Live>();
    let batch = Batch::new(Language::ALL.len());
    batch.follow(live, Memo::new(move |_| Wanted::every_language(live)));
    view! {
        <LoadingBar />
        <Seventeen batch />
    }
}

/// The view of a batch of seventeen columns, one a language in their order.
#[component]
pub fn Seventeen(
    /// The batch.
    batch: Batch,
) -> impl IntoView {
    let live = expect_context::<Live>();
    let columns: Vec<Column> = (0..Language::ALL.len())
        .map(|at| Column::of(batch, at))
        .collect();
    let columns = StoredValue::new(columns);
    let entries = Memo::new(move |_| {
        columns.with_value(|columns| {
            let all = Language::ALL.into_iter().zip(columns);
            all.map(|(language, column)| Entry {
                language,
                ended: column.written.with(|written| written.ended),
                right: column.right(),
                tokens: column.written.with(|written| written.tokens()),
            })
            .collect::<Vec<_>>()
        })
    });
    let best_first = Memo::new(move |_| live.state.with(|state| state.best_first));
    // Cards do not change places while they are being written.
    let order = Memo::new(move |before: Option<&Vec<Language>>| {
        let running = batch.writing.with(|writing| writing.running());
        match (best_first.get(), before) {
            (false, _) => Language::ALL.to_vec(),
            (true, Some(before)) if running => before.clone(),
            (true, _) => entries.with(|entries| by_merit(entries)),
        }
    });
    view! {
        <section id="every" aria-labelledby="every-title">
            <div class="about">
                <h2 id="every-title"><span class="number">"4"</span>"Think in every language at once"</h2>
                <p>
                    "The same problem, the same seed, seventeen times, each response forced into another language. How well the model does \
                     depends on how much of this kind of problem it practised there. The last four, with a dashed line, are those that SFT never \
                     showed as tags."
                </p>
                <p>"“Model’s choice” is the probability with which it would choose that language by itself."</p>
                <p class="told" role="status">{move || told(live, batch)}</p>
            </div>
            <div class="body">
                <Question />
                <div class="controls">
                    <BatchControl batch name="Think again" />
                    <Conditions />
                </div>
            </div>
            <div class="wide">
                <Failed batch />
                <Summary batch entries />
                <fieldset class="order">
                    <legend>"Order of the cards"</legend>
                    <Order best=false name="By language" chosen=best_first />
                    <Order best=true name="Right first, then shortest" chosen=best_first />
                </fieldset>
                <ol class="cards">
                    <For each=move || order.get() key=|language| *language let:language>
                        {columns
                            .with_value(|columns| columns.get(language.index()).copied())
                            .map(|column| view! { <Card language column /> })}
                    </For>
                </ol>
            </div>
        </section>
    }
}

/// One order of the cards, to be chosen.
#[component]
fn Order(best: bool, name: &'static str, chosen: Memo<bool>) -> impl IntoView {
    let live = expect_context::<Live>();
    view! {
        <label class="pick">
            <input
                type="radio"
                name="order"
                prop:checked=move || chosen.get() == best
                on:change=move |_| live.change(Navigation::Push, |state| state.best_first = best)
            />
            <span>{name}</span>
        </label>
    }
}

/// One language: what it said, and how likely the model would have chosen it.
#[component]
fn Card(language: Language, column: Column) -> impl IntoView {
    let live = expect_context::<Live>();
    let chance = Memo::new(move |_| {
        live.choice.with(|choice| {
            let all = &choice.as_ref()?.probabilities;
            let own = *all.get(language.index())?;
            let first = all.iter().all(|other| *other <= own);
            Some((f64::from(own), first))
        })
    });
    let english = (language != Language::En).then(|| language.english_name());
    view! {
        <li
            class=format!("card {language}")
            class:unseen-language=!language.seen()
            class:first=move || chance.get().is_some_and(|(_, first)| first)
        >
            <h3><LanguageName language /> " " <span class="english">{english}</span></h3>
            <Response column />
            <p class="chance">
                {move || match chance.get() {
                    None => "Model’s choice: …".to_owned(),
                    Some((chance, false)) => format!("Model’s choice: {}", number::percent(chance)),
                    Some((chance, true)) => format!("★ Model’s first choice: {}", number::percent(chance)),
                }}
            </p>
        </li>
    }
}

/// How far it has come, in a sentence.
fn told(live: Live, batch: Batch) -> String {
    let empty = live.state.with(|state| State::prompt(state).is_empty());
    batch.writing.with(|writing| match &writing.phase {
        Phase::Waiting if empty => "Write a problem in view 1.".into(),
        Phase::Waiting => "They begin as soon as the model is here.".into(),
        Phase::Running => "Live: all seventeen are being written at once, a token each a step.".into(),
        Phase::Failed(_) => "Nothing was written.".into(),
        Phase::Done(milliseconds) => {
            let tokens: usize = writing.columns.iter().map(|column| column.drawn).sum();
            let seed = writing.wanted.as_ref().map_or(0, |wanted| wanted.seed);
            let stopped = match writing.stopped() {
                true => "Stopped: what had not ended is not judged. ",
                false => "",
            };
            format!("{stopped}Live: {tokens} tokens in {milliseconds:.0} ms, all on this machine. Seed {seed}.")
        }
    })
}
