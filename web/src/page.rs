//! The page: the shell around the views.

use leptos::mount::mount_to;
use leptos::prelude::*;
use wasm_bindgen::JsCast;

use crate::live::Live;
use crate::shell::Shell;

/// Puts the page in place of the plain one that the visitor sees first.
pub fn start() {
    console_error_panic_hook::set_once();
    let Some(root) = document().get_element_by_id("app") else {
        return;
    };
    root.set_inner_html("");
    let root: web_sys::HtmlElement = root.unchecked_into();
    mount_to(root, || {
        provide_context(Live::start());
        view! { <Shell /> }
    })
    .forget();
}
