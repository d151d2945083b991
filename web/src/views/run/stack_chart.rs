//! Which languages were chosen, as areas on each other, with the share of right answers on top.

use explang::Language;
use leptos::prelude::*;

use super::plot::{Plot, Shared};
use crate::draw::language_name::LanguageName;
use crate::draw::scale::Scale;
use crate::history::{Figure, LAYERS, Shares, area, label, line};

/// Most ticks of the shares' axis.
const TICKS: usize = 6;

/// The stacked areas of the whole course, the line over them.
#[component]
pub fn StackChart(
    /// The course, its axis, and the step that is looked at.
    shared: Shared,
) -> impl IntoView {
    let shares = Memo::new(move |_| shared.course.with(|course| course.shares.clone()));
    let right = Memo::new(move |_| {
        shared
            .course
            .with(|course| course.on_axis(Figure::Accuracy))
    });
    view! {
        <figure class="chart stack">
            <figcaption>
                <h3>"Thinking language chosen, and right answers " <span class="of">"% of the rollouts"</span></h3>
                <p class="meaning">
                    "Each colour is a language; its height is the share of the step's rollouts that chose it. The line is the share \
                     of rollouts with a right answer."
                </p>
            </figcaption>
            <Stack shared shares right />
        </figure>
    }
}

/// Areas on each other from 0 to 100 %, and a line over them.
#[component]
pub fn Stack(
    /// The course, its axis, and the step that is looked at.
    shared: Shared,
    /// The shares of the layers.
    shares: Memo<Vec<(u32, Shares)>>,
    /// The points of the line, in percent; none without a line.
    #[prop(optional)]
    right: Option<Memo<Vec<(u32, f64)>>>,
) -> impl IntoView {
    let y = Memo::new(|_| Scale::new(0.0, 100.0));
    let areas = (0..LAYERS).map(|layer| view! { <Area shared shares layer /> });
    let areas = areas.collect_view();
    let names = Language::ALL.map(|language| view! { <Name shared shares right language /> });
    let over = right.map(|right| {
        let path = Memo::new(move |_| {
            let points = right.get();
            shared.x.with(|x| y.with(|y| line(points, x, y)))
        });
        view! {
            <path class="curve halo" d=move || path.get() />
            <path class="curve" d=move || path.get() />
        }
    });
    view! {
        <Plot shared y ticks=TICKS over=names.collect_view().into_any()>
            {areas}
            {over}
        </Plot>
    }
}

/// The area of one layer.
#[component]
fn Area(shared: Shared, shares: Memo<Vec<(u32, Shares)>>, layer: usize) -> impl IntoView {
    let code = Language::ALL
        .get(layer)
        .map_or("untagged", |language| language.code());
    let path = Memo::new(move |_| {
        let draw = |x: &Scale| shares.with(|shares| area(shares, layer, x));
        shared.x.with(draw)
    });
    view! { <path class=format!("layer {code}") d=move || path.get() /> }
}

/// The name of a language inside its area, where it has room.
#[component]
fn Name(
    shared: Shared,
    shares: Memo<Vec<(u32, Shares)>>,
    right: Option<Memo<Vec<(u32, f64)>>>,
    language: Language,
) -> impl IntoView {
    let place = Memo::new(move |_| {
        let line = right.map(|right| right.get()).unwrap_or_default();
        let find = |x: &Scale| shares.with(|shares| label(shares, &line, language.index(), x));
        shared.x.with(find)
    });
    let left = move || {
        place
            .get()
            .map_or_else(String::new, |place| format!("{}%", place.x))
    };
    let top = move || {
        place
            .get()
            .map_or_else(String::new, |place| format!("{}%", place.y))
    };
    view! {
        <span class="in-area" aria-hidden="true" hidden=move || place.get().is_none() style:left=left style:top=top>
            <LanguageName language />
        </span>
    }
}
