//! Under which conditions several responses are sampled: the stage, the temperature, the seed.

use leptos::prelude::*;

use super::model::model_name;
use crate::page::address::{HIGHEST_TEMPERATURE, Model, State};
use crate::page::live::{Live, Navigation};

/// Stage, temperature and seed.
#[component]
pub fn Conditions(
    /// The lowest temperature that makes sense here, in tenths.
    #[prop(default = 0)]
    least: u8,
) -> impl IntoView {
    let live = expect_context::<Live>();
    let models = Memo::new(move |_| live.models());
    let temperature = move || live.state.with(|state| state.temperature.max(least));
    view! {
        <div class="row sampling">
            <label>
                <span>"Stage of training"</span>
                <select
                    prop:value=move || live.state.with(|state| state.model().name())
                    on:change=move |event| {
                        if let Some(model) = Model::named(&event_target_value(&event)) {
                            live.choose_model(Navigation::Push, model);
                        }
                    }
                >
                    {move || {
                        let asked = live.state.with_untracked(State::model);
                        let option = |model: Model| view! {
                            <option value=model.name() selected=model == asked>{model_name(live, model)}</option>
                        };
                        models.get().into_iter().map(option).collect_view()
                    }}
                </select>
            </label>
            <label>
                <span>{move || format!("Temperature {:.1}", f32::from(temperature()) / 10.0)}</span>
                // Each change samples anew: it counts when the hand lets go.
                <input
                    type="range"
                    min=least.to_string()
                    max=HIGHEST_TEMPERATURE.to_string()
                    prop:value=move || temperature().to_string()
                    on:change=move |event| {
                        if let Ok(tenths) = event_target_value(&event).parse() {
                            live.change(Navigation::Push, |state| state.temperature = tenths);
                        }
                    }
                />
            </label>
            <label>
                <span>"Seed"</span>
                <input
                    type="number"
                    min="0"
                    step="1"
                    prop:value=move || live.state.with(|state| state.seed.to_string())
                    on:change=move |event| {
                        if let Ok(seed) = event_target_value(&event).parse() {
                            live.change(Navigation::Push, |state| state.seed = seed);
                        }
                    }
                />
            </label>
        </div>
    }
}
