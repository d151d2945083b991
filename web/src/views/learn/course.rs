//! How the training goes: the choice kind by kind, the figures, the map of the choice now.

use explang::Language;
use explang::tasks::Spec;
use leptos::prelude::*;

use super::held_out::HeldOutChart;
use super::map::ChoiceMap;
use crate::draw::kind_name::kind_name;
use crate::draw::language_name::LanguageName;
use crate::history::{Figure, Shares, learned, nearest};
use crate::page::learning::Learning;
use crate::page::live::Live;
use crate::views::run::charts::{Walk, Window};
use crate::views::run::legend::Legend;
use crate::views::run::line_chart::LineChart;
use crate::views::run::plot::Shared;
use crate::views::run::stack_chart::Stack;
use crate::views::run::values::Values;

/// Most points of a line: these charts are half as wide as those of view 7, and there is one a kind.
const POINTS: usize = 120;

/// Languages that are named beside a kind.
const NAMED: usize = 3;

/// A share below this is not named.
const LEAST_NAMED: f64 = 0.05;

/// The figures, each in a chart of its own; held-out problems have another.
const FIGURES: [Figure; 5] = [
    Figure::Information,
    Figure::Accuracy,
    Figure::Reward,
    Figure::ChoiceEntropy,
    Figure::ResponseTokens,
];

/// All charts of the training.
#[component]
pub fn Progress() -> impl IntoView {
    let learning = expect_context::<Learning>();
    let live = expect_context::<Live>();
    let kinds = learning.kinds();
    let forced =
        Memo::new(move |_| (learning.training).with(|training| training.as_ref()?.settings.forced));
    let window = Memo::new(move |_| live.state.with(|state| state.window));
    let course = Memo::new(move |_| {
        let kinds = kinds.with(Vec::len);
        (learning.points).with(|points| learned::course(points, kinds, window.get(), POINTS))
    });
    let shared = Shared::new(course);
    let empty = Memo::new(move |_| learning.points.with(Vec::is_empty));
    let figures = Memo::new(move |_| {
        course.with(|course| {
            let there = FIGURES.into_iter();
            there
                .filter(|figure| course.curve(*figure).is_some())
                .collect::<Vec<_>>()
        })
    });
    let numbered = move || kinds.get().into_iter().enumerate().collect::<Vec<_>>();
    let unchosen = move |language: Language| {
        view! {
            <p class="told">
                <LanguageName language />
                " is forced, so there is no choice to show: watch what the reward and right answers come to without one."
            </p>
        }
    };
    view! {
        <div class="history">
            <h3>"Which language for which kind of problem"</h3>
            <Show
                when=move || !empty.get()
                fallback=|| view! {
                    <p class="nothing">"The charts begin with the training, and grow with every step."</p>
                }
            >
                {move || match forced.get() {
                    Some(language) => unchosen(language).into_any(),
                    None => view! {
                        <p class="told">
                            "Each colour is a language; its height is the model’s own probability of choosing it, the mean over a few \
                             held-out problems of the kind. These are exact probabilities, not counts."
                        </p>
                        <div class="small-charts by-kind">
                            <For each=numbered key=|(_, kind)| *kind let:((at, kind))>
                                <KindChart shared at kind />
                            </For>
                        </div>
                    }
                    .into_any(),
                }}
                <Walk shared />
                <Show when=move || forced.get().is_none()>
                    <Legend shared line=false />
                    <ChoiceMap kinds />
                </Show>
                <h3>"What comes of it"</h3>
                <div class="small-charts">
                    <HeldOutChart shared most=POINTS />
                    <For each=move || figures.get() key=|figure| *figure let:figure>
                        <LineChart shared figure />
                    </For>
                </div>
                <Window shared what="Each point of what the rollouts show" />
                <Values shared />
            </Show>
        </div>
    }
}

/// How the model chooses for one kind.
#[component]
fn KindChart(shared: Shared, at: usize, kind: Spec) -> impl IntoView {
    let learning = expect_context::<Learning>();
    let shares =
        Memo::new(move |_| (learning.points).with(|points| learned::choices(points, at, POINTS)));
    let named = Memo::new(move |_| {
        let step = shared.step.get();
        shares.with(|shares| nearest(shares, step).map(|(_, shares)| most(shares)))
    });
    let name = |(language, percent): (Language, u32)| {
        view! { <li><LanguageName language /> {format!(" {percent} %")}</li> }
    };
    let names = move || {
        let named = named.get().unwrap_or_default().into_iter();
        named.map(name).collect_view()
    };
    view! {
        <figure class="chart kind">
            <figcaption>
                <h4>{kind_name(kind)} " " <span class="of">"%"</span></h4>
                <ul class="favourites" aria-label="Chosen most at this step">{names}</ul>
            </figcaption>
            <Stack shared shares />
        </figure>
    }
}

/// The languages that are chosen most, in whole percent.
fn most(shares: &Shares) -> Vec<(Language, u32)> {
    let mut named: Vec<(Language, f64)> = Language::ALL
        .into_iter()
        .zip(shares.iter().copied())
        .filter(|(_, share)| *share >= LEAST_NAMED)
        .collect();
    named.sort_by(|a, b| b.1.total_cmp(&a.1));
    let named = named.into_iter().take(NAMED);
    named
        .map(|(language, share)| (language, (100.0 * share).round() as u32))
        .collect()
}
