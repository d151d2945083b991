//! The page itself. It has no use outside a browser.

#[cfg(target_arch = "wasm32")]
fn main() {
    explang_web::views::shell::start();
}

#[cfg(not(target_arch = "wasm32"))]
fn main() {
    eprintln!("explang-page runs in a browser: build it with `bash web/build`.");
    std::process::exit(2);
}
