//! What the evaluations after the stages found, as a table.

use explang::run::{ModeExcerpt, Stage, StageExcerpt, SummaryExcerpt};
use leptos::prelude::*;

use crate::draw::language_name::LanguageName;
use crate::draw::number;
use crate::draw::scale::Scale;
use crate::history::summary::{self, Selected};

/// The columns after the stage's name. On a narrow screen each value stands under its own.
const COLUMNS: [&str; 5] = [
    "It chooses",
    "English forced",
    "Each seen language forced",
    "Each unseen language forced",
    "It chose",
];

/// Most languages that are named as chosen.
const NAMED: usize = 2;

/// The table, where the run has been evaluated.
#[component]
pub fn SummaryTable(
    /// The figures.
    summary: RwSignal<Option<SummaryExcerpt>>,
) -> impl IntoView {
    move || {
        summary.with(|summary| {
            let summary = summary.as_ref()?;
            let stages = summary.stages.iter();
            let stages = stages.map(|(stage, figures)| (title(*stage), figures));
            let others = [("Responses", &summary.responses), ("Baseline", &summary.baseline)];
            let others = others.into_iter().filter_map(|(title, figures)| Some((title, figures.as_ref()?)));
            let rows = stages.chain(others).map(|(title, figures)| row(title, figures)).collect_view();
            let sentences = summary::sentences(summary)
                .into_iter()
                .map(|sentence| view! { <li>{sentence}</li> })
                .collect_view();
            let [heading, whose] = match summary.responses {
                Some(_) => ["What the responses come to", ""],
                None => ["What each stage can do", " to problems that training never used, after each stage"],
            };
            Some(view! {
                <div class="evaluated">
                    <h3 id="evaluated">{heading}</h3>
                    <p class="told">
                        "Share of right answers" {whose} ": when the model chooses the \
                         language, and when one is forced on it. Thirteen languages were seen as tags in training, four were not. The \
                         band is the 95 % interval: with other problems of the same kinds the value would most likely lie in it."
                    </p>
                    // What a narrow screen shows as blocks stays a table for those who hear it.
                    <table role="table" aria-labelledby="evaluated">
                        <thead role="rowgroup">
                            <tr role="row">
                                <th role="columnheader" scope="col">{if whose.is_empty() { "Of" } else { "After" }}</th>
                                {COLUMNS.map(|name| view! { <th role="columnheader" scope="col">{name}</th> }).collect_view()}
                            </tr>
                        </thead>
                        <tbody role="rowgroup">{rows}</tbody>
                    </table>
                    <ul class="compared">{sentences}</ul>
                </div>
            })
        })
    }
}

/// A stage's name in the table.
const fn title(stage: Stage) -> &'static str {
    match stage {
        Stage::Control => "Control, RL with English only",
        stage => stage.title(),
    }
}

/// One stage, or one file of responses.
fn row(title: &'static str, figures: &StageExcerpt) -> impl IntoView + use<> {
    let modes = [
        &figures.self_chosen,
        &figures.english,
        &figures.multi,
        &figures.unseen,
    ];
    let cells = COLUMNS.into_iter().zip(modes);
    let cells = cells.map(|(column, mode)| cell(column, mode.as_ref()));
    let [.., chose] = COLUMNS;
    view! {
        <tr role="row">
            <th role="rowheader" scope="row">{title}</th>
            {cells.collect_view()}
            <td role="cell" data-column=chose>{summary::selected(figures, NAMED).map(selected)}</td>
        </tr>
    }
}

/// An accuracy with its interval.
fn cell(column: &'static str, mode: Option<&ModeExcerpt>) -> AnyView {
    let Some(mode) = mode else {
        return view! { <td class="none" role="cell" data-column=column>"not measured"</td> }
            .into_any();
    };
    let (value, interval) = summary::accuracy(mode);
    let scale = Scale::new(0.0, 1.0);
    let [low, high] = mode.intervals.accuracy.map(|end| scale.percent(end));
    let at = format!("{}%", scale.percent(mode.accuracy));
    let problems = format!("{} problems", mode.problems);
    view! {
        <td role="cell" data-column=column title=problems>
            <strong>{value}</strong>
            <span class="whisker" aria-hidden="true">
                <span class="interval" style:left=format!("{low}%") style:width=format!("{}%", high - low)></span>
                <span class="at" style:left=at></span>
            </span>
            <span class="ends">{interval}</span>
        </td>
    }
    .into_any()
}

/// What was chosen most, and where it was counted.
fn selected(selected: Selected) -> impl IntoView {
    let names = selected
        .languages
        .into_iter()
        .map(|(language, rate)| {
            view! { <li><LanguageName language /> " " {number::percent(rate)}</li> }
        })
        .collect_view();
    let counted = if selected.in_training {
        "in its training"
    } else {
        "in its evaluation"
    };
    view! {
        <ul>{names}</ul>
        <span class="ends">{counted}</span>
    }
}
