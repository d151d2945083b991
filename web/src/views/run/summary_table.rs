//! What the evaluations after the stages found, as a table.

use explang::run::{ModeSummary, Stage, StageSummary, Summary};
use leptos::prelude::*;

use crate::history::summary::{self, Selected};
use crate::language_name::LanguageName;
use crate::number;
use crate::scale::Scale;

/// Most languages that are named as chosen.
const NAMED: usize = 2;

/// The table, where the run has been evaluated.
#[component]
pub fn SummaryTable(
    /// The figures.
    summary: RwSignal<Option<Summary>>,
) -> impl IntoView {
    move || {
        summary.with(|summary| {
            let summary = summary.as_ref()?;
            let rows = summary
                .stages
                .iter()
                .map(|(stage, figures)| row(*stage, figures))
                .collect_view();
            let sentences = summary
                .comparison
                .iter()
                .flat_map(summary::sentences)
                .map(|sentence| view! { <li>{sentence}</li> })
                .collect_view();
            Some(view! {
                <div class="evaluated">
                    <h3 id="evaluated">"What each stage can do"</h3>
                    <p class="told">
                        "Share of right answers to problems that training never used, after each stage: when the model chooses the \
                         language, and when one is forced on it. Thirteen languages were seen as tags in training, four were not. The \
                         band is the 95 % interval: with other problems of the same kinds the value would most likely lie in it."
                    </p>
                    <div class="wide" role="region" aria-labelledby="evaluated" tabindex="0">
                        <table>
                            <thead>
                                <tr>
                                    <th scope="col">"After"</th>
                                    <th scope="col">"It chooses"</th>
                                    <th scope="col">"English forced"</th>
                                    <th scope="col">"Each seen language forced"</th>
                                    <th scope="col">"Each unseen language forced"</th>
                                    <th scope="col">"It chose"</th>
                                </tr>
                            </thead>
                            <tbody>{rows}</tbody>
                        </table>
                    </div>
                    <ul class="compared">{sentences}</ul>
                </div>
            })
        })
    }
}

/// One stage.
fn row(stage: Stage, figures: &StageSummary) -> impl IntoView + use<> {
    let title = match stage {
        Stage::Control => "Control, RL with English only",
        stage => stage.title(),
    };
    view! {
        <tr>
            <th scope="row">{title}</th>
            {cell(figures.self_chosen.as_ref())}
            {cell(figures.english.as_ref())}
            {cell(figures.multi.as_ref())}
            {cell(figures.unseen.as_ref())}
            <td>{summary::selected(figures, NAMED).map(selected)}</td>
        </tr>
    }
}

/// An accuracy with its interval.
fn cell(mode: Option<&ModeSummary>) -> AnyView {
    let Some(mode) = mode else {
        return view! { <td class="none">"not measured"</td> }.into_any();
    };
    let (value, interval) = summary::accuracy(mode);
    let scale = Scale::new(0.0, 1.0);
    let [low, high] = mode.intervals.accuracy.map(|end| scale.percent(end));
    let at = format!("{}%", scale.percent(mode.accuracy));
    let problems = format!("{} problems", mode.problems);
    view! {
        <td title=problems>
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
