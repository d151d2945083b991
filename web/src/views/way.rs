//! Links from one view to another.

use gloo::timers::callback::Timeout;
use leptos::prelude::*;
use wasm_bindgen::JsCast;
use web_sys::{HtmlElement, MouseEvent};

use crate::page::address::State;
use crate::page::live::{Live, Navigation, link};

/// A link to a section of the page in another state: its address, and what opens it in place.
pub fn way(
    live: Live,
    section: &'static str,
    change: impl Fn(&mut State) + Copy + Send + Sync + 'static,
) -> (
    impl Fn() -> String + Copy + Send + Sync + 'static,
    impl Fn(MouseEvent) + Copy + 'static,
) {
    let address = move || {
        let mut there = live.state.get();
        change(&mut there);
        format!("{}#{section}", link(&there))
    };
    let go = move |event: MouseEvent| {
        // With a key held it opens elsewhere, as any link does.
        if event.ctrl_key() || event.meta_key() || event.shift_key() || event.alt_key() {
            return;
        }
        event.prevent_default();
        live.change(Navigation::Push, change);
        show(section);
    };
    (address, go)
}

/// Brings a section into sight, and the keyboard to it, once it is drawn.
fn show(id: &'static str) {
    Timeout::new(0, move || {
        let Some(section) = document().get_element_by_id(id) else {
            return;
        };
        section.scroll_into_view();
        if let Ok(section) = section.dyn_into::<HtmlElement>() {
            let _set = section.set_attribute("tabindex", "-1");
            let _focused = section.focus();
        }
    })
    .forget();
}
