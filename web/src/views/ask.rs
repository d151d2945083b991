//! View 1: ask.

use explang::Language;
use explang::tasks::{Problem, Spec, Split};
use leptos::prelude::*;

use super::builder::Builder;
use crate::draw::kind_name::style_name;
use crate::draw::language_name::direction;
use crate::judge::problem_text;
use crate::judge::recognise::recognise;
use crate::judge::taught;
use crate::page::address::{Asked, LONGEST_TEXT, Source};
use crate::page::live::{Live, Navigation};

/// Problems to begin with: what it was taught, in its own words and in others, and what nobody could expect of it.
const GALLERY: [(&str, &str); 8] = [
    ("A sum", "problem:sums/steps/3/86/57"),
    ("A product", "problem:products/steps/2/34/7"),
    ("A weekday", "problem:weekdays/steps/3/3/45"),
    ("A month", "problem:months/steps/2/5/20"),
    ("A time of day", "problem:clock/steps/2/09:45/20"),
    ("The same in one breath", "problem:clock/breath/2/09:45/20"),
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
    let taught = live.taught();
    let in_all = live.training.with(|training| {
        training
            .as_ref()
            .is_some_and(|training| training.asked_in_all > 0.0)
    });
    live.state.with(|state| match &state.asked {
        Asked::Text(text) if text.trim().is_empty() => "Write a problem.".into(),
        asked if state.run == Source::File => of_file(asked),
        Asked::Problem(problem) => known(problem, state.asked_in, &taught, in_all),
        Asked::Text(text) => match recognise(text) {
            Some(found) if found.says_style => known(&found.problem, found.language, &taught, in_all),
            Some(_) => "The text does not say how to think. The model was taught questions that end with “Think in steps.” or \
                 “Think in one breath.”; without it, expect a poor answer."
                .into(),
            None => format!(
                "The model was not taught this problem. It knows {}, and nothing else in the world: what it writes now \
                 will be nonsense, and nobody can say whether it is right.",
                kinds(&taught)
            ),
        },
    })
}

/// What is to be said of the model of a file.
fn of_file(asked: &Asked) -> String {
    let unknown = "What the model of your file was taught is not known here";
    match asked {
        Asked::Text(text) if recognise(text).is_none() => {
            format!("{unknown}, and nobody can say whether its answer to this is right.")
        }
        _ => format!("{unknown}."),
    }
}

/// What is to be said of a problem of the tasks; `in_all` says that training asked in all languages.
fn known(problem: &Problem, asked_in: Language, taught: &[Spec], in_all: bool) -> String {
    let kind = if taught::problem(taught, *problem.operands(), problem.style()).is_none() {
        format!(
            "This kind of problem was not taught to this model, which practised {}. Expect a wrong answer.",
            kinds(taught)
        )
    } else if problem.split() == Split::HeldOut {
        "This kind was practised, this very problem never: it was held out, to test the model."
            .into()
    } else {
        "This kind was practised, and this very problem may have been among the practice.".into()
    };
    if asked_in == Language::En || in_all {
        kind
    } else {
        format!(
            "{kind} It is asked in {}: apart from a few pages of its pretraining, the model was only ever asked in English.",
            asked_in.english_name()
        )
    }
}

/// The kinds that the model was taught, in words; the two styles of one level together.
fn kinds(taught: &[Spec]) -> String {
    let mut levels: Vec<(Spec, Vec<&str>)> = Vec::new();
    for spec in taught {
        let style = style_name(spec.style());
        let same = |(of, _): &&mut (Spec, Vec<&str>)| {
            (of.family(), of.level()) == (spec.family(), spec.level())
        };
        match levels.iter_mut().find(same) {
            Some((_, styles)) => styles.push(style),
            None => levels.push((*spec, vec![style])),
        }
    }
    let kinds: Vec<String> = levels
        .into_iter()
        .map(|(spec, styles)| {
            let level = spec.family().level_description(spec.level());
            format!("{} {} ({level})", spec.family(), styles.join(" or "))
        })
        .collect();
    match kinds.as_slice() {
        [] => "a few kinds of problems".into(),
        [one] => one.clone(),
        [first @ .., last] => format!("{} and {last}", first.join(", ")),
    }
}
