//! Which way each rollout would be pushed, and with them the choice of each language.

use explang::Language;
use leptos::prelude::*;

use super::lane::{Lane, LaneAxis};
use super::name;
use crate::draw::language_name::LanguageName;
use crate::judge::group::{Direction, Learned, Outcome, Push, extent, points, signed};
use crate::judge::incentive::{Estimator, Incentive};

/// GRPO's advantages in a group of eight reach from −2.5 to 2.5, whatever is paid.
const GRPO_END: f64 = 2.5;
/// The sums of GRPO's advantages reach from −4 to 4: of four against four.
const GRPO_SUM_END: f64 = 4.0;

/// The advantages of the rollouts, then their sums by language.
#[component]
pub fn Pushes(
    /// The group, paid.
    paid: Memo<Option<Outcome>>,
    /// How it was paid.
    incentive: Memo<Incentive>,
) -> impl IntoView {
    let estimator = move || incentive.with(|incentive| incentive.estimator);
    view! {
        <h3>"What would be learned from this group"</h3>
        <div class="learned">
            {move || paid.with(|paid| match paid.as_ref().map(|paid| (paid, &paid.learned)) {
                None => view! { <p class="baseline">"The rewards come when all eight have ended."</p> }.into_any(),
                Some((_, Err(_))) => no_number(),
                Some((paid, Ok(learned))) => advantages(paid, learned, estimator()),
            })}
        </div>
        <h3>"By language"</h3>
        <div class="by-language">
            {move || paid.with(|paid| {
                let learned = paid.as_ref()?.learned.as_ref().ok()?;
                Some(by_language(learned, estimator()))
            })}
        </div>
    }
}

/// A reward is 0/0.
fn no_number() -> AnyView {
    view! {
        <p class="failure">
            "A reward is not a number. By the published code’s rules diversity is 0 divided by 0 where no rollout complies. A trainer \
             must not learn from that: choose the paper’s rules, or give diversity the weight 0."
        </p>
    }
    .into_any()
}

/// One bar a rollout.
fn advantages(paid: &Outcome, learned: &Learned, estimator: Estimator) -> AnyView {
    let end = match estimator {
        Estimator::Grpo => GRPO_END,
        Estimator::DrGrpo => extent(learned.advantages.iter().copied()),
    };
    let rows = paid
        .chosen
        .iter()
        .zip(&learned.advantages)
        .enumerate()
        .map(|(at, (&language, &value))| {
            view! {
                <li class=row_class(language)>
                    <span class="who"><span class="number">{at + 1}</span> " " {name(language)}</span>
                    <Lane value end />
                    <span class="value">{signed(value)}</span>
                    <span class="pushed">{pushed(value)}</span>
                </li>
            }
        })
        .collect_view();
    view! {
        <p class="baseline">{baseline(paid, learned, estimator)}</p>
        <LaneAxis end unit=unit(estimator) />
        <ol class="lanes">{rows}</ol>
    }
    .into_any()
}

/// Where the bars come from: the baseline, and the first rollout as an example.
fn baseline(paid: &Outcome, learned: &Learned, estimator: Estimator) -> String {
    let Learned {
        mean, deviation, ..
    } = learned;
    let reward = paid.scored.first().map_or(0.0, |scored| scored.reward);
    if learned.all_same {
        return format!(
            "All eight got the same reward, {}. Nothing tells them apart, so this group has zero variance and nothing is learned from it.",
            points(reward)
        );
    }
    let advantage = learned.advantages.first().copied().unwrap_or(0.0);
    let (mean, reward, advantage) = (points(*mean), points(reward), signed(advantage));
    match estimator {
        Estimator::Grpo => format!(
            "The mean reward, {mean}, is the baseline; the standard deviation is {}. Rollout 1: ({reward}\u{a0}−\u{a0}{mean})\u{a0}÷\u{a0}{}\u{a0}=\u{a0}{advantage}.",
            points(*deviation),
            points(*deviation)
        ),
        Estimator::DrGrpo => {
            format!(
                "The mean reward, {mean}, is the baseline. Rollout 1: {reward}\u{a0}−\u{a0}{mean}\u{a0}=\u{a0}{advantage}."
            )
        }
    }
}

/// One bar a language, and the sentence that it comes to.
fn by_language(learned: &Learned, estimator: Estimator) -> AnyView {
    let end = match estimator {
        Estimator::Grpo => GRPO_SUM_END,
        Estimator::DrGrpo => extent(learned.pushes.iter().map(|push| push.sum)),
    };
    let rows = learned
        .pushes
        .iter()
        .map(|push| {
            let Push {
                language,
                rollouts,
                sum,
            } = *push;
            view! {
                <li class=row_class(language)>
                    <span class="who">{name(language)} " " <span class="number">{format!("× {rollouts}")}</span></span>
                    <Lane value=sum end />
                    <span class="value">{signed(sum)}</span>
                    <span class="pushed">{pushed(sum)}</span>
                </li>
            }
        })
        .collect_view();
    view! {
        <p class="verdict-line" aria-live="polite">{sentence(learned, estimator)}</p>
        <p class="baseline">
            "Every token of a rollout gets the rollout’s advantage, those of the tag too. So the sum over the rollouts of a language says \
             which way the choice of that language is pushed."
        </p>
        <LaneAxis end unit=unit(estimator) />
        <ul class="lanes">{rows}</ul>
    }
    .into_any()
}

/// Which languages become more likely, and which less.
fn sentence(learned: &Learned, estimator: Estimator) -> AnyView {
    let who = match estimator {
        Estimator::Grpo => "GRPO",
        Estimator::DrGrpo => "Dr. GRPO",
    };
    let moved: Vec<(Option<Language>, &str)> = learned
        .pushes
        .iter()
        .filter_map(|push| match Direction::of(push.sum) {
            Direction::Up => Some((push.language, " up")),
            Direction::Down => Some((push.language, " down")),
            Direction::Still => None,
        })
        .collect();
    if moved.is_empty() {
        let why = match (learned.all_same, learned.pushes.len()) {
            (true, _) => "all rewards are the same",
            (false, 1) => {
                "all eight chose the same, so only what is said in it is pushed, not the choice"
            }
            (false, _) => "the advantages of each language cancel out",
        };
        return view! { {format!("{who} would push no language: {why}.")} }.into_any();
    }
    let parts = moved
        .into_iter()
        .enumerate()
        .map(|(at, (language, way))| {
            let named = match language {
                Some(language) => view! { <LanguageName language /> }.into_any(),
                None => view! { "naming no language" }.into_any(),
            };
            view! { {(at > 0).then_some(", ")} {named} {way} }
        })
        .collect_view();
    view! { {format!("{who} would push: ")} {parts} "." }.into_any()
}

fn row_class(language: Option<Language>) -> String {
    match language {
        Some(language) => format!("push {language}"),
        None => "push".to_owned(),
    }
}

fn pushed(value: f64) -> &'static str {
    match Direction::of(value) {
        Direction::Up => "pushed up",
        Direction::Down => "pushed down",
        Direction::Still => "left as it is",
    }
}

fn unit(estimator: Estimator) -> &'static str {
    match estimator {
        Estimator::Grpo => "Advantage, in standard deviations of the group’s rewards",
        Estimator::DrGrpo => "Advantage, in points of reward",
    }
}
