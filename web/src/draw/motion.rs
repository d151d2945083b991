//! How much movement a visitor wants.

use leptos::prelude::window;

/// The visitor has asked the system for less movement.
pub(crate) fn prefers_reduced_motion() -> bool {
    let query = window().match_media("(prefers-reduced-motion: reduce)");
    query.ok().flatten().is_some_and(|query| query.matches())
}
