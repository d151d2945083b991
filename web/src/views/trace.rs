//! The transcript, token by token.

use explang::Language;
use explang::transcript::{END_THINK, OPEN_TAG, THINK};
use leptos::prelude::*;
use wasm_bindgen::JsCast;
use web_sys::KeyboardEvent;

use crate::draw::language_name::{LanguageName, direction};
use crate::draw::number;
use crate::draw::scale::Scale;
use crate::page::live::Answer;
use crate::protocol::{Ending, Token};

/// Parts of a response.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Part {
    /// The tag and the marks around it.
    Tag,
    /// The thinking.
    Trace,
    /// The answer.
    Answer,
}

/// Stands for the token that ends a response.
const END: &str = "∎";

/// The token that is looked at, by its number in the answer.
type Looked = RwSignal<Option<usize>>;

/// The transcript and the token that is looked at.
#[component]
pub fn Trace(
    /// The answer.
    answer: RwSignal<Option<Answer>>,
    /// What the ids of its tokens begin with: two answers on a page have two names.
    #[prop(default = "piece")]
    name: &'static str,
) -> impl IntoView {
    let looked: Looked = RwSignal::new(None);
    let parts = Memo::new(move |_| answer.with(|answer| answer.as_ref().map(parts)));
    // A new answer has other tokens.
    Effect::new(move || {
        if parts.with(|parts| parts.as_ref().is_none_or(|(tokens, ..)| tokens.is_empty())) {
            looked.set(None);
        }
    });
    let language = Memo::new(move |_| answer.with(|answer| answer.as_ref()?.spoken()));
    let pieces = move |part: Part| {
        parts.get().map(|(pieces, ..)| {
            pieces
                .into_iter()
                .enumerate()
                .filter(|(_, (of, ..))| *of == part)
                .map(|(at, (_, text, log_prob))| view! { <Piece id=format!("{name}-{at}") at text log_prob looked /> })
                .collect_view()
        })
    };
    let given = move || {
        answer.with(|answer| {
            let forced = answer.as_ref()?.asked.language?;
            Some(view! { <span class="given">"forced: " <LanguageName language=forced /></span> })
        })
    };
    let class = move || match language.get() {
        Some(language) => format!("transcript {language}"),
        None => "transcript".to_owned(),
    };
    view! {
        <div class=class>
            <div
                role="listbox"
                tabindex=move || if parts.with(|p| p.as_ref().is_none_or(|(t, ..)| t.is_empty())) { "0" } else { "-1" }
                aria-label="The response, token by token"
                on:keydown=move |event| walk(&event, name, looked)
                on:pointerleave=move |_| looked.set(None)
            >
                <div class="tag" dir="ltr" role="presentation">{given}{move || pieces(Part::Tag)}</div>
                <div
                    class="thinking"
                    role="presentation"
                    lang=move || language.get().map_or("", Language::code)
                    dir=move || language.get().map_or("auto", direction)
                >
                    {move || pieces(Part::Trace)}
                </div>
                <div class="answer" dir="ltr" role="presentation">{move || pieces(Part::Answer)}</div>
            </div>
            {move || answer.with(|answer| ending(answer.as_ref()?))}
            <Details answer looked />
        </div>
    }
}

/// One token, or several that make one character together.
#[component]
fn Piece(id: String, at: usize, text: String, log_prob: f32, looked: Looked) -> impl IntoView {
    let probability = f64::from(log_prob).exp();
    let said = match text.as_str() {
        "" => "part of a character".to_owned(),
        END => "the end".to_owned(),
        _ => shown(&text),
    };
    let name = format!("{said}, {}", number::percent(probability));
    let doubt = format!("{:.0}%", 40.0 * (1.0 - probability));
    let mark = text.starts_with('<') || text.is_empty() || text == END || text.contains('\n');
    view! {
        <span
            class="piece"
            class:mark=mark
            class:looked=move || looked.get() == Some(at)
            role="option"
            id=id
            tabindex=move || if looked.get().unwrap_or(0) == at { "0" } else { "-1" }
            aria-label=name
            aria-selected=move || (looked.get() == Some(at)).to_string()
            style=("--doubt", doubt)
            on:pointerenter=move |_| looked.set(Some(at))
            on:focus=move |_| looked.set(Some(at))
        >
            {if mark { shown(&text) } else { text }}
        </span>
    }
}

