//! What the views draw, in a real browser. One program, since each is linked with all of the page.

#![cfg(target_arch = "wasm32")]

mod every;
mod kept;
mod learn;
mod place;
mod run;
mod think;
mod trainer;

wasm_bindgen_test::wasm_bindgen_test_configure!(run_in_browser);
