//! View 2: choose the thinking language, or let the model choose.

use explang::Language;
use explang::run::Stage;
use leptos::prelude::*;

use crate::draw::language_name::LanguageName;
use crate::draw::number;
use crate::draw::scale::Scale;
use crate::page::address::Model;
use crate::page::live::{Live, Navigation};

/// The seventeen languages, each with its probability.
#[component]
pub fn Choose() -> impl IntoView {
    let live = expect_context::<Live>();
    let language = Memo::new(move |_| live.state.with(|state| state.language));
    let choose = move |language: Option<Language>| {
        live.change(Navigation::Push, |state| state.language = language);
    };
    let scale = Scale::new(0.0, 100.0);
    let ticks = scale.ticks(6);
    view! {
        <section id="choose" aria-labelledby="choose-title">
            <div class="about">
                <h2 id="choose-title"><span class="number">"2"</span>"Choose"</h2>
                <p>
                    "Before it thinks, the model names a language. The bars are the exact probabilities of its choice for this very \
                     problem, before anything is drawn; another kind of problem has other bars. Take its choice, or pick one: then both \
                     answers stand side by side."
                </p>
                <p class="told">{move || told(live)}</p>
            </div>
            <fieldset class="body choices">
                <legend class="unseen">"Thinking language"</legend>
                <label class="choice free">
                    <input
                        type="radio"
                        name="language"
                        prop:checked=move || language.get().is_none()
                        on:change=move |_| choose(None)
                    />
                    <span>"Let the model choose"</span>
                </label>
                <div class="axis" aria-hidden="true">
                    <div>
                        {ticks
                            .into_iter()
                            .map(|tick| {
                                let at = format!("{}%", scale.percent(tick));
                                view! { <span style:left=at>{format!("{tick:.0} %")}</span> }
                            })
                            .collect_view()}
                    </div>
                </div>
                {Language::ALL
                    .into_iter()
                    .map(|of| view! { <Row of language choose /> })
                    .collect_view()}
            </fieldset>
        </section>
    }
}

/// One language: its radio button, its name, its bar, its probability.
#[component]
fn Row(
    of: Language,
    language: Memo<Option<Language>>,
    choose: impl Fn(Option<Language>) + Copy + 'static,
) -> impl IntoView {
    let live = expect_context::<Live>();
    let probability = move || {
        live.choice
            .with(|choice| choice.as_ref()?.probabilities.get(of.index()).copied())
            .map(f64::from)
    };
    let scale = Scale::new(0.0, 1.0);
    let width = move || format!("{}%", probability().map_or(0.0, |p| scale.percent(p)));
    view! {
        <label class=format!("choice {of}") class:unseen-language=!of.seen()>
            <input
                type="radio"
                name="language"
                prop:checked=move || language.get() == Some(of)
                on:change=move |_| choose(Some(of))
            />
            <LanguageName language=of />
            <span class="track" aria-hidden="true"><span class="bar" style:width=width></span></span>
            <span class="value">{move || probability().map_or_else(|| "…".to_owned(), number::percent)}</span>
        </label>
    }
}

/// What the numbers do not say by themselves.
fn told(live: Live) -> String {
    let (model, stage) = live.state.with(|state| (state.model(), state.stage()));
    if !stage.knows_tags() {
        return "This model has seen no tags yet: the bars say little. Where a language is forced, a heading names it.".into();
    }
    live.choice.with(|choice| match choice {
        None => "Computed as soon as the model is here.".into(),
        Some(choice) => {
            let outside = 1.0 - f64::from(choice.mass);
            let unseen: f32 = Language::UNSEEN
                .iter()
                .filter_map(|l| choice.probabilities.get(l.index()))
                .sum();
            let missing = if outside > 0.000_5 {
                format!(" {} went to texts that name no language.", number::percent(outside))
            } else {
                String::new()
            };
            if model == Model::File {
                return format!("The model of your file: how it was trained is not known here.{missing}");
            }
            let note = match model {
                Model::Yours => " Your training may have changed what it does with them.",
                Model::Stage(Stage::Control) => " This model was trained with English forced, so its choice was never rewarded.",
                Model::Stage(Stage::Distil) => " The student has learned to think in all seventeen where it is told to.",
                Model::Stage(_) | Model::File => "",
            };
            format!(
                "Its training showed the tags of the first thirteen. The last four, with a dashed line, were never shown as tags: {} together.{missing}{note}",
                number::percent(f64::from(unseen))
            )
        }
    })
}
