//! View 6: be the trainer.

pub mod lane;
pub mod pay;
pub mod pushes;
pub mod rewards;

use explang::Language;
use explang::run::Stage;
use leptos::prelude::*;

use self::pay::Pay;
use self::pushes::Pushes;
use self::rewards::Rewards;
use super::batch_control::{BatchControl, Failed};
use super::conditions::Conditions;
use super::model::LoadingBar;
use super::question::Question;
use super::response::{Column, Response};
use crate::batch::{Batch, Phase, Wanted};
use crate::draw::language_name::LanguageName;
use crate::judge::group::{Outcome, SIZE, outcome};
use crate::page::address::{Model, State};
use crate::page::live::{Live, Navigation};

/// The lowest temperature of a group, in tenths: without chance all its rollouts would be one.
const LEAST_TEMPERATURE: u8 = 1;

/// Be the trainer.
#[component]
pub fn Trainer() -> impl IntoView {
    let live = expect_context::<Live>();
    let batch = Batch::new(SIZE);
    batch.follow(
        live,
        Memo::new(move |_| Wanted::group(live, SIZE, LEAST_TEMPERATURE)),
    );
    view! {
        <LoadingBar />
        <Group batch />
    }
}

/// The view of a batch of eight columns.
#[component]
pub fn Group(
    /// The batch.
    batch: Batch,
) -> impl IntoView {
    let live = expect_context::<Live>();
    // A finished group changes seldom, the choices of the trainer often.
    let finished = Memo::new(move |_| {
        batch.writing.with(|writing| {
            let truth = writing.wanted.as_ref()?.problem?.answer();
            Some((writing.whole()?, truth))
        })
    });
    let incentive = Memo::new(move |_| live.state.with(|state| state.incentive.clone()));
    let paid: Memo<Option<Outcome>> = Memo::new(move |_| {
        finished.with(|finished| {
            let (rollouts, truth) = finished.as_ref()?;
            incentive.with(|incentive| Some(outcome(rollouts, truth, incentive)))
        })
    });
    let choose = Callback::new(move |(navigation, incentive)| {
        live.change(navigation, |state| state.incentive = incentive);
    });
    let unpaid = Memo::new(move |_| unpaid(live, batch));
    view! {
        <section id="trainer" aria-labelledby="trainer-title">
            <div class="about">
                <h2 id="trainer-title"><span class="number">"6"</span>"Be the trainer"</h2>
                <p>
                    "Reinforcement learning with GRPO learns from groups. The model writes eight rollouts for one problem. A reward pays \
                     each of them. The mean of the group is the baseline: what is paid more becomes more likely, what is paid less becomes \
                     less likely."
                </p>
                <p>
                    "You are the trainer: choose what is paid. Nothing is sampled anew while you choose, and nothing here trains the \
                     model. One group is a sample of one step. A run has many groups a step and many steps, so it may well end elsewhere."
                </p>
                <p class="told" role="status">{move || told(live, batch)}</p>
            </div>
            <div class="body">
                <Question />
                <div class="controls">
                    <BatchControl batch name="Sample another group" least=LEAST_TEMPERATURE />
                    <Conditions least=LEAST_TEMPERATURE />
                    <p class="note">
                        {move || live.state.with(|state| state.temperature < LEAST_TEMPERATURE).then_some(
                            "At temperature 0 all eight would be the same, so the group is drawn at 0.1."
                        )}
                    </p>
                </div>
            </div>
            <div class="wide">
                <Failed batch />
                <h3>"Eight rollouts"</h3>
                <ol class="cards">
                    {(0..SIZE).map(|at| view! { <Rollout at column=Column::of(batch, at) /> }).collect_view()}
                </ol>
            </div>
            <Pay incentive choose />
            <div class="outcome">
                <Show
                    when=move || unpaid.with(Option::is_none)
                    fallback=move || view! { <p class="honest">{move || unpaid.get()}</p> }
                >
                    <Pushes paid incentive />
                    <Varied paid />
                    <Rewards paid incentive />
                </Show>
            </div>
        </section>
    }
}

