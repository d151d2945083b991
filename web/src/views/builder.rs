//! The problem builder: family, style, level, operands, and the language of the question.

use explang::Language;
use explang::random;
use explang::random::SplitMix64;
use explang::tasks::calendar::{Month, Weekday};
use explang::tasks::{Family, Problem, Spec, Split, Style};
use leptos::prelude::*;

use crate::judge::problem_text;
use crate::page::address::Asked;
use crate::page::live::{Live, Navigation};

/// Most problems that are drawn in search of one that training never saw; one in five is.
const DRAWS: u64 = 200;

/// Controls that make a problem; they show the one that is asked.
#[component]
pub fn Builder() -> impl IntoView {
    let live = expect_context::<Live>();
    let problem = Memo::new(move |before: Option<&Option<Problem>>| {
        live.state.with(|state| match &state.asked {
            Asked::Problem(problem) => Some(*problem),
            // The builder is about to be hidden.
            Asked::Text(_) => before.copied().flatten(),
        })
    });
    let spec = move || problem.get().map(|problem| problem.spec());
    let family = Memo::new(move |_| spec().map(Spec::family));
    let refused = RwSignal::new(None::<String>);
    let ask = move |navigation, problem: Problem| {
        refused.set(None);
        live.change(navigation, |state| state.asked = Asked::Problem(problem));
    };
    let draw = move |spec: Spec| ask(Navigation::Push, fresh(spec));
    let taught = move |family, style: Option<Style>| {
        let tasks = live.training.get().map(|training| training.tasks);
        tasks.unwrap_or_default().iter().any(|task| {
            task.spec.family() == family && style.is_none_or(|style| task.spec.style() == style)
        })
    };
    // A kind of this family, one that was practised where there is one.
    let of_family = move |family: Family| {
        let tasks = live.training.get_untracked().map(|training| training.tasks);
        let known = tasks.unwrap_or_default().into_iter().map(|task| task.spec);
        known
            .filter(|spec| spec.family() == family)
            .max_by_key(|spec| spec.style() == Style::Steps)
            .or_else(|| Spec::new(family, Style::Steps, 2).ok())
    };
    let of_style = move |style: Style| {
        let family = problem.get_untracked()?.family();
        let tasks = live.training.get_untracked().map(|training| training.tasks);
        let known = tasks.unwrap_or_default().into_iter().map(|task| task.spec);
        let level = problem.get_untracked()?.level();
        known
            .into_iter()
            .find(|spec| spec.family() == family && spec.style() == style)
            .or_else(|| Spec::new(family, style, level).ok())
    };
    let change_operand = move |first: bool, text: String| {
        let Some(before) = problem.get_untracked() else {
            return;
        };
        let (a, b) = problem_text::operand_texts(&before);
        let (a, b) = if first { (text, b) } else { (a, text) };
        let Some(operands) = problem_text::operands(before.family(), &a, &b) else {
            refused.set(Some("Write a whole number.".into()));
            return;
        };
        let made = Problem::new(before.spec(), operands)
            .or_else(|_| Problem::at_lowest_level(operands, before.style()));
        match made {
            Ok(problem) => ask(Navigation::Replace, problem),
            Err(_) => refused.set(Some(format!(
                "The tasks have no such problem. {}",
                limits(before.family())
            ))),
        }
    };
    view! {
        <div class="builder">
            <fieldset>
                <legend>"Kind"</legend>
                {Family::ALL
                    .into_iter()
                    .map(|family| view! {
                        <label class="pick" class:untaught=move || !taught(family, None)>
                            <input
                                type="radio"
                                name="family"
                                prop:checked=move || spec().is_some_and(|s| s.family() == family)
                                on:change=move |_| { if let Some(spec) = of_family(family) { draw(spec) } }
                            />
                            <span>{family.name()}</span>
                        </label>
                    })
                    .collect_view()}
            </fieldset>
            <fieldset>
                <legend>"Thinking"</legend>
                {Style::ALL
                    .into_iter()
                    .map(|style| view! {
                        <label class="pick" class:untaught=move || spec().is_none_or(|s| !taught(s.family(), Some(style)))>
                            <input
                                type="radio"
                                name="style"
                                prop:checked=move || spec().is_some_and(|s| s.style() == style)
                                on:change=move |_| { if let Some(spec) = of_style(style) { draw(spec) } }
                            />
                            <span>{match style { Style::Steps => "in steps", Style::Breath => "in one breath" }}</span>
                        </label>
                    })
                    .collect_view()}
            </fieldset>
            <div class="row">
                <label>
                    <span>"Level"</span>
                    <select
                        prop:value=move || spec().map_or(1, Spec::level).to_string()
                        on:change=move |event| {
                            let level = event_target_value(&event).parse().ok();
                            let spec = spec().zip(level).and_then(|(s, level)| Spec::new(s.family(), s.style(), level).ok());
                            if let Some(spec) = spec { draw(spec) }
                        }
                    >
                        {move || {
                            let chosen = spec();
                            let family = chosen.map(Spec::family);
                            family.into_iter().flat_map(|family| (1..=family.levels()).map(move |level| (family, level))).map(|(family, level)| view! {
                                <option value=level.to_string() selected=chosen.is_some_and(|s| s.level() == level)>
                                    {format!("{level}: {}", family.level_description(level))}
                                </option>
                            }).collect_view()
                        }}
                    </select>
                </label>
                {move || {
                    family.get().map(|family| view! { <OperandFields family problem change=change_operand /> })
                }}
                <label>
                    <span>"Asked in"</span>
                    <select
                        prop:value=move || live.state.with(|state| state.asked_in.code())
                        on:change=move |event| {
                            if let Ok(language) = event_target_value(&event).parse() {
                                live.change(Navigation::Push, |state| state.asked_in = language);
                            }
                        }
                    >
                        {Language::ALL
                            .into_iter()
                            .map(|language| view! {
                                <option
                                    value=language.code()
                                    lang=language.code()
                                    selected=live.state.with_untracked(|state| state.asked_in == language)
                                >
                                    {language.own_name()}
                                </option>
                            })
                            .collect_view()}
                    </select>
                </label>
                <button type="button" on:click=move |_| { if let Some(spec) = spec() { draw(spec) } }>"Another one"</button>
            </div>
            <p class="refused" role="status">{move || refused.get()}</p>
        </div>
    }
}

