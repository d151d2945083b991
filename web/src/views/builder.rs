//! The problem builder: family, style, level, operands, and the language of the question.

use explang::Language;
use explang::random;
use explang::random::SplitMix64;
use explang::tasks::calendar::{Month, Weekday};
use explang::tasks::{Family, Problem, Spec, Split, Style};
use leptos::prelude::*;

use crate::draw::kind_name::style_name;
use crate::judge::problem_text;
use crate::judge::taught;
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
    let kind = Memo::new(move |_| spec().map(|spec| (spec.family(), spec.style())));
    let refused = RwSignal::new(None::<String>);
    let ask = move |navigation, problem: Problem| {
        refused.set(None);
        live.change(navigation, |state| state.asked = Asked::Problem(problem));
    };
    let draw = move |spec: Spec| ask(Navigation::Push, fresh(spec));
    let taught = Memo::new(move |_| live.taught());
    let families = move || -> Vec<Family> {
        let families = Family::ALL.into_iter();
        taught.with(|taught| {
            families
                .filter(|family| taught.iter().any(|spec| spec.family() == *family))
                .collect()
        })
    };
    // The taught kinds of a family and a style.
    let levels = move |family: Family, style: Style| -> Vec<Spec> {
        let of = |spec: &Spec| spec.family() == family && spec.style() == style;
        taught.with(|taught| taught.iter().copied().filter(of).collect())
    };
    let styles = move || -> Vec<Style> {
        let family = family.get();
        let of = |style: &Style| family.is_some_and(|family| !levels(family, *style).is_empty());
        Style::ALL.into_iter().filter(of).collect()
    };
    // In the style that is shown where the family was taught in it.
    let of_family = move |family: Family| {
        let shown = spec().map(Spec::style);
        let found = Style::ALL
            .into_iter()
            .flat_map(|style| levels(family, style));
        found.max_by_key(|spec| Some(spec.style()) == shown)
    };
    let of_style = move |style: Style| levels(spec()?.family(), style).first().copied();
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
        let family = before.family();
        taught.with_untracked(|taught| {
            // At the level that is shown, where it was taught.
            let kept = taught.contains(&before.spec());
            let kept = kept.then(|| Problem::new(before.spec(), operands).ok());
            match kept
                .flatten()
                .or_else(|| taught::problem(taught, operands, before.style()))
            {
                Some(problem) => ask(Navigation::Replace, problem),
                None => refused.set(Some(match taught::limits(taught, family, before.style()) {
                    limits if limits.is_empty() => {
                        format!("The model was taught no {family} of this style.")
                    }
                    limits => format!("The model was taught no such problem, only {limits}."),
                })),
            }
        });
    };
    view! {
        <div class="builder">
            <fieldset>
                <legend>"Kind"</legend>
                {move || families()
                    .into_iter()
                    .map(|family| view! {
                        <label class="pick">
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
                {move || styles()
                    .into_iter()
                    .map(|style| view! {
                        <label class="pick">
                            <input
                                type="radio"
                                name="style"
                                prop:checked=move || spec().is_some_and(|s| s.style() == style)
                                on:change=move |_| { if let Some(spec) = of_style(style) { draw(spec) } }
                            />
                            <span>{style_name(style)}</span>
                        </label>
                    })
                    .collect_view()}
            </fieldset>
            <div class="row">
                {move || kind.get().map(|(family, style)| levels(family, style)).filter(|levels| levels.len() > 1).map(|levels| view! {
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
                            {levels
                                .into_iter()
                                .map(|of| view! {
                                    <option value=of.level().to_string() selected=move || spec() == Some(of)>
                                        {format!("{}: {}", of.level(), of.family().level_description(of.level()))}
                                    </option>
                                })
                                .collect_view()}
                        </select>
                    </label>
                })}
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
