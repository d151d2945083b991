//! View 3: watch it think.

use leptos::prelude::*;

use super::conditions::Conditions;
use super::trace::Trace;
use super::verdict::Verdict;
use crate::draw::kind_name::kind_name;
use crate::history::price::Price;
use crate::page::live::{Live, ModelState, Navigation};

/// The trace, its verdict, and the ways to sample it.
#[component]
pub fn Watch() -> impl IntoView {
    let live = expect_context::<Live>();
    let running = Memo::new(move |_| {
        live.answer
            .with(|a| a.as_ref().is_some_and(|a| a.running()))
    });
    let ready = Memo::new(move |_| {
        live.model
            .with(|model| matches!(model, ModelState::Ready(_)))
    });
    let beside = Memo::new(move |_| live.own.with(Option::is_some));
    Effect::new(move || {
        if beside.get() {
            live.want_figures();
        }
    });
    let again = move |_| {
        if live.state.with_untracked(|state| state.temperature == 0) {
            live.ask();
        } else {
            live.next_seed();
        }
    };
    view! {
        <section id="watch" aria-labelledby="watch-title">
            <div class="about">
                <h2 id="watch-title"><span class="number">"3"</span>"Watch it think"</h2>
                <p>
                    "Each piece is one token, the model's smallest step. The stronger its colour, the less certain the model was. Point \
                     at a piece, or walk through them with the arrow keys, to see what else it might have said."
                </p>
                <p class="told" role="status">{move || origin(live)}</p>
                <div class="controls">
                    <Show
                        when=move || running.get()
                        fallback=move || view! {
                            <button type="button" class="main" disabled=move || !ready.get() on:click=again>"Think again"</button>
                        }
                    >
                        <button type="button" class="main stop" on:click=move |_| live.stop()>"Stop"</button>
                    </Show>
                    <Sampling />
                </div>
            </div>
            <Show when=move || beside.get()>
                <p class="price" aria-live="polite">{move || price(live)}</p>
            </Show>
            <div class="body" class:two=move || beside.get()>
                <div class="answers">
                    <div>
                        <Show when=move || beside.get()>
                            <h3>"Your pick"</h3>
                        </Show>
                        <Trace answer=live.answer />
                        <Verdict answer=live.answer />
                    </div>
                    <Show when=move || beside.get()>
                        <div>
                            <h3>"Its own choice"</h3>
                            <Trace answer=live.own name="own" />
                            <Verdict answer=live.own />
                        </div>
                    </Show>
                </div>
            </div>
        </section>
    }
}

/// What the visitor's pick costs for this kind of problem, where the run has measured that.
fn price(live: Live) -> Option<String> {
    let (pick, stage, problem) = live
        .state
        .with(|state| Some((state.language?, state.stage(), state.problem()?)))?;
    let own = live.own.with(|own| own.as_ref()?.spoken())?;
    let spec = problem.spec();
    let price = live
        .figures
        .with(|figures| Price::of(figures.as_ref()?, stage, spec.kind().as_str(), own, pick))?;
    Some(price.told(&kind_name(spec)))
}

/// Stage, temperature, seed, speed.
#[component]
fn Sampling() -> impl IntoView {
    let live = expect_context::<Live>();
    view! {
        <Conditions />
        <div class="row sampling">
            <label class="check">
                <input
                    type="checkbox"
                    prop:checked=move || live.state.with(|state| state.slow)
                    on:change=move |event| {
                        let slow = event_target_checked(&event);
                        live.change(Navigation::Replace, |state| state.slow = slow);
                    }
                />
                <span>"At reading speed"</span>
            </label>
        </div>
    }
}

/// Where the answer comes from, and how fast it came.
fn origin(live: Live) -> String {
    live.answer.with(|answer| match answer {
        None => "The answer comes as soon as the model is here.".into(),
        Some(answer) if answer.recorded => {
            "Recorded: this is what the model said to this problem when the page was built. The live model is on its way.".into()
        }
        Some(answer) => match (&answer.completed, answer.milliseconds) {
            (Some(done), Some(ms)) if ms > 0.0 && done.drawn > 0 => format!(
                "Live: {} tokens in {ms:.0} ms, {:.0} tokens a second. Seed {}.",
                done.drawn,
                1e3 * done.drawn as f64 / ms,
                answer.asked.seed
            ),
            _ => "Live, on this machine.".into(),
        },
    })
}