/// One rollout.
#[component]
fn Rollout(at: usize, column: Column) -> impl IntoView {
    let language = column.language;
    let class = move || match language.get() {
        Some(language) => format!("card {language}"),
        None => "card".to_owned(),
    };
    let named = move || match (language.get(), column.written.with(|w| w.ended)) {
        (Some(language), _) => view! { <LanguageName language /> }.into_any(),
        (None, true) => view! { <span class="english">"no language"</span> }.into_any(),
        (None, false) => view! { <span class="english">"…"</span> }.into_any(),
    };
    view! {
        <li class=class>
            <h4><span class="english">{format!("Rollout {} ", at + 1)}</span> {named}</h4>
            <Response column />
        </li>
    }
}

/// Where a group more varied than this one can be found.
#[component]
fn Varied(paid: Memo<Option<Outcome>>) -> impl IntoView {
    let live = expect_context::<Live>();
    let stage = Memo::new(move |_| live.state.with(State::stage));
    let alike = Memo::new(move |_| {
        paid.with(|paid| {
            let chosen = paid.as_ref().map_or(&[][..], |paid| &paid.chosen);
            chosen.windows(2).all(|two| two[0] == two[1]) && !chosen.is_empty()
        })
    });
    let told = Memo::new(move |_| {
        match stage.get() {
        Stage::Sft => None,
        stage if !stage.knows_tags() => Some(
            "This model has seen no tags yet, so it names no language. After SFT, where reinforcement learning begins, it does.",
        ),
        _ => alike.get().then_some(
            "All eight chose alike here. After SFT, where reinforcement learning begins, the choice is more varied.",
        ),
    }
    });
    let take = move |_| live.choose_model(Navigation::Push, Model::Stage(Stage::Sft));
    view! {
        <Show when=move || told.with(Option::is_some)>
            <div class="varied">
                <p>{move || told.get()}</p>
                <button type="button" class="chip" on:click=take>"Take the model after SFT"</button>
            </div>
        </Show>
    }
}

/// The language that a rollout named, for charts and tables.
fn name(language: Option<Language>) -> AnyView {
    match language {
        Some(language) => view! { <LanguageName language /> }.into_any(),
        None => view! { <span class="english">"no language"</span> }.into_any(),
    }
}

/// Why there will be no rewards, where there will be none.
fn unpaid(live: Live, batch: Batch) -> Option<&'static str> {
    if live.state.with(|state| state.problem().is_none()) {
        return Some(
            "Without a right answer there is no reward, and nobody here knows the answer to this text. Take one of the problems of the \
             tasks: “Change it in view 1”.",
        );
    }
    batch.writing.with(|writing| match writing.phase {
        Phase::Failed(_) => Some("No group, no rewards."),
        Phase::Done(_) if writing.stopped() => Some(
            "You stopped the group before all had ended, so it is not paid. Sample another one.",
        ),
        Phase::Waiting | Phase::Running | Phase::Done(_) => None,
    })
}

/// How far the group has come, in a sentence.
fn told(live: Live, batch: Batch) -> String {
    let empty = live.state.with(|state| state.prompt().is_empty());
    batch.writing.with(|writing| match writing.phase {
        Phase::Waiting if empty => "Write a problem in view 1.".into(),
        Phase::Waiting => "The group begins as soon as the model is here.".into(),
        Phase::Running => "Live: eight rollouts are being written at once.".into(),
        Phase::Failed(_) => "Nothing was written.".into(),
        Phase::Done(milliseconds) => {
            let tokens: usize = writing.columns.iter().map(|column| column.drawn).sum();
            let seed = writing.wanted.as_ref().map_or(0, |wanted| wanted.seed);
            format!("Live: {tokens} tokens in {milliseconds:.0} ms. The eight seeds come from seed {seed}.")
        }
    })
}
