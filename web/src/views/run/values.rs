//! The charts' values as a table, for whoever reads them rather than sees them.

use explang::Language;
use leptos::prelude::*;
use web_sys::Element;

use super::plot::Shared;
use crate::draw::language_name::LanguageName;
use crate::history::{Course, LAYERS};

/// Rows of the table.
const ROWS: u32 = 10;

/// The table; it is made when it is opened.
#[component]
pub fn Values(
    /// The course, its axis, and the step that is looked at.
    shared: Shared,
) -> impl IntoView {
    let open = RwSignal::new(false);
    let toggle = move |event| {
        let details: Element = event_target(&event);
        open.set(details.has_attribute("open"));
    };
    view! {
        <details class="values" on:toggle=toggle>
            <summary>"These values as a table"</summary>
            <div class="wide" role="region" aria-label="The values at ten steps" tabindex="0">
                {move || open.get().then(|| shared.course.with(table))}
            </div>
        </details>
    }
}

fn table(course: &Course) -> impl IntoView + use<> {
    let chosen = course.chosen();
    let layers: Vec<usize> = (0..LAYERS).filter(|&layer| chosen[layer]).collect();
    let several = course.spans.len() > 1;
    let figures = course.curves.iter().map(|curve| {
        view! { <th scope="col">{curve.figure.title()} <span class="of">{curve.figure.unit()}</span></th> }
    });
    let languages = layers.iter().map(|&layer| {
        let name = match Language::ALL.get(layer) {
            Some(&language) => view! { <LanguageName language /> }.into_any(),
            None => view! { "no language" }.into_any(),
        };
        view! { <th scope="col">{name} <span class="of">" %"</span></th> }
    });
    let row = |step: u32| {
        let stage = course.stage_of(step).map(|(stage, _)| stage.title());
        let values = course.curves.iter().map(|curve| {
            // A value of another place would mislead in a table.
            let near = curve
                .near(step)
                .filter(|(at, _)| at.abs_diff(step) <= course.window);
            let text = near.map_or_else(|| "–".to_owned(), |(_, value)| curve.figure.number(value));
            view! { <td>{text}</td> }
        });
        let shares = course.shares_near(step);
        let shares = layers.iter().map(|&layer| {
            let share = shares.map(|shares| format!("{:.1}", 100.0 * shares[layer]));
            view! { <td>{share}</td> }
        });
        view! {
            <tr>
                <th scope="row">{step}</th>
                {several.then(|| view! { <td>{stage.unwrap_or_default()}</td> })}
                {values.collect_view()}
                {shares.collect_view()}
            </tr>
        }
    };
    view! {
        <table>
            <caption>{format!("Each value is a mean of up to {} steps.", course.window)}</caption>
            <thead>
                <tr>
                    <th scope="col">"Step"</th>
                    {several.then(|| view! { <th scope="col">"Stage"</th> })}
                    {figures.collect_view()}
                    {languages.collect_view()}
                </tr>
            </thead>
            <tbody>{course.rows(ROWS).into_iter().map(row).collect_view()}</tbody>
        </table>
    }
}
