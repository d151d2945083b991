//! What the colours mean, with the values at the step that is looked at.

use explang::Language;
use leptos::prelude::*;

use super::plot::Shared;
use crate::draw::language_name::LanguageName;
use crate::history::{Figure, LAYERS, UNTAGGED};

/// The line, then the layers from top to bottom, as they lie in the chart; those that were never chosen are left out.
#[component]
pub fn Legend(
    /// The course, its axis, and the step that is looked at.
    shared: Shared,
    /// A line of right answers lies over the layers.
    #[prop(default = true)]
    line: bool,
) -> impl IntoView {
    let chosen = Memo::new(move |_| shared.course.with(|course| course.chosen()));
    let right = move || {
        let step = shared.step.get();
        let point = shared
            .course
            .with(|course| course.curve(Figure::Accuracy)?.near(step));
        point.map(|(_, value)| Figure::Accuracy.text(value))
    };
    let entry = move |layer: usize| {
        let share = move || {
            let step = shared.step.get();
            let share = shared
                .course
                .with(|course| course.shares_near(step).map(|shares| shares[layer]));
            share.map(|share| format!("{:.1} %", 100.0 * share))
        };
        let language = Language::ALL.get(layer).copied();
        let name = match language {
            Some(language) => view! { <LanguageName language /> }.into_any(),
            None => view! { <span>"no language"</span> }.into_any(),
        };
        let code = language.map_or("untagged", Language::code);
        view! {
            <li class=code hidden=move || !chosen.with(|chosen| chosen[layer])>
                <span class="swatch" aria-hidden="true"></span>
                {name}
                <span class="value">{share}</span>
            </li>
        }
    };
    let layers = [UNTAGGED].into_iter().chain((0..LAYERS - 1).rev());
    view! {
        <ul class="legend" aria-label="Languages and their shares at this step">
            {line.then(|| view! {
                <li>
                    <span class="swatch stroke" aria-hidden="true"></span>
                    <span>"right answers"</span>
                    <span class="value">{right}</span>
                </li>
            })}
            {layers.map(entry).collect_view()}
        </ul>
    }
}