/// What else could have stood in the place of the token that is looked at.
#[component]
fn Details(answer: RwSignal<Option<Answer>>, looked: Looked) -> impl IntoView {
    let token = move || {
        let at = looked.get()?;
        answer.with(|answer| answer.as_ref()?.tokens.get(at).cloned().map(|t| (at, t)))
    };
    let scale = Scale::new(0.0, 1.0);
    let rows = move |token: &Token| {
        token
            .rivals
            .iter()
            .map(|rival| {
                let probability = f64::from(rival.probability);
                let width = format!("{}%", scale.percent(probability));
                view! {
                    <li class:drawn=rival.token == token.token>
                        <bdi>{shown(&rival.text)}</bdi>
                        <span class="track" aria-hidden="true"><span class="bar" style:width=width></span></span>
                        <span class="value">{number::percent(probability)}</span>
                    </li>
                }
            })
            .collect_view()
    };
    view! {
        <div class="details" aria-live="polite">
            {move || match token() {
                None => view! { <p class="hint">"Point at a piece of the response."</p> }.into_any(),
                Some((at, token)) => view! {
                    <p>
                        {format!("Token {}: probability {}. The most probable in its place:", at + 1, number::percent(f64::from(token.log_prob).exp()))}
                    </p>
                    <ol>{rows(&token)}</ol>
                }
                .into_any(),
            }}
        </div>
    }
}

/// Arrow keys, Home and End move from token to token.
fn walk(event: &KeyboardEvent, name: &str, looked: Looked) {
    let document = document();
    let exists = |at: usize| document.get_element_by_id(&format!("{name}-{at}"));
    let at = looked.get_untracked();
    let rtl = at
        .and_then(exists)
        .and_then(|piece| piece.parent_element())
        .is_some_and(|line| line.get_attribute("dir").as_deref() == Some("rtl"));
    let (forward, backward) = if rtl {
        ("ArrowLeft", "ArrowRight")
    } else {
        ("ArrowRight", "ArrowLeft")
    };
    let wanted = match event.key() {
        key if key == forward || key == "ArrowDown" => at.map_or(0, |at| at + 1),
        key if key == backward || key == "ArrowUp" => at.map_or(0, |at| at.saturating_sub(1)),
        key if key == "Home" => 0,
        key if key == "End" => (0..)
            .take_while(|&at| exists(at).is_some())
            .last()
            .unwrap_or(0),
        _ => return,
    };
    event.prevent_default();
    if let Some(piece) =
        exists(wanted).and_then(|piece| piece.dyn_into::<web_sys::HtmlElement>().ok())
    {
        let _focused = piece.focus();
    }
}

/// Every token with the part that it belongs to. A forced tag is not among them: the model did not write it.
fn parts(answer: &Answer) -> (Vec<(Part, String, f32)>, usize) {
    let forced = answer.asked.language.is_some();
    let tagged = answer.asked.stage().knows_tags();
    let finished = answer
        .completed
        .as_ref()
        .is_some_and(|done| done.end == Ending::Finished);
    let mut part = if forced || !tagged {
        Part::Trace
    } else {
        Part::Tag
    };
    let mut pieces = Vec::with_capacity(answer.tokens.len());
    for token in &answer.tokens {
        let mark = token.piece.trim();
        if mark == OPEN_TAG {
            part = Part::Tag;
        }
        if mark == END_THINK || (!tagged && mark.starts_with("\\boxed")) {
            part = Part::Answer;
        }
        let last = pieces.len() + 1 == answer.tokens.len();
        let piece = if token.piece.is_empty() && last && finished {
            END.to_owned()
        } else {
            token.piece.clone()
        };
        pieces.push((part, piece, token.log_prob));
        if mark == THINK {
            part = Part::Trace;
        }
    }
    let length = pieces.len();
    (pieces, length)
}

/// How the response ended, where that is worth a word.
fn ending(answer: &Answer) -> Option<AnyView> {
    if let Some(failure) = &answer.failure {
        let (message, advice) = (failure.message.clone(), failure.advice.clone());
        return Some(
            view! { <p class="failure" role="alert"><strong>{message}</strong> " " {advice}</p> }
                .into_any(),
        );
    }
    let text = match answer.completed.as_ref()?.end {
        Ending::Finished => return None,
        Ending::CutShort => "Cut short: the budget is used up.",
        Ending::Stopped => "Stopped.",
    };
    Some(view! { <p class="ending">{text}</p> }.into_any())
}

/// A token's text with what cannot be seen made visible.
fn shown(text: &str) -> String {
    match text {
        // Part of a character: the next token completes it.
        "" => "·".into(),
        " " => "␣".into(),
        _ => text.replace('\n', "↵"),
    }
}