/// The two operands, as fits the family.
#[component]
fn OperandFields(
    family: Family,
    problem: Memo<Option<Problem>>,
    change: impl Fn(bool, String) + Copy + 'static,
) -> impl IntoView {
    let texts = move || {
        problem
            .get()
            .filter(|p| p.family() == family)
            .map(|p| problem_text::operand_texts(&p))
    };
    let first = move || texts().map(|(a, _)| a).unwrap_or_default();
    let second = move || texts().map(|(_, b)| b).unwrap_or_default();
    let (name, second_name) = match family {
        Family::Sums => ("Add", "and"),
        Family::Differences => ("From", "take"),
        Family::Products => ("Multiply", "by"),
        Family::Weekdays => ("Weekday", "days later"),
        Family::Months => ("Month", "months later"),
        Family::Clock => ("Time", "minutes later"),
    };
    let named: Vec<(u8, &'static str)> = match family {
        Family::Weekdays => Weekday::ALL
            .map(|day| (day.number(), day.name(Language::En)))
            .to_vec(),
        Family::Months => Month::ALL
            .map(|month| (month.number(), month.name(Language::En)))
            .to_vec(),
        _ => Vec::new(),
    };
    let from = if named.is_empty() {
        let kind = if family == Family::Clock {
            "time"
        } else {
            "number"
        };
        view! {
            <input
                type=kind
                inputmode="numeric"
                min="0"
                step=if family == Family::Clock { "300" } else { "1" }
                prop:value=first
                on:change=move |event| change(true, event_target_value(&event))
            />
        }
        .into_any()
    } else {
        view! {
            <select prop:value=first on:change=move |event| change(true, event_target_value(&event))>
                {named
                    .into_iter()
                    .map(|(number, name)| view! {
                        <option value=number.to_string() selected=move || first() == number.to_string()>{name}</option>
                    })
                    .collect_view()}
            </select>
        }
        .into_any()
    };
    view! {
        <label><span>{name}</span>{from}</label>
        <label>
            <span>{second_name}</span>
            <input
                type="number"
                inputmode="numeric"
                min="0"
                step=if family == Family::Clock { "5" } else { "1" }
                prop:value=second
                on:change=move |event| change(false, event_target_value(&event))
            />
        </label>
    }
}

/// What the operands of a family may be.
fn limits(family: Family) -> &'static str {
    match family {
        Family::Sums => "Add two numbers of one, two or three digits, both of the same length.",
        Family::Differences => {
            "Take from a number one that is not larger and has as many digits, three at most."
        }
        Family::Products => {
            "Multiply two digits by two, two by one, or one by one, none of them 0 or 1."
        }
        Family::Weekdays => "Go 1 to 99 days on.",
        Family::Months => "Go 1 to 99 months on.",
        Family::Clock => {
            "Start at a five-minute mark after 6 in the morning, and end before 6 in the evening."
        }
    }
}

/// A problem of this kind, drawn anew: one that training never saw, where one comes up.
pub(super) fn fresh(spec: Spec) -> Problem {
    let mut rng = SplitMix64::new(random::mix(js_sys::Math::random().to_bits()));
    let mut problem = spec.draw(&mut rng);
    for _ in 0..DRAWS {
        if problem.split() == Split::HeldOut {
            break;
        }
        problem = spec.draw(&mut rng);
    }
    problem
}
