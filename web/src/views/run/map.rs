//! The map: languages by kinds of problems.

use explang::Language;
use explang::run::{Stage, SummaryExcerpt};
use leptos::prelude::*;

use crate::draw::kind_name::style_name;
use crate::draw::language_name::LanguageName;
use crate::draw::number;
use crate::history::map::{Cell, Map, best, stages};

/// What each language is worth for each kind, and what is chosen after each stage; nothing where the run was not measured so.
#[component]
pub fn MapTable(
    /// The figures.
    summary: RwSignal<Option<SummaryExcerpt>>,
) -> impl IntoView {
    // The last stage of RL at first: what it came to.
    let wanted = RwSignal::new(Stage::Exploit);
    let there = Memo::new(move |_| {
        summary.with(|summary| summary.as_ref().map(stages).unwrap_or_default())
    });
    let stage = Memo::new(move |_| {
        let (stages, wanted) = (there.get(), wanted.get());
        let found = stages.iter().copied().find(|stage| *stage == wanted);
        found.or_else(|| stages.last().copied())
    });
    let place = move || {
        let at = there.get().iter().position(|of| Some(*of) == stage.get());
        at.unwrap_or(0).to_string()
    };
    let title = move || stage.get().map_or("", Stage::title);
    let go = move |event| {
        let at: Option<usize> = event_target_value(&event).parse().ok();
        if let Some(stage) = at.and_then(|at| there.get_untracked().get(at).copied()) {
            wanted.set(stage);
        }
    };
    let caused = move || {
        summary.with(|summary| {
            summary
                .as_ref()
                .is_some_and(|summary| !summary.practice.is_empty())
        })
    };
    view! {
        <Show when=move || stage.get().is_some()>
            <div class="map">
                <h3 id="map">"Which language for which problem"</h3>
                <p class="told">
                    "The number is what a language is worth: right answers in percent when it is forced after SFT, before any reward. \
                     The bar is how probable the model’s own choice of it is. A frame marks the languages that are worth most."
                </p>
                <p class="told">
                    {move || if caused() {
                        "The line under a number is a cause that we put in: the share of the kind’s pages in pretraining that were in \
                         this language. Real models get theirs from what people write about a topic."
                    } else {
                        "Every language had the same practice with every kind."
                    }}
                </p>
                <label class="stage">
                    <span>"Chosen after: " <strong>{title}</strong></span>
                    <input
                        type="range"
                        min="0"
                        max=move || there.with(Vec::len).saturating_sub(1).to_string()
                        step="1"
                        prop:value=place
                        aria-valuetext=title
                        on:input=go
                    />
                </label>
                {move || {
                    let map = summary.with(|summary| Map::of(summary.as_ref()?, stage.get()?))?;
                    Some(table(map, caused()))
                }}
            </div>
        </Show>
    }
}

/// Least widths of the table's columns: that of the names, and that of a kind.
const FIRST_COLUMN: f64 = 6.2;
const COLUMN: f64 = 3.9;

/// The least width of a table of so many kinds: its columns keep theirs, and where they do not fit it is moved sideways.
pub(in crate::views) fn least_width(kinds: usize) -> String {
    format!("{}rem", FIRST_COLUMN + COLUMN * kinds as f64)
}

/// A row a language, a column a kind.
fn table(map: Map, caused: bool) -> impl IntoView {
    let names = map.kinds.iter().map(|(kind, _)| {
        let (family, style) = kind.split_once('/').unwrap_or((kind, ""));
        // A source of another kind may have styles of its own.
        let style = style
            .parse()
            .map_or_else(|_| style, |style| style_name(style));
        view! { <th scope="col">{family.to_owned()} <span>{style.to_owned()}</span></th> }
    });
    let names = names.collect_view();
    let best: Vec<Vec<Language>> = map.kinds.iter().map(|(_, cells)| best(cells)).collect();
    let rows = Language::ALL.map(|language| {
        let cells = map.kinds.iter().zip(&best).map(|((_, cells), best)| {
            cell(
                language,
                cells[language.index()],
                best.contains(&language),
                caused,
            )
        });
        view! {
            <tr class=language.code()>
                <th scope="row"><LanguageName language /></th>
                {cells.collect_view()}
            </tr>
        }
    });
    let width = least_width(map.kinds.len());
    view! {
        <div class="wide" tabindex="0" role="group" aria-labelledby="map">
            <table aria-labelledby="map" style:min-width=width>
                <thead><tr><th scope="col"><span class="unseen">"Language"</span></th>{names}</tr></thead>
                <tbody>{rows.collect_view()}</tbody>
            </table>
        </div>
    }
}

fn cell(language: Language, cell: Cell, best: bool, caused: bool) -> impl IntoView {
    let percent = |share: f64| format!("{}%", 100.0 * share.clamp(0.0, 1.0));
    let mut said = Vec::new();
    if let Some((accuracy, [low, high])) = cell.worth {
        said.push(format!(
            "{} forced: {:.0} % right, 95 % interval {:.0} to {:.0}",
            language.english_name(),
            100.0 * accuracy,
            100.0 * low,
            100.0 * high
        ));
    }
    if let Some(chosen) = cell.chosen {
        said.push(format!("chosen with {}", number::percent(chosen)));
    }
    if caused {
        said.push(format!("{} of the pages", number::percent(cell.practice)));
    }
    let worth = cell
        .worth
        .map(|(accuracy, _)| format!("{:.0}", 100.0 * accuracy));
    let chosen = percent(cell.chosen.unwrap_or(0.0));
    view! {
        <td class:best=best title=said.join("; ")>
            <span class="worth">{worth}</span>
            {caused.then(|| view! { <span class="practice" style:width=percent(cell.practice)></span> })}
            <span class="chosen" style:width=chosen></span>
        </td>
    }
}
