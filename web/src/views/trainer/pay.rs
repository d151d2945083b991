//! What is paid: variant, preset, weights, and how rewards become advantages.

use explang::reward::{Component, Preset, Variant};
use leptos::prelude::*;

use crate::judge::component::{meaning, title};
use crate::judge::group::points;
use crate::judge::incentive::{Estimator, Incentive, LEAST_WEIGHT, MOST_WEIGHT, WEIGHT_PARTS};
use crate::page::live::Navigation;

/// The trainer's choices.
#[component]
pub fn Pay(
    /// What is chosen.
    incentive: Memo<Incentive>,
    /// Takes another choice, and whether the back button is to undo it.
    choose: Callback<(Navigation, Incentive)>,
) -> impl IntoView {
    let change = move |navigation, change: &dyn Fn(&mut Incentive)| {
        let mut changed = incentive.get_untracked();
        change(&mut changed);
        choose.run((navigation, changed));
    };
    let own = Memo::new(move |_| incentive.with(|incentive| incentive.own.is_some()));
    view! {
        <div class="pay">
            <h3>"What is paid"</h3>
            <div class="row">
                <label>
                    <span>"Reward variant"</span>
                    <select
                        prop:value=move || incentive.with(|incentive| incentive.variant)
                        on:change=move |event| {
                            let name = event_target_value(&event);
                            change(Navigation::Push, &|incentive| incentive.choose(&name, incentive.preset));
                        }
                    >
                        {Variant::NAMES
                            .map(|name| view! {
                                <option value=name selected=incentive.with_untracked(|i| i.variant == name)>{name}</option>
                            })
                            .collect_view()}
                    </select>
                </label>
                <label>
                    <span>"Rules"</span>
                    <select
                        prop:value=move || incentive.with(|incentive| incentive.preset.name())
                        on:change=move |event| {
                            if let Ok(preset) = event_target_value(&event).parse() {
                                change(Navigation::Push, &|incentive| incentive.choose(incentive.variant, preset));
                            }
                        }
                    >
                        {[(Preset::Paper, "of the paper"), (Preset::Official, "of its published code")]
                            .map(|(preset, name)| view! {
                                <option value=preset.name() selected=incentive.with_untracked(|i| i.preset == preset)>{name}</option>
                            })
                            .collect_view()}
                    </select>
                </label>
                <label>
                    <span>"Advantage"</span>
                    <select
                        prop:value=move || incentive.with(|incentive| incentive.estimator.name())
                        on:change=move |event| {
                            if let Ok(estimator) = event_target_value(&event).parse() {
                                change(Navigation::Push, &|incentive| incentive.estimator = estimator);
                            }
                        }
                    >
                        {[(Estimator::Grpo, "GRPO"), (Estimator::DrGrpo, "Dr. GRPO")]
                            .map(|(estimator, name)| view! {
                                <option value=estimator.name() selected=incentive.with_untracked(|i| i.estimator == estimator)>
                                    {name}
                                </option>
                            })
                            .collect_view()}
                    </select>
                </label>
            </div>
            <p class="rule">{move || incentive.with(rule)}</p>
            <fieldset class="weights">
                <legend>"Weight of each component"</legend>
                {Component::ALL.map(|of| view! { <Weight of incentive choose /> }).collect_view()}
            </fieldset>
            <div class="own-weights">
                <p aria-live="polite">
                    {move || match own.get() {
                        true => format!("Own weights, begun from “{}”.", incentive.with(|i| i.variant)),
                        false => format!("The weights of “{}”.", incentive.with(|i| i.variant)),
                    }}
                </p>
                <button
                    type="button"
                    class="chip"
                    disabled=move || !own.get()
                    on:click=move |_| change(Navigation::Push, &|incentive| incentive.own = None)
                >
                    "Back to the variant’s weights"
                </button>
            </div>
        </div>
    }
}

/// One component's weight.
#[component]
fn Weight(
    of: Component,
    incentive: Memo<Incentive>,
    choose: Callback<(Navigation, Incentive)>,
) -> impl IntoView {
    let weight = Memo::new(move |_| *incentive.with(Incentive::weights).get(of));
    let id = format!("weight-{of}");
    let explained = format!("{id}-meaning");
    view! {
        <div class="weight" class:unpaid=move || weight.get() == 0.0>
            <label for=id.clone()>{title(of)}</label>
            <input
                type="range"
                id=id.clone()
                aria-describedby=explained.clone()
                min=LEAST_WEIGHT.to_string()
                max=MOST_WEIGHT.to_string()
                step=(1.0 / WEIGHT_PARTS).to_string()
                prop:value=move || weight.get().to_string()
                on:input=move |event| {
                    if let Ok(weight) = event_target_value(&event).parse() {
                        let mut changed = incentive.get_untracked();
                        changed.weigh(of, weight);
                        choose.run((Navigation::Replace, changed));
                    }
                }
            />
            <output for=id>{move || points(weight.get())}</output>
            <span class="meaning" id=explained>{meaning(of)}</span>
        </div>
    }
}

/// What the choices mean, in a sentence or two.
fn rule(incentive: &Incentive) -> String {
    let estimator = match incentive.estimator {
        Estimator::Grpo => {
            "GRPO’s advantage is the reward less the group’s mean, divided by the group’s standard deviation."
        }
        Estimator::DrGrpo => {
            "Dr. GRPO’s advantage is the reward less the group’s mean, not divided by anything."
        }
    };
    let preset = match incentive.preset {
        Preset::Paper => {
            "A rollout that is cut short in its thinking has no answer, and no format either."
        }
        Preset::Official => {
            "By the published code a rollout that is cut short keeps its format, and a language is paid its pass@k whether or not a \
             rollout complies."
        }
    };
    format!("{estimator} {preset}")
}
