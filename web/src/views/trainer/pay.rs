//! What is paid: variant, preset, weights, and how rewards become advantages.

use explang::reward::{Preset, Variant};
use leptos::prelude::*;

use crate::group::points;
use crate::incentive::{
    COMPONENTS, Estimator, Incentive, LEAST_WEIGHT, MOST_WEIGHT, WEIGHT_PARTS, estimator_name,
    listed, preset_name,
};
use crate::live::{History, Live};

/// The trainer's choices.
#[component]
pub fn Pay() -> impl IntoView {
    let live = expect_context::<Live>();
    let incentive = Memo::new(move |_| live.state.with(|state| state.incentive.clone()));
    let change = move |history, change: &dyn Fn(&mut Incentive)| {
        live.change(history, |state| change(&mut state.incentive));
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
                            change(History::Push, &|incentive| incentive.choose(&name, incentive.preset));
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
                        prop:value=move || incentive.with(|incentive| preset_name(incentive.preset))
                        on:change=move |event| {
                            if let Ok(preset) = event_target_value(&event).parse() {
                                change(History::Push, &|incentive| incentive.choose(incentive.variant, preset));
                            }
                        }
                    >
                        {[(Preset::Paper, "of the paper"), (Preset::Official, "of its published code")]
                            .map(|(preset, name)| view! {
                                <option value=preset_name(preset) selected=incentive.with_untracked(|i| i.preset == preset)>{name}</option>
                            })
                            .collect_view()}
                    </select>
                </label>
                <label>
                    <span>"Advantage"</span>
                    <select
                        prop:value=move || incentive.with(|incentive| estimator_name(incentive.estimator))
                        on:change=move |event| {
                            if let Ok(estimator) = event_target_value(&event).parse() {
                                change(History::Push, &|incentive| incentive.estimator = estimator);
                            }
                        }
                    >
                        {[(Estimator::Grpo, "GRPO"), (Estimator::DrGrpo, "Dr. GRPO")]
                            .map(|(estimator, name)| view! {
                                <option value=estimator_name(estimator) selected=incentive.with_untracked(|i| i.estimator == estimator)>
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
                {(0..COMPONENTS.len()).map(|at| view! { <Weight at incentive /> }).collect_view()}
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
                    on:click=move |_| change(History::Push, &|incentive| incentive.own = None)
                >
                    "Back to the variant’s weights"
                </button>
            </div>
        </div>
    }
}

/// One component's weight.
#[component]
fn Weight(at: usize, incentive: Memo<Incentive>) -> impl IntoView {
    let live = expect_context::<Live>();
    let weight = Memo::new(move |_| {
        let weights = incentive.with(|incentive| listed(&incentive.weights()));
        weights.get(at).copied().unwrap_or_default()
    });
    let (name, meaning) = COMPONENTS.get(at).copied().unwrap_or_default();
    let explained = format!("weight-{at}-meaning");
    view! {
        <div class="weight" class:unpaid=move || weight.get() == 0.0>
            <label for=format!("weight-{at}")>{name}</label>
            <input
                type="range"
                id=format!("weight-{at}")
                aria-describedby=explained.clone()
                min=LEAST_WEIGHT.to_string()
                max=MOST_WEIGHT.to_string()
                step=(1.0 / WEIGHT_PARTS).to_string()
                prop:value=move || weight.get().to_string()
                on:input=move |event| {
                    if let Ok(weight) = event_target_value(&event).parse() {
                        live.change(History::Replace, |state| state.incentive.weigh(at, weight));
                    }
                }
            />
            <output for=format!("weight-{at}")>{move || points(weight.get())}</output>
            <span class="meaning" id=explained>{meaning}</span>
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
