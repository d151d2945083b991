//! `explang-bindgen FOLDER FILE.wasm…`: what `wasm-bindgen --target web --no-typescript --remove-name-section
//! --remove-producers-section --out-dir FOLDER FILE.wasm` does for each file.
//!
//! It follows [`wasm_bindgen_cli_support`] and leaves out what else the command-line tool has, whose building takes as long again.
//! `web/build` calls it. With `--tests` before the folder the files are tests, which `tests/browser/wasm-tests.mjs` runs: they keep their
//! functions' names, and nothing runs as they are loaded.

use std::ffi::OsString;

use anyhow::Context;
use wasm_bindgen_cli_support::Bindgen;

fn main() -> anyhow::Result<()> {
    let mut arguments = std::env::args_os().skip(1).peekable();
    let tests = arguments.next_if(|first| first == "--tests").is_some();
    let folder = arguments
        .next()
        .context("expected a folder, and the WebAssembly to describe there")?;
    let files: Vec<OsString> = arguments.collect();
    for file in &files {
        Bindgen::new()
            .input_path(file)
            .web(true)?
            .typescript(false)
            .omit_default_module_path(false)
            .debug(tests)
            .emit_start(!tests)
            // Nobody reads the functions' names of the page, and they are an eighth of what a first visit fetches of the engine.
            .remove_name_section(!tests)
            .remove_producers_section(true)
            .generate(&folder)
            .with_context(|| format!("{} cannot be described", file.display()))?;
    }
    Ok(())
}
