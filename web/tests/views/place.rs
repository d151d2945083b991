//! Where tests draw views, and how they look at them.

use explang_web::page::live::Live;
use explang_web::protocol::{Completed, Ending};
use leptos::mount::mount_to;
use leptos::prelude::*;
use wasm_bindgen::JsCast;
use web_sys::{Element, HtmlElement};

/// Draws a view into an element of its own.
pub(crate) fn drawn<V: IntoView + 'static>(
    live: Live,
    view: impl FnOnce() -> V + 'static,
) -> HtmlElement {
    let place: HtmlElement = document().create_element("div").unwrap().unchecked_into();
    document().body().unwrap().append_child(&place).unwrap();
    mount_to(place.clone(), move || {
        provide_context(live);
        view()
    })
    .forget();
    place
}

/// All elements of a selector.
pub(crate) fn all(place: &Element, selector: &str) -> Vec<Element> {
    let found = place.query_selector_all(selector).unwrap();
    (0..found.length())
        .filter_map(|i| found.item(i)?.dyn_into().ok())
        .collect()
}

/// The texts of all elements of a selector.
pub(crate) fn texts(place: &Element, selector: &str) -> Vec<String> {
    let found = all(place, selector);
    found.iter().filter_map(|e| e.text_content()).collect()
}

/// A response that has ended.
pub(crate) fn completed(text: String, tokens: usize, end: Ending) -> Completed {
    Completed {
        text,
        forced_text: String::new(),
        drawn: tokens,
        tokens,
        end,
    }
}
