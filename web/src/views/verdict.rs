//! What is to be said of the answer: right, complies, tokens, reward, and the same steps in English.

use explang::tasks::say;
use leptos::prelude::*;

use crate::draw::language_name::LanguageName;
use crate::draw::scale::Scale;
use crate::judge::assess::{Assessment, Judged, assess};
use crate::judge::component::title;
use crate::page::address::Source;
use crate::page::live::Answer;
use crate::protocol::Ending;

/// The verdict on the answer, once it has ended.
#[component]
pub fn Verdict(
    /// The answer.
    answer: RwSignal<Option<Answer>>,
) -> impl IntoView {
    let judged = Memo::new(move |_| {
        answer.with(|answer| {
            let answer = answer.as_ref()?;
            // What was stopped has no verdict.
            let completed = answer
                .completed
                .as_ref()
                .filter(|done| done.end != Ending::Stopped)?;
            Some(assess(
                completed,
                answer.problem.as_ref(),
                answer.asked.stage(),
            ))
        })
    });
    let used = move || {
        answer
            .with(|answer| answer.as_ref().map(used))
            .unwrap_or((0, 0))
    };
    // Of a model in a file the budget is the page's.
    let trained = move || {
        answer.with(|answer| (answer.as_ref()).is_none_or(|of| of.asked.run != Source::File))
    };
    let scale = move |used: usize, budget: usize| {
        format!(
            "{}%",
            Scale::new(0.0, budget.max(1) as f64).percent(used as f64)
        )
    };
    view! {
        <div class="verdict">
            <div class="facts">
                <div class="fact">
                    <h3>"Answer"</h3>
                    {move || judged.get().map_or_else(waiting, |seen| answer_fact(&seen))}
                </div>
                <div class="fact">
                    <h3>"Language"</h3>
                    {move || judged.get().map_or_else(waiting, |seen| language_fact(&seen))}
                </div>
                <div class="fact">
                    <h3>"Tokens"</h3>
                    <p class="big">{move || used().0} <span class="of">{move || format!(" of {}", used().1)}</span></p>
                    <div class="track" aria-hidden="true"><span class="bar" style:width=move || { let (a, b) = used(); scale(a, b) }></span></div>
                    <p>
                        "A response is cut off where its budget ends"
                        {move || trained().then_some(", as it was in training")}
                        "."
                    </p>
                </div>
                <div class="fact">
                    <h3>"Reward"</h3>
                    {move || judged.get().map_or_else(waiting, |seen| reward_fact(seen.judged))}
                </div>
            </div>
            {move || answer.with(|answer| gloss(answer.as_ref()?, judged.get()))}
        </div>
    }
}

/// Tokens used, the prefilled ones too, and tokens allowed.
fn used(answer: &Answer) -> (usize, usize) {
    let used = match &answer.completed {
        Some(done) => done.tokens,
        None => answer.tokens.len(),
    };
    (used, answer.budget)
}

fn waiting() -> AnyView {
    view! { <p class="big">"…"</p> }.into_any()
}

fn answer_fact(seen: &Assessment) -> AnyView {
    let boxed = seen.boxed.clone();
    let big = boxed.clone().unwrap_or_else(|| "none".into());
    let (class, text) = match &seen.judged {
        None => ("open", "Nobody knows the right answer to this.".to_owned()),
        Some(judged) if judged.right => ("good", "✓ right".to_owned()),
        Some(judged) if boxed.is_none() => (
            "bad",
            format!("✗ It never got to an answer. It is {}.", judged.truth),
        ),
        Some(judged) => ("bad", format!("✗ wrong, it is {}", judged.truth)),
    };
    view! { <p class="big">{big}</p><p class=class>{text}</p> }.into_any()
}

fn language_fact(seen: &Assessment) -> AnyView {
    let big = match seen.tag {
        Some(tag) => view! { <LanguageName language=tag /> }.into_any(),
        None => view! { "none" }.into_any(),
    };
    let (class, text) = match (seen.tag, seen.detected) {
        (None, _) => ("open", "It named no language.".to_owned()),
        (Some(tag), Some(found)) if tag == found => (
            "good",
            "✓ complies: it thinks in the language it named".to_owned(),
        ),
        (Some(_), Some(found)) => (
            "bad",
            format!(
                "✗ does not comply: this reads like {}",
                found.english_name()
            ),
        ),
        (Some(_), None) => (
            "bad",
            "✗ does not comply: no language can be told".to_owned(),
        ),
    };
    view! { <p class="big">{big}</p><p class=class>{text}</p> }.into_any()
}

fn reward_fact(judged: Option<Judged>) -> AnyView {
    let Some(judged) = judged else {
        return view! { <p class="big">"none"</p><p class="open">"Without a right answer there is no reward."</p> }.into_any();
    };
    let rows = judged
        .paid
        .iter()
        .map(|(component, weight, value)| {
            view! {
                <tr>
                    <th scope="row">{title(*component)}</th>
                    <td>{format!("{weight} × {value:.2}")}</td>
                    <td>{format!("{:.2}", weight * value)}</td>
                </tr>
            }
        })
        .collect_view();
    view! {
        <p class="big">{format!("{:.2}", judged.reward)}</p>
        <table>
            <caption>{format!("Variant “{}”, in a group of one", judged.variant)}</caption>
            <tbody>{rows}</tbody>
        </table>
    }
    .into_any()
}

/// The task's own steps, in English.
fn gloss(answer: &Answer, seen: Option<Assessment>) -> Option<AnyView> {
    let problem = answer.problem?;
    let note = match seen {
        Some(seen) if seen.word_for_word => "The model said exactly these steps, in its language:",
        Some(seen) if seen.tag.is_some() => {
            "The model said something else. These are the steps that the task has for this problem:"
        }
        _ => "The steps that the task has for this problem:",
    };
    Some(
        view! {
            <div class="gloss">
                <h3>"In English"</h3>
                <p class="told">{note}</p>
                <p lang="en" class="said">{say::gloss(&problem)}</p>
            </div>
        }
        .into_any(),
    )
}
