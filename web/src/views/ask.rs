//! View 1: ask.

use explang::Language;
use explang::tasks::{Problem, Split, Weighted};
use leptos::prelude::*;

use super::builder::Builder;
use crate::draw::language_name::direction;
use crate::judge::problem_text;
use crate::judge::recognise::recognise;
use crate::page::address::{Asked, LONGEST_TEXT};
use crate::page::live::{Live, Navigation};

/// Problems to begin with: what it was taught, what it was not, and what nobody could expect of it.
const GALLERY: [(&str, &str); 6] = [
    ("Two digits, in steps", "problem:sums/steps/3/47/38"),
    ("A carry", "problem:sums/steps/3/86/57"),
    ("Three digits at once", "problem:sums/breath/4/358/467"),
    ("A weekday", "problem:weekdays/steps/2/1/17"),
    (
        "Asked in Korean",
        "text:47 + 38의 값은 얼마인가요? 단계별로 생각하세요.",
    ),
    ("Not a sum at all", "text:What is the capital of France?"),
];

/// The problem and how to make another.
#[component]
pub fn Ask() -> impl IntoView {
    let live = expect_context::<Live>();
    let own = Memo::new(move |_| {
        live.state
            .with(|state| matches!(state.asked, Asked::Text(_)))
    });
    let prompt = move || live.state.with(|state| state.prompt());
    // A text of one's own is in whatever language it is recognised as.
    let language = Memo::new(move |_| {
        live.state.with(|state| match &state.asked {
            Asked::Problem(_) => Some(state.asked_in),
            Asked::Text(text) => recognise(text).map(|found| found.language),
        })
    });
    let write_own = move |_| {
        live.change(Navigation::Push, |state| {
            state.asked = Asked::Text(state.prompt())
        });
    };
    let build = move |_| {
        live.change(Navigation::Push, |state| {
            state.asked = match &state.asked {
                Asked::Text(text) => recognise(text).map_or_else(
                    || crate::page::address::State::default().asked,
                    |found| Asked::Problem(found.problem),
                ),
                problem => problem.clone(),
            };
        });
    };
    view! {
        <section id="ask" aria-labelledby="ask-title">
            <div class="about">
                <h2 id="ask-title"><span class="number">"1"</span>"Ask"</h2>
                <p>"A problem is asked in plain words. It says how to think: in steps, or in one breath."</p>
            </div>
            <div class="body">
                <Show
                    when=move || own.get()
                    fallback=move || view! {
                        <p
                            class="question"
                            lang=move || language.get().map_or("", Language::code)
                            dir=move || language.get().map_or("auto", direction)
                        >
                            {prompt}
                        </p>
                        <Builder />
                    }
                >
                    <label class="own">
                        <span>"Your own words, in any of the seventeen languages"</span>
                        <textarea
                            rows="2"
                            dir="auto"
                            maxlength=LONGEST_TEXT.to_string()
                            prop:value=prompt
                            on:input=move |event| {
                                let text = event_target_value(&event);
                                live.change(Navigation::Replace, |state| state.asked = Asked::Text(text));
                            }
                        ></textarea>
                    </label>
                </Show>
                <p class="honest" aria-live="polite">{move || honest(live)}</p>
                <div class="gallery">
                    <span id="gallery-title">"Try"</span>
                    <ul aria-labelledby="gallery-title">
                        {GALLERY
                            .into_iter()
                            .map(|(name, what)| view! {
                                <li><button type="button" class="chip" on:click=move |_| show(live, what)>{name}</button></li>
                            })
                            .collect_view()}
                        <li>
                            <Show
                                when=move || own.get()
                                fallback=move || view! {
                                    <button type="button" class="chip plain" on:click=write_own>"Write your own"</button>
                                }
                            >
                                <button type="button" class="chip plain" on:click=build>"Back to the numbers"</button>
                            </Show>
                        </li>
                    </ul>
                </div>
            </div>
        </section>
    }
}

/// Takes a problem of the gallery.
fn show(live: Live, what: &str) {
    let asked = match what.split_once(':') {
        Some(("problem", text)) => problem_text::read(text).map(Asked::Problem),
        Some((_, text)) => Some(Asked::Text(text.to_owned())),
        None => None,
    };
    if let Some(asked) = asked {
        live.change(Navigation::Push, |state| {
            state.asked = asked;
            state.asked_in = Language::En;
        });
    }
}

/// What has to be said about the problem before the model answers it.
fn honest(live: Live) -> String {
    let tasks = live
        .training
        .get()
        .map(|training| training.tasks)
        .unwrap_or_default();
    live.state.with(|state| match &state.asked {
        Asked::Problem(problem) => known(problem, state.asked_in, &tasks),
        Asked::Text(text) if text.trim().is_empty() => "Write a problem.".into(),
        Asked::Text(text) => match recognise(text) {
            Some(found) if found.says_style => known(&found.problem, found.language, &tasks),
            Some(_) => "The text does not say how to think. The model was taught questions that end with “Think in steps.” or \
                 “Think in one breath.”; without it, expect a poor answer."
                .into(),
            None => format!(
                "The model was not taught this problem. It knows {}, and nothing else in the world: what it writes now \
                 will be nonsense, and nobody can say whether it is right.",
                kinds(&tasks)
            ),
        },
    })
}

/// What is to be said of a problem of the tasks.
fn known(problem: &Problem, asked_in: Language, tasks: &[Weighted]) -> String {
    let trained = tasks.iter().any(|task| task.spec == problem.spec());
    let kind = if !trained {
        format!(
            "This kind of problem was not taught to this model, which practised {}. Expect a wrong answer.",
            kinds(tasks)
        )
    } else if problem.split() == Split::HeldOut {
        "This kind was practised, this very problem never: it was held out, to test the model."
            .into()
    } else {
        "This kind was practised, and this very problem may have been among the practice.".into()
    };
    if asked_in == Language::En {
        kind
    } else {
        format!(
            "{kind} It is asked in {}: apart from a few pages of its pretraining, the model was only ever asked in English.",
            asked_in.english_name()
        )
    }
}

/// The kinds that the model practised, in words.
fn kinds(tasks: &[Weighted]) -> String {
    let kinds: Vec<String> = tasks
        .iter()
        .map(|task| {
            let spec = task.spec;
            let style = match spec.style() {
                explang::tasks::Style::Steps => "in steps",
                explang::tasks::Style::Breath => "in one breath",
            };
            format!(
                "{} {style} ({})",
                spec.family(),
                spec.family().level_description(spec.level())
            )
        })
        .collect();
    match kinds.as_slice() {
        [] => "a few kinds of problems".into(),
        [one] => one.clone(),
        [first @ .., last] => format!("{} and {last}", first.join(", ")),
    }
}
