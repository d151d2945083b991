//! The first three views on one page: ask, choose, watch it think.

use leptos::prelude::*;

use super::ask::Ask;
use super::choose::Choose;
use super::model::LoadingBar;
use super::watch::Watch;

/// Ask, choose, watch.
#[component]
pub fn Think() -> impl IntoView {
    view! {
        <div class="opening">
            <h1>"Which language should a model think in?"</h1>
            <p class="lead">
                "A small model chooses the language that it thinks in, problem by problem, then thinks in it. It runs here, on your own machine."
            </p>
        </div>
        <LoadingBar />
        <Ask />
        <Choose />
        <Watch />
    }
}
