//! The map of the choice now: a row a language, a column a kind.

use explang::Language;
use explang::tasks::Spec;
use leptos::prelude::*;

use crate::draw::kind_name::style_name;
use crate::draw::language_name::LanguageName;
use crate::draw::number;
use crate::page::learning::Learning;
use crate::views::run::map::least_width;

/// Parts of 1 that a bar tells apart: a cell is drawn anew when its own number changes.
const PARTS: f32 = 1000.0;

/// The probabilities that the model gives each language now, kind by kind.
#[component]
pub fn ChoiceMap(
    /// The kinds.
    kinds: Memo<Vec<Spec>>,
) -> impl IntoView {
    let learning = expect_context::<Learning>();
    let now = Memo::new(move |_| {
        (learning.points).with(|points| {
            let last = points.last();
            last.map(|point| point.choice.clone()).unwrap_or_default()
        })
    });
    let head = |kind: Spec| {
        let (family, style) = (kind.family().to_string(), style_name(kind.style()));
        view! { <th scope="col">{family} " " <span>{style}</span></th> }
    };
    let cell = move |language: Language, kind: usize| {
        let parts = Memo::new(move |_| {
            now.with(|now| {
                let share = now
                    .get(kind)
                    .and_then(|choice| choice.get(language.index()));
                (PARTS * share.copied().unwrap_or(0.0)).round() as u32
            })
        });
        let share = move || f64::from(parts.get()) / f64::from(PARTS);
        view! {
            <td>
                <span class="worth">{move || number::whole_percent(share())}</span>
                <span class="chosen" style:width=move || format!("{:.1}%", 100.0 * share())></span>
            </td>
        }
    };
    let rows = move || {
        let count = kinds.with(Vec::len);
        Language::ALL
            .map(|language| {
                let cells = (0..count).map(|kind| cell(language, kind)).collect_view();
                view! {
                    <tr class=language.code()>
                        <th scope="row"><LanguageName language /></th>
                        {cells}
                    </tr>
                }
            })
            .collect_view()
    };
    view! {
        <div class="map">
            <h3 id="choice-map">"What it would choose now"</h3>
            <p class="told">"The probability of each language for each kind, in percent, after the last step."</p>
            <div class="wide" tabindex="0" role="group" aria-labelledby="choice-map">
                <table aria-labelledby="choice-map" style:min-width=move || least_width(kinds.with(Vec::len))>
                    <thead>
                        <tr>
                            <th scope="col"><span class="unseen">"Language"</span></th>
                            {move || kinds.get().into_iter().map(head).collect_view()}
                        </tr>
                    </thead>
                    <tbody>{rows}</tbody>
                </table>
            </div>
        </div>
    }
}
