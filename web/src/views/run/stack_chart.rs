//! Which languages were chosen, as areas on each other, with the share of right answers on top.

use explang::Language;
use leptos::prelude::*;

use super::plot::{Plot, Shared};
use crate::draw::language_name::LanguageName;
use crate::draw::scale::Scale;
use crate::history::{Figure, LAYERS, area, label, line};

/// Most ticks of the shares' axis.
const TICKS: usize = 6;

/// The stacked areas, the line over them.
#[component]
pub fn StackChart(
    /// The course, its axis, and the step that is looked at.
    shared: Shared,
) -> impl IntoView {
    let y = Memo::new(|_| Scale::new(0.0, 100.0));
    let right = Memo::new(move |_| {
        shared.course.with(|course| {
            let points = course.on_axis(Figure::Accuracy);
            shared.x.with(|x| y.with(|y| line(points, x, y)))
        })
    });
    let areas = (0..LAYERS).map(|layer| view! { <Area shared layer /> });
    let areas = areas.collect_view();
    let names = Language::ALL.map(|language| view! { <Name shared language /> });
    view! {
        <figure class="chart stack">
            <figcaption>
                <h3>"Thinking language chosen, and right answers " <span class="of">"% of the rollouts"</span></h3>
                <p class="meaning">
                    "Each colour is a language; its height is the share of the step's rollouts that chose it. The line is the share \
                     of rollouts with a right answer."
                </p>
            </figcaption>
            <Plot shared y ticks=TICKS over=names.collect_view().into_any()>
                {areas}
                <path class="curve halo" d=move || right.get() />
                <path class="curve" d=move || right.get() />
            </Plot>
        </figure>
    }
}

/// The area of one layer.
#[component]
fn Area(shared: Shared, layer: usize) -> impl IntoView {
    let code = Language::ALL
        .get(layer)
        .map_or("untagged", |language| language.code());
    let path = Memo::new(move |_| {
        let draw = |x: &Scale| shared.course.with(|course| area(&course.shares, layer, x));
        shared.x.with(draw)
    });
    view! { <path class=format!("layer {code}") d=move || path.get() /> }
}

/// The name of a language inside its area, where it has room.
#[component]
fn Name(shared: Shared, language: Language) -> impl IntoView {
    let place = Memo::new(move |_| {
        let find = |x: &Scale| {
            shared.course.with(|course| {
                let right = course.on_axis(Figure::Accuracy);
                label(&course.shares, &right, language.index(), x)
            })
        };
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
