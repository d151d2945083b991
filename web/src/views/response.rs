//! A response in a card: its thinking, its answer, what is to be said of it, its length.

use explang::Language;
use leptos::prelude::*;

use crate::batch::{Batch, Written};
use crate::draw::language_name::direction;
use crate::draw::scale::Scale;
use crate::judge::assess::{Assessment, assess};
use crate::protocol::Ending;

/// One response of a batch, as the views look at it.
#[derive(Clone, Copy)]
pub struct Column {
    /// The response as far as it is written.
    pub written: Memo<Written>,
    /// What is to be said of it, once it has ended.
    pub seen: Memo<Option<Assessment>>,
    /// The language that was forced or chosen.
    pub language: Memo<Option<Language>>,
    budget: Memo<Option<usize>>,
}

impl Column {
    /// The column of this number.
    pub fn of(batch: Batch, at: usize) -> Column {
        let forced = Memo::new(move |_| {
            batch
                .writing
                .with(|w| w.wanted.as_ref()?.columns.get(at)?.language)
        });
        let written = Memo::new(move |_| {
            batch
                .writing
                .with(|w| w.columns.get(at).cloned().unwrap_or_default())
        });
        // What was asked changes seldom, the text with every token.
        let asked = Memo::new(move |_| {
            batch.writing.with(|w| {
                w.wanted
                    .as_ref()
                    .map(|wanted| (wanted.stage, wanted.problem))
            })
        });
        let response = Memo::new(move |_| written.with(Written::response));
        Column {
            written,
            seen: Memo::new(move |_| {
                let (stage, problem) = asked.get()?;
                response.with(|response| Some(assess(response.as_ref()?, problem.as_ref(), stage)))
            }),
            language: Memo::new(move |_| forced.get().or_else(|| written.with(Written::tag))),
            budget: Memo::new(move |_| batch.writing.with(|w| w.budget())),
        }
    }

    /// Whether its answer is right; none while nobody knows.
    pub fn right(self) -> Option<bool> {
        self.seen
            .with(|seen| Some(seen.as_ref()?.judged.as_ref()?.right))
    }
}

/// Thinking, answer, verdicts and length, one below the other.
#[component]
pub fn Response(
    /// The response.
    column: Column,
) -> impl IntoView {
    let Column {
        written,
        seen,
        language,
        budget,
    } = column;
    let used = move || written.with(Written::tokens);
    let width = move || {
        let scale = Scale::new(0.0, budget.get().unwrap_or(1).max(1) as f64);
        format!("{}%", scale.percent(used() as f64))
    };
    let length = move || match budget.get() {
        None => "no token yet".to_owned(),
        Some(budget) => format!("{} of {budget} tokens{}", used(), written.with(ending)),
    };
    view! {
        <p
            class="thought"
            lang=move || language.get().map_or("", Language::code)
            dir=move || language.get().map_or("auto", direction)
        >
            {move || written.with(|written| written.thinking().to_owned())}
        </p>
        <p class="boxed">
            <span class="unseen">"Answer: "</span>
            {move || written.with(|written| {
                let empty = if written.ended { "no answer" } else { "…" };
                written.boxed().unwrap_or(empty).to_owned()
            })}
        </p>
        <p class="judged">
            {move || seen.with(|seen| seen.as_ref().map(right))}
            {move || seen.with(|seen| seen.as_ref().map(|seen| complies(seen, language.get())))}
        </p>
        <p class="spent">
            <span class="track" aria-hidden="true"><span class="bar" style:width=width></span></span>
            <span class="value">{length}</span>
        </p>
    }
}

/// Right or wrong, in words; nothing where nobody knows.
fn right(seen: &Assessment) -> Option<AnyView> {
    let (class, text) = match (&seen.judged, &seen.boxed) {
        (None, _) => return None,
        (Some(judged), _) if judged.right => ("good right", "✓ right"),
        (Some(_), None) => ("bad right", "✗ no answer"),
        (Some(_), Some(_)) => ("bad right", "✗ wrong"),
    };
    Some(view! { <span class=class>{text}</span> }.into_any())
}

/// Whether it thinks in the language that it was to think in.
fn complies(seen: &Assessment, language: Option<Language>) -> AnyView {
    let (class, text) = match (language, seen.detected) {
        (None, _) => ("bad complies", "✗ named no language".to_owned()),
        (Some(language), Some(found)) if language == found => {
            ("good complies", "✓ complies".to_owned())
        }
        (_, Some(found)) => (
            "bad complies",
            format!("✗ reads like {}", found.english_name()),
        ),
        (_, None) => ("bad complies", "✗ reads like no language".to_owned()),
    };
    view! { <span class=class>{text}</span> }.into_any()
}

/// How it ended, where that is worth a word.
fn ending(written: &Written) -> &'static str {
    match written.completed.as_ref().map(|completed| completed.end) {
        Some(Ending::CutShort) => ", cut short",
        Some(Ending::Stopped) => ", stopped",
        Some(Ending::Finished) | None => "",
    }
}
