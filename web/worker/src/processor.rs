//! The Web Worker that computes. It has no use outside a browser.

#[cfg(target_arch = "wasm32")]
fn main() {
    explang_web::engine::worker::start::<explang_web::engine::place::Processor>();
}

#[cfg(not(target_arch = "wasm32"))]
fn main() {
    eprintln!("explang-engine runs in a browser: build the page with `bash web/build`.");
    std::process::exit(2);
}
