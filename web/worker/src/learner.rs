//! The Web Worker that trains. It has no use outside a browser.

#[cfg(target_arch = "wasm32")]
fn main() {
    explang_web::learner::worker::start();
}

#[cfg(not(target_arch = "wasm32"))]
fn main() {
    eprintln!("explang-learner runs in a browser: build the page with `bash web/build`.");
    std::process::exit(2);
}
