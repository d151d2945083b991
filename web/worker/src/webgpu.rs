//! The Web Worker that computes on the graphics processor. It has no use outside a browser.

#[cfg(target_arch = "wasm32")]
fn main() {
    explang_web::engine::worker::start::<explang_web::engine::place::Graphics>();
}

#[cfg(not(target_arch = "wasm32"))]
fn main() {
    eprintln!("explang-engine-webgpu runs in a browser: build the page with `bash web/build`.");
    std::process::exit(2);
}
