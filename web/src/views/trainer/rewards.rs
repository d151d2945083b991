//! How each reward comes about: components times weights.

use explang::reward::{Component, Weights};
use leptos::prelude::*;

use super::name;
use crate::judge::component::title;
use crate::judge::group::{Outcome, points};
use crate::judge::incentive::Incentive;

/// A row a rollout, a column a component.
#[component]
pub fn Rewards(
    /// The group, paid.
    paid: Memo<Option<Outcome>>,
    /// How it was paid.
    incentive: Memo<Incentive>,
) -> impl IntoView {
    let weights = Memo::new(move |_| incentive.with(Incentive::weights));
    let heads = move || {
        let weights = weights.get();
        Component::ALL
            .map(|component| {
                let weight = *weights.get(component);
                view! {
                    <th scope="col" class:unpaid=weight == 0.0>
                        {title(component)} " " <span class="times">{format!("× {}", points(weight))}</span>
                    </th>
                }
            })
            .collect_view()
    };
    view! {
        <h3 id="rewards-title">"How each reward comes about"</h3>
        <p class="baseline">"The reward is the sum of each component times its weight, in points."</p>
        <div class="rewards-box" role="region" aria-labelledby="rewards-title" tabindex="0">
            <table class="rewards" aria-labelledby="rewards-title">
                <thead>
                    <tr><th scope="col">"Rollout"</th>{heads}<th scope="col">"Reward"</th></tr>
                </thead>
                <tbody>
                    {move || paid.with(|paid| Some(rows(paid.as_ref()?, &weights.get())))}
                </tbody>
            </table>
        </div>
    }
}

fn rows(paid: &Outcome, weights: &Weights) -> AnyView {
    let rows = paid.chosen.iter().zip(&paid.scored).enumerate();
    rows.map(|(at, (language, scored))| {
        let cells = weights
            .terms(&scored.components)
            .map(|(_, weight, value)| view! { <td class:unpaid=weight == 0.0>{component(value)}</td> })
            .collect_view();
        view! {
            <tr>
                <th scope="row">{at + 1} " " {name(*language)}</th>
                {cells}
                <td class="reward">{points(scored.reward)}</td>
            </tr>
        }
    })
    .collect_view()
    .into_any()
}

/// A component: 0, 1, or a share.
fn component(value: f64) -> String {
    if value == 0.0 || value == 1.0 {
        format!("{value:.0}")
    } else {
        points(value)
    }
}
