//! The group that the last step learned most from: what was written, paid and credited.

use explang::transcript::Parsed;
use explang::verify::extract_boxed;
use leptos::prelude::*;

use crate::draw::language_name::{LanguageName, direction};
use crate::judge::group::{Direction, extent, points, signed};
use crate::page::learning::Learning;
use crate::protocol::learning::{Group, Shown};
use crate::views::trainer::lane::{Lane, LaneAxis};

/// The group, which can be held while the training goes on; nothing before the first step.
#[component]
pub fn Learned() -> impl IntoView {
    let learning = expect_context::<Learning>();
    let held = RwSignal::new(None::<(u32, Group)>);
    let shown = Memo::new(move |_| held.get().or_else(|| learning.group.get()));
    let there = Memo::new(move |_| shown.with(Option::is_some));
    let hold = move |event| {
        let now = event_target_checked(&event).then(|| shown.get_untracked());
        held.set(now.flatten());
    };
    view! {
        <Show when=move || there.get()>
            <div class="wide learned-from">
                <h3>{move || shown.with(|shown| shown.as_ref().map(|(step, _)| format!("A group of step {step}")))}</h3>
                <p class="told">
                    "Of the step’s groups, the one with the widest rewards: the most is to be learned from it. Every token of a rollout is \
                     credited with the rollout’s advantage, those of its tag too. What is above 0 becomes more likely."
                </p>
                <label class="check">
                    <input type="checkbox" prop:checked=move || held.with(Option::is_some) on:change=hold />
                    <span>"Hold this group while the training goes on"</span>
                </label>
                {move || shown.with(|shown| shown.as_ref().map(|(_, group)| rollouts(group)))}
            </div>
        </Show>
    }
}

fn rollouts(group: &Group) -> AnyView {
    let end = extent(group.rollouts.iter().map(|rollout| rollout.advantage));
    let cards = group.rollouts.iter().enumerate();
    let cards = cards.map(|(at, rollout)| card(at, rollout, end));
    let still = group
        .rollouts
        .iter()
        .all(|rollout| Direction::of(rollout.advantage) == Direction::Still);
    view! {
        <p class="asked-here" dir="auto">{group.question.clone()}</p>
        <p class="told">
            "Right answer: " <bdi>{group.answer.clone()}</bdi> "."
            {still.then_some(" All were paid alike, so nothing is learned from them.")}
        </p>
        <LaneAxis end unit="The bar in each card is its advantage" />
        <ol class="cards">{cards.collect_view()}</ol>
    }
    .into_any()
}

/// One rollout.
fn card(at: usize, rollout: &Shown, end: f64) -> AnyView {
    let parsed = Parsed::of(&rollout.text);
    let thought = parsed.thinking.unwrap_or(&rollout.text).trim().to_owned();
    let boxed = parsed.answer.and_then(extract_boxed).map(str::to_owned);
    let language = rollout.language;
    let named = match language {
        Some(language) => view! { <LanguageName language /> }.into_any(),
        None => view! { <span class="english">"no language"</span> }.into_any(),
    };
    let (class, verdict) = match (rollout.right, &boxed) {
        (true, _) => ("good right", "✓ right"),
        (false, None) => ("bad right", "✗ no answer"),
        (false, Some(_)) => ("bad right", "✗ wrong"),
    };
    let value = rollout.advantage;
    let pushed = match Direction::of(value) {
        Direction::Up => "pushed up",
        Direction::Down => "pushed down",
        Direction::Still => "left as it is",
    };
    view! {
        <li class=format!("card {}", language.map_or("", |language| language.code()))>
            <h4><span class="english">{format!("Rollout {} ", at + 1)}</span> {named}</h4>
            <p
                class="thought"
                lang=language.map_or("", |language| language.code())
                dir=language.map_or("auto", direction)
            >
                {thought}
            </p>
            <p class="boxed"><span class="unseen">"Answer: "</span> {boxed.unwrap_or_else(|| "no answer".into())}</p>
            <p class="judged"><span class=class>{verdict}</span></p>
            <p class="credited">
                "Reward " <strong class="reward">{points(rollout.reward)}</strong> ", advantage "
                <strong class="advantage">{signed(value)}</strong> ": " {pushed}
                <Lane value end />
            </p>
        </li>
    }
    .into_any()
}
